// The live panel: Python trains in slices, and each picture is drawn of what it tells. See start().
import { Heat, Histogram, Lines, Ratio, Records, Shares } from "./charts.js";
import { Palette, part, put } from "./draw.js";
import { Engine } from "./engine.js";
import { Network } from "./network.js";
import { Own } from "./own.js";
import { percent } from "./sentence.js";
import { Seeds, Surface } from "./surface.js";
import { limits, readouts, received, sentence, visible } from "./told.js";
import { FAULTS, WORDS, named, whole } from "./live_words.js";

/**
 * @typedef {{ store: import("./state.js").Store, say: (text: string) => void, readout: (name: string, text: string, value?: number) => void, root: Element, worker: string }} Given
 */

const AT_ONCE = ["learning-rate", "optimizer", "schedule", "batch-size"]; // what changes while it trains
const ASIDE = ["story"]; // and what changes no training
const SLICE = 40; // milliseconds of training a picture
const SPOKEN = 4000; // milliseconds between sentences
const CALM = 1000; // between pictures, where the reader wants little motion
const READ = 120; // between readouts
const HANGS = 15_000; // an own activation that does not answer for so long is ended
const WAITED = 3000; // Pause ends Python where it has not answered for so long

/** Python, or what it was asked, has ended: nothing more is to be done. */
class Ended extends Error {}

class Live {
  /** @param {Given} given */
  constructor({ store, say, readout, root, worker }) {
    this.store = store;
    this.tell = say;
    this.readout = readout;
    this.root = root;
    this.engine = new Engine(worker, {
      coming: ({ bytes }) => this.note(WORDS.coming(bytes)),
      more: ({ bytes }) => this.note(WORDS.coming(bytes)),
      starting: () => this.note(WORDS.starting),
      fetched: ({ done, of }) => Object.assign(part(root, "progress"), { hidden: done >= of, max: of, value: done }),
    });
    this.panel = part(root, "panel");
    this.palette = new Palette(this.panel);
    this.network = new Network(root, this.palette, {
      choose: (layer, unit, passing) => this.choose([layer, unit], passing),
      leave: () => this.choose(null, true),
      edit: (layer, unit, source, value) => this.edit(layer, unit, source, value),
      redraw: () => this.paint(),
    });
    this.surface = new Surface(root, this.palette, {
      points: (text) => this.points(text),
      back: () => this.home(),
    });
    this.seeds = new Seeds(root, this.palette, (place) => this.show(place));
    this.histogram = new Histogram(root);
    this.charts = [
      new Lines(root, "loss"),
      new Lines(root, "accuracy"),
      new Heat(root, this.palette),
      this.histogram,
      new Shares(root),
      new Ratio(root),
    ];
    this.own = new Own(root, store, { use: () => this.use(), leave: () => void put(part(root, "remark"), "") });
    this.records = new Records();
    this.frame = /** @type {any} */ (null);
    this.why = /** @type {string[]} */ ([]); // which changes start the training anew
    this.unit = /** @type {[number, number] | null} */ (null);
    this.shown = 0; // which of the seeds
    this.running = false;
    this.looping = false;
    this.stale = true; // the state is another one than Python's
    this.ended = false;
    this.pending = /** @type {Set<string>} */ (new Set());
    this.waiting = /** @type {(() => Promise<unknown>)[]} */ ([]); // what is to be done between two slices
    this.last = Promise.resolve();
    this.since = 0; // when Python was asked what it has not answered
    this.times = { spoken: -Infinity, read: -Infinity, drawn: -Infinity };
    this.turn = 0;
    this.dirty = false;
    this.seen = /** @type {Set<Element>} */ (new Set());
    this.listen();
  }

