// All that readers of the instant view are told, but for stories.js and the page's own HTML.

import { say } from "../say.js";
import { FAULTS as OF_CELLS } from "../words.js";

/** @typedef {import("./sentence.js").Signals} Signals */

/** @type {Record<string, (about: string) => string>} */
export const FAULTS = {
  ...OF_CELLS,
  lost: (name) =>
    say("A part of Python could not be fetched ({name}): look at the connection and press the button again.", { name }),
  memory: () => say("The memory was not enough, and Python has ended. Press the button to start it anew."),
};

// -- the view and its buttons

export const VIEW = {
  instant: (/** @type {Signals} */ { width, samples, seeds, from }) =>
    from === "live"
      ? say(
          "At the start: width {width}, {samples} digits, {seeds} seeds, float64, computed in this page. Line: median, band: 10–90 %.",
          { width, samples, seeds },
        )
      : say("At the start: width {width}, {samples} digits, {seeds} seeds, float64. Line: median, band: 10–90 %.", {
          width,
          samples,
          seeds,
        }),
  theory: say("Dotted: mean-field theory, of infinitely wide layers."),
  apart: (/** @type {string} */ times, /** @type {number} */ width) =>
    say("At width {width} a median is up to {times} times as large or as small.", { width, times }),
  endless: (/** @type {number} */ width) =>
    say("At width {width} a median is 0 or not finite where the theory has a number.", { width }),
  noTheory: say("No theory is drawn for this setting."),
  missing: (/** @type {string} */ what) => say("{what} are not among the settings measured ahead of time.", { what }),
  can: say("Python can compute them in this page; it is fetched once."),
  write: say("Write it below, in two lines of Python, and press Use it."),
  ownCode: say("This activation is typed code. It runs only when you ask for it:"),
  otherWidth: (/** @type {number} */ width) =>
    say("The picture has width 32. At width {width} it can be computed here.", { width }),
  compute: say("Compute it here"),
  run: say("Run this code here"),
  computing: say("It is being computed."),
  hung: say("Your activation did not answer for 15 seconds, so Python was ended."),
  hold: say("Hold as A"),
  letGo: say("Let go of A"),
  layers: (/** @type {number | string} */ depth) => say("{depth} layers", { depth }),
  more: say("More"),
  fewer: say("Less"),
  shared: say("The address is copied: it brings this view back."),
  notShared: say("The address of this page brings this view back; here it is to copy."),
  atStart: say("Signals at the start"),
  ended: say("Python has ended, and the training with it: there is nothing to take along."),
  copied: say("The Python code is copied."),
  notCopied: say("Here is the code to copy."),
  saved: say("The file is saved."),
  notSaved: say("The file could not be made here."),
  live: say("The live view could not be fetched: look at the connection and press Play again."),
  failed: (/** @type {string} */ why) =>
    why
      ? say(
          "The numbers of the instant view could not be fetched ({why}): look at the connection and load the page again.",
          { why },
        )
      : say("The numbers of the instant view could not be fetched: look at the connection and load the page again."),
  said: (/** @type {string} */ said) => say("This could not be computed: {said}", { said }),
  heads: [say("Layer"), say("Gradient"), say("Signal δ"), say("Spread"), say("Dead"), say("Saturated")],
  svg: (/** @type {string} */ said) =>
    say("Picture of each layer’s gradient, signal, spread, dead and saturated shares. {said}", { said }),
};

// -- the sentence of what is seen

export const SEEN = {
  infinite: say("not finite"),
  weightsOf: (/** @type {string} */ name) => say("weights of {name}", { name }),
  list: (/** @type {string[]} */ parts) =>
    parts.length > 1
      ? say("{several} and {last}", { several: parts.slice(0, -1).join(", "), last: parts[parts.length - 1] })
      : parts[0],
  network: (/** @type {string} */ layers, /** @type {string} */ kind, /** @type {string} */ what) =>
    say("{layers} {kind} layers with {what}", { layers, kind, what }),
  own: (/** @type {string} */ layers, /** @type {string} */ what) =>
    say("{layers} layers of your own activation with {what}", { layers, what }),
  residual: say("residual connections"),
  layer: say("layer normalisation"),
  batch: say("batch normalisation"),
  gain: (/** @type {string} */ gain) => say("gain {gain}", { gain }),
  bias: (/** @type {string} */ bias) => say("biases of {bias}", { bias }),
  ratio: (/** @type {string} */ value) => say("the first layer’s gradient is {value} of the last one’s", { value }),
  times: (/** @type {string} */ value) => say("the first layer’s gradient is {value} times the last one’s", { value }),
  noRatio: say("the last layer has no gradient"),
  notFinite: say("the gradient is not finite"),
  vanishes: say("It vanishes."),
  explodes: say("It explodes."),
  keeps: say("It keeps its size."),
  none: say("Nothing arrives."),
  fades: (/** @type {string} */ value) =>
    say("On the way forward the outputs fade: the last spread is {value} of the first.", { value }),
  grows: (/** @type {string} */ value) =>
    say("On the way forward the outputs grow: the last spread is {value} times the first.", { value }),
  back: (/** @type {string} */ value) =>
    say("The signal δ that arrives at the first layer is {value} of the last one’s.", { value }),
  range: (/** @type {number} */ seeds, /** @type {string} */ low, /** @type {string} */ high) =>
    say(
      "Medians of {seeds} seeds; the first layer’s gradient in 10–90 % of them: {low} to {high} of the last one’s median.",
      { seeds, low, high },
    ),
  now: (/** @type {string} */ network, /** @type {string} */ ratio, /** @type {string} */ verdict) =>
    `${network}: ${ratio}.${verdict && ` ${verdict}`}`,
  against: (/** @type {string} */ now, /** @type {string} */ network, /** @type {string} */ ratio) =>
    `${now} A, ${network}: ${ratio}.`,
};

