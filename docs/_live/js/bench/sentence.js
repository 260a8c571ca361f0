// Numbers as in print, and the sentence of what is seen, which says no more than they do.
import { say } from "../say.js";
import { COUNT, NAMES, SEEN, TENS, WEIGHTS } from "./words.js";

/**
 * @typedef {{ low: number[], middle: number[], high: number[] }} Band logarithms to base 10; -Infinity is zero
 * @typedef {{ layers: number, gradient: Band, delta: Band, spread: Band, dead: number[], saturated: number[],
 *   theory: { gradient: number[] | null, delta: number[] | null, spread: number[] | null } | null,
 *   width: number, samples: number, seeds: number, from: string }} Signals
 * @typedef {import("./state.js").State} State
 * @typedef {{ vanishes: number, explodes: number }} Bounds
 */

const SUPER = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** @param {number} exponent */
export const power = (exponent) =>
  `10${exponent < 0 ? "⁻" : ""}${[...String(Math.abs(exponent))].map((digit) => SUPER[Number(digit)]).join("")}`;

const PLAIN = [-3, 4]; // what lies between these powers of ten is written without one, as by gradlab.plots.number

/** A number of which the logarithm is known, as in print: 2.1 × 10⁻⁶, 0.24, 42. @param {number} log @param {number} [digits] */
export function fromLog(log, digits = 2) {
  if (log === -Infinity) return "0";
  if (!Number.isFinite(log)) return SEEN.infinite;
  if (log >= PLAIN[0] && log < PLAIN[1]) return plain(10 ** log, digits);
  const [mantissa, more] = (10 ** (log - Math.floor(log))).toExponential(digits - 1).split("e");
  return `${mantissa}\u00a0×\u00a0${power(Math.floor(log) + Number(more))}`;
}

/** A number as in print. @param {number} value @param {number} [digits] significant ones */
export function number(value, digits = 2) {
  if (!Number.isFinite(value)) return SEEN.infinite;
  return `${value < 0 ? "−" : ""}${fromLog(Math.log10(Math.abs(value)), digits)}`;
}

/** @param {number} size @param {number} digits */
const plain = (size, digits) =>
  String(size >= 10 ** digits - 0.5 ? Math.round(size) : Number(size.toPrecision(digits)));

/** @param {number} share */
export const percent = (share) => `${Math.round(100 * share)}\u00a0%`;

/** A count as in print. @param {number} count */
export const whole = (count) => Math.round(count).toLocaleString("en").replaceAll(",", "\u202f");

/** Words as a sentence begins with them; Korean has no capitals, and a name that it begins with stays as it is. @param {string} text */
export const capital = (text) =>
  /\p{Script=Hangul}/u.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);

/** The name of an activation in a sentence. @param {string} name */
export const named = (name) => NAMES[name] ?? say(name.replaceAll("_", " ")); // furniture.py has gradlab's names

/** The words for initial weights. @param {string} name */
export const weights = (name) => WEIGHTS[name] ?? SEEN.weightsOf(name);

/** A setting in words, "ten sigmoid layers with Glorot’s weights". @param {State} state */
export function setting(state) {
  const depth = Number(state.depth);
  const layers = COUNT[depth] ?? TENS[depth] ?? String(depth);
  const more = [weights(String(state.init))];
  if (state.gain !== 1) more.push(SEEN.gain(number(Number(state.gain))));
  if (state.bias !== 0) more.push(SEEN.bias(number(Number(state.bias))));
  if (state.normalize === "layer" || state.normalize === "batch") more.push(SEEN[state.normalize]);
  if (state.residual) more.push(SEEN.residual);
  const list = SEEN.list(more);
  if (state.activation === "own") return SEEN.own(layers, list);
  return SEEN.network(layers, named(String(state.activation)), list);
}

/**
 * What the bench measures of signals, by the names that stories use.
 * @param {Signals} signals @param {Signals | null} [other] the ones that they are held against
 * @returns {Record<string, number>} logarithms, but for shares
 */
export function measures({ gradient, delta, spread, dead, saturated }, other) {
  return {
    "first-over-last": over(gradient.middle[0], gradient.middle.at(-1)),
    // the last layer's δ is that of the output, of another width: the last hidden one's is compared
    "signal-first-over-last": over(delta.middle[0], delta.middle.at(-2)),
    "spread-last-over-first": over(spread.middle.at(-1), spread.middle[0]),
    dead: Math.max(0, ...dead),
    saturated: Math.max(0, ...saturated),
    "gradients-apart": Math.max(
      ...gradient.middle.map((value, layer) => Math.abs(value - (other?.gradient.middle[layer] ?? NaN))),
    ),
  };
}

/** @param {number | undefined} top @param {number | undefined} bottom */
function over(top = NaN, bottom = NaN) {
  if (!(bottom > -Infinity) || bottom === Infinity || Number.isNaN(top)) return NaN;
  return top - bottom;
}

/** The ratio and what it comes to. @param {Signals} signals @param {Bounds} bounds @returns {[string, string]} */
function ratio(signals, bounds) {
  const log = measures(signals)["first-over-last"];
  if (signals.gradient.middle.some((value) => value === Infinity || Number.isNaN(value))) return [SEEN.notFinite, ""];
  if (Number.isNaN(log)) return [SEEN.noRatio, ""];
  const told = log >= Math.log10(1.05) ? SEEN.times(fromLog(log)) : SEEN.ratio(fromLog(log));
  if (log === -Infinity) return [told, SEEN.none];
  if (log < Math.log10(bounds.vanishes)) return [told, SEEN.vanishes];
  return [told, log > Math.log10(bounds.explodes) ? SEEN.explodes : SEEN.keeps];
}

/** What else has to be said, since the gradient alone would mislead. @param {Signals} signals @param {Bounds} bounds */
function also(signals, bounds) {
  const found = measures(signals);
  const said = [];
  const [low, high] = [Math.log10(bounds.vanishes), Math.log10(bounds.explodes)];
  if (found["spread-last-over-first"] < low) said.push(SEEN.fades(fromLog(found["spread-last-over-first"])));
  if (found["spread-last-over-first"] > high) said.push(SEEN.grows(fromLog(found["spread-last-over-first"])));
  if (found["signal-first-over-last"] < low && !(found["first-over-last"] < low))
    said.push(SEEN.back(fromLog(found["signal-first-over-last"])));
  return said;
}

/**
 * The sentence of what is seen, and the line under it.
 * @param {State} state @param {Signals} signals @param {{ state: State, signals: Signals } | null} held @param {Bounds} bounds
 * @returns {{ main: string, more: string }}
 */
export function seen(state, signals, held, bounds) {
  const [told, verdict] = ratio(signals, bounds);
  const now = SEEN.now(capital(setting(state)), told, verdict);
  const main = held ? SEEN.against(now, setting(held.state), ratio(held.signals, bounds)[0]) : now;
  const { low, middle, high } = signals.gradient;
  const last = middle.at(-1);
  const said = also(signals, bounds);
  if (Number.isFinite(over(middle[0], last)))
    said.push(SEEN.range(signals.seeds, fromLog(over(low[0], last)), fromLog(over(high[0], last))));
  return { main, more: said.join(" ") };
}
