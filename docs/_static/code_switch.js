/* Opens or folds all code of a page (docs/_ext/page_order.py); the choice is remembered for the next page. */
(() => {
  "use strict";
  const KEY = "gl-code";
  const button = document.querySelector("button.gl-code-switch");
  const folds = [...document.querySelectorAll("details.gl-code")];
  if (!button || !folds.length) return;

  function remembered() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // no storage: the switch works for this page alone
    }
  }

  function remember(value) {
    try {
      localStorage.setItem(KEY, value);
    } catch {
      // as above
    }
  }

  function show(open) {
    button.setAttribute("aria-pressed", String(open));
    folds.forEach((fold) => {
      fold.open = open;
    });
  }

  const header = document.querySelector(".bd-header-article .article-header-buttons");
  if (header) header.prepend(button);
  else folds[0].before(button);
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-pressed") !== "true";
    show(open);
    remember(open ? "open" : "folded");
  });
  button.hidden = false;
  if (remembered() === "open") show(true);
})();
