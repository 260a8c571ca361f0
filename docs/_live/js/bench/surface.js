// The large plane: what the shown seed decides, or what one unit answers, with the data; the reader's own points; all seeds, small.
import { Palette, Raster, html, part, put, size, sized } from "./draw.js";
import { EDGE, MOST, decode, encode } from "./points.js";
import { SURFACE } from "./live_words.js";

/** @typedef {{ x: [number, number], y: [number, number] }} Limits */
/** @typedef {{ points: (text: string) => void, back: () => void }} Asked */

const FINE = 40; // the decision has 40 × 40 numbers
const MAP = 20; // a unit's map, and a small decision, 20 × 20
const FEW = 8; // seeds that have a small decision: see bench_frame.py
const SMALL = 60; // a small decision's side, on the page
const STEP = 0.1; // of the plane, for a key

export class Surface {
  /** @param {ParentNode} root @param {Palette} palette @param {Asked} asked */
  constructor(root, palette, asked) {
    this.palette = palette;
    this.asked = asked;
    this.host = /** @type {HTMLElement} */ (part(root, "surface-host"));
    this.canvas = /** @type {HTMLCanvasElement} */ (part(root, "surface"));
    this.dots = /** @type {HTMLCanvasElement} */ (part(root, "dots"));
    this.title = part(root, "surface-title");
    this.caption = part(root, "surface-caption");
    this.back = part(root, "surface-back");
    this.tools = part(root, "draw");
    this.root = root;
    this.fine = new Raster(FINE, FINE);
    this.coarse = new Raster(MAP, MAP);
    this.unit = /** @type {[number, number] | null} */ (null);
    this.limits = /** @type {Limits} */ ({ x: [-1, 1], y: [-1, 1] });
    this.points = /** @type {number[][]} */ ([]);
    this.seeds = /** @type {number[]} */ ([]);
    this.inputs = 2;
    this.own = false;
    this.cursor = /** @type {[number, number]} */ ([0, 0]);
    this.frame = /** @type {any} */ (null);
    this.back.addEventListener("click", () => asked.back());
    part(root, "undo").addEventListener("click", () => this.change(decode(this.text).slice(0, -1)));
    part(root, "clear").addEventListener("click", () => this.change([]));
    this.dots.addEventListener("click", (event) => this.own && this.add(...this.place(event.offsetX, event.offsetY)));
    this.dots.addEventListener("keydown", (event) => this.own && this.key(event));
    for (const kind of ["focus", "blur"]) this.dots.addEventListener(kind, () => this.drawDots());
    new ResizeObserver(() => this.host.clientWidth !== this.side && this.resize()).observe(this.host);
    this.side = 0;
    this.text = "";
  }

  /** @param {{ inputs: number, points: number[][], limits: Limits, seeds: number[], own: boolean, text: string }} about */
  begin({ inputs, points, limits, seeds, own, text }) {
    Object.assign(this, { inputs, points, limits, seeds, own, text });
    this.tools.hidden = !own;
    this.dots.tabIndex = own ? 0 : -1;
    if (own) {
      this.dots.removeAttribute("aria-hidden");
      this.dots.setAttribute("role", "application");
      this.dots.setAttribute("aria-label", SURFACE.plane);
      this.host.removeAttribute("role");
    } else {
      this.dots.setAttribute("aria-hidden", "true");
      this.dots.removeAttribute("role");
      this.dots.removeAttribute("aria-label");
      this.host.setAttribute("role", "img");
    }
    this.dots.classList.toggle("gb-drawing", own);
    this.resize();
  }

  resize() {
    this.side = this.host.clientWidth;
    if (!this.side) return;
    this.height = this.inputs === 1 ? Math.round(this.side * 0.7) : this.side;
    this.context = sized(this.canvas, this.side, this.height);
    this.over = sized(this.dots, this.side, this.height);
    this.host.style.height = `${this.height}px`;
    this.draw();
    this.drawDots();
  }

