// Asks Python, one thing after the other: what a reader asks for while it trains waits until a slice has ended.

/** Python, or what it was asked, has ended: nothing more is to be done. */
export class Ended extends Error {}

/**
 * @typedef {{ fault: (kind: string, about: string) => void, limit: () => number, hung: () => void,
 *   failed: (error: unknown) => void, done: () => void }} Told `limit`: milliseconds after which an answer comes no more, or 0
 */

export class Asker {
  /** @param {import("./engine.js").Engine} engine @param {Told} told */
  constructor(engine, told) {
    this.engine = engine;
    this.tell = told;
    this.busy = false;
    /** @type {{ work: () => Promise<unknown>, lost: (error: unknown) => void }[]} what is to be done between two slices */
    this.waiting = [];
    this.since = 0; // when Python was asked what it has not answered
  }

  /**
   * Ask Python.
   * @param {string} what @param {...any} about @returns {Promise<any>}
   */
  async ask(what, ...about) {
    this.since = performance.now();
    const limit = this.tell.limit();
    const hung = limit ? setTimeout(() => this.tell.hung(), limit) : undefined;
    try {
      const answer = await /** @type {any} */ (this.engine)[what](...about);
      if (answer?.stopped) throw new Ended(answer.said);
      if (answer?.fault) {
        this.tell.fault(answer.fault.kind, answer.fault.about);
        throw new Ended(answer.fault.about);
      }
      return answer;
    } finally {
      this.since = 0;
      clearTimeout(hung);
    }
  }

  /** Do something while nothing else is asked. @param {() => Promise<unknown>} work */
  async alone(work) {
    this.busy = true;
    try {
      await work();
      await this.waited();
    } catch (error) {
      for (const { lost } of this.waiting.splice(0)) lost(error);
      this.tell.failed(error);
    } finally {
      this.busy = false;
      this.tell.done();
      if (this.waiting.length && !this.busy) void this.alone(async () => {}); // it came as the last of them ended
    }
  }

  /**
   * Do something between two slices.
   * @param {() => Promise<unknown>} work @param {(error: unknown) => void} [lost] what is done where Python ends before
   */
  async between(work, lost = () => {}) {
    if (!this.busy) return this.alone(work);
    this.waiting.push({ work, lost });
    this.wake();
  }

  /** Ask something besides. @param {string} what @param {...any} about @returns {Promise<any>} */
  told(what, ...about) {
    return new Promise((resolve, reject) => {
      const ended = (/** @type {unknown} */ error) => {
        reject(error);
        throw error;
      };
      void this.between(() => this.ask(what, ...about).then(resolve, ended), reject);
    });
  }

  /** Do what was asked for in the meantime. */
  async waited() {
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) await next.work();
  }

  /** Rest until the next step is due, or somebody asks for something. @param {number} milliseconds */
  rest(milliseconds) {
    return new Promise((resolve) => {
      this.wake = () => resolve(undefined);
      setTimeout(this.wake, milliseconds);
    });
  }

  wake = () => {};
}
