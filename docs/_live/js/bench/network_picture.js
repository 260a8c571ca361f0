// The picture of the network, drawn on two canvases: lines for weights below, and a map of its own for every unit.
import { Palette, Raster, part, size } from "./draw.js";
import { curve } from "./columns.js";
import { NETWORK } from "./live_words.js";

const MAP = 20; // units' maps have 20 × 20 numbers
const DRAWN = 400; // weights
const LINE = 60; // or 60 over one input
const LINES = 250; // milliseconds between two drawings of the weights, which cost most and change least
const FADED = 4; // decades from full to gone

/**
 * @typedef {import("./columns.js").Column} Column
 * @typedef {import("./columns.js").Line} Line
 */

/** What is drawn of a network; what a reader does to it is network.js's. */
export class NetworkPicture {
  fade = false;
  width = 0;
  height = 0;
  sizes = /** @type {number[]} */ ([]);
  columns = /** @type {Column[]} */ ([]);
  lines = /** @type {Line[]} */ ([]);
  rasters = /** @type {Raster[]} */ ([]);
  chosen = /** @type {[number, number] | null} */ (null);
  hovered = /** @type {Line | null} */ (null);
  frame = /** @type {any} */ (null);
  context = /** @type {CanvasRenderingContext2D | null} */ (null);
  under = /** @type {CanvasRenderingContext2D | null} */ (null);
  since = -Infinity; // when the weights were drawn

  /** @param {ParentNode} root @param {Palette} palette */
  constructor(root, palette) {
    this.palette = palette;
    this.host = part(root, "net-host");
  }

  /** Be the picture of a network; return whether it is of other sizes. @param {number[]} sizes */
  become(sizes) {
    const other = String(sizes) !== String(this.sizes);
    this.sizes = sizes;
    this.rasters = sizes.map((units) => new Raster(MAP, MAP * Math.max(1, units)));
    return other;
  }

  /** Draw a line darker than the others, or none. @param {Line | null} line */
  point(line) {
    this.hovered = line;
  }

  get inputs() {
    return this.sizes[0];
  }

  get hidden() {
    return this.sizes.length - 2;
  }

  /** Columns with lines between them: those of neighbouring layers. @returns {[Column, Column][]} */
  pairs() {
    const { columns } = this;
    return columns
      .slice(1)
      .map((to, k) => /** @type {[Column, Column]} */ ([columns[k], to]))
      .filter(([from, to]) => to.layer === from.layer + 1 && !(from.layer === 0 && this.inputs > 2));
  }

  /** @param {Column} from @param {Column} to */
  weightsBetween(from, to) {
    return from.units.length * to.units.length;
  }

  /** How many weights of a layer are drawn. */
  share() {
    return Math.max(16, Math.round(DRAWN / Math.max(1, this.pairs().length)));
  }

  /** Draw a frame, or the last one again; the weights only now and then, unless all is asked for. @param {any} [frame] @param {boolean} [all] */
  draw(frame = this.frame, all = true) {
    this.frame = frame;
    const { context } = this;
    if (!context || !this.under || !this.height) return;
    context.clearRect(0, 0, this.width, this.height);
    if (!frame) return this.under.clearRect(0, 0, this.width, this.height); // that of the network before
    if (all || performance.now() - this.since > LINES) {
      this.since = performance.now();
      this.under.clearRect(0, 0, this.width, this.height);
      this.drawLines(this.under, frame);
    }
    this.drawHovered(context);
    for (const column of this.columns) this.drawColumn(context, frame, column);
  }

