// What the pictures of the live panel share: the book's colours, numbers as in print, SVG by hand, canvases of the real size.

const DEEPEST = 0.8; // of the full colour, in which the data stand on the plane
const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element of an SVG.
 * @param {string} tag @param {Record<string, string | number>} attributes @param {Element} [parent] @param {string} [text]
 */
export function drawn(tag, attributes, parent, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  if (text !== undefined) made.textContent = text;
  parent?.append(made);
  return made;
}

/**
 * Make an element of HTML.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {Partial<HTMLElementTagNameMap[K]>} [properties] @param {Element} [parent]
 * @returns {HTMLElementTagNameMap[K]}
 */
export function html(tag, properties = {}, parent) {
  const made = Object.assign(document.createElement(tag), properties);
  parent?.append(made);
  return made;
}

/** The part of a page that has a mark. @param {ParentNode} root @param {string} name @returns {any} */
export function part(root, name) {
  const found = root.querySelector(`[data-part="${name}"]`);
  if (!found) throw new Error(`The page has no part ${name}.`);
  return found;
}

/** Say a text where it is not said already: what does not change is not announced. @param {Element} place @param {string} text */
export function put(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

/**
 * A canvas of a width and height in the page's pixels, as fine as the screen; what is drawn on it is in the page's pixels.
 * @param {HTMLCanvasElement} canvas @param {number} width @param {number} height
 */
export function sized(canvas, width, height) {
  const fine = Math.min(window.devicePixelRatio || 1, 2);
  const [across, down] = [Math.round(width * fine), Math.round(height * fine)];
  if (canvas.width !== across || canvas.height !== down) {
    Object.assign(canvas, { width: across, height: down });
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(fine, 0, 0, fine, 0, 0);
  return context;
}

/** The middle and the 10 and 90 % quantiles of numbers; those that are not finite are left out. @param {Iterable<number>} numbers */
export function quantiles(numbers) {
  const sorted = [...numbers].filter(Number.isFinite).sort((one, other) => one - other);
  const at = (/** @type {number} */ share) => {
    const place = share * (sorted.length - 1);
    const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
    return below + (above - below) * (place - Math.floor(place));
  };
  return sorted.length ? { low: at(0.1), middle: at(0.5), high: at(0.9) } : { low: NaN, middle: NaN, high: NaN };
}

/** Numbers that came as one row, or as rows of rows. @typedef {Float32Array | Float64Array} Row @param {any} value @returns {Row} */
export function flat(value) {
  if (value === null || value === undefined) return new Float32Array(0);
  if (value instanceof Float32Array || value instanceof Float64Array) return value;
  if (ArrayBuffer.isView(value)) return Float32Array.from(/** @type {any} */ (value));
  if (!Array.isArray(value)) return flat(value.data);
  if (typeof value[0] !== "object") return Float32Array.from(value, Number);
  const rows = value.map(flat);
  const all = new Float32Array(rows.reduce((sum, row) => sum + row.length, 0));
  let start = 0;
  for (const row of rows) {
    all.set(row, start);
    start += row.length;
  }
  return all;
}

/** The book's colours as numbers, and the scale from blue (below zero) over the paper to orange (above). */
export class Palette {
  /** @param {Element} host */
  constructor(host) {
    this.probe = html("span", { hidden: true }, host);
    this.table = new Uint32Array(511);
    /** @type {Record<string, string>} */
    this.named = {};
    this.read();
  }

  /** Read them anew: the reader may have turned the page dark. */
  read() {
    const rgb = (/** @type {string} */ name) => {
      this.probe.style.color = `var(--gl-${name})`;
      const colour = getComputedStyle(this.probe).color;
      this.named[name] = colour;
      return (colour.match(/[\d.]+/g) ?? ["0", "0", "0"]).slice(0, 3).map(Number);
    };
    const [paper, cold, warm] = ["paper", "blue", "orange"].map(rgb);
    ["ink", "quiet", "line", "edge", "red", "wash"].forEach(rgb);
    for (let k = 0; k < 511; k++) {
      const share = Math.abs(k - 255) / 255;
      const end = k < 255 ? cold : warm;
      const [red, green, blue] = paper.map((from, c) => Math.round(from + (end[c] - from) * share));
      this.table[k] = (255 << 24) | (blue << 16) | (green << 8) | red;
    }
  }

  /** The place in the table of a number between -1 and 1. @param {number} share */
  static place(share) {
    return share !== share ? 255 : share > 1 ? 510 : share < -1 ? 0 : Math.round(255 + 255 * share);
  }

  /** The colour of a number between -1 and 1. @param {number} share */
  css(share) {
    const colour = this.table[Palette.place(share)];
    return `rgb(${colour & 255} ${(colour >> 8) & 255} ${(colour >> 16) & 255})`;
  }
}

/** A picture of numbers, one pixel each, to be drawn at any size. */
export class Raster {
  /** @param {number} width @param {number} height */
  constructor(width, height) {
    this.canvas = Object.assign(document.createElement("canvas"), { width, height });
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    this.image = this.context.createImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  /**
   * Fill rows from numbers whose first row is the lowest of the plane.
   * @param {Palette} palette @param {Row} numbers @param {number} start @param {number} width @param {number} height
   * @param {number} scale the number that gets the full colour @param {number} top the row of this picture where it begins
   */
  plane(palette, numbers, start, width, height, scale, top = 0) {
    const { pixels } = this;
    const factor = 1 / (scale || 1);
    for (let row = 0; row < height; row++) {
      const from = start + (height - 1 - row) * width;
      const to = (top + row) * this.canvas.width;
      for (let k = 0; k < width; k++) pixels[to + k] = palette.table[Palette.place(bent(numbers[from + k] * factor))];
    }
  }

  show() {
    this.context.putImageData(this.image, 0, 0);
  }
}

/** Near zero a number's colour says most, and far out it grows no more. @param {number} number */
const bent = (number) => (DEEPEST * number) / Math.sqrt(1 + number * number);

/** The root of the mean square of finite numbers. @param {Row} numbers */
export function size(numbers) {
  let [sum, count] = [0, 0];
  for (const one of numbers)
    if (Number.isFinite(one)) {
      sum += one * one;
      count++;
    }
  return count ? Math.sqrt(sum / count) : 0;
}
