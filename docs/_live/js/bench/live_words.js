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
  preparing: "The networks are being made.",
  stopped: "Python was ended. Play starts it anew, from step 0.",
  hung: "Your activation did not answer for 15 seconds, so Python was ended.",
  consent: "The link carries code for an activation. It has not run: read it below.",
  anew: (/** @type {string} */ what) => `A change of ${what} starts the training anew.`,
  changed: (/** @type {string} */ what, /** @type {string} */ step) => `From step ${step} on with another ${what}.`,
  edited: (/** @type {string} */ step) => `A weight was changed by hand at step ${step}.`,
  step: (/** @type {string} */ step, /** @type {string} */ seeds) => `Step ${step}: ${seeds}`,
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

/** A count as in print. @param {number} count */
export const whole = (count) => Math.round(count).toLocaleString("en").replaceAll(",", "\u202f");
