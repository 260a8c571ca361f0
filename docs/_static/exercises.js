/* Says beside each page of exercises how many of its answers this reader has found; _ext/starters.py names them, and
   _live/js/keep.js remembers them, in this browser alone. */
(() => {
  "use strict";
  const pages = JSON.parse(document.currentScript.dataset.starters);
  const solved = (name) => {
    try {
      return localStorage.getItem(`gl-solved:${name}`) !== null;
    } catch {
      return false;
    }
  };
  for (const [address, names] of Object.entries(pages)) {
    const done = names.filter(solved).length;
    if (!done) continue;
    const there = new URL(address, location.href).pathname;
    const links = [...document.querySelectorAll(".bd-article .toctree-l1 > a")];
    const said = document.createElement("span");
    said.className = "gl-progress";
    said.classList.toggle("gl-done", done === names.length);
    said.textContent = glSay("{done} of {all} answered", { done, all: names.length });
    links.find(({ href }) => new URL(href).pathname === there)?.after(said);
  }
})();
