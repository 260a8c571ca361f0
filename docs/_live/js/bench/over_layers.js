// The charts over layers, as they are now: dead and saturated units, pre-activations, and how far a step goes.
import { Chart, LEFT, RIGHT, TOP } from "./chart.js";
import { part, put, quantiles } from "./draw.js";
import { CHARTS } from "./live_words.js";
import { number, percent, power } from "./sentence.js";

/** @typedef {import("./over_time.js").Records} Records */

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
      CHARTS.hidden,
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
      put(words, all[top] >= 0.005 ? CHARTS[/** @type {"dead" | "saturated"} */ (kind)] : "");
      words.setAttribute("text-anchor", "middle");
      words.setAttribute(
        "x",
        String(Math.min(Math.max(this.x((top + 0.5) / layers), LEFT + 34), this.width - RIGHT - 34)),
      );
      words.setAttribute("y", String(Math.max(this.y(all[top]) - 4, TOP + (kind === "dead" ? 10 : 24))));
    }
    const none = Math.max(...shares.dead, ...shares.saturated) < 0.005;
    put(this.caption, none ? CHARTS.none : CHARTS.shares);
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
    put(this.caption, CHARTS.hist(Number(this.select.value) + 1));
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
      CHARTS.layer,
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
    put(this.caption, CHARTS.ratio);
    this.svg.setAttribute("aria-label", CHARTS.ratio);
  }
}
