// The page of the bench: it reads and writes the address, shows the instant view, and fetches the live one when a reader wants it.
import { Controls, START } from "./controls.js";
import { load } from "./grid.js";
import { Store, offer, read, write } from "./state.js";
import { Taking } from "./taking.js";
import { Telling } from "./telling.js";
import { View, said } from "./view.js";
import { VIEW } from "./words.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {ReturnType<typeof import("./panel.js").start>} Panel */

const ANNOUNCE = 900; // milliseconds without a change until the sentence is said aloud

export class Bench {
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
    /** @type {Promise<Panel> | null} */
    this.panel = null;
    this.running = false; // whether the live view is there
    this.waiting = 0;
    this.writing = 0;
    this.written = "";
    this.controls = new Controls(this);
    this.view = new View(this);
    this.telling = new Telling(this);
    this.taking = new Taking(this);
    for (const button of root.querySelectorAll(
      '[data-do="play"], [data-do="step"], [data-do="restart"], [data-do="next"]',
    ))
      button.addEventListener("click", this.first, { capture: true });
    this.part("projector").addEventListener("click", () => this.project());
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

  /** Show a number. @param {string} name @param {string} text */
  readout(name, text) {
    for (const one of this.root.querySelectorAll(`[data-readout="${name}"]`))
      if (one.textContent !== text) one.textContent = text;
  }

  // -- the state and the address ----------------------------------------------------------------------------------------

  async start() {
    this.controls.reflect(this.store.state);
    this.store.subscribe((state, keys, by) => this.changed(state, keys, by));
    // the event's own address: by now the state may have been noted over it
    addEventListener("hashchange", ({ newURL }) => this.arrive(new URL(newURL).hash.slice(1)));
    try {
      this.view.grid = await load(this.book);
    } catch (error) {
      return this.say(VIEW.failed(said(error)));
    }
    const { story } = this.telling;
    if (story?.held) await this.view.holdOther(story.held);
    await this.view.show();
  }

  /** @param {State} state @param {string[]} keys @param {string} by */
  changed(state, keys, by) {
    this.controls.reflect(state);
    this.address();
    this.telling.changed();
    if (keys.some((key) => START.includes(key)) || keys.includes("width")) this.view.show();
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

  /** An address that the reader follows or types. @param {string} fragment */
  async arrive(fragment) {
    if (fragment === this.written || !fragment.includes("=")) return;
    clearTimeout(this.writing);
    const { state, complaints } = read(fragment);
    this.complain(complaints);
    this.root.scrollIntoView({ block: "start" });
    if (complaints.length < 3 && state.story) return this.telling.tell(String(state.story), state);
    this.view.release();
    this.store.set(state, "address");
  }

  // -- the live view ----------------------------------------------------------------------------------------------------

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
        readout: (/** @type {string} */ name, /** @type {string} */ text) => this.readout(name, text),
        story: this.telling,
        root: this.root,
        worker: this.worker,
      }),
    );
    try {
      const panel = await this.panel;
      this.running = true;
      for (const name of ["python-live", "csv-live"]) this.part(name).hidden = false;
      await this.taking.offer();
      return panel;
    } catch (error) {
      this.panel = null;
      this.say(error instanceof TypeError ? VIEW.live : said(error));
      return null;
    }
  }

  project() {
    const on = document.documentElement.classList.toggle("gl-projector");
    this.part("projector").setAttribute("aria-pressed", String(on));
    this.view.redraw();
    this.root.scrollIntoView({ block: "start" });
    dispatchEvent(new Event("resize"));
  }
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