  /** Show a unit, or the decision. @param {[number, number] | null} unit @param {number} seed @param {boolean} passing */
  show(unit, seed, passing = false) {
    this.unit = unit;
    this.back.hidden = unit === null || passing;
    const whole = this.inputs === 1 ? SURFACE.curve(seed) : this.inputs === 2 ? SURFACE.decision(seed) : SURFACE.digits;
    const title = unit ? SURFACE.unit(...unit) : whole;
    put(this.title, title);
    const { about } = SURFACE;
    const words =
      this.inputs > 2
        ? unit
          ? about.weights
          : SURFACE.choose
        : unit
          ? about.unit
          : this.inputs === 1
            ? about.curve
            : about.plane;
    const few = this.inputs <= 2 && this.seeds.length > FEW ? SURFACE.few(FEW, this.seeds.length) : "";
    put(this.caption, [words, this.own ? about.own : "", few].filter(Boolean).join(" "));
    if (!this.own) this.host.setAttribute("aria-label", title);
    this.draw();
  }

  /** @param {any} [frame] */
  draw(frame = this.frame) {
    this.frame = frame;
    const { context, side } = this;
    if (!context || !side || !frame) return;
    context.clearRect(0, 0, side, this.height ?? side);
    if (this.inputs === 1) return this.drawCurve(context, frame);
    if (this.inputs > 2) return this.drawWeights(context, frame);
    const raster = this.unit ? this.coarse : this.fine;
    if (this.unit) {
      const maps = frame.maps[this.unit[0] - 1];
      raster.plane(this.palette, maps, this.unit[1] * MAP * MAP, MAP, MAP, size(maps) || 1);
    } else raster.plane(this.palette, frame.surface, 0, FINE, FINE, 1);
    raster.show();
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    context.drawImage(raster.canvas, 0, 0, side, side);
  }

  /** @param {CanvasRenderingContext2D} context @param {any} frame */
  drawWeights(context, frame) {
    if (!this.unit) return;
    const [layer, unit] = this.unit;
    const weights = frame.weights[layer - 1];
    const sources = this.sizes[layer - 1];
    const width = layer === 1 && sources === 64 ? 8 : Math.ceil(Math.sqrt(sources));
    const step = this.side / width;
    const scale = size(weights) || 1;
    for (let k = 0; k < sources; k++) {
      const share = weights[unit * sources + k] / scale;
      context.fillStyle = this.palette.css(share / Math.sqrt(1 + share * share));
      context.fillRect((k % width) * step, Math.floor(k / width) * step, step + 0.5, step + 0.5);
    }
  }

  /** Sizes of the network, for pictures of weights. */
  sizes = /** @type {number[]} */ ([]);

  /** @param {CanvasRenderingContext2D} context @param {any} frame */
  drawCurve(context, frame) {
    const values = this.unit ? frame.maps[this.unit[0] - 1] : frame.surface;
    const start = this.unit ? this.unit[1] * 60 : 0;
    const reach = this.unit ? 2.5 * (size(values) || 1) : null;
    const [low, high] = reach ? [-reach, reach] : this.limits.y;
    context.strokeStyle = this.palette.named.blue ?? this.palette.named.ink;
    context.lineWidth = 2.5;
    context.beginPath();
    for (let k = 0; k < 60; k++) {
      const height = /** @type {number} */ (this.height);
      const y = height * (1 - (values[start + k] - low) / (high - low));
      context.lineTo((this.side * k) / 59, Math.max(-5, Math.min(height + 5, y)));
    }
    context.stroke();
  }

  /** The data stand on a canvas of their own, since they do not change. */
  drawDots() {
    const { over, side, palette } = this;
    if (!over || !side) return;
    const height = /** @type {number} */ (this.height);
    over.clearRect(0, 0, side, height);
    if (this.inputs > 2) return;
    const {
      x: [left, right],
      y: [low, high],
    } = this.limits;
    const radius = this.points.length > 200 ? 2.6 : this.points.length > 60 ? 3.4 : 5;
    for (const [x, y, kind = 0] of this.points) {
      over.beginPath();
      over.arc((side * (x - left)) / (right - left), height * (1 - (y - low) / (high - low)), radius, 0, 7);
      over.fillStyle = this.inputs === 1 ? palette.named.edge : palette.css(kind ? 1 : -1);
      over.fill();
      over.strokeStyle = palette.named.paper;
      over.lineWidth = 1.2;
      over.stroke();
    }
    if (!this.own || document.activeElement !== this.dots) return;
    const [x, y] = [
      (side * (this.cursor[0] - left)) / (right - left),
      height * (1 - (this.cursor[1] - low) / (high - low)),
    ];
    over.strokeStyle = palette.named.ink;
    over.lineWidth = 2;
    over.strokeRect(x - 7, y - 7, 14, 14);
  }

