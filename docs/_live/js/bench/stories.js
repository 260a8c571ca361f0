// Settings that show something, each with the sentence to look for and what the bench's own numbers have to say of it.
// What trains is judged once, at the step that it names, and every seed has to be as the sentence says.
// `page` is where the book tells it; the list on the page and the links of those chapters are held against this one by a test.

import { say } from "../say.js";

/**
 * @typedef {{ readout: string, of?: "now" | "held", above?: number, below?: number }} Check
 * @typedef {{ on: "instant" | "live", checks: Check[], steps?: number }} Judgement
 * @typedef {{ change: Record<string, string | number>, does: string, look: string, judgement: Judgement }} Then a second
 *   part, after a change; live, its steps are counted from there
 * @typedef {{ key: string, title: string, page: string, state: Record<string, string | number>,
 *   held?: Record<string, string | number>, look: string, judgement: Judgement, then?: Then }} Story
 */

/** @type {Story[]} */
export const STORIES = [
  {
    key: "ten-sigmoid",
    title: say("Ten sigmoid layers stand still"),
    page: "learn/standstill",
    state: {
      activation: "sigmoid",
      init: "glorot_normal",
      depth: 10,
      data: "digits",
      width: 32,
      optimizer: "sgd",
      "learning-rate": 0.1,
      seeds: 4,
    },
    look: say("Press Play: after 300 steps the network still guesses, one digit in ten."),
    judgement: { on: "live", steps: 300, checks: [{ readout: "accuracy", above: 0.05, below: 0.15 }] },
  },
  {
    key: "ten-centred",
    title: say("The same, centred, with matched weights, learn"),
    page: "learn/zigzag",
    state: {
      activation: "tanh",
      init: "matched",
      depth: 10,
      data: "digits",
      width: 32,
      optimizer: "sgd",
      "learning-rate": 0.1,
      seeds: 4,
    },
    look: say(
      "tanh is the sigmoid, centred and stretched. Press Play: after 300 steps over nine in ten digits are right.",
    ),
    judgement: { on: "live", steps: 300, checks: [{ readout: "accuracy", above: 0.9 }] },
  },
  {
    key: "he-glorot",
    title: say("He against Glorot at thirty layers"),
    page: "learn/initialization",
    state: { activation: "relu", init: "he_normal", depth: 30 },
    held: { activation: "relu", init: "glorot_normal", depth: 30 },
    look: say(
      "The gradients of both are level. With Glorot’s weights (A) both signals fade: look at δ and at the spread.",
    ),
    judgement: {
      on: "instant",
      checks: [
        { readout: "first-over-last", above: 0.1, below: 10 },
        { readout: "first-over-last", of: "held", above: 0.1, below: 10 },
        { readout: "signal-first-over-last", above: 0.1 },
        { readout: "signal-first-over-last", of: "held", below: 1e-3 },
        { readout: "spread-last-over-first", of: "held", below: 1e-3 },
      ],
    },
  },
  {
    key: "residual",
    title: say("Residual connections keep the gradient"),
    page: "learn/cures",
    state: { activation: "sigmoid", init: "glorot_normal", depth: 10, residual: 1 },
    held: { activation: "sigmoid", init: "glorot_normal", depth: 10 },
    look: say("With residual connections the first layer’s gradient is no longer lost; A is the plain network."),
    judgement: {
      on: "instant",
      checks: [
        { readout: "first-over-last", above: 0.01 },
        { readout: "first-over-last", of: "held", below: 1e-3 },
      ],
    },
  },
  {
    key: "batch-norm",
    title: say("Batch normalisation keeps it too"),
    page: "learn/cures",
    state: { activation: "sigmoid", init: "glorot_normal", depth: 10, normalize: "batch" },
    held: { activation: "sigmoid", init: "glorot_normal", depth: 10, normalize: "layer" },
    look: say("Batch normalisation brings the gradient back; layer normalisation alone (A) does not."),
    judgement: {
      on: "instant",
      checks: [
        { readout: "first-over-last", above: 0.1 },
        { readout: "first-over-last", of: "held", below: 0.01 },
      ],
    },
  },
  {
    key: "selu",
    title: say("SELU’s fixed point"),
    page: "learn/variants",
    state: { activation: "selu", init: "lecun_normal", depth: 50 },
    held: { activation: "relu", init: "lecun_normal", depth: 50 },
    look: say(
      "Through fifty layers the spread of SELU’s outputs stays where it is; that of ReLU with the same weights (A) is gone.",
    ),
    judgement: {
      on: "instant",
      checks: [
        { readout: "spread-last-over-first", above: 0.5, below: 2 },
        { readout: "spread-last-over-first", of: "held", below: 1e-3 },
      ],
    },
  },
  {
    key: "edge-of-chaos",
    title: say("The edge of chaos"),
    page: "learn/initialization",
    state: { activation: "tanh", init: "glorot_normal", depth: 30, gain: 1.5, bias: 0.3 },
    held: { activation: "tanh", init: "glorot_normal", depth: 30, gain: 0.5, bias: 0.3 },
    look: say("Small weights (A) lose the gradient; near the edge it arrives."),
    judgement: {
      on: "instant",
      checks: [
        { readout: "first-over-last", above: 0.1, below: 10 },
        { readout: "first-over-last", of: "held", below: 1e-6 },
      ],
    },
    then: {
      change: { gain: 2 },
      does: say("Raise the gain to 2"),
      look: say("With a gain of 2 it grows more than tenfold on its way back."),
      judgement: { on: "instant", checks: [{ readout: "first-over-last", above: 10 }] },
    },
  },
  {
    key: "leak",
    title: say("A leak where half a layer is dead"),
    page: "learn/dead",
    state: { activation: "leaky_relu", init: "glorot_normal", depth: 10, gain: 0.5, bias: 0.3 },
    held: { activation: "relu", init: "glorot_normal", depth: 10, gain: 0.5, bias: 0.3 },
    look: say(
      "In A half of a layer’s ReLU units and more are dead; with a leak none is. Layer by layer the gradients differ by less than a tenth.",
    ),
    judgement: {
      on: "instant",
      checks: [
        { readout: "dead", below: 0.001 },
        { readout: "dead", of: "held", above: 0.5 },
        { readout: "gradients-apart", below: 1.1 },
      ],
    },
  },
  {
    key: "dying",
    title: say("ReLU units die at a large rate"),
    page: "learn/dead",
    state: {
      activation: "relu",
      init: "he_normal",
      depth: 3,
      data: "digits",
      width: 32,
      optimizer: "sgd",
      "learning-rate": 2,
      seeds: 4,
    },
    look: say("Press Play: the steps are too large, and after 100 of them more than half of a layer is dead."),
    judgement: { on: "live", steps: 100, checks: [{ readout: "dead", above: 0.5 }] },
    then: {
      change: { "learning-rate": 0.05 },
      does: say("Set the rate to 0.05"),
      look: say("After 200 small steps it is dead still."),
      judgement: { on: "live", steps: 200, checks: [{ readout: "dead", above: 0.5 }] },
    },
  },
  {
    key: "zigzag",
    title: say("The zigzag of small batches"),
    page: "learn/zigzag",
    state: {
      activation: "sigmoid",
      init: "matched",
      depth: 2,
      data: "moons",
      optimizer: "sgd",
      "learning-rate": 1,
      "batch-size": 1,
      seeds: 4,
    },
    look: say(
      "Press Play: with a single sample in a batch a fifth of the steps or more turn back, by more than a right angle.",
    ),
    judgement: { on: "live", steps: 300, checks: [{ readout: "turns", above: 0.2 }] },
    then: {
      change: { "batch-size": "all" },
      does: say("Set the batch to all"),
      look: say("With all samples in a batch hardly a step does."),
      judgement: { on: "live", steps: 300, checks: [{ readout: "turns", below: 0.06 }] },
    },
  },
];
