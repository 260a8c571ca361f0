// What all charts share: a drawing in SVG by hand (text is text, and follows the page's colours) with axes.
import { drawn } from "./draw.js";

export const HEIGHT = 190;
export const LEFT = 46;
export const RIGHT = 12;
export const TOP = 10;
export const BOTTOM = 34;

/** A picture with axes that are made anew only when they change. */
export class Chart {
  /** @param {Element} host */
  constructor(host) {
    this.host = /** @type {HTMLElement} */ (host);
    this.svg = /** @type {SVGSVGElement} */ (drawn("svg", { role: "img" }, host));
    this.axes = drawn("g", { class: "gb-axes" }, this.svg);
    this.body = drawn("g", { class: "gb-body" }, this.svg);
    this.key = "";
    this.width = 0;
    this.redraw = () => {};
    new ResizeObserver(() => this.host.clientWidth !== this.width && this.redraw()).observe(host);
  }

  /** Take the room that there is; false where there is none. */
  fit() {
    this.width = this.host.clientWidth;
    if (!this.width) return false;
    const box = `0 0 ${this.width} ${HEIGHT}`;
    if (this.svg.getAttribute("viewBox") !== box) {
      Object.entries({ viewBox: box, width: this.width, height: HEIGHT }).forEach(([name, value]) =>
        this.svg.setAttribute(name, String(value)),
      );
    }
    return true;
  }

  /**
   * Draw the axes: places between 0 and 1, with words.
   * @param {[number, string][]} across @param {[number, string][]} up @param {string} under
   */
  axis(across, up, under) {
    const key = JSON.stringify([this.width, across, up, under]);
    if (key === this.key) return;
    this.key = key;
    this.axes.replaceChildren();
    for (const [place, words] of up) {
      drawn("path", { class: "gb-grid", d: `M${LEFT} ${this.y(place)}H${this.width - RIGHT}` }, this.axes);
      drawn("text", { x: LEFT - 6, y: this.y(place) + 4, "text-anchor": "end" }, this.axes, words);
    }
    for (const [place, words] of across) {
      const anchor = place > 0.97 ? "end" : place < 0.03 ? "start" : "middle";
      drawn("text", { x: this.x(place), y: HEIGHT - BOTTOM + 15, "text-anchor": anchor }, this.axes, words);
    }
    drawn(
      "text",
      { x: LEFT + (this.width - LEFT - RIGHT) / 2, y: HEIGHT - 4, "text-anchor": "middle" },
      this.axes,
      under,
    );
  }

  /** @param {number} place */
  x(place) {
    return Math.round(10 * (LEFT + (this.width - LEFT - RIGHT) * place)) / 10;
  }

  /** @param {number} place */
  y(place) {
    return Math.round(10 * (HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * place)) / 10;
  }

  /** Have so many elements of a kind. @param {string} tag @param {number} many @param {string} name */
  marks(tag, many, name) {
    const had = this.body.querySelectorAll(`.${name}`);
    for (let k = had.length; k < many; k++) drawn(tag, { class: name }, this.body);
    for (let k = many; k < had.length; k++) had[k].remove();
    return /** @type {Element[]} */ ([...this.body.querySelectorAll(`.${name}`)]);
  }
}
