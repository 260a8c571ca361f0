// The live panel: Python trains in slices, and each picture is drawn of what it tells.
import { Asker, Ended } from "./asker.js";
import { part } from "./draw.js";
import { Engine } from "./engine.js";
import { WORDS, named } from "./live_words.js";
import { Own } from "./own.js";
import { whole } from "./sentence.js";
import { spoken } from "../spoken.js";
import { Stage } from "./stage.js";
import { measured, received, turning, visible } from "./told.js";
import { Voice } from "./voice.js";

/**
 * @typedef {{ goal: () => number | null, asks: (readout: string) => boolean, turned: (step: number) => void, told: (values: import("./told.js").Values) => void }} Watched
 *   a story: at which step it is to be judged, what it needs for that, from where on a knob is turned, and what was measured
 * @typedef {{ store: import("./state.js").Store, say: (text: string) => void, readout: (name: string, text: string) => void,
 *   story: Watched, root: Element, worker: string }} Given
 */

const AT_ONCE = ["learning-rate", "optimizer", "schedule", "batch-size"]; // what changes while it trains
const ASIDE = ["story"]; // and what changes no training
const SLICE = 40; // milliseconds of training a picture
const FASTER = 4; // a slice takes at most so many times the steps of the one before: see worker.js
const CALM = 1000; // milliseconds between pictures, where the reader wants little motion
const HANGS = 15_000; // an own activation that does not answer for so long is ended
const WAITED = 3000; // Pause ends Python where it has not answered for so long

export class Live {
  /** @param {Given} given */
  constructor({ store, say, readout, story, root, worker }) {
    this.store = store;
    this.story = story;
    this.root = root;
    const voice = new Voice(root, say, readout);
    this.voice = voice;
    this.engine = new Engine(worker, {
      coming: ({ bytes }) => voice.note(WORDS.coming(bytes)),
      more: ({ bytes }) => voice.note(WORDS.coming(bytes)),
      starting: () => voice.note(WORDS.starting),
      fetched: ({ done, of }) => voice.fetched(done, of),
    });
    this.asker = new Asker(this.engine, {
      fault: (kind, about) => void voice.complain(kind, about),
      limit: () => (this.ready && store.state.activation === "own" ? HANGS : 0),
      hung: () => this.hung(),
      failed: (error) => this.failed(error),
      done: () => this.done(),
    });
    this.stage = new Stage(root, store, {
      points: (text) => this.points(text),
      show: (place) => this.show(place),
      edit: (layer, unit, source, value) => this.edit(layer, unit, source, value),
    });
    this.own = new Own(root, store, { use: () => this.use(), leave: () => voice.remark("") });
    this.why = /** @type {string[]} */ ([]); // which changes start the training anew
    this.running = false;
    this.ready = false; // whether Python is there
    this.begun = false;
    this.stale = true; // the state is another one than Python's
    this.ended = false;
    this.pending = /** @type {Set<string>} */ (new Set());
    this.steps = 1; // of the last slice
    this.drawn = -Infinity; // when
    this.listen();
  }

