// What Python told of a picture: as rows of numbers, as readouts, and as the sentence of what is seen.
import { flat, quantiles } from "./draw.js";
import { WORDS } from "./live_words.js";
import { number, percent, whole } from "./sentence.js";

/** What Python told, as rows of numbers. @param {any} told */
export function received(told) {
  const rows = (/** @type {any} */ all) => Array.from(all ?? [], flat);
  const frame = { ...told };
  for (const name of [
    "loss",
    "accuracy",
    "gradient",
    "delta",
    "ratio",
    "spread",
    "dead",
    "saturated",
    "surface",
    "surfaces",
    "slope",
  ])
    frame[name] = flat(told[name]);
  for (const name of ["weights", "biases", "maps", "unit_delta"]) frame[name] = rows(told[name]);
  const [counts, hidden] = [flat(told.histogram), frame.unit_delta.length];
  const bins = hidden ? counts.length / hidden : 0;
  frame.histogram = Array.from({ length: hidden }, (_, layer) => counts.subarray(layer * bins, (layer + 1) * bins));
  frame.diverged = Array.from(told.diverged?.data ?? told.diverged ?? [], Number);
  return frame;
}

/** The part of the plane that is shown. @param {any} told @param {number[][]} points @returns {import("./surface.js").Limits} */
export function limits(told, points) {
  const around = (/** @type {number} */ place) => {
    const all = points.map((point) => point[place]).filter(Number.isFinite);
    if (!all.length) return [-2, 2];
    const [low, high] = [Math.min(...all), Math.max(...all)];
    return [low - 0.15 * (high - low), high + 0.15 * (high - low)];
  };
  const [x, y] = Array.isArray(told) ? told : [told?.x, told?.y];
  return /** @type {any} */ ({ x: x ?? around(0), y: y ?? around(1) });
}

/** Wait until the page is seen. */
export function visible() {
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", () => resolve(null), { once: true });
  });
}

/** The first layer's gradient over the last one's: the median of the seeds. @param {any} frame */
export function ratio(frame) {
  const layers = frame.gradient.length / frame.loss.length;
  const ratios = Array.from(
    frame.loss,
    (_, seed) => frame.gradient[seed * layers] / frame.gradient[(seed + 1) * layers - 1],
  );
  return quantiles(ratios).middle;
}

/** A share with the range of the seeds. @param {number} share @param {ArrayLike<number> & Iterable<number>} all */
function ranged(share, all) {
  const [low, high] = Object.values(quantiles(all))
    .filter((_, k) => k !== 1)
    .map((one) => Math.round(100 * one));
  return all.length < 2 || low === high ? percent(share) : `${percent(share)} (${low}–${high})`;
}

/** Of each seed, the dead share of the hidden layer that has most of it. @param {any} frame @returns {number[]} */
export function deadMost(frame) {
  const seeds = frame.loss.length;
  const layers = frame.dead.length / seeds;
  return Array.from({ length: seeds }, (_, seed) =>
    Math.max(...frame.dead.subarray(seed * layers, (seed + 1) * layers)),
  );
}

/** Names and texts of what is read off. @param {any} frame @param {number} shown @returns {[string, string][]} */
export function readouts(frame, shown) {
  const accuracy = frame.accuracy[shown];
  const dead = deadMost(frame);
  return [
    ["step", whole(frame.step)],
    ["loss", number(frame.loss[shown], 3)],
    ["accuracy", Number.isFinite(accuracy) ? ranged(accuracy, frame.accuracy) : "–"],
    ["first-over-last", number(ratio(frame))],
    ["dead", ranged(dead[shown], dead)],
  ];
}

/** @typedef {{ step: number, seeds: Record<string, number[]> }} Values a value for each seed */

/** What a story is judged by. @param {any} frame @param {{ turns: number[] } | null} turns @returns {Values} */
export function measured(frame, turns) {
  const seeds = { accuracy: [...frame.accuracy], loss: [...frame.loss], dead: deadMost(frame) };
  return { step: frame.step, seeds: { ...seeds, ...(turns ? { turns: [...flat(turns.turns)] } : {}) } };
}

/** The share of steps that turn back, of all seeds. @param {{ turns: number[] }} told */
export function turning({ turns }) {
  const all = [...flat(turns)];
  return ranged(all.reduce((sum, one) => sum + one, 0) / all.length, all);
}

/** What is seen. @param {any} frame */
export function sentence(frame) {
  const said = [WORDS.seeds(frame.loss.length)];
  const { middle } = quantiles(frame.accuracy);
  if (Number.isFinite(middle)) said.push(WORDS.accuracy(ranged(middle, frame.accuracy)));
  else said.push(WORDS.loss(number(quantiles(frame.loss).middle, 3)));
  const share = ratio(frame);
  if (Number.isFinite(share)) said.push(share < 1.05 ? WORDS.ratio(number(share)) : WORDS.ratioTimes(number(share)));
  const diverged = frame.diverged.filter((/** @type {number} */ one) => one > 0).length;
  if (diverged) said.push(WORDS.diverged(diverged, frame.loss.length));
  return WORDS.step(whole(frame.step), said);
}