  /** @param {CanvasRenderingContext2D} context @param {any} frame */
  drawLines(context, frame) {
    this.lines = [];
    const share = this.share();
    for (const [from, to] of this.pairs()) {
      const weights = frame.weights[from.layer];
      const sources = this.sizes[from.layer];
      const found = [];
      let largest = 0;
      for (const [row, unit] of to.units.entries())
        for (const [line, source] of from.units.entries()) {
          const weight = weights[unit * sources + source];
          const much = Math.abs(weight);
          if (much > largest && much < Infinity) largest = much;
          if (weight === weight) found.push({ weight, much, unit, source, row, line });
        }
      const limit =
        found.length > share ? Float32Array.from(found, ({ much }) => much).sort()[found.length - share] : 0;
      const passes = /** @type {Map<number, Path2D>} */ (new Map());
      for (const one of found) {
        if (one.much < limit || !one.much) continue;
        const start = /** @type {[number, number]} */ ([from.x + from.side, from.ys[one.line] + from.side / 2]);
        const end = /** @type {[number, number]} */ ([to.x, to.ys[one.row] + to.side / 2]);
        this.lines.push({ layer: from.layer, unit: one.unit, source: one.source, from: start, to: end });
        const step = Math.max(1, Math.ceil((6 * one.much) / (largest || 1))) * (one.weight < 0 ? -1 : 1);
        const path = passes.get(step) ?? new Path2D();
        passes.set(step, path);
        curve(path, start, end);
      }
      for (const [step, path] of [...passes].sort(([one], [other]) => Math.abs(one) - Math.abs(other))) {
        context.strokeStyle = this.palette.css(Math.sign(step));
        context.globalAlpha = 0.25 + 0.1 * Math.abs(step);
        context.lineWidth = 0.35 + 0.65 * (Math.abs(step) - 0.5);
        context.stroke(path);
      }
    }
    context.globalAlpha = 1;
  }

  /** @param {CanvasRenderingContext2D} context */
  drawHovered(context) {
    if (!this.hovered) return;
    const path = new Path2D();
    curve(path, this.hovered.from, this.hovered.to);
    context.strokeStyle = this.palette.named.ink;
    context.lineWidth = 2;
    context.stroke(path);
  }

  /** @param {CanvasRenderingContext2D} context @param {any} frame @param {Column} column */
  drawColumn(context, frame, column) {
    const { layer, units, side, ys } = column;
    const x = (/** @type {number} */ k) => column.xs?.[k] ?? column.x;
    if (layer === this.sizes.length - 1) return this.drawOutputs(context, column);
    if (layer === 0) return this.drawInputs(context, column);
    const numbers = this.numbers(frame, layer);
    const scale = size(numbers.values) || 1;
    const raster = /** @type {Raster[]} */ (this.rasters)[layer];
    if (numbers.plane) {
      if (numbers.width !== raster.canvas.width)
        /** @type {Raster[]} */ (this.rasters)[layer] = new Raster(numbers.width, numbers.height * this.sizes[layer]);
      const fresh = /** @type {Raster[]} */ (this.rasters)[layer];
      const each = numbers.width * numbers.height;
      for (const unit of units)
        fresh.plane(
          this.palette,
          numbers.values,
          unit * each,
          numbers.width,
          numbers.height,
          scale,
          unit * numbers.height,
        );
      fresh.show();
    }
    context.imageSmoothingEnabled = this.inputs === 2;
    for (const [k, unit] of units.entries()) {
      context.globalAlpha = this.fade ? this.shown(frame, layer, unit) : 1;
      if (numbers.plane) {
        const { canvas } = /** @type {Raster[]} */ (this.rasters)[layer];
        const { width, height } = numbers;
        context.drawImage(canvas, 0, unit * height, width, height, x(k), ys[k], side, side);
      } else {
        context.fillStyle = this.palette.named.paper;
        context.fillRect(x(k), ys[k], side, side);
        this.drawLine(context, numbers.values, unit, x(k), ys[k], side, scale);
      }
      context.globalAlpha = 1;
      const chosen = this.chosen?.[0] === layer && this.chosen[1] === unit;
      context.strokeStyle = chosen ? this.palette.named.ink : this.palette.named.edge;
      context.lineWidth = chosen ? 3 : 1;
      context.strokeRect(x(k) - 0.5, ys[k] - 0.5, side + 1, side + 1);
    }
  }

  /**
   * What stands for the units of a layer: their maps of the plane, their lines over one input, or their own weights.
   * @param {any} frame @param {number} layer
   */
  numbers(frame, layer) {
    if (this.inputs <= 2) return { values: frame.maps[layer - 1], plane: this.inputs === 2, width: MAP, height: MAP };
    const sources = this.sizes[layer - 1];
    const width = layer === 1 && sources === 64 ? 8 : Math.ceil(Math.sqrt(sources));
    const height = Math.ceil(sources / width);
    if (width * height === sources)
      return { values: turned(frame.weights[layer - 1], width, height), plane: true, width, height };
    const padded = new Float32Array(this.sizes[layer] * width * height);
    for (let unit = 0; unit < this.sizes[layer]; unit++)
      padded.set(frame.weights[layer - 1].subarray(unit * sources, (unit + 1) * sources), unit * width * height);
    return { values: turned(padded, width, height), plane: true, width, height };
  }

