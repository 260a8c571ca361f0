// The bench's side of the worker: asks Python's bench (docs/_live/python/gradlab_live/bench.py), one request after the other.
import { ENGINE } from "./live_words.js";

/**
 * @typedef {Record<string, any>} State
 * @typedef {(payload: any) => void} Listener
 * @typedef {{ step: number,
 *   loss: Float64Array, accuracy: Float64Array, gradient: Float64Array, delta: Float64Array, ratio: Float64Array,
 *   spread: Float64Array, dead: Float64Array, saturated: Float64Array, unit_delta: Float64Array[],
 *   weights: Float32Array[], biases: Float32Array[], maps: Float32Array[], surface: Float32Array, surfaces: Float32Array,
 *   histogram: Float32Array, slope: Float32Array, diverged: Float32Array }} Frame
 *   arrays stand row by row in one line: gradient (seeds, layers), weights (units, sources) of each layer, maps (units, 20, 20)
 *   of each hidden layer, the lowest row of the plane first; the numbers of seeds and layers are those that `begin` told
 * @typedef {{ id: number, bench: string, given: any[] }} Request
 */

export class Engine {
  /**
   * @param {string} address where worker.js is
   * @param {Record<string, Listener>} [listeners] of the first start: coming, more, starting, fetched, as python.js has them
   */
  constructor(address, listeners = {}) {
    this.address = address;
    this.listeners = listeners;
    /** @type {Worker | null} */
    this.worker = null;
    /** @type {{ request: Request, resolve: (told: any) => void }[]} the first of them is with the worker */
    this.waiting = [];
    this.count = 0;
  }

  /** Whether a request is under way. */
  get busy() {
    return this.waiting.length > 0;
  }

  /** Whether Python is there: the answer comes once it is. */
  ready() {
    return this.ask("ready");
  }

  /** Start a network anew. @param {State} state */
  begin(state) {
    return this.ask("begin", { ...state });
  }

  /** Turn knobs; all but rate, schedule, optimiser and batch start anew. @param {State} state */
  change(state) {
    return this.ask("change", { ...state });
  }

  /** Train for about so long: the worker measures how many steps that is. @param {number} milliseconds */
  slice(milliseconds) {
    return this.ask("slice", { milliseconds });
  }

  /** Train so many steps; the next frame then has all surfaces, where other ones take turns. @param {number} [count] */
  steps(count = 1) {
    return this.ask("slice", { steps: count });
  }

  /** What is to be drawn. @returns {Promise<Frame & { ok?: false, said?: string, fault?: any, stopped?: true }>} */
  frame() {
    return this.ask("frame");
  }

  /** Show another seed, by its place. @param {number} seed */
  show(seed) {
    return this.ask("show", seed);
  }

  /**
   * Set a weight of the shown seed, or a bias.
   * @param {number} layer from 0, the one after the inputs @param {number} unit @param {number | "bias"} source @param {number} value
   */
  weight(layer, unit, source, value) {
    return this.ask("weight", layer, unit, source, value);
  }

  /** Which share of the next steps of each seed turns back by more than a right angle; the run stays where it is. */
  turns() {
    return this.ask("turns");
  }

  /** The signals of a setting at its start. @param {State} state */
  signals(state) {
    return this.ask("signals", { ...state });
  }

  /** Python that does the same as this run. @returns {Promise<any>} */
  script() {
    return this.ask("script");
  }

  /** The records as CSV. @returns {Promise<any>} */
  table() {
    return this.ask("table");
  }

  /** End the worker, whatever it does: an activation that never ends is ended so. The next request starts another. */
  stop() {
    this.end({ ok: false, stopped: true, said: ENGINE.stopped });
  }

  /**
   * Ask when all that was asked before is answered. Python's answer, or `{ fault }`, or `{ stopped: true }`; never rejects.
   * @param {string} bench @param {any[]} given @returns {Promise<any>}
   */
  ask(bench, ...given) {
    return new Promise((resolve) => {
      this.waiting.push({ request: { id: ++this.count, bench, given }, resolve });
      if (this.waiting.length === 1) this.send();
    });
  }

  send() {
    try {
      this.worker ??= this.start();
      this.worker.postMessage(this.waiting[0].request);
    } catch (error) {
      this.end({ ok: false, fault: { kind: "start", about: String(error) } });
    }
  }

  start() {
    const worker = new Worker(this.address, { type: "module" });
    worker.onerror = (event) => {
      event.preventDefault();
      const about = event.message ?? "worker.js";
      this.end({ ok: false, fault: { kind: event.message ? "start" : "lost", about } });
    };
    worker.onmessage = ({ data: { kind, payload } }) => {
      if (kind === "fault") this.end({ ok: false, fault: payload });
      else if (kind !== "bench") this.listeners[kind]?.(payload);
      else if (payload.id === this.waiting[0]?.request.id) {
        const done = this.waiting.shift();
        if (this.waiting.length) this.send();
        done?.resolve(payload.told);
      }
    };
    return worker;
  }

  /** End the worker and answer all that was asked. @param {object} told */
  end(told) {
    this.worker?.terminate();
    this.worker = null;
    for (const { resolve } of this.waiting.splice(0)) resolve(told);
  }
}