/** Names of activations, where they are not as gradlab has them. @type {Record<string, string>} */
export const NAMES = {
  relu: say("ReLU"),
  elu: say("ELU"),
  celu: say("CELU"),
  selu: say("SELU"),
  gelu: say("GELU"),
  relu6: say("ReLU6"),
  prelu: say("PReLU"),
  rrelu: say("RReLU"),
  leaky_relu: say("leaky ReLU"),
  gelu_tanh: say("GELU (tanh)"),
  swish: say("Swish"),
  mish: say("Mish"),
  relu_squared: say("squared ReLU"),
};

/** @type {Record<string, string>} */
export const WEIGHTS = {
  lecun_normal: say("LeCun’s weights"),
  lecun_uniform: say("LeCun’s uniform weights"),
  glorot_normal: say("Glorot’s weights"),
  glorot_uniform: say("Glorot’s uniform weights"),
  he_normal: say("He’s weights"),
  he_uniform: say("He’s uniform weights"),
  matched: say("matched weights"),
  pytorch_linear: say("PyTorch’s default weights"),
  orthogonal: say("orthogonal weights"),
  zeros: say("weights of 0"),
};

export const COUNT = [
  say("zero"),
  say("one"),
  say("two"),
  say("three"),
  say("four"),
  say("five"),
  say("six"),
  say("seven"),
  say("eight"),
  say("nine"),
  say("ten"),
];
export const TENS = /** @type {Record<number, string>} */ ({
  20: say("twenty"),
  30: say("thirty"),
  40: say("forty"),
  50: say("fifty"),
});

// -- stories: their own words are in stories.js
export const STORY = {
  yes: (/** @type {string} */ measured) => say("As the story says: {measured}.", { measured }),
  no: (/** @type {string} */ measured) => say("Not so here: {measured}.", { measured }),
  wait: (/** @type {string} */ step) => say("To be seen at step {step}.", { step }),
  first: say("First comes the part before: Restart begins with it."),
  chapter: say("Its chapter"),
  held: (/** @type {string} */ measured) => say("{measured} in A", { measured }),
  range: (/** @type {string} */ low, /** @type {string} */ high) => say("{low} to {high}", { low, high }),
};
/** What is measured for them, with its values. @type {Record<string, (values: string) => string>} */
export const READOUTS = {
  accuracy: (values) => say("accuracy {values}", { values }),
  dead: (values) => say("dead, in the layer with most of them, {values}", { values }),
  turns: (values) => say("steps that turn back {values}", { values }),
  "first-over-last": (values) => say("first over last gradient {values}", { values }),
  "signal-first-over-last": (values) => say("first over last δ {values}", { values }),
  "spread-last-over-first": (values) => say("last over first spread {values}", { values }),
  "gradients-apart": (values) => say("gradients of the two apart by a factor of {values}", { values }),
};

// -- the picture

export const BANDS = {
  gradient: say("gradient"),
  delta: say("signal δ"),
  main: say("Gradient of the weights, and the signal δ that travels back"),
  short: say("Gradient of the weights, and signal δ"),
  spread: say("Spread of the outputs"),
  shares: say("Units without a gradient"),
  dead: say("dead"),
  saturated: say("saturated"),
  none: say("No unit is dead and none is saturated."),
  layer: say("layer"),
  hidden: say("hidden layer"),
  held: "A",
  now: say("now"),
};

// -- the address

export const ADDRESS = {
  unknown: (/** @type {string} */ key) =>
    say("The address names “{key}”, which the bench does not know; it is left out.", { key }),
  refused: (/** @type {string} */ key, /** @type {string} */ value, /** @type {string} */ instead) =>
    say("The address asks for “{value}” as {key}, which the bench does not have; it takes {instead}.", {
      value,
      key,
      instead,
    }),
  outside: (
    /** @type {string} */ key,
    /** @type {string} */ value,
    /** @type {number} */ least,
    /** @type {number} */ most,
    /** @type {string} */ instead,
  ) =>
    say("The address asks for {key} {value}, which is not from {least} to {most}; it takes {instead}.", {
      key,
      value,
      least,
      most,
      instead,
    }),
  long: say("The address is too long to be a setting of the bench; it starts with its own."),
  none: say("none"),
};

// -- what is taken along

export const TAKEN = {
  script: (/** @type {string} */ setting) =>
    say("The gradient bench, as it stands at the start: {setting}.", { setting }),
  rows: say("one row a seed, one column a layer; quantiles of the logarithms"),
  matched: (/** @type {string | number} */ gain) => say("Matched weights, {gain} times as large.", { gain }),
};
