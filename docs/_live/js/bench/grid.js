// The grid of the bench: signals at the start, computed when the book was built (docs/_ext/bench_grid.py) and written down
// as docs/_ext/bench_code.py tells. Nothing of a network is computed here: whole numbers become the numbers they stand for.

import { say } from "../say.js";

const TEXTS = {
  file: say("The page is open from a file, from which a browser may not read other files: open it from a server."),
  missing: (/** @type {string} */ name) =>
    say("The bench's numbers could not be fetched ({name}): load the page again.", { name }),
  old: say("This browser cannot unpack the bench's numbers: it is older than 2023."),
  absent: say("This setting is not among those that were computed when the book was built."),
};

/**
 * @typedef {{ low: number[], middle: number[], high: number[] }} Band  logarithms to the base 10
 * @typedef {{ gradient: number[], delta: number[], spread: number[] }} Theory
 * @typedef {{ layers: number, gradient: Band, delta: Band, spread: Band, dead: number[], saturated: number[],
 *   theory: Theory | null, width: number, samples: number, seeds: number, from: string }} Signals
 * @typedef {[init: string, normalize: string, residual: number, gain: number, bias: number, depths: number[]]} Line
 * @typedef {Record<string, Record<number, Int16Array>>} Curves  of a line, by quantity and depth
 * @typedef {{ width: number, samples: number, seeds: number, steps: Record<string, number>, endless: [number, number],
 *   quantities: [name: string, hidden: number, theory: number][], lines: Line[], files: Record<string, string> }} Index
 */

/** @param {string} address @returns {Promise<Response>} */
async function fetched(address) {
  if (new URL(address, document.baseURI).protocol === "file:") throw new Error(TEXTS.file);
  let answer;
  try {
    answer = await fetch(address);
  } catch {
    throw new Error(TEXTS.missing(address));
  }
  if (!answer.ok) throw new Error(TEXTS.missing(address));
  return answer;
}

/**
 * Unpack a file; a server that sent it as packed text has had the browser unpack it already.
 * @param {ArrayBuffer} packed @returns {Promise<Uint8Array>}
 */
