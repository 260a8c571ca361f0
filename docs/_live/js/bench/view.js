// The instant view: the signals of a setting at its start, from the grid or computed here, beside another one that is held.
import { draw, rows } from "./bands.js";
import { PHONE, START } from "./controls.js";
import { NEAR, apart } from "./grid.js";
import { capital, fromLog, measures, seen, setting } from "./sentence.js";
import { spoken } from "../spoken.js";
import { DEFAULTS } from "./state.js";
import { FAULTS, VIEW } from "./words.js";
import { SAYS } from "../words.js";

/** @typedef {import("./sentence.js").Signals} Signals */
/** @typedef {import("./state.js").State} State */
/** @typedef {{ state: State, signals: Signals }} Seen */

const HANGS = 15_000; // milliseconds after which typed code that does not answer is ended

/** What is said of the theory that is drawn: how far the medians are from it too, where that is far. @param {Signals} signals */
function ofTheory(signals) {
  if (!signals.theory) return VIEW.noTheory;
  const away = apart(/** @type {import("./grid.js").Signals} */ (signals));
  if (away <= NEAR) return VIEW.theory;
  const far = away < Infinity ? VIEW.apart(fromLog(away), signals.width) : VIEW.endless(signals.width);
  return `${VIEW.theory} ${far}`;
}

export class View {
  /** @param {import("./main.js").Bench} bench */
  constructor(bench) {
    this.bench = bench;
    this.store = bench.store;
    this.held = /** @type {Seen | null} */ (null);
    this.shown = /** @type {Seen | null} what is drawn */ (null);
    this.computed = /** @type {Map<string, Signals>} */ (new Map()); // what was computed here
    this.grid = /** @type {import("./grid.js").Grid | null} */ (null);
    this.asked = 0;
    bench.part("hold").addEventListener("click", () => (this.held ? this.release() : this.hold()));
    bench.part("compute").addEventListener("click", () => this.compute());
    bench.part("numbers").addEventListener("click", () => this.list());
    new ResizeObserver(() => this.redraw()).observe(bench.part("bands"));
  }

  /** @param {string} name @returns {any} */
  part(name) {
    return this.bench.part(name);
  }

  /** Show the signals of the present state, from the grid or from what was computed here. */
  async show() {
    const { state } = this.store;
    const asked = ++this.asked;
    const here = this.computed.get(key(state)) ?? this.computed.get(key({ ...state, width: 32 }));
    const ready = Boolean(here ?? (state.activation !== "own" && this.grid?.has(state)));
    this.offerToCompute(state, ready);
    if (!ready || !this.grid) return this.absent(state);
    let signals;
    try {
      signals = here ?? (await this.grid.view(state));
    } catch (error) {
      if (asked === this.asked) this.bench.say(VIEW.failed(error instanceof Error ? error.message : ""));
      return;
    }
    if (asked !== this.asked) return; // another one was asked for meanwhile
    this.shown = { state: { ...state }, signals };
    this.bench.root.classList.remove("gl-bench-stale", "gl-bench-empty");
    this.tellSeen();
    this.redraw();
  }

  /** The sentence of what is drawn. */
  tellSeen() {
    if (!this.shown) return;
    const { state, signals } = this.shown;
    const { main, more } = seen(state, signals, this.held, this.bench.bounds);
    this.bench.say(main, more);
    const log = measures(signals)["first-over-last"];
    this.bench.readout("first-over-last", Number.isNaN(log) ? "–" : fromLog(log));
    this.part("caption").textContent = `${VIEW.instant(signals)} ${ofTheory(signals)}`;
    this.bench.telling.show();
  }

  redraw() {
    if (!this.shown) return;
    const bands = this.part("bands");
    const projected = document.documentElement.classList.contains("gl-projector");
    draw(bands, {
      now: this.shown.signals,
      held: this.held?.signals,
      compact: matchMedia(PHONE).matches,
      label: VIEW.svg(this.part("say").textContent),
      size: projected ? 18 : 13,
    });
    if (!this.part("table").hidden) this.fill();
  }

  /** A setting that is not measured ahead: the picture of the one before fades. @param {State} state */
  absent(state) {
    if (!this.grid) return;
    this.bench.root.classList.add("gl-bench-stale");
    this.bench.root.classList.toggle("gl-bench-empty", !this.shown);
    this.bench.say(VIEW.missing(capital(setting(state))));
    this.bench.readout("first-over-last", "–");
    this.bench.telling.show();
  }

