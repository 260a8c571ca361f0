/* The page in the other language opens at the section that is read in this one: headings keep their anchors. */
(() => {
  "use strict";
  const here = () => {
    const begun = [...document.querySelectorAll("article section[id]")].filter(
      (section) => section.getBoundingClientRect().top < window.innerHeight / 2,
    );
    return begun.length > 1 ? begun[begun.length - 1].id : ""; // the first is the page itself
  };
  const point = ({ target }) => {
    const link = target instanceof Element ? target.closest("a.gl-edition") : null;
    if (link) link.hash = here();
  };
  document.addEventListener("click", point);
  document.addEventListener("auxclick", point);
})();
