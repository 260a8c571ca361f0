/* The page for those who are lost (docs/_ext/lost.py), in a book that is served below another prefix than it was built for:
   this script was found where the book really lies, and sends the page's links and styles there. */
(() => {
  "use strict";
  const { src, dataset } = document.currentScript;
  const root = new URL("..", src).pathname;
  const page = document.documentElement;
  if (page.dataset.found || root === dataset.prefix) return;
  page.dataset.found = root;
  for (const name of ["href", "src", "action"]) {
    for (const element of document.querySelectorAll(`:not(script)[${name}^="${dataset.prefix}"]`)) {
      const rest = element.getAttribute(name).slice(dataset.prefix.length);
      if (!rest.startsWith("/")) element.setAttribute(name, root + rest);
    }
  }
})();
