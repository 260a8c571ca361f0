// The charts beside the network: SVG by hand (text is text, and follows the page's colours), a canvas for the heat.
import { Palette, Raster, drawn, html, part, put, quantiles, sized } from "./draw.js";
import { number, percent, power } from "./sentence.js";

const WORDS = {
  step: "step",
  layer: "layer",
  hidden: "hidden layer",
  loss: (/** @type {number} */ seeds) =>
    `Each seed’s loss; the dark line is the shown one${seeds > 1 ? "" : ", the only one"}.`,
  accuracy: "Each seed’s share of right answers on the data that it is trained on.",
  heat: (/** @type {string} */ low, /** @type {string} */ high) =>
    `Gradient norm of each layer over that of the last layer, median of the seeds: blue smaller, down to ${low}; orange larger, up to ${high}.`,
  flow: "layer",
  shares: "Medians of the seeds.",
  none: "No unit is dead, none is saturated.",
  dead: "dead",
  saturated: "saturated",
  hist: (/** @type {number} */ layer) =>
    `Bars: what comes into the activation in layer ${layer}, on the data, for the shown seed. Line: the activation’s slope there.`,
  ratio: "Size of one step’s update over the size of the weights, median and 10–90 % of the seeds.",
};
const MOST = 600; // records kept: beyond, every second one goes
const HEIGHT = 190;
const LEFT = 46;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 34;
const RANGES = [1, 2, 3, 6, 12, 24]; // decades on either side of the heat's middle
const HEAT = 360; // columns of the heat

/** What was recorded in a run. */
export class Records {
  constructor() {
    /** @type {{ step: number, loss: import("./draw.js").Row, accuracy: import("./draw.js").Row, relative: Float32Array }[]} */
    this.all = [];
    this.every = 1;
    this.since = 0;
    this.loose = false;
  }

  /** @param {any} frame @param {number} layers */
  add(frame, layers) {
    if (this.loose || this.all.at(-1)?.step === frame.step) this.all.pop();
    this.loose = ++this.since < this.every; // the newest is there, but stays only as one of so many
    if (!this.loose) this.since = 0;
    const relative = Float32Array.from({ length: layers }, (_, layer) => {
      const ratios = frame.loss.map((/** @type {number} */ _loss, /** @type {number} */ seed) => {
        const [one, last] = [frame.gradient[seed * layers + layer], frame.gradient[(seed + 1) * layers - 1]];
        return last > 0 && last < Infinity ? Math.max(Math.log10(one / last), -99) : NaN;
      });
      return quantiles(ratios).middle;
    });
    this.all.push({ step: frame.step, loss: frame.loss, accuracy: frame.accuracy, relative });
    if (this.all.length <= MOST) return;
    this.all = this.all.filter((_, k) => k % 2 === 0 || k === this.all.length - 1);
    this.every *= 2;
  }
}

/** A picture with axes that are made anew only when they change. */
class Chart {
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

/** Lines of all seeds against the step. */
export class Lines extends Chart {
  /** @param {ParentNode} root @param {"loss" | "accuracy"} what */
  constructor(root, what) {
    super(part(root, what));
    this.what = what;
    this.caption = part(root, `${what}-caption`);
    this.log = what === "loss";
    if (what === "loss")
      part(root, "log").addEventListener("change", (/** @type {any} */ event) => {
        this.log = event.target.checked;
        this.redraw();
      });
  }

  /** @param {Records} records @param {number} shown @param {any} _frame */
  draw(records, shown, _frame) {
    const all = thinned(records.all, 240);
    const seeds = all[0]?.[this.what].length ?? 0;
    const figure = /** @type {HTMLElement} */ (this.host.closest("figure"));
    figure.hidden =
      this.what === "accuracy" && seeds > 0 && all.every((record) => record.accuracy.every((one) => one !== one));
    if (figure.hidden || !this.fit() || !seeds) return;
    const [low, high, ticks] = this.range(all);
    const end = Math.max(1, all[all.length - 1].step);
    this.axis(steps(end), ticks, WORDS.step);
    const place = (/** @type {number} */ value) => {
      const at = ((this.log ? Math.log10(value) : value) - low) / (high - low);
      return this.y(Math.max(-0.02, Math.min(1.02, at)));
    };
    const lines = this.marks("path", seeds, "gb-line");
    for (let seed = 0; seed < seeds; seed++) {
      let [path, pen] = ["", "M"];
      for (const record of all) {
        const value = record[this.what][seed];
        if (!Number.isFinite(value)) pen = "M";
        else {
          path += `${pen}${this.x(record.step / end)} ${place(value)}`;
          pen = "L";
        }
      }
      lines[seed].setAttribute("d", path || "M0 0");
      lines[seed].classList.toggle("gb-shown", seed === shown);
    }
    put(this.caption, this.what === "loss" ? WORDS.loss(seeds) : WORDS.accuracy);
    this.svg.setAttribute("aria-label", this.caption.textContent ?? "");
  }

