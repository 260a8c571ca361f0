// A weight is edited where it stands: a small form at the line that was pressed, or at the chosen unit.
import { part, put } from "./draw.js";
import { WEIGHT } from "./live_words.js";

/** The small form for a weight: where the line was pressed, or at the chosen unit. */
export class WeightEditor {
  /** @param {ParentNode} root @param {import("./network.js").Network} network */
  constructor(root, network) {
    this.network = network;
    this.form = /** @type {HTMLFormElement} */ (part(root, "weight"));
    this.title = part(root, "weight-title");
    this.source = part(root, "source");
    this.value = part(root, "value");
    this.at = /** @type {[number, number]} */ ([0, 0]);
    this.source.addEventListener("change", () => this.read());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const value = Number(this.value.value);
      if (this.value.value !== "" && Number.isFinite(value))
        network.asked.edit(this.at[0], this.at[1], Number(this.source.value), value);
    });
    this.form.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    part(root, "weight-close").addEventListener("click", () => this.close());
    this.opener = part(root, "edit");
    this.opener.addEventListener("click", () => {
      const [layer, unit] = network.chosen ?? [network.columns.find((one) => one.layer > 0)?.layer ?? 1, 0];
      const button = network.current();
      this.open(layer - 1, unit, 0, button?.offsetLeft ?? 0, (button?.offsetTop ?? 0) + (button?.offsetHeight ?? 0));
    });
  }

  /** @param {number} layer @param {number} unit @param {number} source @param {number} x @param {number} y */
  open(layer, unit, source, x, y) {
    const { network } = this;
    this.at = /** @type {[number, number]} */ ([layer, unit]);
    this.from = document.activeElement;
    put(this.title, WEIGHT.title(network.into(layer, unit)));
    const sources = Array.from({ length: network.sizes[layer] }, (_, k) => k);
    this.source.replaceChildren(...[...sources, -1].map((one) => new Option(network.name(layer, one), String(one))));
    this.source.value = String(source);
    this.read();
    this.form.hidden = false;
    this.form.style.left = `${Math.max(0, Math.min(x - 20, network.width - this.form.offsetWidth))}px`;
    this.form.style.top = `${Math.max(0, Math.min(y + 8, (network.height ?? 0) - this.form.offsetHeight))}px`;
    this.value.focus();
    this.value.select();
  }

  /** Show what the weight is now. */
  read() {
    const { frame, sizes } = this.network;
    const [layer, unit] = this.at;
    const source = Number(this.source.value);
    const value = source < 0 ? frame?.biases[layer][unit] : frame?.weights[layer][unit * sizes[layer] + source];
    this.value.value = value === undefined ? "" : String(Number(value.toPrecision(4)));
  }

  close() {
    if (this.form.hidden) return;
    const inside = this.form.contains(document.activeElement);
    this.form.hidden = true;
    if (inside) /** @type {HTMLElement} */ (this.from?.isConnected ? this.from : this.opener).focus();
  }
}
