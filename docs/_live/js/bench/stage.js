// The pictures of the live panel: which there are, when each is drawn, and what a reader points at in them.
import { Palette, part } from "./draw.js";
import { hosted } from "./figures.js";
import { Network } from "./network.js";
import { Histogram, Ratio, Shares } from "./over_layers.js";
import { Heat, Lines, Records } from "./over_time.js";
import { percent } from "./sentence.js";
import { Seeds, Surface } from "./surface.js";
import { limits } from "./told.js";

/**
 * @typedef {{ points: (text: string) => void, show: (place: number) => void,
 *   edit: (layer: number, unit: number, source: number, value: number) => void }} Asked
 */

export class Stage {
  /** @param {Element} root @param {import("./state.js").Store} store @param {Asked} asked */
  constructor(root, store, asked) {
    this.store = store;
    this.panel = part(root, "panel");
    this.palette = new Palette(this.panel);
    this.network = new Network(root, this.palette, {
      choose: (layer, unit, passing) => this.choose([layer, unit], passing),
      leave: () => this.choose(null, true),
      edit: asked.edit,
      redraw: () => this.paint(),
    });
    this.surface = new Surface(root, this.palette, { points: asked.points, back: () => this.home() });
    this.seeds = new Seeds(root, this.palette, asked.show);
    this.histogram = new Histogram(root);
    this.charts = [
      new Lines(root, "loss"),
      new Lines(root, "accuracy"),
      new Heat(root, this.palette),
      this.histogram,
      new Shares(root),
      new Ratio(root),
    ];
    this.records = new Records();
    this.frame = /** @type {any} */ (null);
    this.sizes = /** @type {number[]} */ ([]);
    this.unit = /** @type {[number, number] | null} */ (null);
    this.shown = 0; // which of the seeds
    this.turn = 0;
    this.dirty = false;
    this.whole = false;
    this.seen = /** @type {Set<Element>} */ (new Set());
    this.listen(root);
  }

  /** @param {Element} root */
  listen(root) {
    const dark = () => {
      this.palette.read();
      this.surface.drawDots();
      this.paint(true);
    };
    new MutationObserver(dark).observe(document.documentElement, {
      attributes: true,
      attributeFilter: ["data-theme", "data-mode", "class"],
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", dark);
    const watch = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) this.seen[isIntersecting ? "add" : "delete"](target);
      this.paint(true);
    });
    for (const figure of root.querySelectorAll("figure")) watch.observe(figure);
    for (const chart of this.charts)
      chart.redraw = () => this.frame && chart.draw(this.records, this.shown, this.frame);
  }

  // -- what is shown ----------------------------------------------------------------------------------------------------

  /** @param {[number, number] | null} unit @param {boolean} passing */
  choose(unit, passing) {
    if (!passing) this.unit = unit;
    this.surface.show(unit ?? this.unit, this.seed(), passing && unit !== null);
  }

  /** Back to the decision. */
  home() {
    this.unit = null;
    this.network.choose(0);
    this.surface.show(null, this.seed());
  }

  /** The number of the shown seed. */
  seed() {
    return Number(this.store.state["first-seed"]) + this.shown;
  }

  /** @param {number} place of the seed to show */
  show(place) {
    this.shown = place;
    this.seeds.mark(place);
    this.surface.show(this.unit, this.seed());
  }

  /** Make ready for other networks, or, where they were refused, for the points that are to be drawn. @param {any} answer @param {number[]} sizes */
  begin(answer, sizes) {
    const { state } = this.store;
    this.panel.hidden = false;
    if (answer.ok) [this.sizes, this.records] = [sizes, new Records()];
    const seeds = Array.from({ length: Number(state.seeds) }, (_, k) => Number(state["first-seed"]) + k);
    const [layer, unit] = this.unit ?? [0, 0];
    if (layer > sizes.length - 2 || unit >= sizes[layer]) this.unit = null;
    this.surface.sizes = sizes;
    // a frame of the network before does not fit this one
    this.frame = answer.ok ? null : this.frame;
    this.surface.frame = this.frame;
    if (answer.ok) this.network.frame = null;
    const own = state.data === "own";
    const points = own && !answer.ok ? this.surface.points : (answer.points ?? []);
    this.surface.begin({
      inputs: sizes[0],
      points,
      limits: limits(answer.limits, answer.points ?? []),
      seeds,
      own,
      text: String(state.points),
    });
    this.surface.show(this.unit, this.seed());
    if (!answer.ok) return;
    this.seeds.begin(seeds, sizes[0]);
    this.seeds.mark(this.shown);
    this.histogram.begin(sizes.length - 2);
    this.network.begin(sizes);
  }

  /** Take a frame. @param {any} frame @param {boolean} whole whether all is to be drawn, not a part */
  take(frame, whole) {
    this.frame = frame;
    this.records.add(frame, this.sizes.length - 1);
    this.paint(whole);
  }

  // -- drawing ----------------------------------------------------------------------------------------------------------

  /** Draw with the next picture of the screen. @param {boolean} [all] */
  paint(all = false) {
    this.whole ||= all;
    if (this.dirty) return;
    this.dirty = true;
    requestAnimationFrame(() => {
      const { whole } = this;
      [this.dirty, this.whole] = [false, false];
      if (this.frame) this.draw(whole);
    });
  }

  /** Units and the plane each time, of the charts one at a time: no task of the page is to be long. @param {boolean} whole */
  draw(whole) {
    const { frame } = this;
    const inside = (/** @type {Element} */ host) => this.seen.has(/** @type {Element} */ (host.closest("figure")));
    if (inside(this.network.host)) this.network.draw(frame, whole);
    if (inside(this.surface.host)) {
      this.surface.draw(frame);
      if (whole || this.turn % 3 === 0) this.seeds.draw(frame, percent);
    }
    this.turn++;
    const seen = this.charts.filter(
      ({ host }) => inside(host) || /** @type {HTMLElement} */ (host.closest("figure")).hidden,
    );
    const some = whole ? this.charts : seen.length ? [seen[this.turn % seen.length]] : [];
    for (const chart of some) chart.draw(this.records, this.shown, frame);
  }

  /** The pictures that there are, by the mark of what each is drawn in, with their titles. @returns {[string, string, HTMLElement][]} */
  figures() {
    const found = /** @type {[string, string, HTMLElement][]} */ ([]);
    for (const figure of this.panel.querySelectorAll("figure"))
      if (!figure.hidden)
        found.push([hosted(figure).dataset.part ?? "", figure.querySelector("h2")?.textContent ?? "", figure]);
    return found;
  }

  /** Draw all in the colours of paper, take what is asked for of a picture, and draw as before. @template T @param {(figure: HTMLElement) => T} take @param {string} name @returns {T} */
  onPaper(take, name) {
    const [, , figure] = this.figures().find(([one]) => one === name) ?? this.figures()[0];
    this.panel.classList.add("gl-light-alone");
    this.all();
    const taken = take(figure);
    this.panel.classList.remove("gl-light-alone");
    this.all();
    return taken;
  }

  /** Draw all at once, whether it is seen or not. */
  all() {
    this.palette.read();
    if (!this.frame) return;
    this.network.draw(this.frame);
    this.surface.draw(this.frame);
    this.surface.drawDots();
    for (const chart of this.charts) chart.draw(this.records, this.shown, this.frame);
  }
}
