// The main picture: every unit with its own map of the plane, weights as lines; a unit is chosen, a weight edited, where it stands.
import { Palette, Raster, html, part, put, size, sized } from "./draw.js";
import { ROWS, across, along, curve, grid } from "./columns.js";
import { WeightEditor } from "./weights.js";

const WORDS = {
  unit: (/** @type {number} */ layer, /** @type {number} */ unit) => `Layer ${layer}, unit ${unit + 1}`,
  maps: "Each unit’s own map of the plane: blue below zero, orange above.",
  lines: "Each unit’s value over the input.",
  pictures: "Each unit’s own weights: those of the first layer as pictures of 8 × 8 pixels.",
  weights: "Lines are weights: orange positive, blue negative, the larger the thicker.",
  fade: "A unit is the paler, the smaller the gradient that arrives at it: full as in the last hidden layer, half a hundredth of that, gone a ten-thousandth.",
  evenly: "evenly, all depths",
  from: (/** @type {number} */ first, /** @type {number} */ last) => `${first} to ${last}`,
  one: (/** @type {number} */ layer) => `${layer}`,
  columns: (/** @type {number} */ shown, /** @type {number} */ all) => `${shown} of ${all} hidden layers are shown.`,
  units: (/** @type {number} */ shown, /** @type {number} */ all) => `${shown} of ${all} units a layer are shown.`,
  largest: (/** @type {number} */ shown, /** @type {number} */ all) =>
    `${shown} of ${all} weights are drawn: the largest of each layer.`,
  source: (/** @type {number} */ layer, /** @type {number} */ source, /** @type {number} */ inputs) =>
    layer ? `unit ${source + 1} of layer ${layer}` : inputs > 2 ? `pixel ${source + 1}` : `input ${source + 1}`,
  bias: "bias",
  out: (/** @type {number} */ unit) => `output ${unit + 1}`,
};
const MAP = 20; // units' maps have 20 × 20 numbers
const LINE = 60; // or 60 over one input
const DRAWN = 400; // weights
const NARROW = 560; // below, one layer at a time
const LINES = 250; // milliseconds between two drawings of the weights, which cost most and change least
const FADED = 4; // decades from full to gone

/**
 * @typedef {import("./columns.js").Column} Column
 * @typedef {import("./columns.js").Line} Line
 * @typedef {{ choose: (layer: number, unit: number, passing: boolean) => void, leave: () => void, edit: (layer: number, unit: number, source: number, value: number) => void, redraw: () => void }} Asked
 */