  /** @param {Records["all"]} all @returns {[number, number, [number, string][]]} */
  range(all) {
    if (this.what === "accuracy") return [0, 1, [0, 0.5, 1].map((one) => [one, percent(one)])];
    let [least, most] = [Infinity, 0];
    for (const { loss } of all)
      for (const one of loss)
        if (one < Infinity) {
          if (one > 0 && one < least) least = one;
          if (one > most) most = one;
        }
    if (!(most > 0)) [least, most] = [0.1, 1];
    if (this.log) {
      const [low, high] = [
        Math.max(Math.floor(Math.log10(least)), Math.ceil(Math.log10(most)) - 12),
        Math.ceil(Math.log10(most) + 1e-9),
      ];
      const step = Math.max(1, Math.ceil((high - low) / 5));
      const marks = Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, k) => low + k * step);
      return [low, high, marks.map((one) => [(one - low) / (high - low), power(one)])];
    }
    const top = nice(most);
    return [0, top, [0, 0.5, 1].map((one) => [one, one ? number(one * top) : "0"])];
  }
}

/** Layers against time. */
export class Heat extends Chart {
  /** @param {ParentNode} root @param {Palette} palette */
  constructor(root, palette) {
    super(part(root, "heat"));
    this.palette = palette;
    this.canvas = html("canvas", { className: "gb-heat" });
    this.canvas.setAttribute("aria-hidden", "true");
    this.host.prepend(this.canvas);
    this.caption = part(root, "heat-caption");
    this.raster = new Raster(HEAT, 1);
  }

  /** @param {Records} records @param {number} _shown @param {any} _frame */
  draw(records, _shown, _frame) {
    const { all } = records;
    const layers = all[0]?.relative.length ?? 0;
    if (!this.fit() || !layers) return;
    const end = Math.max(1, all[all.length - 1].step);
    const stride = Math.max(1, Math.ceil(layers / 8));
    const names = Array.from({ length: layers }, (_, k) => k).filter((k) => k % stride === 0);
    this.axis(
      steps(end),
      names.map((k) => [1 - (k + 0.5) / layers, String(k + 1)]),
      WORDS.step,
    );
    if (this.raster.canvas.height !== layers) this.raster = new Raster(HEAT, layers);
    let far = 0;
    for (const { relative } of all) for (const one of relative) if (Math.abs(one) > far) far = Math.abs(one);
    const reach = RANGES.find((one) => far <= one) ?? RANGES[RANGES.length - 1];
    const { table } = this.palette;
    for (let column = 0, record = 0; column < HEAT; column++) {
      const step = (end * column) / (HEAT - 1);
      while (record < all.length - 1 && all[record + 1].step <= step) record++;
      for (let layer = 0; layer < layers; layer++)
        this.raster.pixels[layer * HEAT + column] = table[Palette.place(all[record].relative[layer] / reach)];
    }
    this.raster.show();
    const [wide, high] = [this.width - LEFT - RIGHT, HEIGHT - TOP - BOTTOM];
    const context = sized(this.canvas, wide, high);
    this.canvas.style.left = `${LEFT}px`;
    this.canvas.style.top = `${TOP}px`;
    context.imageSmoothingEnabled = false;
    context.drawImage(this.raster.canvas, 0, 0, wide, high);
    put(this.caption, WORDS.heat(power(-reach), power(reach)));
    this.svg.setAttribute("aria-label", this.caption.textContent ?? "");
  }
}

