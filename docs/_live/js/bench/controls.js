// The controls of the page: what a reader sets, and how a state is shown on them.
import { DEFAULTS, FIELDS } from "./state.js";
import { VIEW } from "./words.js";

/** @typedef {import("./state.js").State} State */

export const START = ["activation", "code", "init", "depth", "normalize", "residual", "gain", "bias"]; // what the instant view shows
const STEPS = [2, 5, 10, 20, 30, 50]; // depths of the grid, which the slider stays at
export const PHONE = "(max-width: 700px)";

export class Controls {
  /** @param {import("./main.js").Bench} bench */
  constructor(bench) {
    this.bench = bench;
    this.root = bench.root;
    this.store = bench.store;
    this.slider = /** @type {HTMLInputElement} */ (this.root.querySelector('input[name="depth"]'));
    this.sliding = false;
    for (const kind of ["input", "change"]) this.root.addEventListener(kind, (event) => this.changed(event));
    this.root.addEventListener("submit", (event) => event.preventDefault());
    this.slide();
    const more = bench.part("more-button");
    more.addEventListener("click", () => this.unfold(more.ariaExpanded !== "true"));
  }

  /** A control was set. @param {Event} event */
  changed(event) {
    const { store } = this;
    const control = /** @type {HTMLInputElement} */ (event.target);
    const key = control.dataset.key ?? control.name;
    if (!key || !Object.hasOwn(FIELDS, key) || key === "code") return;
    if (key === "story") return this.bench.telling.tell(control.value);
    const typed = ["number", "text"].includes(control.type);
    if (typed && event.type === "input" && control.value === "") return;
    const value = control.type === "checkbox" ? Number(control.checked) : control.value;
    const before = store.state[key];
    store.set({ [key]: control === this.slider && this.sliding ? nearest(Number(value), STEPS) : value }, "control");
    if (store.state[key] === before && event.type === "change") this.reflect(store.state); // what is refused goes back
  }

  /** The slider stays at the depths that are measured; by keys and by hand. A depth between is set in its own field. */
  slide() {
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
    const button = this.bench.part("more-button");
    button.ariaExpanded = String(open);
    button.textContent = open ? VIEW.fewer : VIEW.more;
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
    this.bench.part("depth").textContent = depth;
    this.slider.setAttribute("aria-valuetext", VIEW.layers(depth));
    // on a phone the bar at the thumb stays low until the reader opens it
    const more = START.slice(4).some((key) => state[key] !== DEFAULTS[key]);
    if (more && !matchMedia(PHONE).matches) this.unfold(true);
  }
}

/** @param {number} value @param {number[]} among */
const nearest = (value, among) =>
  among.reduce((best, one) => (Math.abs(one - value) < Math.abs(best - value) ? one : best));
