/* What has to be known before anything is painted: the theme that a reader chose, and whether the book's fonts may be late.
   Where there is no script, nothing shows that would need one: `data-mode` is missing, and the system decides. */
(() => {
  "use strict";
  const page = document.documentElement;

  /** Call for what may be forbidden: to remember, and to recall. */
  function tried(call) {
    try {
      return call();
    } catch {
      return null;
    }
  }

  // The theme's own does this in an inline script, and does not look whether the system has changed its mind since.
  let mode = tried(() => localStorage.getItem("mode"));
  if (!["light", "dark"].includes(mode)) mode = "auto";
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  Object.assign(page.dataset, { mode, theme: mode === "auto" ? system : mode });

  // The first page of a visit is read in the reader's own fonts until it stands; then ours change all at once, rather than
  // one after the other while the page is being laid out. Later pages have them from the browser's store.
  if (tried(() => sessionStorage.getItem("gl-fonts"))) return;
  page.dataset.fonts = "late";
  addEventListener("load", async () => {
    await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
    const words = page.lang === "ko"
      ? { "1em 'GL Korean'": "body", "bold 1em 'GL Korean'": "h1, strong" }
      : { "1em 'GL Serif'": "body", "italic 1em 'GL Serif'": "em, i" };
    const wanted = { ...words, "1em 'GL Code'": "code, pre", "1em 'GL Math'": "math" };
    const fonts = Object.keys(wanted).filter((font) => document.querySelector(wanted[font]));
    await Promise.allSettled(fonts.map((font) => document.fonts.load(font)));
    delete page.dataset.fonts;
    tried(() => sessionStorage.setItem("gl-fonts", "here"));
  });
})();