  listen() {
    const { root } = this;
    this.store.subscribe((_state, keys) => this.changed(keys));
    const motion = matchMedia("(prefers-reduced-motion: reduce)");
    this.calm = motion.matches;
    motion.addEventListener("change", () => (this.calm = motion.matches));
    const dark = () => {
      this.palette.read();
      this.paint(true);
    };
    new MutationObserver(dark).observe(document.documentElement, {
      attributes: true,
      attributeFilter: ["data-theme", "data-mode", "class"],
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", dark);
    const doing = {
      play: () => (this.running ? this.pause() : this.play()),
      step: () => this.step(),
      restart: () => this.restart(),
      next: () => this.restart(true),
    };
    for (const [name, act] of Object.entries(doing))
      for (const button of root.querySelectorAll(`[data-do="${name}"]`))
        button.addEventListener("click", () => void act());
    document.addEventListener("keydown", (event) => {
      const target = /** @type {Element | null} */ (event.target);
      if (event.key !== " " || event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
      if (target?.closest("button, a, input, select, textarea, summary, [tabindex], [contenteditable]")) return;
      event.preventDefault();
      if (this.running) this.pause();
      else void this.play();
    });
    const watch = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) this.seen[isIntersecting ? "add" : "delete"](target);
      this.paint(true);
    });
    for (const figure of root.querySelectorAll("figure")) watch.observe(figure);
    for (const chart of this.charts)
      chart.redraw = () => this.frame && chart.draw(this.records, this.shown, this.frame);
  }

  get busy() {
    return this.running;
  }

  // -- what the reader asks ---------------------------------------------------------------------------------------------

  async play() {
    if (this.running || !this.may()) return;
    this.running = true;
    this.buttons();
    await this.loop();
  }

  pause() {
    this.running = false;
    this.buttons();
    if (this.since && performance.now() - this.since > WAITED) this.end(WORDS.stopped);
    else if (this.frame) this.speak();
  }

  async step() {
    if (this.running) this.pause();
    if (!this.may()) return;
    await this.between(async () => {
      if (this.stale && !(await this.begin())) return;
      await this.change();
      await this.train("steps", 1);
      await this.picture(true);
      this.speak();
    });
  }

  /** @param {boolean} [next] whether the seeds are to be others */
  async restart(next = false) {
    this.stale = true;
    this.why = [];
    if (next) this.store.set({ "first-seed": Number(this.store.state["first-seed"]) + 1 }, "live");
    this.why = [];
    if (this.running || !this.may()) return;
    await this.between(async () => this.stale && this.begin());
  }

  /** Whether Python can run here, and the reader agrees to the code. */
  may() {
    this.panel.hidden = false;
    if (location.protocol === "file:") return this.complain("file");
    if (typeof WebAssembly !== "object") return this.complain("wasm");
    if (!this.own.waits) return true;
    this.own.show();
    this.remark(WORDS.consent);
    return false;
  }

  /** The reader's own activation is to be used. */
  use() {
    this.stale = true;
    this.remark("");
    if (!this.running) void this.between(() => this.begin());
  }

  /** @param {string[]} keys of the state */
  changed(keys) {
    const real = keys.filter((key) => !ASIDE.includes(key));
    if (!real.length) return;
    const anew = real.filter((key) => !AT_ONCE.includes(key));
    if (anew.length) {
      this.stale = true;
      if (this.begun) this.why = anew.filter((key) => key !== "points"); // which the reader just drew
      if (this.own.waits && this.running) this.pause();
      if (anew.includes("points")) return;
      // what was on its way is shown at once: the reader sees the new network before it trains
      if (this.begun && !this.running && !this.own.waits) void this.between(async () => this.stale && this.begin());
      return;
    }
    real.forEach((key) => this.pending.add(key));
    if (!this.running && this.frame && !this.stale) void this.between(() => this.change());
  }

