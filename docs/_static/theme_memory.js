/* The theme that a reader chose, before anything is painted; the theme's own does this in an inline script, and does not look
   whether the system has changed its mind since. Where there is no such script, nothing shows that would need one. */
(() => {
  "use strict";
  let mode = null;
  try {
    mode = localStorage.getItem("mode");
  } catch {
    // no storage: the system decides
  }
  if (!["light", "dark"].includes(mode)) mode = "auto";
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  Object.assign(document.documentElement.dataset, { mode, theme: mode === "auto" ? system : mode });
})();