/** Dead and saturated units of each hidden layer. */
export class Shares extends Chart {
  /** @param {ParentNode} root */
  constructor(root) {
    super(part(root, "shares"));
    this.caption = part(root, "shares-caption");
  }

  /** @param {Records} _records @param {number} _shown @param {any} frame */
  draw(_records, _shown, frame) {
    const seeds = frame.loss.length;
    const layers = frame.dead.length / seeds;
    if (!this.fit() || !layers) return;
    const middles = (/** @type {Float32Array} */ all) =>
      Array.from({ length: layers }, (_, layer) => {
        const { middle } = quantiles(Array.from({ length: seeds }, (__, seed) => all[seed * layers + layer]));
        return middle > 0 ? middle : 0;
      });
    const shares = { dead: middles(frame.dead), saturated: middles(frame.saturated) };
    const stride = Math.max(1, Math.ceil(layers / 12));
    const names = Array.from({ length: layers }, (_, k) => k).filter((k) => k % stride === 0);
    this.axis(
      names.map((k) => [(k + 0.5) / layers, String(k + 1)]),
      [0, 0.5, 1].map((one) => [one, percent(one)]),
      WORDS.hidden,
    );
    for (const [kind, all] of Object.entries(shares))
      this.marks("rect", layers, `gb-${kind}`).forEach((bar, k) => {
        const half = (this.x(1) - this.x(0)) / layers / 2;
        const side = kind === "dead" ? this.x(k / layers) + half * 0.15 : this.x(k / layers) + half;
        const box = { x: side, y: this.y(all[k]), width: half * 0.8, height: this.y(0) - this.y(all[k]) };
        for (const [name, value] of Object.entries(box)) bar.setAttribute(name, String(Math.max(0, value)));
      });
    const most = (/** @type {number[]} */ all) => all.indexOf(Math.max(...all));
    for (const [kind, all] of Object.entries(shares)) {
      const [words] = this.marks("text", 1, `gb-name-${kind}`);
      const top = most(all);
      put(words, all[top] >= 0.005 ? WORDS[/** @type {"dead" | "saturated"} */ (kind)] : "");
      words.setAttribute("text-anchor", "middle");
      words.setAttribute(
        "x",
        String(Math.min(Math.max(this.x((top + 0.5) / layers), LEFT + 34), this.width - RIGHT - 34)),
      );
      words.setAttribute("y", String(Math.max(this.y(all[top]) - 4, TOP + (kind === "dead" ? 10 : 24))));
    }
    const none = Math.max(...shares.dead, ...shares.saturated) < 0.005;
    put(this.caption, none ? WORDS.none : WORDS.shares);
    this.svg.setAttribute("aria-label", this.caption.textContent ?? "");
  }
}

/** What comes into the activation of a layer, over its slope. */
export class Histogram extends Chart {
  /** @param {ParentNode} root */
  constructor(root) {
    super(part(root, "hist"));
    this.caption = part(root, "hist-caption");
    this.select = part(root, "hist-layer");
    this.select.addEventListener("change", () => this.redraw());
  }

  /** @param {number} hidden */
  begin(hidden) {
    if (this.select.options.length === hidden) return;
    this.select.replaceChildren(...Array.from({ length: hidden }, (_, k) => new Option(String(k + 1), String(k))));
  }

