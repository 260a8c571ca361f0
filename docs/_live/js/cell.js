// A cell that can be changed: its editor, its buttons, and what it says.
import { digest, keep, kept, solve, solved, toFragment } from "./keep.js";
import { Outputs, made } from "./outputs.js";
import { SAYS } from "./words.js";
import { say } from "./say.js";

/** @typedef {{ block: HTMLElement, text: () => string }} Code what _ext/cell_toolbar.py gives for a piece of code */
/** @typedef {ReturnType<typeof import("./editor.js").open>} Editor */
/** @typedef {{ name: string, right: boolean, said: string, words: string, values: Record<string, string> }} Verdict what an answer to an exercise is worth */
/**
 * @typedef {object} Page what a cell asks of its page
 * @property {string} name
 * @property {(cell: Cell, all?: boolean) => void} run with fewer seeds where it takes long, or with all
 * @property {() => void} stop
 * @property {() => void} back
 * @property {() => void} show
 * @property {() => Promise<typeof import("./editor.js") | null>} editor
 */

export class Cell {
  /** @param {Page} page @param {number | string} index its number, or what the place for an answer is called @param {Code} code */
  constructor(page, index, code) {
    this.page = page;
    this.index = index;
    this.code = code;
    this.built = code.text();
    /** @type {Editor | null} */
    this.editor = null;
    /** @type {HTMLElement | undefined} the line that says how it goes */
    this.said = undefined;
    this.answer = /** @type {HTMLElement | null} */ (code.block.closest(".gl-starter"));
    /** @type {Verdict[] | null} */
    this.verdicts = null;
    this.fewer = false; // whether what it shows is of fewer seeds
    this.input = this.answer ?? /** @type {HTMLElement} */ (code.block.closest(".cell_input"));
    this.outputs = new Outputs(index, this.input);
    if (solved(this.index)) this.mark();
    const copied = code.text;
    code.text = () => this.editor?.text() ?? copied(); // Copy copies the change
  }

  /** What the reader has in place of the book's code, or null. */
  get changed() {
    const text = this.editor?.text() ?? this.built;
    return text === this.built ? null : text;
  }

  /** Say that a change of before is there, without fetching anything. */
  remind() {
    if (kept(this.page.name, this.index)?.digest === digest(this.built)) this.status.textContent = SAYS.kept;
  }

  /** The line that says how it goes, with the buttons. */
  get status() {
    this.said ??= this.furnish();
    return this.said;
  }

  furnish() {
    const button = (/** @type {string} */ label, /** @type {() => void} */ press) => {
      const one = made("button", "", label);
      one.type = "button";
      one.addEventListener("click", press);
      return one;
    };
    this.buttons = {
      run: button(this.answer ? say("Check") : say("Run"), () => this.page.run(this)),
      stop: button(say("Stop"), () => this.page.stop()),
      all: button(say("Run all seeds"), () => this.page.run(this, true)),
      reset: button(say("Reset"), () => this.reset()),
      link: button(say("Link"), () => this.link()),
      back: button(say("Back to the book"), () => this.page.back()),
    };
    this.buttons.run.title = say("Ctrl+Enter or Shift+Enter in the editor");
    this.bar = made("div", "gl-live-bar", ...Object.values(this.buttons));
    this.bar.setAttribute("role", "group");
    this.bar.setAttribute("aria-label", say("Live cell"));
    const said = made("p", "gl-live-status");
    said.setAttribute("role", "status");
    this.amount = made("progress", "");
    this.amount.setAttribute("aria-label", say("Fetched"));
    this.amount.hidden = true;
    this.box = made("div", "gl-live", this.bar, said, this.amount);
    this.bar.hidden = true;
    this.input.append(this.box);
    return said;
  }

  /** Take what an answer is worth, and remember one that is right. @param {Verdict[]} verdicts */
  judge(verdicts) {
    this.verdicts = verdicts;
    if (!verdicts.length || !verdicts.every((one) => one.right)) return;
    solve(String(this.index));
    this.mark();
  }

