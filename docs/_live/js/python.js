// The page's side of the worker in which Python runs: one run at a time, and an end at any time.

/** @typedef {(payload: any) => void} Listener */

export class Python {
  /** @param {string} address */
  constructor(address) {
    this.address = address;
    /** @type {Worker | null} */
    this.worker = null;
    /** @type {((told: any) => void) | null} */
    this.finish = null;
  }

  /** Whether a run is under way. */
  get busy() {
    return this.finish !== null;
  }

  /**
   * Run cells; what happens meanwhile is told to the listeners, by its kind.
   * @param {object} request
   * @param {Record<string, Listener>} listeners
   * @returns {Promise<{ ok?: boolean, all?: boolean, claims?: number, few?: import("./words.js").Few | null, fault?: { kind: string, about: string }, stopped?: true }>}
   */
  run(request, listeners) {
    return new Promise((resolve) => {
      this.finish = (told) => {
        this.finish = null;
        resolve(told);
      };
      try {
        this.worker ??= new Worker(this.address, { type: "module" });
      } catch (error) {
        return this.end({ fault: { kind: "start", about: String(error) } });
      }
      this.worker.onerror = (event) => {
        event.preventDefault();
        this.end({ fault: { kind: event.message ? "start" : "lost", about: event.message ?? "worker.js" } });
      };
      this.worker.onmessage = ({ data: { kind, payload } }) => {
        if (kind === "done") this.finish?.(payload);
        else if (kind === "fault") this.end({ fault: payload });
        else listeners[kind]?.(payload);
      };
      this.worker.postMessage(request);
    });
  }

  /** End the worker; the next run starts another. @param {object} told */
  end(told) {
    this.worker?.terminate();
    this.worker = null;
    this.finish?.(told);
  }

  stop() {
    this.end({ stopped: true });
  }
}
