// What live cells say: each state and each fault in a sentence.

/** @param {number} bytes */
export const megabytes = (bytes) =>
  bytes / 1e6 < 9.95 ? (bytes / 1e6).toFixed(1) : Math.round(bytes / 1e6).toString();

/** @param {number} number @param {string} one @param {string} [many] */
export const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

/** @param {number} seconds */
export const duration = (seconds) => (seconds < 9.95 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`);

/** @type {Record<string, (about: string) => string>} */
export const FAULTS = {
  file: () =>
    "Python comes from a server, and this page was opened from a file: serve the book's folder, and open the page there.",
  wasm: () => "This browser has no WebAssembly, which Python needs here.",
  lost: (name) => `A part of Python could not be fetched (${name}): look at the connection and press Run again.`,
  refused: (name) => `A part of Python was refused, since it is not what the book was built with: ${name}.`,
  memory: () => "The memory was not enough, and Python has ended. Press Run to start it anew.",
  editor: () => "The editor could not be fetched: look at the connection and press Edit again.",
  page: () => "What this page knows of its cells could not be fetched: look at the connection and press Run again.",
  start: (told) => `Python could not start here: ${told}`,
};

/**
 * @typedef {{ seeds: number, of: number[] }} Seeds how many seeds a run had, and how many there are, where these vary the least and the most last
 * @typedef {Seeds & { claims: number, error: string | null, seconds: number }} Few how such a run ended, and how long all seeds take
 */

/** @param {Seeds} few */
export const seeds = ({ seeds, of }) =>
  `${seeds} of ${of.length > 1 ? `${of[0]} to ${of[of.length - 1]}` : of[0]} seeds`;

export const SAYS = {
  coming: (/** @type {number} */ bytes) => `Python comes to this page: ${megabytes(bytes)} MB, once.`,
  more: (/** @type {number} */ bytes) => `What draws comes to this page: ${megabytes(bytes)} MB, once.`,
  starting: "Python starts.",
  early: "Stopped.",
  stopped: "Stopped. The next run starts Python anew.",
  kept: "Your change of this cell is kept: Edit shows it.",
  shown: "This is your change, kept from before. It has not run yet.",
  linked: "This change came with the link. It has not run yet.",
  other: "There is a change of yours for another version of this cell.",
  otherLink: "The link has a change for another version of this cell.",
  copied: "The link is copied. It shows this change, and runs nothing by itself.",
  notCopied: "The link stands in the address of this page.",
  checked: "Checked",
  notAll: "Not all true now",
  fewer: (/** @type {number} */ drawn, /** @type {number} */ left) =>
    `It has ${drawn} of ${drawn + left} drawings, since each takes time here.`,
  computed: (/** @type {Seeds | null} */ few) =>
    `Computed in this page${few ? ` with ${seeds(few)}` : ""}. Caption and description are those of the book’s figure.`,
  text: (/** @type {Seeds} */ few) => `Computed with ${seeds(few)}.`,
  few: (/** @type {Few} */ few) => `${seeds(few)}${few.claims ? "; claims are not judged" : ""}.`,
  failed: (/** @type {Few} */ few) => `With ${seeds(few)} this ended with “${few.error}”. It may want all seeds.`,
  longer: (/** @type {Few} */ few) => `All seeds take about ${duration(few.seconds)} here.`,
  differs: "Without a change, some numbers differ a little from the book’s: long runs add up other roundings here.",
  solved: "Right. The solution below says how the book does it.",
  mark: " solved",
  all: "A name was missing, so all earlier cells ran.",
};
