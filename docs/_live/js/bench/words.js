// All that readers of the instant view are told, but for stories.js and the page's own HTML: a translation has another file.

import { FAULTS as OF_CELLS } from "../words.js";

/** @typedef {import("./sentence.js").Signals} Signals */

/** @type {Record<string, (about: string) => string>} */
export const FAULTS = {
  ...OF_CELLS,
  lost: (name) => `A part of Python could not be fetched (${name}): look at the connection and press the button again.`,
  memory: () => "The memory was not enough, and Python has ended. Press the button to start it anew.",
};

// -- the view and its buttons

export const VIEW = {
  instant: (/** @type {Signals} */ { width, samples, seeds, from }) =>
    `At the start: width ${width}, ${samples} digits, ${seeds} seeds, float64${from === "live" ? ", computed in this page" : ""}. Line: median, band: 10–90 %.`,
  theory: "Dotted: mean-field theory, of infinitely wide layers.",
  apart: (/** @type {string} */ times, /** @type {number} */ width) =>
    `At width ${width} a median is up to ${times} times as large or as small.`,
  endless: (/** @type {number} */ width) =>
    `At width ${width} a median is 0 or not finite where the theory has a number.`,
  noTheory: "No theory is drawn for this setting.",
  missing: (/** @type {string} */ what) => `${what} are not among the settings measured ahead of time.`,
  can: "Python can compute them in this page; it is fetched once.",
  write: "Write it below, in two lines of Python, and press Use it.",
  ownCode: "This activation is typed code. It runs only when you ask for it:",
  otherWidth: (/** @type {number} */ width) => `The picture has width 32. At width ${width} it can be computed here.`,
  compute: "Compute it here",
  run: "Run this code here",
  computing: "It is being computed.",
  hung: "Your activation did not answer for 15 seconds, so Python was ended.",
  hold: "Hold as A",
  letGo: "Let go of A",
  layers: (/** @type {number | string} */ depth) => `${depth} layers`,
  more: "More",
  fewer: "Less",
  shared: "The address is copied: it brings this view back.",
  notShared: "The address of this page brings this view back; here it is to copy.",
  atStart: "Signals at the start",
  ended: "Python has ended, and the training with it: there is nothing to take along.",
  copied: "The Python code is copied.",
  notCopied: "Here is the code to copy.",
  saved: "The file is saved.",
  notSaved: "The file could not be made here.",
  live: "The live view could not be fetched: look at the connection and press Play again.",
  failed: (/** @type {string} */ why) =>
    `The numbers of the instant view could not be fetched${why ? ` (${why})` : ""}: look at the connection and load the page again.`,
  said: (/** @type {string} */ said) => `This could not be computed: ${said}`,
  heads: ["Layer", "Gradient", "Signal δ", "Spread", "Dead", "Saturated"],
  svg: (/** @type {string} */ said) =>
    `Picture of each layer’s gradient, signal, spread, dead and saturated shares. ${said}`,
};

// -- the sentence of what is seen

export const SEEN = {
  infinite: "not finite",
  weightsOf: (/** @type {string} */ name) => `weights of ${name}`,
  list: (/** @type {string[]} */ parts) =>
    parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and ${parts[parts.length - 1]}` : parts[0],
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
  now: (/** @type {string} */ network, /** @type {string} */ ratio, /** @type {string} */ verdict) =>
    `${network}: ${ratio}.${verdict && ` ${verdict}`}`,
  against: (/** @type {string} */ now, /** @type {string} */ network, /** @type {string} */ ratio) =>
    `${now} A, ${network}: ${ratio}.`,
};

/** Names of activations, where they are not as gradlab has them. @type {Record<string, string>} */
export const NAMES = {
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
export const WEIGHTS = {
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

export const COUNT = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
export const TENS = /** @type {Record<number, string>} */ ({ 20: "twenty", 30: "thirty", 40: "forty", 50: "fifty" });

// -- stories: their own words are in stories.js
export const STORY = {
  yes: (/** @type {string} */ measured) => `As the story says: ${measured}.`,
  no: (/** @type {string} */ measured) => `Not so here: ${measured}.`,
  wait: (/** @type {string} */ step) => `To be seen at step ${step}.`,
  first: "First comes the part before: Restart begins with it.",
  chapter: "Its chapter",
  held: (/** @type {string} */ measured) => `${measured} in A`,
  range: (/** @type {string} */ low, /** @type {string} */ high) => `${low} to ${high}`,
};
/** What is measured for them. @type {Record<string, string>} */
export const READOUTS = {
  accuracy: "accuracy",
  dead: "dead, in the layer with most of them,",
  turns: "steps that turn back",
  "first-over-last": "first over last gradient",
  "signal-first-over-last": "first over last δ",
  "spread-last-over-first": "last over first spread",
  "gradients-apart": "gradients of the two apart by a factor of",
};

// -- the picture

export const BANDS = {
  gradient: "gradient",
  delta: "signal δ",
  main: "Gradient of the weights, and the signal δ that travels back",
  short: "Gradient of the weights, and signal δ",
  spread: "Spread of the outputs",
  shares: "Units without a gradient",
  dead: "dead",
  saturated: "saturated",
  none: "No unit is dead and none is saturated.",
  layer: "layer",
  hidden: "hidden layer",
  input: "input",
  output: "output",
  held: "A",
  now: "now",
};

// -- the address

export const ADDRESS = {
  unknown: (/** @type {string} */ key) => `The address names “${key}”, which the bench does not know; it is left out.`,
  refused: (/** @type {string} */ key, /** @type {string} */ value, /** @type {string} */ instead) =>
    `The address asks for “${value}” as ${key}, which the bench does not have; it takes ${instead}.`,
  outside: (
    /** @type {string} */ key,
    /** @type {string} */ value,
    /** @type {number} */ least,
    /** @type {number} */ most,
    /** @type {string} */ instead,
  ) => `The address asks for ${key} ${value}, which is not from ${least} to ${most}; it takes ${instead}.`,
  long: "The address is too long to be a setting of the bench; it starts with its own.",
  none: "none",
};

// -- what is taken along

export const TAKEN = {
  title: "The gradient bench",
  script: (/** @type {string} */ setting) => `The gradient bench, as it stands at the start: ${setting}.`,
  rows: "one row a seed, one column a layer; quantiles of the logarithms",
  matched: (/** @type {string | number} */ gain) => `Matched weights, ${gain} times as large.`,
};
