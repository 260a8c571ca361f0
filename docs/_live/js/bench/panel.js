// How the page has the live panel: start() makes it and says what may be asked of it.
import { composed } from "./figures.js";
import { Live } from "./live.js";

export { Engine } from "./engine.js";

/**
 * Start the live panel.
 * @param {import("./live.js").Given} given
 */
export function start(given) {
  const live = new Live(given);
  return {
    play: () => live.play(),
    pause: () => live.pause(),
    step: () => live.step(),
    restart: (/** @type {boolean} */ next = false) => live.restart(next),
    get busy() {
      return live.running;
    },
    get ended() {
      return live.ended;
    },
    /** The pictures that can be saved: what each is called, and how it is drawn so that it stands by itself. */
    figures: () => live.stage.figures().map(([name, title]) => /** @type {[string, string]} */ ([name, title])),
    composed: (/** @type {string} */ name, /** @type {string} */ what) =>
      live.stage.onPaper((figure) => composed(figure, what), name),
    /** What may be asked of Python besides: each waits until a slice has ended. */
    engine: {
      signals: (/** @type {any} */ state) => live.asker.told("signals", state),
      script: () => live.asker.told("script"),
      table: () => live.asker.told("table"),
    },
  };
}
