// The state of the bench: one flat object, kept in the address of the page by what differs from the defaults.
import { STORIES } from "./stories.js";
import { ADDRESS } from "./words.js";

/**
 * @typedef {Record<string, string | number>} State
 * @typedef {{ kind: "choice", choices: string[] }
 *   | { kind: "number", least: number, most: number, whole?: boolean, also?: string[] }
 *   | { kind: "text", most: number }} Field
 * @typedef {(state: State, changed: string[], by: string) => void} Listener
 */

/** @type {Record<string, string | number>} */
export const DEFAULTS = {
  activation: "sigmoid",
  code: "",
  init: "glorot_normal",
  depth: 10,
  width: 16,
  normalize: "none",
  residual: 0,
  gain: 1,
  bias: 0,
  data: "moons",
  points: "",
  loss: "auto",
  optimizer: "adam",
  schedule: "constant",
  "learning-rate": 0.01,
  "batch-size": 64,
  seeds: 8,
  "first-seed": 0,
  story: "",
};

/** What each key may be. Choices that gradlab's registries hold are taken from the controls of the page: see `offer`. @type {Record<string, Field>} */
export const FIELDS = {
  activation: { kind: "choice", choices: [] },
  code: { kind: "text", most: 2000 },
  init: { kind: "choice", choices: [] },
  depth: { kind: "number", least: 2, most: 50, whole: true },
  width: { kind: "number", least: 1, most: 64, whole: true },
  normalize: { kind: "choice", choices: ["none", "layer", "batch"] },
  residual: { kind: "number", least: 0, most: 1, whole: true },
  gain: { kind: "number", least: 0.01, most: 100 },
  bias: { kind: "number", least: 0, most: 100 },
  data: { kind: "choice", choices: ["moons", "spirals", "circles", "xor", "digits", "curve", "own"] },
  points: { kind: "text", most: 20_000 },
  loss: { kind: "choice", choices: [] },
  optimizer: { kind: "choice", choices: ["sgd", "momentum", "rmsprop", "adagrad", "adam", "adamw"] },
  schedule: { kind: "choice", choices: [] },
  "learning-rate": { kind: "number", least: 1e-9, most: 1e6 },
  "batch-size": { kind: "number", least: 1, most: 512, whole: true, also: ["all"] },
  seeds: { kind: "number", least: 1, most: 20, whole: true },
  "first-seed": { kind: "number", least: 0, most: 1e9, whole: true },
  story: { kind: "choice", choices: ["", ...STORIES.map(({ key }) => key)] },
};

const NAME = /^[a-z][a-z0-9_]{0,40}$/; // of a choice, where no page has said what there is
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
const LONGEST = 40_000;
const STAYS = ["story", "first-seed"]; // a change of anything else leaves the story, or takes it to its second part

/** Take the choices of the registries from the page's controls. @param {ParentNode} root */
export function offer(root) {
  for (const [key, field] of Object.entries(FIELDS)) {
    const select = root.querySelector(`select[name="${key}"]`);
    if (field.kind !== "choice" || !(select instanceof HTMLSelectElement) || key === "story") continue;
    field.choices = [...select.options].map(({ value }) => value);
    if (key === "activation" && !field.choices.includes("own")) field.choices.push("own");
  }
}

/** Return a value of a key as the state keeps it, or null where it may not be. @param {string} key @param {unknown} given */
export function accepted(key, given) {
  const field = Object.hasOwn(FIELDS, key) ? FIELDS[key] : null;
  if (!field) return null;
  const text = String(given);
  if (field.kind === "text") return text.length <= field.most ? text : null;
  if (field.kind === "choice") {
    const known = field.choices.length ? field.choices.includes(text) : NAME.test(text);
    return known ? text : null;
  }
  if (field.also?.includes(text)) return text;
  if (!NUMBER.test(text.trim())) return null;
  const number = Number(text);
  if (!(number >= field.least && number <= field.most) || (field.whole && !Number.isInteger(number))) return null;
  return number;
}

/** @param {string} text */
const short = (text) => (text.length > 30 ? `${text.slice(0, 29)}…` : text);

/** What a story begins with, over the defaults. @param {unknown} key @returns {State} */
const base = (key) => ({ ...DEFAULTS, ...(STORIES.find((one) => one.key === key)?.state ?? {}) });

/** Which part of its story a state is, 0 or 1, or -1 where it is none of them. @param {State} state */
export function part(state) {
  const story = STORIES.find(({ key }) => key === state.story);
  if (!story) return -1;
  const parts = [base(story.key), ...(story.then ? [{ ...base(story.key), ...story.then.change }] : [])];
  return parts.findIndex((one) => Object.keys(DEFAULTS).every((key) => STAYS.includes(key) || one[key] === state[key]));
}

/**
 * Read the part of an address after #. What may not be is said, and the default stands.
 * @param {string} fragment
 * @returns {{ state: State, complaints: string[] }}
 */
export function read(fragment) {
  const text = fragment.replace(/^#/, "");
  if (!text.includes("=")) return { state: { ...DEFAULTS }, complaints: [] }; // a place on the page
  if (text.length > LONGEST) return { state: { ...DEFAULTS }, complaints: [ADDRESS.long] };
  const given = new URLSearchParams(text);
  const complaints = /** @type {string[]} */ ([]);
  const asked = given.get("story");
  const state = base(asked);
  if (asked && accepted("story", asked) !== null) state.story = asked;
  for (const [key, value] of given) {
    if (!Object.hasOwn(FIELDS, key)) {
      complaints.push(ADDRESS.unknown(short(key)));
      continue;
    }
    const taken = accepted(key, value);
    if (taken !== null) state[key] = taken;
    else complaints.push(refusal(key, value, String(state[key])));
  }
  return { state, complaints: complaints.slice(0, 3) };
}

/** @param {string} key @param {string} value @param {string} instead */
function refusal(key, value, instead) {
  const field = FIELDS[key];
  if (field.kind === "number" && NUMBER.test(value.trim()))
    return ADDRESS.outside(key, short(value), field.least, field.most, instead);
  return ADDRESS.refused(key, short(value), instead || ADDRESS.none);
}

/** Write a state as the part of an address after #. @param {State} state */
export function write(state) {
  const from = base(state.story);
  const told = new URLSearchParams();
  if (state.story) told.set("story", String(state.story));
  for (const key of Object.keys(DEFAULTS))
    if (key !== "story" && state[key] !== from[key]) told.set(key, String(state[key]));
  return told.toString();
}

/** What everything on the page listens to. */
export class Store {
  /** @param {Partial<State>} [state] */
  constructor(state = {}) {
    this.state = /** @type {State} */ ({ ...DEFAULTS, ...state });
    this.listeners = /** @type {Set<Listener>} */ (new Set());
  }

  /**
   * Change values; what FIELDS refuses is left out.
   * @param {Record<string, unknown>} changes
   * @param {string} [by] who changes it
   */
  set(changes, by = "") {
    const before = this.state;
    const after = { ...before };
    for (const [key, given] of Object.entries(changes)) {
      const taken = accepted(key, given);
      if (taken !== null) after[key] = taken;
    }
    const changed = Object.keys(after).filter((key) => after[key] !== before[key]);
    if (!("story" in changes) && after.story && changed.some((key) => !STAYS.includes(key)) && part(after) < 0) {
      after.story = "";
      changed.push("story");
    }
    if (!changed.length) return;
    this.state = after;
    for (const listener of this.listeners) listener(after, changed, by);
  }

  /** @param {Listener} listener @returns {() => void} ends it */
  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
