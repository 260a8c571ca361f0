// Numbers as in print, and the sentence of what is seen, which says no more than they do.

/**
 * @typedef {{ low: number[], middle: number[], high: number[] }} Band logarithms to base 10; -Infinity is zero
 * @typedef {{ layers: number, gradient: Band, delta: Band, spread: Band, dead: number[], saturated: number[],
 *   theory: { gradient: number[] | null, delta: number[] | null, spread: number[] | null } | null,
 *   width: number, samples: number, seeds: number, from: string }} Signals
 * @typedef {import("./state.js").State} State
 * @typedef {{ vanishes: number, explodes: number }} Bounds
 */

const SUPER = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const COUNT = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
const TENS = /** @type {Record<number, string>} */ ({ 20: "twenty", 30: "thirty", 40: "forty", 50: "fifty" });

/** @param {number} exponent */
export const power = (exponent) =>
  `10${exponent < 0 ? "⁻" : ""}${[...String(Math.abs(exponent))].map((digit) => SUPER[Number(digit)]).join("")}`;

const PLAIN = [-3, 4]; // what lies between these powers of ten is written without one, as by gradlab.plots.number

/** A number of which the logarithm is known, as in print: 2.1 × 10⁻⁶, 0.24, 42. @param {number} log @param {number} [digits] */
export function fromLog(log, digits = 2) {
  if (log === -Infinity) return "0";
  if (!Number.isFinite(log)) return WORDS.infinite;
  if (log >= PLAIN[0] && log < PLAIN[1]) return plain(10 ** log, digits);
  const [mantissa, more] = (10 ** (log - Math.floor(log))).toExponential(digits - 1).split("e");
  return `${mantissa}\u00a0×\u00a0${power(Math.floor(log) + Number(more))}`;
}

/** A number as in print. @param {number} value @param {number} [digits] significant ones */
export function number(value, digits = 2) {
  if (!Number.isFinite(value)) return WORDS.infinite;
  return `${value < 0 ? "−" : ""}${fromLog(Math.log10(Math.abs(value)), digits)}`;
}

/** @param {number} size @param {number} digits */
const plain = (size, digits) =>
  String(size >= 10 ** digits - 0.5 ? Math.round(size) : Number(size.toPrecision(digits)));

/** @param {number} share */
export const percent = (share) => `${Math.round(100 * share)}\u00a0%`;