  /** @param {State} state @param {boolean} ready */
  offerToCompute(state, ready) {
    const own = state.activation === "own";
    const width = Number(state.width);
    const other = ready && width !== DEFAULTS.width && width !== 32 && !this.computed.has(key(state));
    this.part("missing").hidden = ready && !other;
    this.part("missing-words").textContent =
      own && !ready ? (state.code ? VIEW.ownCode : VIEW.write) : other ? VIEW.otherWidth(width) : VIEW.can;
    this.part("missing-code").hidden = !own || ready || !state.code;
    this.part("missing-code").textContent = own ? String(state.code) : "";
    this.part("compute").textContent = own ? VIEW.run : VIEW.compute;
    this.part("compute").hidden = own && !state.code;
  }

  /** Compute what is not in the grid, in Python. */
  async compute() {
    const state = { ...this.store.state };
    const words = this.part("missing-words");
    const button = this.part("compute");
    // the width is the grid's, unless the reader chose another for the training
    if (state.width === DEFAULTS.width) state.width = 32;
    button.disabled = true;
    let hung = false;
    let limit;
    try {
      const engine = await this.engine();
      words.textContent = VIEW.computing;
      if (engine === this.own && state.activation === "own") {
        await engine.ready();
        limit = setTimeout(() => {
          hung = true;
          engine.stop();
        }, HANGS);
      }
      const signals = await engine.signals(state);
      if (hung) words.textContent = VIEW.hung;
      else if (signals?.fault) words.textContent = FAULTS[signals.fault.kind](signals.fault.about);
      else if (!signals?.gradient) words.textContent = VIEW.said(signals?.said ? spoken(signals) : SAYS.stopped);
      else {
        this.computed.set(key(state), signals);
        if (key(state) === key({ ...this.store.state, width: state.width })) await this.show();
      }
    } catch (error) {
      words.textContent = VIEW.said(said(error));
    }
    clearTimeout(limit);
    this.part("coming").hidden = true;
    button.disabled = false;
  }

  /** The engine: that of the live view where it runs, else one of our own. */
  async engine() {
    if (location.protocol === "file:") throw new Error(FAULTS.file(""));
    if (typeof WebAssembly !== "object") throw new Error(FAULTS.wasm(""));
    const panel = await this.bench.panel;
    if (panel?.engine) return panel.engine;
    if (this.own) return this.own;
    const { Engine } = await import(this.bench.live).catch(() => Promise.reject(new Error(VIEW.live)));
    const amount = this.part("coming");
    const words = this.part("missing-words");
    const listeners = {
      coming: (/** @type {any} */ { bytes }) => (words.textContent = SAYS.coming(bytes)),
      more: (/** @type {any} */ { bytes }) => (words.textContent = SAYS.more(bytes)),
      starting: () => (words.textContent = SAYS.starting),
      fetched: (/** @type {any} */ { done, of }) => Object.assign(amount, { hidden: done >= of, max: of, value: done }),
    };
    this.own = new Engine(this.bench.worker, listeners);
    return this.own;
  }

  // -- A beside the present setting ------------------------------------------------------------------------------------

  hold() {
    if (!this.shown) return;
    this.held = this.shown;
    this.holding();
  }

  release() {
    this.held = null;
    this.holding();
  }

  holding() {
    const button = this.part("hold");
    button.setAttribute("aria-pressed", String(Boolean(this.held)));
    button.textContent = this.held ? VIEW.letGo : VIEW.hold;
    this.tellSeen();
    this.redraw();
  }

  /** Hold another setting than the present one. @param {Record<string, string | number>} other */
  async holdOther(other) {
    const state = { ...DEFAULTS, ...other };
    if (!this.grid?.has(state)) return;
    this.held = { state, signals: await this.grid.view(state) };
    this.part("hold").setAttribute("aria-pressed", "true");
    this.part("hold").textContent = VIEW.letGo;
  }

  // -- the numbers -----------------------------------------------------------------------------------------------------

  list() {
    const table = this.part("table");
    table.hidden = !table.hidden;
    this.part("numbers").ariaExpanded = String(!table.hidden);
    if (!table.hidden) this.fill();
  }

  fill() {
    if (!this.shown) return;
    const views = [this.shown, ...(this.held ? [this.held] : [])];
    this.part("table").replaceChildren(...views.map(({ state, signals }) => tabled(setting(state), rows(signals))));
  }
}

/** What tells two views apart. @param {State} state */
const key = (state) => JSON.stringify([...START, "width"].map((name) => state[name]));

/** @param {unknown} error */
export const said = (error) => (error instanceof Error ? error.message : String(error));

/** @param {string} title @param {string[][]} lines */
function tabled(title, lines) {
  const table = document.createElement("table");
  table.createCaption().textContent = title;
  const head = table.createTHead().insertRow();
  for (const word of VIEW.heads) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = word;
    head.append(cell);
  }
  const body = table.createTBody();
  for (const line of lines) {
    const row = body.insertRow();
    for (const text of line) row.insertCell().textContent = text;
  }
  return table;
}
