// The page of the bench: it reads and writes the address, binds the controls, shows the instant view, and fetches the live one
// when a reader wants it.
import { draw, rows } from "./bands.js";
import { load } from "./grid.js";
import { address, csv, fileName, keep, png, python, standalone } from "./save.js";
import { WORDS as SAID, fromLog, judged, measures, parsed, seen, setting } from "./sentence.js";
import { DEFAULTS, FIELDS, Store, offer, read, write } from "./state.js";
import { STORIES } from "./stories.js";
import { FAULTS, SAYS } from "../words.js";

/** @typedef {import("./sentence.js").Signals} Signals */
/** @typedef {import("./state.js").State} State */
/** @typedef {{ play(): any, pause(): any, step(): any, restart(next?: boolean): any, busy: boolean, ended: boolean, engine?: any }} Panel */

const START = ["activation", "code", "init", "depth", "normalize", "residual", "gain", "bias"]; // what the instant view shows
const STEPS = [2, 5, 10, 20, 30, 50]; // depths of the grid, which the slider stays at
const ANNOUNCE = 900; // milliseconds without a change until the sentence is said aloud
const PHONE = "(max-width: 700px)";

export const WORDS = {
  instant: (/** @type {Signals} */ { width, samples, seeds, from }) =>
    `At the start: width ${width}, ${samples} digits, ${seeds} seeds, float64${from === "live" ? ", computed in this page" : ""}. Line: median, band: 10–90 %.`,
  theory: "Dotted: mean-field theory.",
  noTheory: "No theory is drawn for this setting.",
  missing: (/** @type {string} */ what) => `${what} are not among the settings measured ahead of time.`,
  can: "Python can compute them in this page; it is fetched once.",
  write: "Write it below, in two lines of Python, and press Use it.",
  ownCode: "This activation is typed code. It runs only when you ask for it:",
  otherWidth: (/** @type {number} */ width) => `The picture has width 32. At width ${width} it can be computed here.`,
  compute: "Compute it here",
  run: "Run this code here",
  computing: "It is being computed.",
  hold: "Hold as A",
  letGo: "Let go of A",
  more: "More",
  fewer: "Less",
  shared: "The address is copied: it brings this view back.",
  notShared: "The address of this page brings this view back; here it is to copy.",
  copied: "The Python code is copied.",
  notCopied: "Here is the code to copy.",
  saved: "The file is saved.",
  notSaved: "The file could not be made here.",
  live: "The live view could not be fetched: look at the connection and press Play again.",
  failed: (/** @type {string} */ why) =>
    `The numbers of the instant view could not be fetched${why ? ` (${why})` : ""}: look at the connection and load the page again.`,
  said: (/** @type {string} */ said) => `This could not be computed: ${said}`,
  heads: ["Layer", "Gradient", "Signal δ", "Spread", "Dead", "Saturated"],
  now: "Now",
  chapter: "Its chapter",
  storyOf: (/** @type {string} */ title) => `${title}.`,
  svg: (/** @type {string} */ said) =>
    `Picture of each layer’s gradient, signal, spread, dead and saturated shares. ${said}`,
};

class Bench {
  /** @param {HTMLElement} root @param {HTMLScriptElement} script */
  constructor(root, script) {
    this.root = root;
    this.folder = new URL(".", script.src).href;
    this.live = new URL(script.dataset.live ?? "bench-live.js", this.folder).href;
    this.worker = new URL(script.dataset.worker ?? "worker.js", this.folder).href;
    this.book = new URL(document.documentElement.getAttribute("data-content_root") ?? "./", location.href).href;
    this.bounds = { vanishes: Number(root.dataset.vanishes), explodes: Number(root.dataset.explodes) };
    offer(root);
    const { state, complaints } = read(location.hash);
    this.store = new Store(state);
    this.complain(complaints);
    /** @type {{ state: State, signals: Signals } | null} */
    this.held = null;
    /** @type {{ state: State, signals: Signals } | null} what is drawn */
    this.shown = null;
    /** @type {Record<string, number>} */
    this.readouts = {};
    /** @type {Map<string, Signals>} what was computed here */
    this.computed = new Map();
    /** @type {Promise<Panel> | null} */
    this.panel = null;
    this.asked = 0;
    this.waiting = 0;
    this.writing = 0;
    this.written = "";
  }

  /** @param {string} name @returns {any} */
  part(name) {
    return this.root.querySelector(`[data-bench="${name}"]`);
  }