/** Read a number that was printed: the inverse of `number` and `percent`. @param {string} text */
export function parsed(text) {
  const found = /([−-]?[\d.,]+)\s*(%)?(?:\s*×\s*10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?/.exec(text);
  if (!found) return NaN;
  const exponent = [...(found[3] ?? "")].map((sign) => (sign === "⁻" ? "-" : SUPER.indexOf(sign))).join("");
  const value = Number(found[1].replace("−", "-").replaceAll(",", ""));
  return value * 10 ** Number(exponent || 0) * (found[2] ? 0.01 : 1);
}

/** @type {Record<string, string>} */
const NAMES = {
  relu: "ReLU",
  elu: "ELU",
  celu: "CELU",
  selu: "SELU",
  gelu: "GELU",
  relu6: "ReLU6",
  prelu: "PReLU",
  rrelu: "RReLU",
  leaky_relu: "leaky ReLU",
  gelu_tanh: "GELU (tanh)",
  swish: "Swish",
  mish: "Mish",
  relu_squared: "squared ReLU",
};
/** @type {Record<string, string>} */
const WEIGHTS = {
  lecun_normal: "LeCun’s weights",
  lecun_uniform: "LeCun’s uniform weights",
  glorot_normal: "Glorot’s weights",
  glorot_uniform: "Glorot’s uniform weights",
  he_normal: "He’s weights",
  he_uniform: "He’s uniform weights",
  matched: "matched weights",
  pytorch_linear: "PyTorch’s default weights",
  orthogonal: "orthogonal weights",
  zeros: "weights of 0",
};

export const WORDS = {
  infinite: "not finite",
  network: (/** @type {string} */ layers, /** @type {string} */ kind, /** @type {string} */ what) =>
    `${layers} ${kind} layers with ${what}`,
  own: (/** @type {string} */ layers, /** @type {string} */ what) =>
    `${layers} layers of your own activation with ${what}`,
  residual: "residual connections",
  layer: "layer normalisation",
  batch: "batch normalisation",
  gain: (/** @type {string} */ gain) => `gain ${gain}`,
  bias: (/** @type {string} */ bias) => `biases of ${bias}`,
  ratio: (/** @type {string} */ value) => `the first layer’s gradient is ${value} of the last one’s`,
  times: (/** @type {string} */ value) => `the first layer’s gradient is ${value} times the last one’s`,
  noRatio: "the last layer has no gradient",
  notFinite: "the gradient is not finite",
  vanishes: "It vanishes.",
  explodes: "It explodes.",
  keeps: "It keeps its size.",
  none: "Nothing arrives.",
  fades: (/** @type {string} */ value) =>
    `On the way forward the outputs fade: the last spread is ${value} of the first.`,
  grows: (/** @type {string} */ value) =>
    `On the way forward the outputs grow: the last spread is ${value} times the first.`,
  back: (/** @type {string} */ value) => `The signal δ that arrives at the first layer is ${value} of the last one’s.`,
  range: (/** @type {number} */ seeds, /** @type {string} */ low, /** @type {string} */ high) =>
    `Medians of ${seeds} seeds; the first layer’s gradient in 10–90 % of them: ${low} to ${high} of the last one’s median.`,
  against: (/** @type {string} */ now, /** @type {string} */ a) => `${now} A, ${a}`,
  seen: (/** @type {boolean} */ yes, /** @type {string} */ measured) =>
    `Seen: ${yes ? "yes" : "no"}, measured ${measured}.`,
  wait: (/** @type {number} */ steps) => `To be seen at step ${steps}.`,
  reading: "The numbers of this setting are being fetched.",
};

/** @param {string} text */
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** The name of an activation in a sentence. @param {string} name */
export const named = (name) => NAMES[name] ?? name.replaceAll("_", " ");

/** The words for initial weights. @param {string} name */
export const weights = (name) => WEIGHTS[name] ?? `weights of ${name}`;

/** A setting in words, "ten sigmoid layers with Glorot’s weights". @param {State} state */
export function setting(state) {
  const depth = Number(state.depth);
  const layers = COUNT[depth] ?? TENS[depth] ?? String(depth);
  const more = [weights(String(state.init))];
  if (state.gain !== 1) more.push(WORDS.gain(number(Number(state.gain))));
  if (state.bias !== 0) more.push(WORDS.bias(number(Number(state.bias))));
  if (state.normalize === "layer" || state.normalize === "batch") more.push(WORDS[state.normalize]);
  if (state.residual) more.push(WORDS.residual);
  const list = more.length > 1 ? `${more.slice(0, -1).join(", ")} and ${more[more.length - 1]}` : more[0];
  if (state.activation === "own") return WORDS.own(layers, list);
  return WORDS.network(layers, named(String(state.activation)), list);
}

/** What the bench measures of signals, by the names that stories use. @param {Signals} signals @returns {Record<string, number>} logarithms, but for shares */
export function measures({ gradient, delta, spread, dead, saturated }) {
  return {
    "first-over-last": over(gradient.middle[0], gradient.middle.at(-1)),
    // the last layer's δ is that of the output, of another width: the last hidden one's is compared
    "signal-first-over-last": over(delta.middle[0], delta.middle.at(-2)),
    "spread-last-over-first": over(spread.middle.at(-1), spread.middle[0]),
    dead: Math.max(0, ...dead),
    saturated: Math.max(0, ...saturated),
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
  if (signals.gradient.middle.some((value) => value === Infinity || Number.isNaN(value))) return [WORDS.notFinite, ""];
  if (Number.isNaN(log)) return [WORDS.noRatio, ""];
  const told = log >= Math.log10(1.05) ? WORDS.times(fromLog(log)) : WORDS.ratio(fromLog(log));
  if (log === -Infinity) return [told, WORDS.none];
  if (log < Math.log10(bounds.vanishes)) return [told, WORDS.vanishes];
  return [told, log > Math.log10(bounds.explodes) ? WORDS.explodes : WORDS.keeps];
}

/** What else has to be said, since the gradient alone would mislead. @param {Signals} signals @param {Bounds} bounds */
function also(signals, bounds) {
  const found = measures(signals);
  const said = [];
  const [low, high] = [Math.log10(bounds.vanishes), Math.log10(bounds.explodes)];
  if (found["spread-last-over-first"] < low) said.push(WORDS.fades(fromLog(found["spread-last-over-first"])));
  if (found["spread-last-over-first"] > high) said.push(WORDS.grows(fromLog(found["spread-last-over-first"])));
  if (found["signal-first-over-last"] < low && !(found["first-over-last"] < low))
    said.push(WORDS.back(fromLog(found["signal-first-over-last"])));
  return said;
}

/**
 * The sentence of what is seen, and the line under it.
 * @param {State} state @param {Signals} signals @param {{ state: State, signals: Signals } | null} held @param {Bounds} bounds
 * @returns {{ main: string, more: string }}
 */
export function seen(state, signals, held, bounds) {
  const [told, verdict] = ratio(signals, bounds);
  const now = `${capital(setting(state))}: ${told}${verdict ? `. ${verdict}` : "."}`;
  const main = held ? WORDS.against(now, `${setting(held.state)}: ${ratio(held.signals, bounds)[0]}.`) : now;
  const { low, middle, high } = signals.gradient;
  const last = middle.at(-1);
  const said = also(signals, bounds);
  if (Number.isFinite(over(middle[0], last)))
    said.push(WORDS.range(signals.seeds, fromLog(over(low[0], last)), fromLog(over(high[0], last))));
  return { main, more: said.join(" ") };
}

/**
 * Whether a story is seen, by the bench's own numbers: null where they are not there yet.
 * @param {import("./stories.js").Judgement} judgement
 * @param {{ now?: Signals | null, held?: Signals | null, live?: Record<string, number> }} found
 * @returns {{ yes: boolean, measured: string } | null}
 */
export function judged(judgement, { now, held, live = {} }) {
  if (judgement.on === "live") {
    if (!(live.step >= (judgement.steps ?? 0))) return null;
  } else if (!now || (!held && judgement.checks.some(({ of }) => of === "held"))) return null;
  const said = /** @type {string[]} */ ([]);
  let yes = true;
  for (const { readout, of, above, below } of judgement.checks) {
    const signals = of === "held" ? held : now;
    const found = judgement.on === "live" ? live : signals ? measures(signals) : {};
    const shares = readout === "dead" || readout === "saturated" || judgement.on === "live";
    const value = shares ? found[readout] : 10 ** found[readout];
    yes &&= (above === undefined || value > above) && (below === undefined || value < below);
    const text =
      readout === "accuracy" || readout === "dead" || readout === "saturated"
        ? percent(value)
        : shares
          ? number(value)
          : fromLog(found[readout]);
    said.push(of === "held" ? `${text} (A)` : text);
  }
  return { yes, measured: said.join(", ") };
}
