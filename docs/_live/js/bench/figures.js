// A picture of the live panel as a drawing that stands by itself: what is drawn in SVG as it is, canvases as images in it.
import { drawn } from "./draw.js";
import { plainly, signed } from "./save.js";

/** What a picture is drawn in. @param {Element} figure @returns {HTMLElement} */
export const hosted = (figure) =>
  /** @type {HTMLElement} */ (figure.querySelector(".gb-net-host, .gb-surface-host, .gb-host"));

/** @param {HTMLElement} figure @param {string} what of what it is a picture @returns {string} */
export function composed(figure, what) {
  const host = hosted(figure);
  const frame = host.getBoundingClientRect();
  const whole = /** @type {SVGSVGElement} */ (drawn("svg", {}));
  for (const one of host.querySelectorAll(":scope > canvas, :scope > svg")) {
    const { left, top, width, height } = one.getBoundingClientRect();
    if (!width || !height) continue;
    const [x, y] = [left - frame.left, top - frame.top];
    if (one instanceof HTMLCanvasElement)
      drawn("image", { x, y, width, height, href: one.toDataURL("image/png") }, whole);
    else {
      const group = drawn("g", { transform: `translate(${x} ${y})` }, whole);
      group.append(...plainly(/** @type {SVGSVGElement} */ (one)).childNodes);
    }
  }
  const words = (/** @type {string} */ tag) =>
    figure.querySelector(tag)?.textContent?.replace(/\s+/g, " ").trim() ?? "";
  return signed(whole, frame.width, frame.height, what, { title: words("h2"), caption: words("figcaption") });
}
