// What the live panel says: each state and each fault in a sentence.

import { FAULTS as OF_CELLS, megabytes } from "../words.js";

/** @type {Record<string, (about: string) => string>} */
export const FAULTS = {
  ...OF_CELLS,
  lost: (name) => `A part of Python could not be fetched (${name}): look at the connection and press Play again.`,
  memory: () => "The memory was not enough, and Python has ended. Press Play to start it anew.",
  error: (told) => `This ended with an error: ${told}`,
};

export const WORDS = {
  play: "Play",
  pause: "Pause",
  coming: (/** @type {number} */ bytes) => `Python comes to this page: ${megabytes(bytes)} MB, once.`,
  starting: "Python starts.",
  stopped: "Python was ended. Play starts it anew, from step 0.",
  hung: "Your activation did not answer for 15 seconds, so Python was ended.",
  consent: "The link carries code for an activation. It has not run: read it below.",
  anew: (/** @type {string} */ what) => `A change of ${what} starts the training anew.`,
  changed: (/** @type {string} */ what, /** @type {string} */ step) => `From step ${step} on with another ${what}.`,
  edited: (/** @type {string} */ step) => `A weight was changed by hand at step ${step}.`,
  step: (/** @type {string} */ step, /** @type {string[]} */ said) => `Step ${step}: ${said.join(", ")}.`,
  seeds: (/** @type {number} */ count) => (count === 1 ? "one seed" : `${count} seeds`),
  accuracy: (/** @type {string} */ middle) => `accuracy ${middle}`,
  loss: (/** @type {string} */ middle) => `loss ${middle}`,
  ratio: (/** @type {string} */ ratio) => `the first layer’s gradient is ${ratio} of the last one’s`,
  ratioTimes: (/** @type {string} */ ratio) => `the first layer’s gradient is ${ratio} times the last one’s`,
  diverged: (/** @type {number} */ some, /** @type {number} */ all) =>
    `${some} of ${all} ${all === 1 ? "seed has" : "seeds have"} diverged`,
};
/** @type {Record<string, string>} */
const NAMES = {
  "learning-rate": "learning rate",
  "batch-size": "batch size",
  "first-seed": "seed",
  init: "initial weights",
  code: "activation",
  points: "points",
  seeds: "the number of seeds",
  residual: "residual connections",
  normalize: "normalisation",
  bias: "biases",
};
export const named = (/** @type {string[]} */ keys) => [...new Set(keys.map((key) => NAMES[key] ?? key))].join(" and ");

export const NETWORK = {
  unit: (/** @type {number} */ layer, /** @type {number} */ unit) => `Layer ${layer}, unit ${unit + 1}`,
  maps: "Each unit’s own map of the plane: blue below zero, orange above.",
  lines: "Each unit’s value over the input.",
  pictures: "Each unit’s own weights: those of the first layer as pictures of 8 × 8 pixels.",
  weights: "Lines are weights: orange positive, blue negative, the larger the thicker.",
  fade: "A unit is the paler, the smaller the gradient that arrives at it: full as in the last hidden layer, half a hundredth of that, gone a ten-thousandth.",
  axes: ["x₁", "x₂"],
  axis: "x",
  image: "8×8",
  output: "y",
  evenly: "evenly, all depths",
  from: (/** @type {number} */ first, /** @type {number} */ last) => `${first} to ${last}`,
  one: (/** @type {number} */ layer) => `${layer}`,
  columns: (/** @type {number} */ shown, /** @type {number} */ all) => `${shown} of ${all} hidden layers are shown.`,
  units: (/** @type {number} */ shown, /** @type {number} */ all) => `${shown} of ${all} units a layer are shown.`,
  largest: (/** @type {number} */ shown, /** @type {number} */ all) =>
    `${shown} of the ${all} weights between them are drawn: the largest of each layer.`,
  neighbours: "Weights are drawn only where both of their layers are shown.",
  alone: "On a narrow screen a layer stands alone, without lines for its weights.",
  source: (/** @type {number} */ layer, /** @type {number} */ source, /** @type {number} */ inputs) =>
    layer ? `unit ${source + 1} of layer ${layer}` : inputs > 2 ? `pixel ${source + 1}` : `input ${source + 1}`,
  bias: "bias",
  out: (/** @type {number} */ unit) => `output ${unit + 1}`,
};

export const CHARTS = {
  step: "step",
  layer: "layer",
  hidden: "hidden layer",
  loss: (/** @type {number} */ seeds) =>
    `Each seed’s loss; the dark line is the shown one${seeds > 1 ? "" : ", the only one"}.`,
  accuracy: "Each seed’s share of right answers on the data that it is trained on.",
  heat: (/** @type {string} */ low, /** @type {string} */ high) =>
    `Gradient norm of each layer over that of the last layer, median of the seeds: blue smaller, down to ${low}; orange larger, up to ${high}.`,
  shares: "Medians of the seeds.",
  none: "No unit is dead, none is saturated.",
  dead: "dead",
  saturated: "saturated",
  hist: (/** @type {number} */ layer) =>
    `Bars: what comes into the activation in layer ${layer}, on the data, for the shown seed. Line: the activation’s slope there.`,
  ratio: "Size of one step’s update over the size of the weights, median and 10–90 % of the seeds.",
};

export const SURFACE = {
  decision: (/** @type {number} */ seed) => `Decision of seed ${seed}`,
  unit: (/** @type {number} */ layer, /** @type {number} */ unit) => `Layer ${layer}, unit ${unit + 1}`,
  curve: (/** @type {number} */ seed) => `Curve of seed ${seed}`,
  digits: "Weights of one unit",
  choose: "Choose a unit in the network: its weights stand here.",
  about: {
    plane: "Colour says how sure the decision is; points are the data.",
    unit: "What this unit answers at each place of the plane; points are the data.",
    curve: "Line: the network’s output. Points are the data.",
    weights: "Its weights, blue below zero, orange above.",
    own: "Press on the plane to add a point, or go there by arrow keys and press Enter.",
  },
  seed: (/** @type {number} */ seed, /** @type {string} */ accuracy) =>
    `Seed ${seed}${accuracy && `, accuracy ${accuracy}`}`,
  at: (/** @type {number} */ x, /** @type {number} */ y) => `x₁ ${x.toFixed(1)}, x₂ ${y.toFixed(1)}`,
  plane: "Plane for your points",
  few: (/** @type {number} */ shown, /** @type {number} */ all) => `${shown} of ${all} seeds have a small plane.`,
};

export const OWN = {
  title: "Own activation: a function that returns its value and its slope",
  linked: "This code came with the link. It has not run. Run this code?",
  use: "Use it",
  run: "Run this code",
  used: "Checked, and in use.",
  checking: "It is being checked.",
  empty: "Write the value and the slope first.",
  example: "def f(x):\n    return np.sin(x), np.cos(x)",
};

export const WEIGHT = { title: (/** @type {string} */ to) => `Weights into ${to}` };

export const ENGINE = { stopped: "The bench was stopped; its network is gone." };