export async function unpacked(packed) {
  const bytes = new Uint8Array(packed);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  if (typeof DecompressionStream === "undefined") throw new Error(TEXTS.old);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** @param {number[]} depths */
const deepest = (depths) => Math.max(...depths);

/**
 * How many numbers a line has of a quantity, by depth, from the deepest on.
 * @param {[string, number, number]} quantity @param {Line} line @returns {[depth: number, length: number][]}
 */
function lengths([, hidden, theory], [, normalize, residual, , , depths]) {
  if (theory && (normalize !== "none" || residual)) return [];
  if (hidden) return [[deepest(depths), deepest(depths) - 1]];
  return [...depths].sort((a, b) => b - a).map((depth) => [depth, depth]);
}

/** The model's curve for a depth, or a deeper one that reaches it. @param {Record<number, Int16Array>} model @param {number} depth */
function reaching(model, depth) {
  return model[
    Math.min(
      ...Object.keys(model)
        .map(Number)
        .filter((one) => one >= depth),
    )
  ];
}

/**
 * Read a file.
 * @param {Uint8Array} data @param {Index} index @returns {Curves[]} the curves of each line
 */
export function decode(data, index) {
  const { quantities, lines } = index;
  const counts = quantities.map((quantity) =>
    lines.flatMap((line) => lengths(quantity, line)).reduce((sum, [, length]) => sum + length, 0),
  );
  /** @type {Curves[]} */
  const found = lines.map(() => ({}));
  let at = 0;
  let above = quantities.length * lines.length + counts.reduce((sum, count) => sum + count, 0);
  for (const quantity of quantities) {
    const name = quantity[0];
    const models = data.subarray(at, at + lines.length);
    at += lines.length;
    lines.forEach((line, place) => {
      /** @type {Record<number, Int16Array>} */
      const known = {};
      const model = models[place] ? found[place - models[place]][name] : null;
      let deeper = 0;
      for (const [depth, length] of lengths(quantity, line)) {
        const curve = new Int16Array(length); // what it holds wraps round, as in Python
        let sum = 0;
        for (let layer = length - 1; layer >= 0; layer -= 1) {
          const folded = data[at++] + 256 * data[above++];
          sum += folded & 1 ? -(folded + 1) / 2 : folded / 2;
          curve[layer] = sum + (model ? reaching(model, depth)[layer] : 0);
          if (deeper) curve[layer] += known[deeper][layer] - (model ? reaching(model, deeper)[layer] : 0);
        }
        known[depth] = curve;
        deeper = depth;
      }
      found[place][name] = known;
    });
  }
  return found;
}

export class Grid {
  /** @param {string} folder @param {Index} index */
  constructor(folder, index) {
    this.folder = folder;
    this.index = index;
    /** @type {Map<string, Promise<Curves[]>>} */
    this.read = new Map();
  }

  /**
   * The place of the line that holds a setting, or -1. Numbers may come as text.
   * @param {any} state
   */
  place(state) {
    const { activation, init, normalize = "none", residual = 0, gain = 1, bias = 0, depth } = state;
    if (!Object.hasOwn(this.index.files, activation)) return -1;
    return this.index.lines.findIndex(
      (line) =>
        line[0] === init &&
        line[1] === normalize &&
        line[2] === Number(residual) &&
        line[3] === Number(gain) &&
        line[4] === Number(bias) &&
        line[5].includes(Number(depth)),
    );
  }

  /** Whether a setting is in the grid; its width is not asked. @param {any} state */
  has(state) {
    return this.place(state) >= 0;
  }

  /** The curves of an activation, fetched once. @param {string} activation */
  curves(activation) {
    let coming = this.read.get(activation);
    if (!coming) {
      coming = fetched(this.folder + this.index.files[activation])
        .then((answer) => answer.arrayBuffer())
        .then(unpacked)
        .then((data) => decode(data, this.index));
      coming.catch(() => this.read.delete(activation)); // the next time it is tried again
      this.read.set(activation, coming);
    }
    return coming;
  }

  /** The signals of a setting. @param {any} state @returns {Promise<Signals>} */
  async view(state) {
    const place = this.place(state);
    if (place < 0) throw new Error(TEXTS.absent);
    return signals((await this.curves(state.activation))[place], Number(state.depth), this.index);
  }
}

/**
 * The numbers of a line at a depth.
 * @param {Curves} line @param {number} depth @param {Index} index @returns {Signals}
 */
export function signals(line, depth, { steps, endless: [endless, far], width, samples, seeds }) {
  const curve = (/** @type {string} */ name) =>
    Array.from(line[name][depth] ?? Object.values(line[name])[0].subarray(0, depth - 1));
  const number = (/** @type {number} */ code, /** @type {number} */ step, /** @type {number} */ most) =>
    Math.abs(code) < most ? code * step : Math.sign(code) * Infinity;
  const band = (/** @type {string} */ place) => {
    const middle = curve(`${place} middle`).map((code) => number(code, steps.middle, endless));
    const around = middle.map((value) => (Number.isFinite(value) ? value : 0));
    const low = curve(`${place} low`).map((code, layer) => around[layer] - number(code, steps.band, far));
    const high = curve(`${place} high`).map((code, layer) => around[layer] + number(code, steps.band, far));
    return { low, middle, high };
  };
  const share = (/** @type {string} */ name) => curve(name).map((code) => code * steps.share);
  const foretold = (/** @type {string} */ place) => curve(`${place} theory`).map((code) => code * steps.theory);
  const known = line["gradient theory"][depth] && Math.abs(line["gradient theory"][depth][0]) < endless;
  return {
    layers: depth,
    gradient: band("gradient"),
    delta: band("delta"),
    spread: band("spread"),
    dead: share("dead"),
    saturated: share("saturated"),
    theory: known ? { gradient: foretold("gradient"), delta: foretold("delta"), spread: foretold("spread") } : null,
    width,
    samples,
    seeds,
    from: "grid",
  };
}

/** How many decades the theory may be from the medians without a word of it on the page: less than a factor of two. */
export const NEAR = 0.3;

/**
 * How far the theory is from the medians, in decades, where it is furthest: it holds for infinitely wide layers, these are
 * narrow. Infinity, where a median is 0 or not finite and the theory has a number; 0 without theory.
 * @param {Signals} signals
 */
export function apart({ theory, gradient, delta, spread }) {
  if (!theory) return 0;
  const away = (/** @type {number[]} */ told, /** @type {Band} */ { middle }) =>
    Math.max(0, ...told.map((value, layer) => Math.abs(value - middle[layer])));
  return Math.max(away(theory.gradient, gradient), away(theory.delta, delta), away(theory.spread, spread));
}

/**
 * Fetch the index of the grid; from a file it is refused with a sentence.
 * @param {string} root the site's root, as a page sees it: "", "../" or an address that ends with a slash
 */
export async function load(root) {
  const folder = `${root}_bench/`;
  return new Grid(folder, await (await fetched(`${folder}grid.json`)).json());
}
