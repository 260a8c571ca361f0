// What live cells say: each state and each fault in a sentence.

import { say } from "./say.js";

/** @param {number} bytes */
export const megabytes = (bytes) =>
  bytes / 1e6 < 9.95 ? (bytes / 1e6).toFixed(1) : Math.round(bytes / 1e6).toString();

/** A number with its noun, whose plural is regular; Korean has one form for both. @param {number} number @param {string} noun */
export function count(number, noun) {
  const told = say(`{number} ${noun}s`, { number });
  return told === `1 ${noun}s` ? `1 ${noun}` : told;
}

/** @param {number} seconds */
export const duration = (seconds) =>
  say("{seconds} s", { seconds: seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds) });

/** @type {Record<string, (about: string) => string>} */
export const FAULTS = {
  file: () =>
    say(
      "Python comes from a server, and this page was opened from a file: serve the book's folder, and open the page there.",
    ),
  wasm: () => say("This browser has no WebAssembly, which Python needs here."),
  lost: (name) =>
    say("A part of Python could not be fetched ({name}): look at the connection and press Run again.", { name }),
  refused: (name) =>
    say("A part of Python was refused, since it is not what the book was built with: {name}.", { name }),
  memory: () => say("The memory was not enough, and Python has ended. Press Run to start it anew."),
  editor: () => say("The editor could not be fetched: look at the connection and press Edit again."),
  page: () =>
    say("What this page knows of its cells could not be fetched: look at the connection and press Run again."),
  start: (told) => say("Python could not start here: {told}", { told }),
};

/**
 * @typedef {{ seeds: number, of: number[] }} Seeds how many seeds a run had, and how many there are, where these vary the least and the most last
 * @typedef {Seeds & { claims: number, error: string | null, seconds: number }} Few how such a run ended, and how long all seeds take
 */

/** @param {Seeds} few */
export const seeds = ({ seeds, of }) =>
  of.length > 1
    ? say("{seeds} of {least} to {most} seeds", { seeds, least: of[0], most: of[of.length - 1] })
    : say("{seeds} of {all} seeds", { seeds, all: of[0] });

export const SAYS = {
  coming: (/** @type {number} */ bytes) =>
    say("Python comes to this page: {size} MB, once.", { size: megabytes(bytes) }),
  more: (/** @type {number} */ bytes) =>
    say("What draws comes to this page: {size} MB, once.", { size: megabytes(bytes) }),
  starting: say("Python starts."),
  early: say("Stopped."),
  stopped: say("Stopped. The next run starts Python anew."),
  kept: say("Your change of this cell is kept: Edit shows it."),
  shown: say("This is your change, kept from before. It has not run yet."),
  linked: say("This change came with the link. It has not run yet."),
  other: say("There is a change of yours for another version of this cell."),
  otherLink: say("The link has a change for another version of this cell."),
  copied: say("The link is copied. It shows this change, and runs nothing by itself."),
  notCopied: say("The link stands in the address of this page."),
  checked: say("Checked"),
  notAll: say("Not all true now"),
  fewer: (/** @type {number} */ drawn, /** @type {number} */ left) =>
    say("It has {drawn} of {all} drawings, since each takes time here.", { drawn, all: drawn + left }),
  computed: (/** @type {Seeds | null} */ few) =>
    few
      ? say("Computed in this page with {seeds}. Caption and description are those of the book’s figure.", {
          seeds: seeds(few),
        })
      : say("Computed in this page. Caption and description are those of the book’s figure."),
  text: (/** @type {Seeds} */ few) => say("Computed with {seeds}.", { seeds: seeds(few) }),
  few: (/** @type {Few} */ few) =>
    few.claims ? say("{seeds}; claims are not judged.", { seeds: seeds(few) }) : `${seeds(few)}.`,
  failed: (/** @type {Few} */ few) =>
    say("With {seeds} this ended with “{error}”. It may want all seeds.", { seeds: seeds(few), error: few.error }),
  longer: (/** @type {Few} */ few) => say("All seeds take about {time} here.", { time: duration(few.seconds) }),
  differs: say(
    "Without a change, some numbers differ a little from the book’s: long runs add up other roundings here.",
  ),
  solved: say("Right. The solution below says how the book does it."),
  mark: ` ${say("solved")}`,
  all: say("A name was missing, so all earlier cells ran."),
};
