// The reader's own activation: a small editor; code that came with a link is shown, and runs only once the reader says so.
import { part, put } from "./draw.js";
import { OWN } from "./live_words.js";

export class Own {
  /**
   * @param {ParentNode} root
   * @param {import("./state.js").Store} store
   * @param {{ use: () => void, leave: () => void }} asked
   */
  constructor(root, store, asked) {
    this.store = store;
    this.host = part(root, "own");
    this.title = part(root, "own-title");
    this.code = /** @type {HTMLTextAreaElement} */ (part(root, "code"));
    this.said = part(root, "own-said");
    this.button = part(root, "own-use");
    this.leave = part(root, "own-leave");
    this.agreed = /** @type {Set<string>} */ (new Set()); // codes that the reader has asked to run
    part(root, "own-form").addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      const code = this.code.value.trim();
      if (!code) return this.say(OWN.empty);
      this.agreed.add(code);
      this.say(OWN.checking);
      store.set({ activation: "own", code }, "own");
      this.show();
      asked.use();
    });
    this.leave.addEventListener("click", () => {
      this.code.value = "";
      store.set({ activation: "relu", code: "" }, "own");
      asked.leave();
    });
    store.subscribe((_state, changed) => {
      if (changed.includes("activation") || changed.includes("code")) this.show();
    });
    this.show();
  }

  /** Whether the state has code that nobody here has agreed to. */
  get waits() {
    const { activation, code } = this.store.state;
    return activation === "own" && !this.agreed.has(String(code).trim());
  }

  show() {
    const { activation, code } = this.store.state;
    this.host.hidden = activation !== "own";
    if (activation !== "own") return;
    const linked = this.waits && String(code).trim() !== "";
    if (document.activeElement !== this.code) this.code.value = String(code) || this.code.value || OWN.example;
    put(this.title, linked ? OWN.linked : OWN.title);
    put(this.button, linked ? OWN.run : OWN.use);
    this.leave.hidden = !linked;
  }

  /** @param {string} words */
  say(words) {
    put(this.said, words);
  }

  /** What the checker said: nothing where all is well. @param {string} [refusal] */
  judge(refusal) {
    if (this.store.state.activation !== "own") return;
    this.say(refusal ?? OWN.used);
    this.code.setAttribute("aria-invalid", String(refusal !== undefined));
  }
}
