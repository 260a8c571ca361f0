// What a reader takes along: the address, Python, pictures, and numbers.
import { csv, fileName, keep, png, python, standalone } from "./save.js";
import { setting } from "./sentence.js";
import { spoken } from "../spoken.js";
import { write } from "./state.js";
import { VIEW } from "./words.js";

/** @typedef {import("./view.js").Seen} Seen */

export class Taking {
  /** @param {import("./main.js").Bench} bench */
  constructor(bench) {
    this.bench = bench;
    this.view = bench.view;
    const doing = {
      share: () => this.share(),
      python: () => this.copyPython(),
      svg: () => this.picture("svg"),
      png: () => this.picture("png"),
      csv: () => this.data(),
      "python-live": () => this.copyLive(),
      "csv-live": () => this.dataLive(),
    };
    for (const [name, act] of Object.entries(doing)) bench.part(name).addEventListener("click", () => void act());
    bench.part("which").addEventListener("focus", () => this.offer());
  }

  /** @param {string} text */
  tellDone(text) {
    this.bench.part("said").textContent = text;
    clearTimeout(this.fading);
    this.fading = setTimeout(() => (this.bench.part("said").textContent = ""), 6000);
  }

  /** Copy; where the browser refuses, the text stands there to copy. @param {string} text @param {string} done @param {string} not */
  async copy(text, done, not) {
    const copied = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    );
    const field = this.bench.part("copy");
    field.hidden = Boolean(copied);
    field.value = text;
    if (!copied) field.select();
    this.tellDone(copied ? done : not);
  }

  share() {
    const told = write(this.bench.store.state);
    history.replaceState(null, "", told ? `#${told}` : location.pathname + location.search);
    return this.copy(location.href, VIEW.shared, VIEW.notShared);
  }

  /** The script of what is drawn, and of A. */
  copyPython() {
    if (!this.view.shown) return;
    const of = ({ state, signals } = /** @type {Seen} */ (this.view.shown)) => python(state, signals.width, signals);
    const text = this.view.held ? `${of(this.view.held)}\n${of()}` : of();
    return this.copy(text, VIEW.copied, VIEW.notCopied);
  }

  async copyLive() {
    const script = await this.ofTraining("script");
    if (script) await this.copy(script, VIEW.copied, VIEW.notCopied);
  }

  async dataLive() {
    const table = await this.ofTraining("table");
    if (!table) return;
    keep(table, `${fileName(this.bench.store.state)}-training.csv`, "text/csv");
    this.tellDone(VIEW.saved);
  }

  /** What Python writes of the training; nothing where it has ended. @param {"script" | "table"} what @returns {Promise<string>} */
  async ofTraining(what) {
    const panel = await this.bench.panel;
    const told = await panel?.engine?.[what]().catch(() => null);
    if (typeof told !== "string") this.tellDone(told?.said ? spoken(told) : VIEW.ended);
    return typeof told === "string" ? told : "";
  }

  /** Offer the pictures that there are. */
  async offer() {
    const panel = await this.bench.panel;
    const which = this.bench.part("which");
    const chosen = which.value;
    const live = panel?.figures() ?? [];
    which.replaceChildren(new Option(VIEW.atStart, ""), ...live.map(([name, title]) => new Option(title, name)));
    which.value = live.some(([name]) => name === chosen) ? chosen : "";
    this.bench.part("which-field").hidden = !live.length;
  }

  /** @param {"svg" | "png"} kind */
  async picture(kind) {
    const [text, name] = await this.drawn();
    if (!text) return;
    try {
      if (kind === "svg") keep(text, `${name}.svg`, "image/svg+xml");
      else keep(await png(text), `${name}.png`, "image/png");
      this.tellDone(VIEW.saved);
    } catch {
      this.tellDone(VIEW.notSaved);
    }
  }

  /** The chosen picture as it is kept, and its name; nothing where there is none. */
  async drawn() {
    const { state } = this.bench.store;
    const panel = await this.bench.panel;
    const which = panel ? this.bench.part("which").value : "";
    if (panel && which)
      return [panel.composed(which, setting(state)), `${fileName(state)}-${which.replace("-host", "")}`];
    const { shown } = this.view;
    const svg = this.bench.part("bands").querySelector("svg");
    return svg && shown ? [standalone(svg, setting(shown.state)), fileName(shown.state)] : ["", ""];
  }

  data() {
    if (!this.view.shown) return;
    const views = [{ name: "now", ...this.view.shown }, ...(this.view.held ? [{ name: "A", ...this.view.held }] : [])];
    keep(csv(views), `${fileName(this.view.shown.state)}.csv`, "text/csv");
    this.tellDone(VIEW.saved);
  }
}
