// What the live panel says: how far Python is, what is seen, what was changed, and what went wrong.
import { part, put } from "./draw.js";
import { FAULTS, WORDS } from "./live_words.js";
import { readouts, sentence } from "./told.js";

const SPOKEN = 4000; // milliseconds between sentences
const READ = 120; // between readouts

export class Voice {
  /** @param {Element} root @param {(text: string) => void} say @param {(name: string, text: string) => void} readout */
  constructor(root, say, readout) {
    this.root = root;
    this.say = say;
    this.readout = readout;
    this.spoken = -Infinity;
    this.readAt = -Infinity;
  }

  /** Set the readouts, now or when it is time for them. @param {any} frame @param {number} shown which of the seeds @param {boolean} now */
  read(frame, shown, now) {
    if (now || performance.now() - this.readAt > READ) {
      this.readAt = performance.now();
      for (const [name, text] of readouts(frame, shown)) this.readout(name, text);
    }
    if (performance.now() - this.spoken > SPOKEN) this.speak(frame);
  }

  /** Say what is seen. @param {any} frame */
  speak(frame) {
    this.spoken = performance.now();
    this.say(sentence(frame));
  }

  /** @param {string} words */
  remark(words) {
    put(part(this.root, "remark"), words);
  }

  /** How far Python is on its way: nothing once it is there. @param {string} [words] */
  note(words) {
    part(this.root, "coming").hidden = words === undefined;
    if (words !== undefined) put(part(this.root, "note"), words);
  }

  /** @param {number} done @param {number} of */
  fetched(done, of) {
    Object.assign(part(this.root, "progress"), { hidden: done >= of, max: of, value: done });
  }

  /** @param {string} kind @param {string} [about] */
  complain(kind, about = "") {
    this.remark((FAULTS[kind] ?? FAULTS.error)(about));
    return false;
  }

  /** @param {boolean} running */
  buttons(running) {
    for (const button of document.querySelectorAll('[data-do="play"]')) put(button, running ? WORDS.pause : WORDS.play);
  }
}
