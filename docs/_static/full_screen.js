/* The button for the full screen, by the theme's own function: its button calls that from an inline script. */
(() => {
  "use strict";
  document.querySelectorAll("button.gl-full-screen").forEach((button) => {
    if (document.fullscreenEnabled) button.addEventListener("click", () => window.toggleFullScreen());
    else button.hidden = true; // an iPhone
  });
})();
