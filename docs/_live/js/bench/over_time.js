// The charts over time: loss and accuracy of all seeds, and the gradients of all layers, on a canvas.
import { BOTTOM, Chart, HEIGHT, LEFT, RIGHT, TOP } from "./chart.js";
import { Palette, Raster, html, part, put, quantiles, sized } from "./draw.js";
import { CHARTS } from "./live_words.js";
import { number, percent, power, whole } from "./sentence.js";

const MOST = 600; // records kept: beyond, every second one goes
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
    this.axis(steps(end), ticks, CHARTS.step);
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
    put(this.caption, this.what === "loss" ? CHARTS.loss(seeds) : CHARTS.accuracy);
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
      CHARTS.step,
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
    put(this.caption, CHARTS.heat(power(-reach), power(reach)));
    this.svg.setAttribute("aria-label", this.caption.textContent ?? "");
  }
}

/** Steps to write under an axis. @param {number} end @returns {[number, string][]} */
function steps(end) {
  const [first, second, third] = [0, nice(end / 2, Math.floor), end];
  return [first, second, third]
    .filter((one, k, all) => all.indexOf(one) === k && Number.isInteger(one))
    .map((one) => [one / end, whole(one)]);
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
