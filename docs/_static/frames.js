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

  function prepare(box, given) {
    const figure = box.closest("figure");
    const sliders = [...box.querySelectorAll("input")];
    const values = sliders.map((slider) => JSON.parse(slider.dataset.values));
    const says = box.querySelector(".gl-frames-says");
    const images = { light: figure.querySelector("img.gl-light"), dark: figure.querySelector("img.gl-dark") };
    const alt = images.light.alt;
    const made = new Map();
    let record = given && Promise.resolve(given), busy = false, pause;

    const theme = () => (getComputedStyle(images.light).display === "none" ? "dark" : "light");
    const wanted = () => sliders.reduce((index, slider, k) => index * values[k].length + Number(slider.value), 0);
    const get = () => (record ??= fetched(box.dataset.frames).catch((error) => {
      record = undefined;
      says.textContent = glSay("The other drawings could not be fetched. Move the slider to try again.");
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
      if (busy || box.hidden || !box.isConnected) return;
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
    if (given || sliders.some((slider) => slider.value !== slider.defaultValue)) show();
    new MutationObserver(() => { if (record) show(); }).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { if (record) show(); });
  }

  /** A row of a slider, as _ext/frames.py writes it. */
  function row(name, values, start) {
    const row = document.createElement("label"), value = document.createElement("span"), slider = document.createElement("input");
    row.className = "gl-frames-row";
    value.className = "gl-frames-value";
    Object.assign(slider, { type: "range", min: 0, max: values.length - 1, defaultValue: start });
    slider.setAttribute("aria-label", name);
    Object.assign(slider.dataset, { name, values: JSON.stringify(values) });
    row.append(value, slider);
    return row;
  }

  /** Show in a figure the frames that a live cell drew, in the place of those of the book; returns how these come back. */
  window.glFrames.live = (figure, record) => {
    const built = figure.querySelector(".gl-frames:not([data-live])");
    const box = document.createElement("div"), says = document.createElement("p");
    box.className = "gl-frames";
    box.dataset.live = "";
    says.className = "gl-frames-says";
    says.setAttribute("aria-live", "polite");
    says.textContent = record.says[record.default];
    box.append(...record.names.map((name, k) => row(name, record.values[k], record.start[k])), says);
    figure.querySelector(".gl-frames[data-live]")?.remove();
    const place = built ?? figure.querySelector("figcaption");
    if (place) place.before(box);
    else figure.append(box);
    if (built) built.hidden = true;
    prepare(box, record);
    return () => {
      box.remove();
      if (built) built.hidden = false;
    };
  };

  document.querySelectorAll(".gl-frames").forEach((box) => prepare(box));
})();
