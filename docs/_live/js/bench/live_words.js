// What the live panel says: each state and each fault in a sentence.

import { say } from "../say.js";
import { FAULTS as OF_CELLS, SAYS } from "../words.js";

/** @type {Record<string, (about: string) => string>} */
export const FAULTS = {
  ...OF_CELLS,
  lost: (name) =>
    say("A part of Python could not be fetched ({name}): look at the connection and press Play again.", { name }),
  memory: () => say("The memory was not enough, and Python has ended. Press Play to start it anew."),
  error: (told) => say("This ended with an error: {told}", { told }),
};

export const WORDS = {
  play: say("Play"),
  pause: say("Pause"),
  coming: SAYS.coming,
  starting: SAYS.starting,
  stopped: say("Python was ended. Play starts it anew, from step 0."),
  hung: say("Your activation did not answer for 15 seconds, so Python was ended."),
  consent: say("The link carries code for an activation. It has not run: read it below."),
  anew: (/** @type {string} */ what) => say("A change of {what} starts the training anew.", { what }),
  changed: (/** @type {string} */ what, /** @type {string} */ step) =>
    say("From step {step} on with another {what}.", { step, what }),
  edited: (/** @type {string} */ step) => say("A weight was changed by hand at step {step}.", { step }),
  step: (/** @type {string} */ step, /** @type {string[]} */ said) =>
    say("Step {step}: {said}.", { step, said: said.join(", ") }),
  seeds: (/** @type {number} */ count) => (count === 1 ? say("one seed") : say("{count} seeds", { count })),
  accuracy: (/** @type {string} */ middle) => say("accuracy {middle}", { middle }),
  loss: (/** @type {string} */ middle) => say("loss {middle}", { middle }),
  ratio: (/** @type {string} */ ratio) => say("the first layer’s gradient is {ratio} of the last one’s", { ratio }),
  ratioTimes: (/** @type {string} */ ratio) =>
    say("the first layer’s gradient is {ratio} times the last one’s", { ratio }),
  diverged: (/** @type {number} */ some, /** @type {number} */ all) =>
    all === 1
      ? say("{some} of {all} seed has diverged", { some, all })
      : say("{some} of {all} seeds have diverged", { some, all }),
};
/** What a change is of. @type {Record<string, string>} */
const NAMES = {
  activation: say("activation"),
  depth: say("depth"),
  width: say("width"),
  gain: say("gain"),
  data: say("data"),
  loss: say("loss"),
  optimizer: say("optimizer"),
  schedule: say("schedule"),
  normalize: say("normalisation"),
  "learning-rate": say("learning rate"),
  "batch-size": say("batch size"),
  "first-seed": say("seed"),
  init: say("initial weights"),
  code: say("activation"),
  points: say("points"),
  seeds: say("the number of seeds"),
  residual: say("residual connections"),
  bias: say("biases"),
};
export const named = (/** @type {string[]} */ keys) =>
  [...new Set(keys.map((key) => NAMES[key] ?? key))].reduce((one, other) => say("{one} and {other}", { one, other }));

export const NETWORK = {
  unit: (/** @type {number} */ layer, /** @type {number} */ unit) =>
    say("Layer {layer}, unit {unit}", { layer, unit: unit + 1 }),
  maps: say("Each unit’s own map of the plane: blue below zero, orange above."),
  lines: say("Each unit’s value over the input."),
  pictures: say("Each unit’s own weights: those of the first layer as pictures of 8 × 8 pixels."),
  weights: say("Lines are weights: orange positive, blue negative, the larger the thicker."),
  fade: say(
    "A unit is the paler, the smaller the gradient that arrives at it: full as in the last hidden layer, half a hundredth of that, gone a ten-thousandth.",
  ),
  axes: ["x₁", "x₂"],
  axis: "x",
  image: "8×8",
  output: "y",
  evenly: say("evenly, all depths"),
  from: (/** @type {number} */ first, /** @type {number} */ last) => say("{first} to {last}", { first, last }),
  one: (/** @type {number} */ layer) => `${layer}`,
  columns: (/** @type {number} */ shown, /** @type {number} */ all) =>
    say("{shown} of {all} hidden layers are shown.", { shown, all }),
  units: (/** @type {number} */ shown, /** @type {number} */ all) =>
    say("{shown} of {all} units a layer are shown.", { shown, all }),
  largest: (/** @type {number} */ shown, /** @type {number} */ all) =>
    say("{shown} of the {all} weights between them are drawn: the largest of each layer.", { shown, all }),
  neighbours: say("Weights are drawn only where both of their layers are shown."),
  alone: say("On a narrow screen a layer stands alone, without lines for its weights."),
  source: (/** @type {number} */ layer, /** @type {number} */ source, /** @type {number} */ inputs) => {
    const unit = source + 1;
    if (layer) return say("unit {unit} of layer {layer}", { unit, layer });
    return inputs > 2 ? say("pixel {unit}", { unit }) : say("input {unit}", { unit });
  },
  bias: say("bias"),
  out: (/** @type {number} */ unit) => say("output {unit}", { unit: unit + 1 }),
};