  /** How much of a unit is seen by its gradient. @param {any} frame @param {number} layer @param {number} unit */
  shown(frame, layer, unit) {
    const last = frame.unit_delta[this.hidden - 1];
    let largest = 0;
    for (const one of last) if (one > largest && one < Infinity) largest = one;
    const much = frame.unit_delta[layer - 1][unit] / (largest || 1);
    if (!(much > 0)) return 0.04;
    return Math.max(0.04, Math.min(1, 1 + Math.log10(much) / FADED));
  }

  /** @param {CanvasRenderingContext2D} context @param {import("./draw.js").Row} values @param {number} unit @param {number} x @param {number} y @param {number} side @param {number} scale */
  drawLine(context, values, unit, x, y, side, scale) {
    context.strokeStyle = this.palette.named.ink;
    context.lineWidth = 1.4;
    context.beginPath();
    for (let k = 0; k < LINE; k++) {
      const value = Math.max(-1, Math.min(1, values[unit * LINE + k] / (2.5 * scale)));
      context.lineTo(x + (side * k) / (LINE - 1), y + (side * (1 - value)) / 2);
    }
    context.stroke();
  }

  /** @param {CanvasRenderingContext2D} context @param {Column} column */
  drawInputs(context, { side, x, ys }) {
    const { palette } = this;
    for (const [k, y] of ys.entries()) {
      const along = this.inputs === 2 && k === 1 ? [x, y + side, x, y] : [x, y, x + side, y];
      const fill = context.createLinearGradient(along[0], along[1], along[2], along[3]);
      [-1, 0, 1].forEach((share) => fill.addColorStop((share + 1) / 2, palette.css(share * 0.8)));
      context.fillStyle = this.inputs > 2 ? palette.named.wash : fill;
      context.fillRect(x, y, side, side);
      context.strokeStyle = palette.named.edge;
      context.lineWidth = 1;
      context.strokeRect(x - 0.5, y - 0.5, side + 1, side + 1);
    }
    this.label(
      context,
      x - 6,
      ys.map((y) => y + side / 2),
      "end",
      this.inputs === 2 ? NETWORK.axes : [this.inputs === 1 ? NETWORK.axis : NETWORK.image],
    );
  }

  /** @param {CanvasRenderingContext2D} context @param {Column} column */
  drawOutputs(context, { side, x, ys, units }) {
    const { palette } = this;
    const radius = Math.min(side, 22) / 2;
    for (const [k, y] of ys.entries()) {
      context.beginPath();
      context.arc(x + radius, y + side / 2, radius, 0, 7);
      context.fillStyle = units.length === 2 ? palette.css(k ? 0.9 : -0.9) : palette.named.wash;
      context.fill();
      context.strokeStyle = palette.named.edge;
      context.lineWidth = 1;
      context.stroke();
    }
    const names = units.length === 10 ? units.map(String) : units.length === 2 ? ["", ""] : [NETWORK.output];
    this.label(
      context,
      x + 2 * radius + 6,
      ys.map((y) => y + side / 2),
      "start",
      names,
    );
  }

  /** @param {CanvasRenderingContext2D} context @param {number} x @param {number[]} ys @param {CanvasTextAlign} align @param {string[]} names */
  label(context, x, ys, align, names) {
    context.fillStyle = this.palette.named.ink;
    context.font = `15px ${getComputedStyle(this.host).fontFamily}`;
    Object.assign(context, { textAlign: align, textBaseline: "middle" });
    ys.forEach((y, k) => context.fillText(names[k] ?? "", x, y));
  }
}

/** A picture's first row is its highest, that of a plane its lowest. @param {import("./draw.js").Row} values @param {number} width @param {number} height */
function turned(values, width, height) {
  const made = new Float32Array(values.length);
  for (let row = 0; row < values.length / width; row++) {
    const first = Math.floor(row / height) * height;
    made.set(values.subarray(row * width, (row + 1) * width), (2 * first + height - 1 - row) * width);
  }
  return made;
}
