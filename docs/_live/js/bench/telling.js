// A story on the page: what to look for, and whether it is so, by the bench's own numbers.
import { START } from "./controls.js";
import { fromLog, measures, percent, whole } from "./sentence.js";
import { DEFAULTS, part } from "./state.js";
import { STORIES } from "./stories.js";
import { READOUTS, STORY } from "./words.js";

/** @typedef {import("./sentence.js").Signals} Signals */
/** @typedef {import("./state.js").State} State */
/** @typedef {import("./told.js").Values} Values */
/** @typedef {{ yes: boolean, measured: string }} Verdict */

const SHARES = ["accuracy", "dead", "turns"];

export class Telling {
  /** @param {import("./main.js").Bench} bench */
  constructor(bench) {
    this.bench = bench;
    this.values = /** @type {Values} */ ({ step: 0, seeds: {} });
    this.verdicts = /** @type {(Verdict | null)[]} */ ([null, null]); // of both parts; what trains is judged once
    this.since = /** @type {number | null} */ (null); // the step from which on the second part is trained
    this.present = this.part();
    bench.part("then-do").addEventListener("click", () => bench.store.set(this.story?.then?.change ?? {}, "control"));
    for (const name of ["restart", "next"])
      for (const button of bench.root.querySelectorAll(`[data-do="${name}"]`))
        button.addEventListener("click", () => this.again(), { capture: true });
  }

  get story() {
    return STORIES.find(({ key }) => key === this.bench.store.state.story);
  }

  /** Which part of the story the state is: 0 or 1. */
  part() {
    return Math.max(0, part(this.bench.store.state));
  }

  /** What is to be judged in the present part. */
  get judgement() {
    return this.part() ? this.story?.then?.judgement : this.story?.judgement;
  }

  /** Tell a story. @param {string} name @param {State} [from] the state, where an address says more than the story */
  async tell(name, from) {
    const { bench } = this;
    const story = STORIES.find((one) => one.key === name);
    this.forget();
    bench.view.held = null;
    if (!story) {
      bench.view.holding();
      return bench.store.set({ story: "" }, "story");
    }
    if (story.held) await bench.view.holdOther(story.held);
    else bench.view.holding();
    bench.store.set(from ?? { ...DEFAULTS, ...story.state, story: name }, "story");
    if (story.judgement.on === "live") void bench.panel?.then((panel) => panel.restart());
    await bench.view.show();
  }

  /** The state has changed. */
  changed() {
    const now = this.part();
    if (now !== this.present) {
      this.verdicts[1] = null;
      this.since = null;
    }
    this.present = now;
    this.show();
  }

  /** What trained begins anew, and so does its story. */
  again() {
    if (this.part() && this.judgement?.on === "live") this.bench.store.set(this.story?.state ?? {}, "story");
    this.forget();
    this.show();
  }

  forget() {
    this.values = { step: 0, seeds: {} };
    this.verdicts = [null, null];
    this.since = null;
  }

  // -- what the live view asks and says ---------------------------------------------------------------------------------

  /** The step at which the present part is judged; null where it is not, or is already. */
  goal() {
    const { judgement } = this;
    const now = this.part();
    if (judgement?.on !== "live" || this.verdicts[now] || (now && (!this.verdicts[0] || this.since === null)))
      return null;
    return (now ? Number(this.since) : 0) + (judgement.steps ?? 0);
  }

  /** Whether the present part is judged by a readout. @param {string} readout */
  asks(readout) {
    return Boolean(this.judgement?.checks.some((check) => check.readout === readout));
  }

  /** A knob was turned, and training goes on with it from a step. @param {number} step */
  turned(step) {
    this.since ??= this.part() ? step : null;
    this.show();
  }

  /** @param {Values} values */
  told(values) {
    if (values.step < this.values.step) this.forget();
    this.values = values;
    const goal = this.goal();
    if (goal === null || values.step < goal || !this.judgement) return;
    this.verdicts[this.part()] = judgedLive(this.judgement, values);
    this.show();
  }

  // -- what is shown ----------------------------------------------------------------------------------------------------

