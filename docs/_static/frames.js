// The sliders of _ext/frames.py. Nothing is fetched before a slider is touched, the newest value wins, and a drawing once
// made is kept.
"use strict";
(() => {
  const KEPT = 60; // drawings a figure keeps as images
  const waiting = new Map();
  window.glFrames = (name, record) => waiting.get(name)?.(record);

  /** Fetch a figure's drawings: a script element, since fetch cannot read from a file. */
  function fetched(address) {
    const name = address.split("/").pop().replace(/\.js$/, "");
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      waiting.set(name, resolve);
      script.onerror = () => { script.remove(); reject(new Error(address)); };
      script.src = address;
      document.head.append(script);
    });
  }

  function prepare(box) {
    const figure = box.parentElement;
    const sliders = [...box.querySelectorAll("input")];
    const values = sliders.map((slider) => JSON.parse(slider.dataset.values));
    const says = box.querySelector(".gl-frames-says");
    const images = { light: figure.querySelector("img.gl-light"), dark: figure.querySelector("img.gl-dark") };
    const alt = images.light.alt;
    const made = new Map();
    let record, busy = false, pause;

    const theme = () => (getComputedStyle(images.light).display === "none" ? "dark" : "light");
    const wanted = () => sliders.reduce((index, slider, k) => index * values[k].length + Number(slider.value), 0);
    const get = () => (record ??= fetched(box.dataset.frames).catch((error) => {
      record = undefined;
      says.textContent = "The other drawings could not be fetched. Move the slider to try again.";
      throw error;
    }));

    function drawing(data, index, look) {
      const key = look + index;
      if (!made.has(key)) {
        let svg = data.order[index].map((piece) => data.pool[piece]).join("");
        if (look === "dark") svg = svg.replace(new RegExp(Object.keys(data.dark).join("|"), "gi"), (colour) => data.dark[colour.toLowerCase()]);
        const image = new Image();
        image.src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
        made.set(key, image);
        if (made.size > KEPT) {
          const [oldest, gone] = made.entries().next().value;
          made.delete(oldest);
          if (!Object.values(images).some((shown) => shown.src === gone.src)) URL.revokeObjectURL(gone.src);
        }
      }
      return made.get(key);
    }

    /** The sentence, which a screen reader reads out: once the hand rests. */
    function say(sentence) {
      clearTimeout(pause);
      pause = setTimeout(() => { says.textContent = sentence; }, 250);
    }

    async function show() {
      if (busy) return;
      busy = true;
      try {
        const data = await get();
        for (let index, look; index !== wanted() || look !== theme();) {
          [index, look] = [wanted(), theme()];
          const image = drawing(data, index, look);
          await image.decode();
          images[look].src = image.src;
          images[look].alt = `${alt} ${data.says[index]}`;
          say(data.says[index]);
          await new Promise(requestAnimationFrame);
        }
        const ahead = () => [wanted() - 1, wanted() + 1].filter((i) => data.order[i]).forEach((i) => drawing(data, i, theme()).decode().catch(() => {}));
        (window.requestIdleCallback ?? setTimeout)(ahead);
      } catch { /* said by get() */ } finally { busy = false; }
    }

    sliders.forEach((slider, k) => {
      const value = slider.parentElement.querySelector(".gl-frames-value");
      const tell = () => {
        value.textContent = `${slider.dataset.name} = ${values[k][Number(slider.value)]}`;
        slider.setAttribute("aria-valuetext", value.textContent);
      };
      slider.addEventListener("input", () => { tell(); show(); });
      for (const touch of ["focus", "pointerenter", "pointerdown"]) slider.addEventListener(touch, () => get().catch(() => {}), { once: true, passive: true });
      tell(); // a browser may have kept what was set before a reload
      slider.hidden = false;
    });
    if (sliders.some((slider) => slider.value !== slider.defaultValue)) show();
    new MutationObserver(() => { if (record) show(); }).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { if (record) show(); });
  }

  document.querySelectorAll(".gl-frames").forEach(prepare);
})();