  /** @param {Records} _records @param {number} _shown @param {any} frame */
  draw(_records, _shown, frame) {
    const counts = frame.histogram[Number(this.select.value)];
    if (!this.fit() || !counts) return;
    const slopes = frame.slope;
    let [most, steepest, least] = [1, 1e-9, 0];
    for (const one of counts) most = Math.max(most, one);
    for (const one of slopes)
      if (Number.isFinite(one)) [steepest, least] = [Math.max(steepest, one), Math.min(least, one)];
    const place = (/** @type {number} */ slope) => (slope - least) / (steepest - least);
    const ticks = [...new Set([least, 0, steepest])].map((one) => [place(one), one ? number(one) : "0"]);
    this.axis(
      [-4, -2, 0, 2, 4].map((one) => [(one + 4) / 8, String(one).replace("-", "−")]),
      /** @type {[number, string][]} */ (ticks),
      "",
    );
    const step = (this.x(1) - this.x(0)) / counts.length;
    this.marks("rect", counts.length, "gb-count").forEach((bar, k) => {
      const high = (this.y(0) - this.y(1)) * (counts[k] / most);
      const box = { x: this.x(k / counts.length), y: this.y(0) - high, width: Math.max(1, step - 1), height: high };
      for (const [name, value] of Object.entries(box)) bar.setAttribute(name, String(value));
    });
    const [line] = this.marks("path", 1, "gb-slope");
    let [path, pen] = ["", "M"];
    slopes.forEach((/** @type {number} */ one, /** @type {number} */ k) => {
      if (Number.isFinite(one)) path += `${pen}${this.x(k / (slopes.length - 1))} ${this.y(place(one))}`;
      pen = Number.isFinite(one) ? "L" : "M";
    });
    line.setAttribute("d", path || "M0 0");
    put(this.caption, WORDS.hist(Number(this.select.value) + 1));
    this.svg.setAttribute("aria-label", this.caption.textContent ?? "");
  }
}

/** How much a step changes the weights of each layer. */
export class Ratio extends Chart {
  /** @param {ParentNode} root */
  constructor(root) {
    super(part(root, "ratio"));
    this.caption = part(root, "ratio-caption");
  }

  /** @param {Records} _records @param {number} _shown @param {any} frame */
  draw(_records, _shown, frame) {
    const seeds = frame.loss.length;
    const layers = frame.ratio.length / seeds;
    if (!this.fit() || !layers) return;
    const found = Array.from({ length: layers }, (_, layer) =>
      quantiles(Array.from({ length: seeds }, (__, seed) => Math.log10(frame.ratio[seed * layers + layer]))),
    );
    const ends = found.flatMap(({ low, high }) => [low, high]).filter(Number.isFinite);
    const low = Math.min(-5, Math.floor(Math.min(...ends)));
    const high = Math.max(0, Math.ceil(Math.max(...ends)));
    const stride = Math.max(1, Math.ceil((high - low) / 5));
    const marks = Array.from({ length: Math.floor((high - low) / stride) + 1 }, (_, k) => high - k * stride);
    const every = Math.max(1, Math.ceil(layers / 12));
    const names = Array.from({ length: layers }, (_, k) => k).filter((k) => k % every === 0);
    const place = (/** @type {number} */ one) => (one - low) / (high - low);
    this.axis(
      names.map((k) => [(k + 0.5) / layers, String(k + 1)]),
      marks.map((one) => [place(one), power(one)]),
      WORDS.layer,
    );
    const bars = this.marks("path", layers, "gb-range");
    this.marks("circle", layers, "gb-middle").forEach((dot, k) => {
      const { low: from, middle, high: to } = found[k];
      const x = this.x((k + 0.5) / layers);
      const there = Number.isFinite(middle);
      for (const [name, value] of Object.entries({ cx: x, cy: there ? this.y(place(middle)) : 0, r: there ? 4 : 0 }))
        dot.setAttribute(name, String(value));
      bars[k].setAttribute("d", there ? `M${x} ${this.y(place(from))}V${this.y(place(to))}` : "M0 0");
    });
    put(this.caption, WORDS.ratio);
    this.svg.setAttribute("aria-label", WORDS.ratio);
  }
}

/** Steps to write under an axis. @param {number} end @returns {[number, string][]} */
function steps(end) {
  const [first, second, third] = [0, nice(end / 2, Math.floor), end];
  return [first, second, third]
    .filter((one, k, all) => all.indexOf(one) === k && Number.isInteger(one))
    .map((one) => [one / end, one.toLocaleString("en").replaceAll(",", "\u202f")]);
}

/** A round number near another. @param {number} value @param {(number: number) => number} [round] */
function nice(value, round = Math.ceil) {
  if (!(value > 0)) return 0;
  const unit = 10 ** Math.floor(Math.log10(value));
  return Math.max(0, round((2 * value) / unit) / 2) * unit;
}

/** Every so many of a row, the last one among them. @template T @param {T[]} all @param {number} most @returns {T[]} */
function thinned(all, most) {
  const every = Math.ceil(all.length / most);
  return every < 2 ? all : all.filter((_, k) => k % every === 0 || k === all.length - 1);
}