  /** Say what to look for, and whether it is seen. */
  show() {
    const { story, bench } = this;
    bench.part("story").hidden = !story;
    for (const one of bench.root.querySelectorAll("[data-for='turns']"))
      one.toggleAttribute("hidden", !this.asks("turns"));
    if (!story) return;
    const now = this.part();
    bench.part("look").textContent = story.look;
    this.verdict("judged", story.judgement, this.verdictOf(0), STORY.wait(whole(story.judgement.steps ?? 0)));
    const page = bench.part("story-page");
    page.href = `${bench.book}${story.page}.html`;
    page.textContent = STORY.chapter;
    const { then } = story;
    const live = story.judgement.on === "live";
    bench.part("then").hidden = !then || (live && !this.verdicts[0] && !now);
    if (!then) return;
    bench.part("then-do").textContent = then.does;
    bench.part("then-do").hidden = now === 1;
    bench.part("then-look").textContent = now ? then.look : "";
    const goal = this.since === null ? "" : STORY.wait(whole(this.since + (then.judgement.steps ?? 0)));
    const waits = live && !this.verdicts[0] ? STORY.first : goal;
    this.verdict("then-judged", then.judgement, now ? this.verdictOf(1) : null, now ? waits : "");
  }

  /** The verdict of a part, null where there is none yet. @param {0 | 1} of @returns {Verdict | null} */
  verdictOf(of) {
    const judgement = of ? this.story?.then?.judgement : this.story?.judgement;
    const { shown, held } = this.bench.view;
    if (judgement?.on !== "instant" || of !== this.part() || !shown) return this.verdicts[of];
    if (START.some((key) => shown.state[key] !== this.bench.store.state[key])) return null; // its numbers are on their way
    this.verdicts[of] = judgedAtStart(judgement, shown.signals, held?.signals ?? null);
    return this.verdicts[of];
  }

  /** @param {string} name @param {import("./stories.js").Judgement} judgement @param {Verdict | null} verdict @param {string} waits */
  verdict(name, judgement, verdict, waits) {
    const place = this.bench.part(name);
    const words = verdict ? STORY[verdict.yes ? "yes" : "no"](verdict.measured) : judgement.on === "live" ? waits : "";
    if (place.textContent !== words) place.textContent = words; // it is announced
    place.dataset.seen = verdict ? (verdict.yes ? "yes" : "no") : "";
  }
}

/** Whether a value is within the bounds of a check. @param {number} value @param {import("./stories.js").Check} check */
const within = (value, { above = -Infinity, below = Infinity }) => value > above && value < below;

/** What was measured while it trained: each seed has to be as the story says. @param {import("./stories.js").Judgement} judgement @param {Values} values @returns {Verdict} */
function judgedLive({ checks }, { seeds }) {
  const said = checks.map(({ readout }) => {
    const ends = [Math.min(...seeds[readout]), Math.max(...seeds[readout])].map(percent);
    return READOUTS[readout](ends[0] === ends[1] ? ends[0] : STORY.range(ends[0], ends[1]));
  });
  const yes = checks.every((check) => seeds[check.readout].every((value) => within(value, check)));
  return { yes, measured: [...new Set(said)].join("; ") };
}

/** What is measured at the start. @param {import("./stories.js").Judgement} judgement @param {Signals} now @param {Signals | null} held @returns {Verdict | null} */
function judgedAtStart({ checks }, now, held) {
  if (!held && checks.some(({ of }) => of === "held")) return null;
  const [mine, other] = [measures(now, held), held ? measures(held) : {}];
  const said = /** @type {Map<string, string[]>} */ (new Map());
  for (const { readout, of } of checks) {
    const value = (of === "held" ? other : mine)[readout];
    const text = SHARES.includes(readout) ? percent(value) : fromLog(value);
    said.set(readout, [...(said.get(readout) ?? []), of === "held" ? STORY.held(text) : text]);
  }
  const yes = checks.every((check) => {
    const value = (check.of === "held" ? other : mine)[check.readout];
    return within(SHARES.includes(check.readout) ? value : 10 ** value, check);
  });
  const words = [...said].map(([readout, values]) => READOUTS[readout](values.join(", ")));
  return { yes, measured: words.join("; ") };
}