export class Network {
  /** @param {ParentNode} root @param {Palette} palette @param {Asked} asked */
  constructor(root, palette, asked) {
    this.palette = palette;
    this.asked = asked;
    this.host = part(root, "net-host");
    this.canvas = /** @type {HTMLCanvasElement} */ (part(root, "net"));
    this.below = /** @type {HTMLCanvasElement} */ (part(root, "lines"));
    this.overlay = part(root, "units");
    this.caption = part(root, "net-caption");
    this.leftOut = part(root, "left-out");
    this.select = part(root, "columns");
    this.field = part(root, "columns-field");
    this.editor = new WeightEditor(root, this);
    this.fade = false;
    this.sizes = /** @type {number[]} */ ([]);
    this.columns = /** @type {Column[]} */ ([]);
    this.lines = /** @type {Line[]} */ ([]);
    this.chosen = /** @type {[number, number] | null} */ (null);
    this.hovered = /** @type {Line | null} */ (null);
    this.frame = /** @type {any} */ (null);
    this.since = -Infinity; // when the weights were drawn
    this.select.addEventListener("change", () => this.lay());
    for (const button of root.querySelectorAll("[data-fade]"))
      button.addEventListener("click", () => {
        this.fade = button.getAttribute("data-fade") === "gradient";
        for (const one of root.querySelectorAll("[data-fade]"))
          one.setAttribute("aria-pressed", String(one === button));
        this.words();
        this.draw();
      });
    this.canvas.addEventListener("pointermove", (event) => this.hover(this.near(event.offsetX, event.offsetY)));
    this.canvas.addEventListener("pointerleave", () => this.hover(null));
    this.canvas.addEventListener("click", (event) => {
      const line = this.near(event.offsetX, event.offsetY, 10);
      if (line) this.editor.open(line.layer, line.unit, line.source, event.offsetX, event.offsetY);
    });
    this.overlay.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.walk(event));
    new ResizeObserver(() => this.sizes.length && this.host.clientWidth !== this.width && this.lay()).observe(
      this.host,
    );
    this.width = 0;
    this.offered = "";
  }

  /** Another network. @param {number[]} sizes */
  begin(sizes) {
    const other = String(sizes) !== String(this.sizes);
    this.sizes = sizes;
    this.rasters = sizes.map((units) => new Raster(MAP, MAP * Math.max(1, units)));
    if (other) {
      this.chosen = null;
      this.editor.close();
    }
    this.lay(other);
  }

  get inputs() {
    return this.sizes[0];
  }

  get hidden() {
    return this.sizes.length - 2;
  }

  /** Choose what is shown, and where. @param {boolean} [other] whether the network is another one */
  lay(other = false) {
    this.width = this.host.clientWidth;
    if (!this.width || !this.sizes.length) return;
    const narrow = this.width < NARROW;
    const rows = Math.max(1, Math.min(ROWS, Math.max(...this.sizes.slice(1, -1), this.sizes.at(-1) ?? 1)));
    const height = Math.round(Math.min(Math.max(this.width * 0.74, 340), 620));
    const pitch = 56;
    const most = narrow ? 1 : Math.max(2, Math.floor((this.width - 150) / pitch));
    const layers = this.offer(most, narrow, other);
    this.columns = narrow
      ? grid(this.sizes, this.width, layers[0] ?? 0)
      : across(this.sizes, this.width, layers, rows, height);
    const tall = narrow ? Math.max(...this.columns.flatMap(({ ys, side }) => ys.map((y) => y + side))) + 4 : height;
    this.height = Math.max(tall, 120);
    this.context = sized(this.canvas, this.width, this.height);
    this.under = sized(this.below, this.width, this.height);
    this.host.style.height = `${this.height}px`;
    this.buttons();
    this.words();
    this.draw();
  }

  /** Which hidden layers are shown, of what the reader can choose from. @param {number} most @param {boolean} narrow @param {boolean} other */
  offer(most, narrow, other) {
    const all = Array.from({ length: this.hidden }, (_, k) => k + 1);
    this.field.hidden = all.length <= most;
    if (all.length <= most) return all;
    const starts = all.filter((_, k) => k % most === 0);
    const key = `${all.length}/${most}`;
    if (this.offered !== key || other) {
      this.offered = key;
      const ranges = starts.map((first) => {
        const last = Math.min(first + most - 1, all.length);
        return new Option(narrow ? WORDS.one(first) : WORDS.from(first, last), String(first));
      });
      this.select.replaceChildren(...(narrow ? [] : [new Option(WORDS.evenly, "0")]), ...ranges);
    }
    const first = Number(this.select.value);
    if (first) return all.slice(first - 1, first - 1 + most);
    return all.filter((_, k) => {
      const at = Math.round((k * (most - 1)) / (all.length - 1)); // the layer nearest to each of the places
      return Math.round((at * (all.length - 1)) / (most - 1)) === k;
    });
  }

  /** A button over each unit, so that keys and screen readers reach it. */
  buttons() {
    const had = this.overlay.contains(document.activeElement);
    const hidden = this.columns.filter(({ layer }) => layer > 0 && layer < this.sizes.length - 1);
    const made = hidden.flatMap(({ layer, units, x, xs, ys, side }) =>
      units.map((unit, k) => {
        const button = html("button", { type: "button", className: "gb-unit" });
        button.setAttribute("aria-label", WORDS.unit(layer, unit));
        Object.assign(button.dataset, { layer, unit });
        const style = { left: xs?.[k] ?? x, top: ys[k], width: side, height: side };
        for (const [name, value] of Object.entries(style)) button.style.setProperty(name, `${value}px`);
        button.addEventListener("pointerenter", (event) => {
          if (event.pointerType === "mouse") this.asked.choose(layer, unit, true);
        });
        button.addEventListener("pointerleave", () => this.asked.leave());
        button.addEventListener("focus", () => button.matches(":focus-visible") && this.choose(layer, unit));
        button.addEventListener("click", () => this.choose(layer, unit));
        return button;
      }),
    );
    this.overlay.replaceChildren(...made);
    this.mark();
    if (had) this.current()?.focus();
  }

  /** The button of the chosen unit, or the first. @returns {HTMLButtonElement | null} */
  current() {
    const [layer, unit] = this.chosen ?? [];
    return (
      this.overlay.querySelector(`[data-layer="${layer}"][data-unit="${unit}"]`) ?? this.overlay.querySelector("button")
    );
  }

  /** Say which unit is chosen; the Tab key stops at one. */
  mark() {
    const current = this.current();
    for (const button of this.overlay.children) {
      button.setAttribute("aria-pressed", String(this.chosen !== null && button === current));
      button.tabIndex = button === current ? 0 : -1;
    }
  }

  /** Take a unit to the large plane, or none. @param {number} layer @param {number} [unit] */
  choose(layer, unit = 0) {
    this.chosen = layer ? /** @type {[number, number]} */ ([layer, unit]) : null;
    this.mark();
    if (layer) this.asked.choose(layer, unit, false);
    this.draw();
  }

  /** Arrow keys go from unit to unit. @param {KeyboardEvent} event */
  walk(event) {
    const button = /** @type {HTMLElement} */ (event.target);
    const hidden = this.columns.filter(({ layer }) => layer > 0 && layer < this.sizes.length - 1);
    const column = hidden.findIndex(({ layer }) => layer === Number(button.dataset.layer));
    const row = hidden[column]?.units.indexOf(Number(button.dataset.unit)) ?? -1;
    const many = hidden[column]?.xs ? Math.round(this.width / (hidden[column].side + 6)) : 0;
    const [down, along] = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[
      event.key
    ] ?? [0, 0];
    if (row < 0 || (!down && !along)) return;
    event.preventDefault();
    const to = hidden[column + (many ? 0 : along)] ?? hidden[column];
    const unit = to.units[Math.max(0, Math.min(row + (many ? down * many + along : down), to.units.length - 1))];
    /** @type {HTMLElement | null} */ (
      this.overlay.querySelector(`[data-layer="${to.layer}"][data-unit="${unit}"]`)
    )?.focus();
  }

  /** Say what the picture shows, and what it leaves out. */
  words() {
    const base = this.inputs === 1 ? WORDS.lines : this.inputs === 2 ? WORDS.maps : WORDS.pictures;
    const told = [base, ...(this.pairs().length ? [WORDS.weights] : []), ...(this.fade ? [WORDS.fade] : [])];
    put(this.caption, told.join(" "));
    const hidden = this.columns.filter(({ layer }) => layer > 0 && layer < this.sizes.length - 1);
    const said = [];
    if (hidden.length < this.hidden) said.push(WORDS.columns(hidden.length, this.hidden));
    if (hidden.length && hidden[0].units.length < this.sizes[1])
      said.push(WORDS.units(hidden[0].units.length, this.sizes[1]));
    const joined = this.pairs().map(([from, to]) => this.weightsBetween(from, to));
    const all = joined.reduce((sum, count) => sum + count, 0);
    if (all > DRAWN && joined.length)
      said.push(
        WORDS.largest(
          joined.reduce((sum, count) => sum + Math.min(count, this.share()), 0),
          all,
        ),
      );
    put(this.leftOut, said.join(" "));
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
    if (!frame || !context || !this.under || !this.height) return;
    context.clearRect(0, 0, this.width, this.height);
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
      this.inputs === 2 ? ["x₁", "x₂"] : this.inputs === 1 ? ["x"] : ["8×8"],
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
    const names = units.length === 10 ? units.map(String) : units.length === 2 ? ["", ""] : ["y"];
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

  /** The line at a place. @param {number} x @param {number} y @param {number} [reach] */
  near(x, y, reach = 5) {
    let [best, least] = [/** @type {Line | null} */ (null), reach];
    for (const line of this.lines) {
      const [[left, up], [right, down]] = [line.from, line.to];
      if (x < left || x > right) continue;
      const share = along((x - left) / (right - left));
      const away = Math.abs(y - (up + (down - up) * share * share * (3 - 2 * share)));
      if (away < least) [best, least] = [line, away];
    }
    return best;
  }

  /** @param {Line | null} line */
  hover(line) {
    const same =
      line?.layer === this.hovered?.layer && line?.unit === this.hovered?.unit && line?.source === this.hovered?.source;
    this.canvas.classList.toggle("gb-over-line", line !== null);
    if (same) return;
    this.hovered = line;
    this.canvas.title = line ? `${this.name(line.layer, line.source)} → ${this.into(line.layer, line.unit)}` : "";
    this.asked.redraw();
  }

  /** @param {number} layer of weights @param {number} unit */
  into(layer, unit) {
    return layer === this.sizes.length - 2 ? WORDS.out(unit) : WORDS.unit(layer + 1, unit);
  }

  /** @param {number} layer of weights @param {number} source */
  name(layer, source) {
    return source < 0 ? WORDS.bias : WORDS.source(layer, source, this.inputs);
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