  /** @param {string} text the reader's points */
  points(text) {
    clearTimeout(this.later);
    this.later = setTimeout(() => {
      this.store.set({ points: text }, "live");
      if (!this.running) void this.between(() => this.begin());
    }, 350);
  }

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
    void this.between(async () => {
      await this.ask("show", place);
      await this.picture(true);
    });
  }

  /** @param {number} layer @param {number} unit @param {number} source @param {number} value */
  edit(layer, unit, source, value) {
    void this.between(async () => {
      const answer = await this.ask("weight", layer, unit, source < 0 ? "bias" : source, value);
      if (answer?.ok === false) return this.remark(answer.said);
      this.remark(WORDS.edited(whole(this.frame?.step ?? 0)));
      await this.picture(true);
    });
  }

  // -- Python -----------------------------------------------------------------------------------------------------------

  /**
   * Ask Python, one thing after the other.
   * @param {string} what @param {...any} about @returns {Promise<any>}
   */
  async ask(what, ...about) {
    this.since = performance.now();
    const own = this.store.state.activation === "own";
    const hung = own && setTimeout(() => this.end(WORDS.hung), HANGS + (this.begun ? 0 : 60_000));
    try {
      const answer = await /** @type {any} */ (this.engine)[what](...about);
      if (answer?.stopped) throw new Ended();
      if (answer?.fault) {
        this.complain(answer.fault.kind, answer.fault.about);
        throw new Ended();
      }
      return answer;
    } finally {
      this.since = 0;
      clearTimeout(hung || undefined);
    }
  }

  /** Do something between two slices. @param {() => Promise<unknown>} work */
  async between(work) {
    if (this.looping) {
      this.waiting.push(work);
      return;
    }
    this.looping = true;
    try {
      await work();
      await this.waited();
    } catch (error) {
      this.failed(error);
    } finally {
      this.looping = false;
      if (this.running) void this.loop();
    }
  }

  /** Ask something besides. @param {string} what @param {...any} about */
  told(what, ...about) {
    return new Promise((resolve, reject) => {
      void this.between(() => this.ask(what, ...about).then(resolve, reject));
    });
  }

  /** Train until it is paused. */
  async loop() {
    if (this.looping) return;
    this.looping = true;
    try {
      do {
        while (this.running) {
          if (document.hidden) await visible();
          if (this.stale && !(await this.begin())) break;
          await this.waited();
          if (!this.running) break;
          await this.change();
          await this.slice();
        }
        if (this.frame && !this.stale) await this.picture(true);
        await this.waited();
      } while (this.running); // Play was pressed meanwhile
    } catch (error) {
      this.failed(error);
    } finally {
      this.looping = false;
      this.buttons();
      if (this.waiting.length) void this.between(async () => {}); // it came as the last of them ended
    }
  }

  /** Do what was asked for in the meantime. */
  async waited() {
    while (this.waiting.length) await /** @type {() => Promise<unknown>} */ (this.waiting.shift())();
  }

  /** @param {"steps" | "slice"} what @param {number} much */
  async train(what, much) {
    const answer = await this.ask(what, much);
    if (answer?.ok === false) {
      this.running = false;
      if (answer.field === "code") this.own.judge(answer.said);
    }
    if (answer?.said) this.remark(answer.said);
  }

  /** Some steps, and a picture of them. */
  async slice() {
    const began = performance.now();
    const speed = Number(part(this.root, "speed").value);
    await (speed ? this.train("steps", 1) : this.train("slice", SLICE));
    if (!this.calm || performance.now() - this.times.drawn > CALM) await this.picture();
    const left = speed ? 1000 / speed - (performance.now() - began) : 0;
    if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
  }

  /** Make the networks of the state; false where it is refused. */
  async begin() {
    const { state } = this.store;
    const coming = part(this.root, "coming");
    if (!this.begun) this.note(WORDS.starting);
    this.stale = false;
    this.pending.clear();
    const answer = await this.ask("begin", state);
    coming.hidden = true;
    this.begun = true;
    if (!answer.ok) {
      this.stale = true;
      this.running = false;
      this.buttons();
      if (answer.field === "code" || answer.field === "activation") this.own.judge(answer.said);
      this.remark(answer.said);
      if (state.data === "own") this.plane(answer, [2, 1, 2]);
      return false;
    }
    this.own.judge();
    this.sizes = answer.sizes;
    this.records = new Records();
    this.shown = Math.min(this.shown, Number(state.seeds) - 1);
    this.remark(this.why.length ? WORDS.anew(named(this.why)) : "");
    this.why = [];
    if (this.shown) await this.ask("show", this.shown);
    this.plane(answer, answer.sizes);
    await this.picture(true);
    this.speak();
    return true;
  }

  /** Make the pictures ready for other networks. @param {any} answer @param {number[]} sizes */
  plane(answer, sizes) {
    const { state } = this.store;
    this.panel.hidden = false;
    const seeds = Array.from({ length: Number(state.seeds) }, (_, k) => Number(state["first-seed"]) + k);
    const [layer, unit] = this.unit ?? [0, 0];
    if (layer > sizes.length - 2 || unit >= sizes[layer]) this.unit = null;
    this.surface.sizes = sizes;
    // a frame of the network before does not fit this one
    this.frame = answer.ok ? null : this.frame;
    this.surface.frame = this.frame;
    if (answer.ok) this.network.frame = null;
    const own = state.data === "own";
    const points = answer.points ?? [];
    const about = {
      inputs: sizes[0],
      points,
      limits: limits(answer.limits, points),
      seeds,
      own,
      text: String(state.points),
    };
    if (own && !answer.ok) about.points = this.surface.points;
    this.surface.begin(about);
    this.surface.show(this.unit, this.seed());
    if (!answer.ok) return;
    this.seeds.begin(seeds, sizes[0]);
    this.seeds.mark(this.shown);
    this.histogram.begin(sizes.length - 2);
    this.network.begin(sizes);
  }

  /** Tell Python of knobs that were turned while it trains. */
  async change() {
    if (!this.pending.size) return;
    const keys = [...this.pending];
    this.pending.clear();
    const answer = await this.ask("change", this.store.state);
    if (answer?.ok === false) return this.remark(answer.said);
    if (answer?.restarted) {
      this.remark(answer.why);
      await this.picture(true);
    } else this.remark(WORDS.changed(named(keys), whole(this.frame?.step ?? 0)));
  }

  /** Get what is to be drawn. @param {boolean} [now] whether all is to be drawn, not a part */
  async picture(now = false) {
    const told = await this.ask("frame");
    this.frame = received(told);
    this.records.add(this.frame, /** @type {number[]} */ (this.sizes).length - 1);
    this.times.drawn = performance.now();
    this.paint(now);
    this.read(now);
    if (performance.now() - this.times.spoken > SPOKEN) this.speak();
  }

  /** End Python. @param {string} words */
  end(words) {
    this.engine.stop();
    this.remark(words);
  }

  /** @param {unknown} error */
  failed(error) {
    this.stale = true;
    this.begun = false;
    this.running = false;
    this.waiting = [];
    this.ended = true;
    part(this.root, "coming").hidden = true;
    if (!(error instanceof Ended)) this.complain("error", error instanceof Error ? error.message : String(error));
    this.buttons();
  }

  // -- what the reader sees ---------------------------------------------------------------------------------------------

  /** Draw with the next picture of the screen. @param {boolean} [all] */
  paint(all = false) {
    this.whole = this.whole || all;
    if (this.dirty) return;
    this.dirty = true;
    requestAnimationFrame(() => {
      this.dirty = false;
      const whole = this.whole;
      this.whole = false;
      if (this.frame) this.draw(Boolean(whole));
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

  /** @param {boolean} [now] */
  read(now = false) {
    if (!now && performance.now() - this.times.read < READ) return;
    this.times.read = performance.now();
    for (const [name, text, value] of readouts(this.frame, this.shown)) this.readout(name, text, value);
  }

  /** Say what is seen. */
  speak() {
    this.times.spoken = performance.now();
    this.tell(sentence(this.frame));
  }

  /** @param {string} words */
  remark(words) {
    put(part(this.root, "remark"), words);
  }

  /** @param {string} words */
  note(words) {
    part(this.root, "coming").hidden = false;
    put(part(this.root, "note"), words);
  }

  /** @param {string} kind @param {string} [about] */
  complain(kind, about = "") {
    this.remark((FAULTS[kind] ?? FAULTS.error)(about));
    return false;
  }

  buttons() {
    for (const button of document.querySelectorAll('[data-do="play"]'))
      put(button, this.running ? WORDS.pause : WORDS.play);
  }
}

export { Engine };

/**
 * Start the live panel.
 * @param {Given} given
 */
export function start(given) {
  const live = new Live(given);
  return {
    play: () => live.play(),
    pause: () => live.pause(),
    step: () => live.step(),
    restart: (/** @type {boolean} */ next = false) => live.restart(next),
    get busy() {
      return live.busy;
    },
    get ended() {
      return live.ended;
    },
    /** What may be asked of Python besides: each waits until a slice has ended. */
    engine: {
      signals: (/** @type {any} */ state) => live.told("signals", state),
      script: () => live.told("script"),
      table: () => live.told("table"),
    },
  };
}
