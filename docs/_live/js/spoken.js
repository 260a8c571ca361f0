// What Python says to a reader, in the language of the page.
import { say } from "./say.js";

/**
 * What Python said, in the language of the page: it comes with its words and their values (answers.py, bench_words.py). What gradlab or
 * Python itself says has none, and stays as it is.
 * @typedef {{ said: string, words?: string, values?: Record<string, any> }} Said
 * @param {Said} told @returns {string}
 */
export function spoken({ said, words, values = {} }) {
  if (words === undefined || globalThis.glWords?.[words] === undefined) return said;
  const within = Object.entries(values).map(([name, value]) => [
    name,
    value?.said === undefined ? value : spoken(value),
  ]);
  return say(words, Object.fromEntries(within));
}