  /** The point of the plane at a place of the picture. @param {number} x @param {number} y @returns {[number, number]} */
  place(x, y) {
    const {
      x: [left, right],
      y: [low, high],
    } = this.limits;
    return [left + ((right - left) * x) / this.side, high - ((high - low) * y) / (this.height ?? this.side)];
  }

  /** @param {number} x @param {number} y */
  add(x, y) {
    const kind = Number(/** @type {HTMLInputElement | null} */ (this.tools.querySelector("input:checked"))?.value ?? 0);
    const had = decode(this.text);
    if (had.length < MOST) this.change([...had, [x, y, kind]]);
  }

  /** @param {import("./points.js").Point[]} points */
  change(points) {
    this.text = encode(points);
    this.points = points;
    this.drawDots();
    this.asked.points(this.text);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const step = event.shiftKey ? 5 * STEP : STEP;
    const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [0, 0];
    if (x || y) {
      const within = (/** @type {number} */ one) => Math.max(-EDGE, Math.min(EDGE, one));
      this.cursor = /** @type {[number, number]} */ ([
        within(this.cursor[0] + x * step),
        within(this.cursor[1] + y * step),
      ]);
      put(this.caption, SURFACE.at(...this.cursor));
      this.drawDots();
    } else if (event.key === "Enter" || event.key === " ") this.add(...this.cursor);
    else if (event.key === "Backspace" || event.key === "Delete") this.change(decode(this.text).slice(0, -1));
    else if (event.key === "0" || event.key === "1")
      /** @type {HTMLInputElement} */ (this.tools.querySelector(`input[value="${event.key}"]`)).checked = true;
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** The decisions of up to eight seeds: small, and to be chosen. */
export class Seeds {
  /** @param {ParentNode} root @param {Palette} palette @param {(place: number) => void} choose */
  constructor(root, palette, choose) {
    this.host = part(root, "seeds");
    this.palette = palette;
    this.choose = choose;
    this.raster = new Raster(MAP, MAP);
    this.inputs = 2;
    /** @type {{ button: HTMLButtonElement, context: CanvasRenderingContext2D, words: HTMLElement }[]} */
    this.all = [];
  }

  /** @param {number[]} seeds @param {number} inputs */
  begin(seeds, inputs) {
    this.inputs = inputs;
    this.seeds = seeds;
    this.all = seeds.slice(0, inputs > 2 ? 20 : FEW).map((seed, place) => {
      const button = html("button", { type: "button", className: "gb-seed" });
      const canvas = html("canvas", { hidden: inputs > 2 }, button);
      canvas.setAttribute("aria-hidden", "true");
      const words = html("span", { textContent: String(seed) }, button);
      button.addEventListener("click", () => this.choose(place));
      return { button, context: sized(canvas, SMALL, SMALL), words };
    });
    this.host.replaceChildren(...this.all.map(({ button }) => button));
    this.host.hidden = seeds.length < 2;
    this.mark(0);
  }

  /** @param {number} place */
  mark(place) {
    this.all.forEach(({ button }, k) => button.setAttribute("aria-pressed", String(k === place)));
  }

  /** @param {any} frame @param {(share: number) => string} printed */
  draw(frame, printed) {
    const each = this.inputs === 2 ? MAP * MAP : 60;
    this.all.forEach(({ button, context, words }, k) => {
      const accuracy = Number.isFinite(frame.accuracy[k]) ? printed(frame.accuracy[k]) : "";
      put(words, accuracy || String(this.seeds?.[k]));
      const label = SURFACE.seed(this.seeds?.[k] ?? k, accuracy);
      if (button.getAttribute("aria-label") !== label) button.setAttribute("aria-label", label);
      if (this.inputs > 2 || frame.surfaces.length < (k + 1) * each) return;
      context.clearRect(0, 0, SMALL, SMALL);
      if (this.inputs === 2) {
        this.raster.plane(this.palette, frame.surfaces, k * each, MAP, MAP, 1);
        this.raster.show();
        context.drawImage(this.raster.canvas, 0, 0, SMALL, SMALL);
        return;
      }
      context.strokeStyle = this.palette.named.ink;
      context.lineWidth = 1.5;
      context.beginPath();
      for (let x = 0; x < each; x++)
        context.lineTo((SMALL * x) / (each - 1), (SMALL * (1.6 - frame.surfaces[k * each + x])) / 3.2);
      context.stroke();
    });
  }
}
