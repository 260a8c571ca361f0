// The main picture: every unit with its own map of the plane, weights as lines; a unit is chosen, a weight edited, where it stands.
import { Palette, html, part, put, sized } from "./draw.js";
import { ROWS, across, along, grid } from "./columns.js";
import { NETWORK } from "./live_words.js";
import { NetworkPicture } from "./network_picture.js";
import { WeightEditor } from "./weights.js";

const NARROW = 560; // below, one layer at a time

/**
 * @typedef {import("./columns.js").Line} Line
 * @typedef {{ choose: (layer: number, unit: number, passing: boolean) => void, leave: () => void, edit: (layer: number, unit: number, source: number, value: number) => void, redraw: () => void }} Asked
 */

/** The network, and what a reader does to it. */
export class Network extends NetworkPicture {
  /** @param {ParentNode} root @param {Palette} palette @param {Asked} asked */
  constructor(root, palette, asked) {
    super(root, palette);
    this.asked = asked;
    this.canvas = /** @type {HTMLCanvasElement} */ (part(root, "net"));
    this.below = /** @type {HTMLCanvasElement} */ (part(root, "lines"));
    this.overlay = part(root, "units");
    this.caption = part(root, "net-caption");
    this.leftOut = part(root, "left-out");
    this.select = part(root, "columns");
    this.field = part(root, "columns-field");
    this.offered = "";
    this.editor = new WeightEditor(root, this);
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
  }

  /** Another network. @param {number[]} sizes */
  begin(sizes) {
    const other = this.become(sizes);
    if (other) {
      this.chosen = null;
      this.editor.close();
    }
    this.lay(other);
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
        return new Option(narrow ? NETWORK.one(first) : NETWORK.from(first, last), String(first));
      });
      this.select.replaceChildren(...(narrow ? [] : [new Option(NETWORK.evenly, "0")]), ...ranges);
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
        button.setAttribute("aria-label", NETWORK.unit(layer, unit));
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
    const base = this.inputs === 1 ? NETWORK.lines : this.inputs === 2 ? NETWORK.maps : NETWORK.pictures;
    const told = [base, ...(this.pairs().length ? [NETWORK.weights] : []), ...(this.fade ? [NETWORK.fade] : [])];
    put(this.caption, told.join(" "));
    put(this.leftOut, this.missing().join(" "));
  }

  /** What the picture has no room for, in sentences. */
  missing() {
    const hidden = this.columns.filter(({ layer }) => layer > 0 && layer < this.sizes.length - 1);
    const said = [];
    if (hidden.length < this.hidden) said.push(NETWORK.columns(hidden.length, this.hidden));
    if (hidden.length && hidden[0].units.length < this.sizes[1])
      said.push(NETWORK.units(hidden[0].units.length, this.sizes[1]));
    if (this.width < NARROW) said.push(NETWORK.alone);
    else if (hidden.length < this.hidden) said.push(NETWORK.neighbours);
    const counts = this.pairs().map(([from, to]) => this.weightsBetween(from, to));
    const all = counts.reduce((sum, count) => sum + count, 0);
    const drawn = counts.reduce((sum, count) => sum + Math.min(count, this.share()), 0);
    if (drawn < all) said.push(NETWORK.largest(drawn, all));
    return said;
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
    this.point(line);
    this.canvas.title = line ? `${this.name(line.layer, line.source)} → ${this.into(line.layer, line.unit)}` : "";
    this.asked.redraw();
  }

  /** @param {number} layer of weights @param {number} unit */
  into(layer, unit) {
    return layer === this.sizes.length - 2 ? NETWORK.out(unit) : NETWORK.unit(layer + 1, unit);
  }

  /** @param {number} layer of weights @param {number} source */
  name(layer, source) {
    return source < 0 ? NETWORK.bias : NETWORK.source(layer, source, this.inputs);
  }
}