  listen() {
    const { root } = this;
    this.store.subscribe((_state, keys) => this.changed(keys));
    const motion = matchMedia("(prefers-reduced-motion: reduce)");
    this.calm = motion.matches;
    motion.addEventListener("change", () => (this.calm = motion.matches));
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
      else this.play();
    });
  }

  get frame() {
    return this.stage.frame;
  }

  // -- what the reader asks ---------------------------------------------------------------------------------------------

  play() {
    if (this.running || !this.may()) return;
    this.running = true;
    this.voice.buttons(this.running);
    if (!this.asker.busy) void this.asker.alone(() => this.loop());
  }

  pause() {
    this.running = false;
    this.voice.buttons(this.running);
    const { since } = this.asker;
    if (since && performance.now() - since > WAITED) this.end(WORDS.stopped);
    this.asker.wake();
  }

  async step() {
    if (this.running) this.pause();
    if (!this.may()) return;
    await this.asker.between(async () => {
      if (this.stale && !(await this.begin())) return;
      await this.change();
      await this.train("steps", 1);
      await this.picture(true);
      this.voice.speak(this.frame);
    });
  }

  /** @param {boolean} [next] whether the seeds are to be others */
  async restart(next = false) {
    this.stale = true;
    if (next) this.store.set({ "first-seed": Number(this.store.state["first-seed"]) + 1 }, "live");
    this.why = [];
    if (this.running || !this.may()) return;
    await this.renew();
  }

  /** Begin anew, where that is still to be done when it can be. */
  renew() {
    return this.asker.between(async () => this.stale && this.begin());
  }

  /** Whether Python can run here, and the reader agrees to the code. */
  may() {
    this.stage.panel.hidden = false;
    if (location.protocol === "file:") return this.voice.complain("file");
    if (typeof WebAssembly !== "object") return this.voice.complain("wasm");
    if (!this.own.waits) return true;
    this.own.show();
    this.voice.remark(WORDS.consent);
    return false;
  }

  /** The reader's own activation is to be used. */
  use() {
    this.stale = true;
    this.voice.remark("");
    if (!this.running) void this.renew();
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
      if (this.begun && !this.running && !this.own.waits) void this.renew();
      return;
    }
    real.forEach((key) => this.pending.add(key));
    if (!this.running && this.frame && !this.stale) void this.asker.between(() => this.change());
  }

  /** @param {string} text the reader's points */
  points(text) {
    clearTimeout(this.later);
    this.later = setTimeout(() => {
      this.store.set({ points: text }, "live");
      if (!this.running) void this.asker.between(() => this.begin());
    }, 350);
  }

  /** @param {number} place of the seed to show */
  show(place) {
    this.stage.show(place);
    void this.asker.between(async () => {
      await this.asker.ask("show", place);
      await this.picture(true);
    });
  }

  /** @param {number} layer @param {number} unit @param {number} source @param {number} value */
  edit(layer, unit, source, value) {
    void this.asker.between(async () => {
      const answer = await this.asker.ask("weight", layer, unit, source < 0 ? "bias" : source, value);
      if (answer?.ok === false) return this.voice.remark(spoken(answer));
      this.voice.remark(WORDS.edited(whole(this.frame?.step ?? 0)));
      await this.picture(true);
    });
  }

  // -- Python -----------------------------------------------------------------------------------------------------------

  /** Train until it is paused. */
  async loop() {
    do {
      while (this.running) {
        while (document.hidden) await visible();
        if (!this.running || (this.stale && !(await this.begin()))) break;
        await this.asker.waited();
        if (!this.running) break;
        await this.change();
        await this.slice();
      }
      if (this.frame && !this.stale) {
        await this.picture(true);
        this.voice.speak(this.frame);
      }
      await this.asker.waited();
    } while (this.running); // Play was pressed meanwhile
  }

  /** Nothing is asked any more. */
  done() {
    this.voice.buttons(this.running);
    if (this.running && !this.asker.busy) void this.asker.alone(() => this.loop());
  }

  /** @param {"steps" | "slice"} what @param {number} much */
  async train(what, much) {
    const answer = await this.asker.ask(what, much);
    this.steps = answer?.steps ?? 1;
    if (answer?.ok === false) {
      this.running = false;
      if (answer.field === "code") this.own.judge(spoken(answer));
    }
    if (answer?.said) this.voice.remark((answer.parts ?? [answer]).map(spoken).join(" "));
  }

  /** Some steps, and a picture of them; a story is judged at the very step that it names. */
  async slice() {
    const began = performance.now();
    const speed = Number(part(this.root, "speed").value);
    const left = (this.story.goal() ?? Infinity) - (this.frame?.step ?? 0);
    const there = !speed && left > 0 && left <= FASTER * this.steps;
    if (speed || there) await this.train("steps", speed ? 1 : left);
    else await this.train("slice", SLICE);
    if (there || !this.calm || performance.now() - this.drawn > CALM) await this.picture();
    const due = began + (speed ? 1000 / speed : 0);
    while (this.running && performance.now() < due) {
      await this.asker.rest(due - performance.now());
      await this.asker.waited();
    }
  }

  /** Make the networks of the state; false where it is refused. */
  async begin() {
    const { store, stage } = this;
    if (!this.begun) this.voice.note(WORDS.starting);
    // what an activation of the reader's does too long is not what Python needs to come
    if (!this.ready) await this.asker.ask("ready");
    this.ready = true;
    const { state } = store;
    this.stale = false;
    this.pending.clear();
    const answer = await this.asker.ask("begin", state);
    this.voice.note();
    this.begun = true;
    this.steps = 1;
    if (!answer.ok) {
      this.stale = true;
      this.running = false;
      this.voice.buttons(this.running);
      if (answer.field === "code" || answer.field === "activation") this.own.judge(spoken(answer));
      this.voice.remark(spoken(answer));
      if (state.data === "own") stage.begin(answer, [2, 1, 2]);
      return false;
    }
    this.own.judge();
    stage.shown = Math.min(stage.shown, Number(state.seeds) - 1);
    this.voice.remark(this.why.length ? WORDS.anew(named(this.why)) : "");
    this.why = [];
    if (stage.shown) await this.asker.ask("show", stage.shown);
    stage.begin(answer, answer.sizes);
    await this.picture(true);
    this.voice.speak(this.frame);
    return true;
  }

  /** Tell Python of knobs that were turned while it trains. */
  async change() {
    if (!this.pending.size) return;
    const keys = [...this.pending];
    this.pending.clear();
    const answer = await this.asker.ask("change", this.store.state);
    if (answer?.ok === false) return this.voice.remark(spoken(answer));
    if (answer?.restarted) {
      this.voice.remark(spoken(answer.reason));
      await this.picture(true);
    } else this.voice.remark(WORDS.changed(named(keys), whole(this.frame?.step ?? 0)));
    this.story.turned(this.frame?.step ?? 0);
  }

  /** Get what is to be drawn, and what a story is judged by. @param {boolean} [now] whether all is to be drawn, not a part */
  async picture(now = false) {
    const frame = received(await this.asker.ask("frame"));
    const goal = this.story.goal();
    const due = goal !== null && frame.step >= goal;
    const turns = due && this.story.asks("turns") ? await this.asker.ask("turns") : null;
    this.stage.take(frame, now);
    this.drawn = performance.now();
    this.voice.read(frame, this.stage.shown, now || due);
    if (turns) this.voice.readout("turns", turning(turns));
    this.story.told(measured(frame, turns));
  }

  // -- what ends --------------------------------------------------------------------------------------------------------

  /** End Python. @param {string} words */
  end(words) {
    this.engine.stop();
    this.voice.remark(words);
  }

  /** The reader's activation does not answer. */
  hung() {
    this.own.judge(WORDS.hung);
    this.end(WORDS.hung);
  }

  /** @param {unknown} error */
  failed(error) {
    this.stale = true;
    this.begun = false;
    this.ready = false;
    this.running = false;
    this.ended = true;
    this.voice.note();
    if (!(error instanceof Ended)) this.voice.complain("error", error instanceof Error ? error.message : String(error));
  }
}
