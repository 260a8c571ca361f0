/* What a phone, a keyboard and a printer need beyond CSS. Without this file each page is complete. */
(() => {
  "use strict";
  const root = document.documentElement;

  // Paper is light: a page prints the same from both themes. Drawings below the screen have not been fetched before.
  let shown = null;
  addEventListener("beforeprint", () => {
    shown = root.dataset.theme;
    root.dataset.theme = "light";
    document.querySelectorAll("img[loading=lazy]").forEach((image) => {
      image.loading = "eager";
    });
  });
  addEventListener("afterprint", () => {
    if (shown !== null) root.dataset.theme = shown;
    shown = null;
  });

  // Drawers cover the page on a phone: a choice within the page closes them.
  document.querySelectorAll("dialog[id$=-sidebar-modal]").forEach((drawer) => {
    drawer.addEventListener("click", (event) => {
      const link = event.target.closest("a[href]");
      if (link && link.pathname === location.pathname && link.hash) drawer.close();
    });
  });

  // What scrolls sideways is reached by keyboard, and nothing else of its kind is a stop. The ledger's tables are as wide as
  // their place, whatever it is; to measure them would lay out all of them.
  const wide = document.querySelectorAll(
    ".bd-article :is(pre, .pst-scrollable-table-container:not(:has(> .gl-ledger)), .gl-math, figure:has(> img.gl-no-narrow))",
  );
  function reach() {
    wide.forEach((box) => {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    });
  }
  let waiting = 0;
  const later = () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(reach);
  };
  addEventListener("load", later);
  document.fonts.addEventListener("loadingdone", later); // letters of another width
  addEventListener("resize", later);
  document.addEventListener("toggle", later, true); // a fold that opens
})();