  /** Say at the place of an answer that it was right once. */
  mark() {
    const title = this.answer?.querySelector(".gl-starter-title");
    if (title && !title.querySelector(".gl-solved")) title.append(made("span", "gl-solved", SAYS.mark));
  }

  /** Show which buttons can be pressed. @param {boolean} busy @param {boolean} mine @param {boolean} touched */
  show(busy, mine, touched) {
    if (!this.buttons) return;
    const { run, stop, all, back } = this.buttons;
    const focused = document.activeElement;
    run.disabled = busy;
    stop.hidden = !mine;
    all.hidden = mine || !this.fewer;
    all.disabled = busy;
    back.hidden = !touched;
    if (mine && (focused === run || focused === all)) stop.focus();
    if (focused === stop && !mine) run.focus();
  }

  /** Open the editor, or go back into it. @param {{ text: string, digest: string } | null} [linked] */
  async open(linked = null) {
    if (this.editor && !linked) return this.editor.focus();
    const module = await this.page.editor();
    if (!module) return;
    const own = kept(this.page.name, this.index);
    const change = linked ?? own;
    const fits = change?.digest === digest(this.built);
    const [mine, others] = linked ? [SAYS.linked, SAYS.otherLink] : [SAYS.shown, SAYS.other];
    this.status.textContent = change ? (fits ? mine : others) : "";
    this.page.show();
    if (change && !fits) this.offer(change.text);
    const text = change && fits ? change.text : this.built;
    if (this.editor) return this.editor.write(text);
    const pre = /** @type {HTMLElement} */ (this.code.block.querySelector(":scope > pre"));
    const host = made("div", "gl-editor");
    pre.before(host);
    pre.hidden = true;
    this.code.block.classList.add("gl-editing");
    this.editor = module.open(host, {
      text,
      name: this.answer ? say("Code of this answer") : say("Code of this cell"),
      changed: () => keep(this.page.name, this.index, this.built, this.editor?.text() ?? this.built),
      run: () => this.page.run(this),
      leave: () => this.edit?.focus(),
    });
    this.close = () => {
      this.editor?.close();
      this.editor = null;
      host.remove();
      pre.hidden = false;
      this.code.block.classList.remove("gl-editing");
      if (this.bar) this.bar.hidden = true;
    };
    if (this.bar) this.bar.hidden = false;
    this.editor.focus();
  }

  /** Offer a change that belongs to another version of the cell. @param {string} text */
  offer(text) {
    const show = made("button", "", say("Show it"));
    show.type = "button";
    show.addEventListener("click", () => {
      this.editor?.write(text);
      this.status.textContent = "";
      this.editor?.focus();
    });
    this.status.append(" ", show);
  }

  /** The button that opens the editor. @returns {HTMLElement | null} */
  get edit() {
    const buttons = [...this.code.block.querySelectorAll(".gl-toolbar button")];
    return /** @type {HTMLElement | null} */ (buttons.find((one) => one.textContent === say("Edit")) ?? null);
  }

  /** Bring back the cell's code and what it showed. */
  reset() {
    if (this.buttons && !this.buttons.stop.hidden) this.page.stop(); // its own run
    keep(this.page.name, this.index, this.built, this.built);
    this.restore();
    this.edit?.focus();
  }

  restore() {
    this.fewer = false;
    this.outputs.restore();
    this.close?.();
    this.close = null;
    this.box?.remove();
    this.box = this.bar = this.buttons = this.amount = this.said = undefined;
  }

  async link() {
    const text = this.editor?.text() ?? this.built;
    const address = new URL(location.href);
    address.hash = await toFragment(this.index, this.built, text);
    history.replaceState(null, "", address);
    this.status.textContent = (await window.glCells.copied(address.href)) ? SAYS.copied : SAYS.notCopied;
  }
}