export const CHARTS = {
  step: say("step"),
  layer: say("layer"),
  hidden: say("hidden layer"),
  loss: (/** @type {number} */ seeds) =>
    seeds > 1
      ? say("Each seed’s loss; the dark line is the shown one.")
      : say("Each seed’s loss; the dark line is the shown one, the only one."),
  accuracy: say("Each seed’s share of right answers on the data that it is trained on."),
  heat: (/** @type {string} */ low, /** @type {string} */ high) =>
    say(
      "Gradient norm of each layer over that of the last layer, median of the seeds: blue smaller, down to {low}; orange larger, up to {high}.",
      { low, high },
    ),
  shares: say("Medians of the seeds."),
  none: say("No unit is dead, none is saturated."),
  dead: say("dead"),
  saturated: say("saturated"),
  hist: (/** @type {number} */ layer) =>
    say(
      "Bars: what comes into the activation in layer {layer}, on the data, for the shown seed. Line: the activation’s slope there.",
      { layer },
    ),
  ratio: say("Size of one step’s update over the size of the weights, median and 10–90 % of the seeds."),
};

export const SURFACE = {
  decision: (/** @type {number} */ seed) => say("Decision of seed {seed}", { seed }),
  unit: (/** @type {number} */ layer, /** @type {number} */ unit) =>
    say("Layer {layer}, unit {unit}", { layer, unit: unit + 1 }),
  curve: (/** @type {number} */ seed) => say("Curve of seed {seed}", { seed }),
  digits: say("Weights of one unit"),
  choose: say("Choose a unit in the network: its weights stand here."),
  about: {
    plane: say("Colour says how sure the decision is; points are the data."),
    unit: say("What this unit answers at each place of the plane; points are the data."),
    curve: say("Line: the network’s output. Points are the data."),
    weights: say("Its weights, blue below zero, orange above."),
    own: say("Press on the plane to add a point, or go there by arrow keys and press Enter."),
  },
  seed: (/** @type {number} */ seed, /** @type {string} */ accuracy) =>
    accuracy ? say("Seed {seed}, accuracy {accuracy}", { seed, accuracy }) : say("Seed {seed}", { seed }),
  at: (/** @type {number} */ x, /** @type {number} */ y) => `x₁ ${x.toFixed(1)}, x₂ ${y.toFixed(1)}`,
  plane: say("Plane for your points"),
  few: (/** @type {number} */ shown, /** @type {number} */ all) =>
    say("{shown} of {all} seeds have a small plane.", { shown, all }),
};

export const OWN = {
  title: say("Own activation: a function that returns its value and its slope"),
  linked: say("This code came with the link. It has not run. Run this code?"),
  use: say("Use it"),
  run: say("Run this code"),
  used: say("Checked, and in use."),
  checking: say("It is being checked."),
  empty: say("Write the value and the slope first."),
  example: "def f(x):\n    return np.sin(x), np.cos(x)",
};

export const WEIGHT = { title: (/** @type {string} */ to) => say("Weights into {to}", { to }) };

export const ENGINE = { stopped: say("The bench was stopped; its network is gone.") };