  /** Say what the address asks for in vain. @param {string[]} complaints */
  complain(complaints) {
    const note = this.part("complaints");
    note.hidden = !complaints.length;
    note.textContent = complaints.join(" ");
  }

  /** Set the sentence; it is read out once it stands for a moment. @param {string} main @param {string} [more] */
  say(main, more = "") {
    if (this.part("say").textContent !== main) this.part("say").textContent = main;
    this.part("more").textContent = more;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      const heard = `${main} ${more}`.trim();
      if (this.part("heard").textContent !== heard) this.part("heard").textContent = heard;
    }, ANNOUNCE);
  }

  /** Show a number. @param {string} name @param {string} text @param {number} [value] */
  readout(name, text, value) {
    for (const one of this.root.querySelectorAll(`[data-readout="${name}"]`))
      if (one.textContent !== text) one.textContent = text;
    this.readouts[name] = value ?? parsed(text);
    if (name === "step" || name === "accuracy") this.judge();
  }

  // -- controls --------------------------------------------------------------------------------------------------------

  bind() {
    const { root, store } = this;
    const changed = (/** @type {Event} */ event) => {
      const control = /** @type {HTMLInputElement} */ (event.target);
      const key = control.dataset.key ?? control.name;
      if (!key || !Object.hasOwn(FIELDS, key) || key === "code") return;
      if (key === "story") return this.tell(control.value);
      const typed = ["number", "text"].includes(control.type);
      if (typed && event.type === "input" && control.value === "") return;
      const value = control.type === "checkbox" ? Number(control.checked) : control.value;
      const before = store.state[key];
      store.set({ [key]: control === this.slider && this.sliding ? nearest(Number(value), STEPS) : value }, "control");
      if (store.state[key] === before && event.type === "change") this.reflect(store.state); // what is refused goes back
    };
    root.addEventListener("input", changed);
    root.addEventListener("change", changed);
    root.addEventListener("submit", (event) => event.preventDefault());
    this.slide();
    this.part("more-button").addEventListener("click", () =>
      this.unfold(this.part("more-button").ariaExpanded !== "true"),
    );
    this.part("hold").addEventListener("click", () => this.hold());
    this.part("compute").addEventListener("click", () => this.compute());
    this.part("numbers").addEventListener("click", () => this.list());
    for (const button of root.querySelectorAll(
      '[data-do="play"], [data-do="step"], [data-do="restart"], [data-do="next"]',
    ))
      button.addEventListener("click", this.first, { capture: true });
    const doing = {
      share: () => this.share(),
      python: () => this.copyPython(),
      svg: () => this.picture("svg"),
      png: () => this.picture("png"),
      csv: () => this.data(),
      projector: () => this.project(),
      "python-live": () => this.copyLive(),
      "csv-live": () => this.dataLive(),
    };
    for (const [name, act] of Object.entries(doing)) this.part(name).addEventListener("click", act);
  }

  /** The slider stays at the depths that are measured; by keys and by hand. A depth between is set in its own field. */
  slide() {
    this.slider = /** @type {HTMLInputElement} */ (this.root.querySelector('input[name="depth"]'));
    this.sliding = false;
    const { slider, store } = this;
    slider.addEventListener("pointerdown", () => (this.sliding = true));
    slider.addEventListener("change", () => {
      this.reflect(store.state);
      this.sliding = false;
    });
    addEventListener("pointerup", () => setTimeout(() => (this.sliding = false)));
    slider.addEventListener("keydown", (event) => {
      const way = { ArrowRight: 1, ArrowUp: 1, PageUp: 1, ArrowLeft: -1, ArrowDown: -1, PageDown: -1 }[event.key];
      if (!way) return;
      event.preventDefault();
      const depth = Number(store.state.depth);
      const next = way > 0 ? STEPS.find((one) => one > depth) : [...STEPS].reverse().find((one) => one < depth);
      if (next) store.set({ depth: next }, "control");
    });
  }

  /** @param {boolean} open */
  unfold(open) {
    const button = this.part("more-button");
    button.ariaExpanded = String(open);
    button.textContent = open ? WORDS.fewer : WORDS.more;
    this.root.querySelector(".gl-bench-rest")?.toggleAttribute("hidden", !open);
  }

  /** Show a state on the controls. @param {State} state */
  reflect(state) {
    for (const one of this.root.querySelectorAll("input, select")) {
      const control = /** @type {HTMLInputElement} */ (one);
      const key = control.dataset.key ?? control.name;
      if (
        !Object.hasOwn(FIELDS, key) ||
        control === document.activeElement?.closest("input[type=number], input[type=text]")
      )
        continue;
      if (control.type === "checkbox") control.checked = Boolean(state[key]);
      else if (control.value !== String(state[key])) control.value = String(state[key]);
    }
    const depth = String(state.depth);
    this.part("depth").textContent = depth;
    this.slider?.setAttribute("aria-valuetext", `${depth} layers`);
    // on a phone the bar at the thumb stays low until the reader opens it
    const more = START.slice(4).some((key) => state[key] !== DEFAULTS[key]);
    if (more && !matchMedia(PHONE).matches) this.unfold(true);
  }

  // -- the instant view ------------------------------------------------------------------------------------------------

  async start() {
    this.bind();
    this.reflect(this.store.state);
    this.store.subscribe((state, keys, by) => this.changed(state, keys, by));
    addEventListener("hashchange", () => this.arrive());
    new ResizeObserver(() => this.redraw()).observe(this.part("bands"));
    try {
      this.grid = await load(this.book);
    } catch (error) {
      return this.say(WORDS.failed(error instanceof Error ? error.message : ""));
    }
    const story = STORIES.find(({ key }) => key === this.store.state.story);
    if (story?.held) await this.holdOther(story.held);
    await this.show();
  }

  /** @param {State} state @param {string[]} keys @param {string} by */
  changed(state, keys, by) {
    this.reflect(state);
    this.address();
    if (keys.includes("story")) this.judge();
    if (keys.some((key) => START.includes(key)) || keys.includes("width")) this.show();
    // an own activation is written, and own points are drawn, in the live view; a link alone does not fetch it
    const own = ["activation", "data"].some((key) => keys.includes(key) && state[key] === "own");
    if (own && by === "control") this.wake();
  }

  /** Note the state in the address, once it stands. */
  address() {
    clearTimeout(this.writing);
    this.writing = setTimeout(() => {
      this.written = write(this.store.state);
      history.replaceState(null, "", this.written ? `#${this.written}` : location.pathname + location.search);
    }, 150);
  }

  /** An address that the reader follows or types. */
  async arrive() {
    const fragment = location.hash.slice(1);
    if (fragment === this.written || !fragment.includes("=")) return;
    const { state, complaints } = read(fragment);
    this.complain(complaints);
    this.root.scrollIntoView({ block: "start" });
    if (complaints.length < 3 && state.story) return this.tell(String(state.story), state);
    this.release();
    this.store.set(state, "address");
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
      if (asked === this.asked) this.say(WORDS.failed(error instanceof Error ? error.message : ""));
      return;
    }
    if (asked !== this.asked) return; // another one was asked for meanwhile
    this.shown = { state: { ...state }, signals };
    this.root.classList.remove("gl-bench-stale", "gl-bench-empty");
    this.tellSeen();
    this.redraw();
  }

  /** The sentence of what is drawn. */
  tellSeen() {
    if (!this.shown) return;
    const { state, signals } = this.shown;
    const { main, more } = seen(state, signals, this.held, this.bounds);
    this.say(main, more);
    const log = measures(signals)["first-over-last"];
    this.readout("first-over-last", Number.isNaN(log) ? "–" : fromLog(log), 10 ** log);
    this.part("caption").textContent = `${WORDS.instant(signals)} ${signals.theory ? WORDS.theory : WORDS.noTheory}`;
    this.judge();
  }

  redraw() {
    if (!this.shown) return;
    const bands = this.part("bands");
    const projected = document.documentElement.classList.contains("gl-projector");
    draw(bands, {
      now: this.shown.signals,
      held: this.held?.signals,
      compact: matchMedia(PHONE).matches,
      label: WORDS.svg(this.part("say").textContent),
      size: projected ? 18 : 13,
    });
    if (!this.part("table").hidden) this.fill();
  }

  /** A setting that is not measured ahead: the picture of the one before fades. @param {State} state */
  absent(state) {
    if (!this.grid) return;
    this.root.classList.add("gl-bench-stale");
    this.root.classList.toggle("gl-bench-empty", !this.shown);
    const words = setting(state);
    this.say(WORDS.missing(words.charAt(0).toUpperCase() + words.slice(1)));
    this.readout("first-over-last", "–", NaN);
    this.judge();
  }

  /** @param {State} state @param {boolean} ready */
  offerToCompute(state, ready) {
    const own = state.activation === "own";
    const width = Number(state.width);
    const other = ready && width !== DEFAULTS.width && width !== 32 && !this.computed.has(key(state));
    this.part("missing").hidden = ready && !other;
    this.part("missing-words").textContent =
      own && !ready ? (state.code ? WORDS.ownCode : WORDS.write) : other ? WORDS.otherWidth(width) : WORDS.can;
    this.part("missing-code").hidden = !own || ready || !state.code;
    this.part("missing-code").textContent = own ? String(state.code) : "";
    this.part("compute").textContent = own ? WORDS.run : WORDS.compute;
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
    try {
      const engine = await this.engine();
      words.textContent = WORDS.computing;
      const signals = await engine.signals(state);
      if (signals?.fault) words.textContent = FAULTS[signals.fault.kind](signals.fault.about);
      else if (!signals?.gradient) words.textContent = WORDS.said(signals?.said ?? SAYS.stopped);
      else {
        this.computed.set(key(state), signals);
        if (key(state) === key({ ...this.store.state, width: state.width })) await this.show();
      }
    } catch (error) {
      words.textContent = WORDS.said(said(error));
    }
    this.part("coming").hidden = true;
    button.disabled = false;
  }

  /** The engine: that of the live view where it runs, else one of our own. */
  async engine() {
    if (location.protocol === "file:") throw new Error(FAULTS.file(""));
    if (typeof WebAssembly !== "object") throw new Error(FAULTS.wasm(""));
    const panel = await this.panel;
    if (panel?.engine) return panel.engine;
    if (this.own) return this.own;
    const { Engine } = await import(this.live).catch(() => Promise.reject(new Error(WORDS.live)));
    const amount = this.part("coming");
    const words = this.part("missing-words");
    const listeners = {
      coming: (/** @type {any} */ { bytes }) => (words.textContent = SAYS.coming(bytes)),
      more: (/** @type {any} */ { bytes }) => (words.textContent = SAYS.more(bytes)),
      starting: () => (words.textContent = SAYS.starting),
      fetched: (/** @type {any} */ { done, of }) => Object.assign(amount, { hidden: done >= of, max: of, value: done }),
    };
    this.own = new Engine(this.worker, listeners);
    return this.own;
  }

  // -- A beside the present setting ------------------------------------------------------------------------------------

  hold() {
    if (this.held) return this.release();
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
    button.textContent = this.held ? WORDS.letGo : WORDS.hold;
    this.tellSeen();
    this.redraw();
  }

  /** Hold another setting than the present one. @param {Record<string, string | number>} other */
  async holdOther(other) {
    const state = { ...DEFAULTS, ...other };
    if (!this.grid?.has(state)) return;
    this.held = { state, signals: await this.grid.view(state) };
    this.part("hold").setAttribute("aria-pressed", "true");
    this.part("hold").textContent = WORDS.letGo;
  }

  // -- stories ---------------------------------------------------------------------------------------------------------

  /** Tell a story. @param {string} name @param {State} [from] the state, where an address says more than the story */
  async tell(name, from) {
    const story = STORIES.find((one) => one.key === name);
    this.held = null;
    if (!story) {
      this.holding();
      return this.store.set({ story: "" }, "story");
    }
    if (story.held) await this.holdOther(story.held);
    else this.holding();
    this.store.set(from ?? { ...DEFAULTS, ...story.state, story: name }, "story");
    await this.show();
  }

  /** Say what to look for, and whether it is seen. */
  judge() {
    const story = STORIES.find(({ key }) => key === this.store.state.story);
    const box = this.part("story");
    box.hidden = !story;
    if (!story) return;
    this.part("look").textContent = story.look;
    const found = judged(story.judgement, { now: this.shown?.signals, held: this.held?.signals, live: this.readouts });
    const verdict = this.part("judged");
    verdict.textContent = found
      ? SAID.seen(found.yes, found.measured)
      : story.judgement.on === "live"
        ? SAID.wait(story.judgement.steps ?? 0)
        : "";
    verdict.dataset.seen = found ? (found.yes ? "yes" : "no") : "";
    const page = this.part("story-page");
    page.href = `${this.book}${story.page}.html`;
    page.textContent = WORDS.chapter;
  }

  // -- the live view ---------------------------------------------------------------------------------------------------

  /** The first press of a button of the live view: it is fetched, and then does what was asked. */
  first = (/** @type {Event} */ event) => {
    if (this.running) return; // the live view listens by itself
    event.preventDefault();
    event.stopImmediatePropagation();
    const what = /** @type {HTMLElement} */ (event.currentTarget).dataset.do ?? "play";
    this.wake().then((panel) => {
      if (!panel) return;
      if (what === "play") panel.play();
      else if (what === "step") panel.step();
      else panel.restart(what === "next");
    });
  };

  /** Fetch the live view and start it. @returns {Promise<Panel | null>} */
  async wake() {
    this.panel ??= import(this.live).then(({ start }) =>
      start({
        store: this.store,
        say: (/** @type {string} */ text) => this.say(text),
        readout: (/** @type {string} */ name, /** @type {string} */ text, /** @type {number} */ value) =>
          this.readout(name, text, value),
        root: this.root,
        worker: this.worker,
      }),
    );
    try {
      const panel = await this.panel;
      this.running = true;
      for (const name of ["python-live", "csv-live"]) this.part(name).hidden = !panel.engine;
      return panel;
    } catch (error) {
      this.panel = null;
      this.say(error instanceof TypeError ? WORDS.live : said(error));
      return null;
    }
  }

  // -- to take along ---------------------------------------------------------------------------------------------------

  /** @param {string} text */
  tellDone(text) {
    this.part("said").textContent = text;
    clearTimeout(this.fading);
    this.fading = setTimeout(() => (this.part("said").textContent = ""), 6000);
  }

  /** Copy; where the browser refuses, the text stands there to copy. @param {string} text @param {string} done @param {string} not */
  async copy(text, done, not) {
    const copied = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    );
    const field = this.part("copy");
    field.hidden = Boolean(copied);
    field.value = text;
    if (!copied) field.select();
    this.tellDone(copied ? done : not);
  }

  share() {
    const told = write(this.store.state);
    history.replaceState(null, "", told ? `#${told}` : location.pathname + location.search);
    return this.copy(location.href, WORDS.shared, WORDS.notShared);
  }

  /** The script of what is drawn, and of A. */
  copyPython() {
    if (!this.shown) return;
    const of = ({ state, signals } = /** @type {{ state: State, signals: Signals }} */ (this.shown)) =>
      python(state, signals.width, signals);
    const text = this.held ? `${of(this.held)}\n${of()}` : of();
    return this.copy(text, WORDS.copied, WORDS.notCopied);
  }

  async copyLive() {
    const panel = await this.panel;
    return this.copy(String(await panel?.engine?.script()), WORDS.copied, WORDS.notCopied);
  }

  async dataLive() {
    const panel = await this.panel;
    keep(String(await panel?.engine?.table()), `${fileName(this.store.state)}-training.csv`, "text/csv");
    this.tellDone(WORDS.saved);
  }

  /** @param {"svg" | "png"} kind */
  async picture(kind) {
    const drawn = this.part("bands").querySelector("svg");
    if (!drawn || !this.shown) return;
    const text = standalone(drawn, setting(this.shown.state));
    const name = `${fileName(this.shown.state)}.${kind}`;
    try {
      if (kind === "svg") keep(text, name, "image/svg+xml");
      else keep(await png(text), name, "image/png");
      this.tellDone(WORDS.saved);
    } catch {
      this.tellDone(WORDS.notSaved);
    }
  }

  data() {
    if (!this.shown) return;
    const views = [{ name: "now", ...this.shown }, ...(this.held ? [{ name: "A", ...this.held }] : [])];
    keep(csv(views), `${fileName(this.shown.state)}.csv`, "text/csv");
    this.tellDone(WORDS.saved);
  }

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

  project() {
    const on = document.documentElement.classList.toggle("gl-projector");
    this.part("projector").setAttribute("aria-pressed", String(on));
    this.redraw();
    this.root.scrollIntoView({ block: "start" });
    dispatchEvent(new Event("resize"));
  }
}

/** What tells two views apart. @param {State} state */
const key = (state) => JSON.stringify([...START, "width"].map((name) => state[name]));

/** @param {number} value @param {number[]} among */
const nearest = (value, among) =>
  among.reduce((best, one) => (Math.abs(one - value) < Math.abs(best - value) ? one : best));

/** @param {unknown} error */
const said = (error) => (error instanceof Error ? error.message : String(error));

/** @param {string} title @param {string[][]} lines */
function tabled(title, lines) {
  const table = document.createElement("table");
  table.createCaption().textContent = title;
  const head = table.createTHead().insertRow();
  for (const word of WORDS.heads) {
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

/** @param {HTMLElement} root @param {HTMLScriptElement} script */
export function begin(root, script) {
  if (location.protocol === "file:") {
    // no file may be fetched there: the figure below the bench stands for it
    root.hidden = true;
    document.documentElement.classList.add("gl-bench-none");
    document.querySelector("[data-bench-file]")?.removeAttribute("hidden");
    return;
  }
  new Bench(root, script).start();
}
