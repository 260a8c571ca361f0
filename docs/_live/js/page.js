// Live cells: Edit at each cell that can be changed. Nothing more is fetched before a reader presses it.
import { Cell } from "./cell.js";
import { fromFragment } from "./keep.js";
import { glues } from "./outputs.js";
import { Python } from "./python.js";
import { FAULTS, SAYS, count, duration, megabytes } from "./words.js";
import { say } from "./say.js";
import { spoken } from "./spoken.js";

/**
 * @typedef {{ source: string, editable: boolean, claims: string[], text: string | null }} Known what the build knows of a cell
 * @typedef {{ id: string, source: string, after: number, answers: Record<string, string> }} Starter the place for an answer to an exercise
 * @typedef {{ cells: Known[], starters: Starter[], results: Record<string, object> }} Data
 */

const PHONE = "(max-width: 600px)"; // as in _ext/narrow_figures.py: below, a figure is drawn for a phone
const script = /** @type {HTMLScriptElement} */ (document.currentScript);
const folder = new URL(".", script.src).href;
const root = new URL(document.documentElement.getAttribute("data-content_root") ?? "./", location.href).href;
const { page: name = "", worker = "worker.js", editor = "editor.js", labels = "" } = script.dataset;
const [place, bytes, sha256] = labels.split(" "); // of what figures need in the page's language: words and letters
const dress = place && sha256 ? { address: new URL(place, location.href).href, bytes: Number(bytes), sha256 } : null;
const cells = /** @type {Cell[]} */ ([]);
const python = new Python(folder + worker);
/** @type {Promise<Data> | null} */
let data = null;
let told = false; // that numbers differ here

/** @returns {Promise<Data>} */
async function known() {
  data ??= fetch(`${root}_live/${name}.json`).then((found) => (found.ok ? found.json() : Promise.reject(found.status)));
  data.catch(() => (data = null));
  return data;
}

const page = {
  name,
  stop() {
    if (python.busy || !running) return python.stop();
    turn++; // the worker had nothing to do yet
    running.status.textContent = SAYS.early;
    running = null;
    show();
  },
  show: () => show(),
  async editor() {
    if (location.protocol === "file:") return complain("file");
    return import(folder + editor).catch(() => complain("editor"));
  },
  back() {
    if (running) page.stop();
    for (const cell of cells) if (cell.said) cell.reset();
    show();
  },
  /** @param {Cell} cell @param {boolean} all whether all seeds are asked for */
  async run(cell, all = false) {
    if (running) return;
    asked = cell;
    if (location.protocol === "file:") return complain("file");
    if (typeof WebAssembly !== "object") return complain("wasm");
    running = cell; // seen at once, though what the build knows of the page may take a while to come
    const mine = ++turn;
    cell.status.textContent = "";
    show();
    const found = await known().catch(() => null);
    if (turn !== mine) return; // stopped
    if (!found) {
      running = null;
      show();
      return complain("page");
    }
    const sources = found.cells.map(({ source }) => source);
    for (const one of cells) if (typeof one.index === "number") sources[one.index] = one.changed ?? sources[one.index];
    const starter = found.starters.find(({ id }) => id === cell.index);
    // an answer stands after what the reader has read, and before the solution
    if (starter) sources.splice(starter.after, Infinity, cell.changed ?? starter.source);
    const at = starter ? starter.after : Number(cell.index);
    const request = {
      sources,
      cell: at,
      answers: starter?.answers ?? null,
      all,
      results: found.results,
      live: `${root}_live/`,
      narrow: matchMedia(PHONE).matches,
      labels: dress,
      glues: glues(found.cells.flatMap(({ claims }) => claims)),
    };
    cell.editor?.fail(null);
    cell.verdicts = null;
    cell.fewer = false;
    cell.outputs.begin();
    cell.outputs.clearError();
    const coming = python.run(request, listeners(cell, at));
    show();
    const began = performance.now();
    const result = await coming;
    running = null;
    if (cell.amount) cell.amount.hidden = true;
    finish(cell, result, (performance.now() - began) / 1000, found);
    show();
  },
};

let asked = /** @type {Cell | null} */ (null); // the cell whose line says what is wrong

/** @param {string} kind @param {string} [about] */
function complain(kind, about = "") {
  if (asked) asked.status.textContent = FAULTS[kind](about);
  return null;
}

let running = /** @type {Cell | null} */ (null);
let turn = 0; // how many runs were begun or stopped before they began

/** Show on all cells what can be pressed. */
function show() {
  const touched = cells.some((cell) => cell.outputs.back.size > 0);
  for (const cell of cells) cell.show(running !== null, running === cell, touched && !running);
}

/**
 * What is shown while a cell runs.
 * @param {Cell} cell
 * @param {number} place which of the codes it is that run
 * @returns {Record<string, import("./python.js").Listener>}
 */
function listeners(cell, place) {
  const { outputs, status } = cell;
  const say = (/** @type {string} */ words) => (status.textContent = words);
  let errors = 0;
  return {
    coming: ({ bytes }) => say(SAYS.coming(bytes)),
    more: ({ bytes }) => say(SAYS.more(bytes)),
    starting: () => say(SAYS.starting),
    fetched: ({ done, of }) => {
      if (!cell.amount) return;
      Object.assign(cell.amount, { hidden: done >= of, max: of, value: done });
      cell.amount.title = `${megabytes(done)} of ${megabytes(of)} MB`;
    },
    step: ({ done, of, seconds }) => {
      if (cell.amount) cell.amount.hidden = true;
      say(`Step ${done + 1} of ${of}${seconds > 1 ? `, about ${duration(seconds)} left` : ""}.`);
    },
    few: (few) => outputs.fewer(few),
    again: () => outputs.begin(), // what came was of too few seeds
    text: ({ text, stream }) => outputs.text(text, stream),
    result: ({ text }) => outputs.text(text.endsWith("\n") ? text : `${text}\n`),
    figure: (drawn) => outputs.figure(drawn),
    frames: (record) => outputs.frames(record),
    claim: (claim) => outputs.claim(claim),
    answers: (verdicts) => cell.judge(verdicts),
    error: ({ type, message, lines, cell: where, line }) => {
      errors++;
      const other = where === place ? cell : cells.find((one) => one.index === where);
      other?.editor?.fail(line);
      outputs.error(type === "MemoryError" ? [FAULTS.memory("")] : lines?.length ? lines : [`${type}: ${message}`]);
    },
  };
}

/** Say how a run ended. @param {Cell} cell @param {any} result @param {number} seconds @param {Data} found */
function finish(cell, result, seconds, found) {
  if (!cell.said) return; // Reset took the line away
  const { outputs, status } = cell;
  if (result.stopped) return void (status.textContent = SAYS.stopped);
  if (result.fault) return void (status.textContent = FAULTS[result.fault.kind](result.fault.about));
  cell.fewer = Boolean(result.few);
  if (result.few?.error) return void (status.textContent = `${SAYS.failed(result.few)} ${SAYS.longer(result.few)}`);
  if (!result.ok) return void (status.textContent = say("This ended with an error."));
  if (cell.verdicts) return void (status.textContent = verdict(cell.verdicts));
  const built = found.cells[Number(cell.index)];
  if (!outputs.printed && built.text) outputs.clearText();
  if (result.few)
    return void (status.textContent = say("Done in {time}: {few} {longer}", {
      time: duration(seconds),
      few: SAYS.few(result.few),
      longer: SAYS.longer(result.few),
    }));
  const said = [say("Done in {time}.", { time: duration(seconds) })];
  const wrong = outputs.claims.filter((claim) => !claim.holds).length;
  if (outputs.claims.length)
    said.push(
      wrong
        ? say("{claims} judged again: {wrong} false now.", { claims: count(outputs.claims.length, "claim"), wrong })
        : say("{claims} judged again: true.", { claims: count(outputs.claims.length, "claim") }),
    );
  if (outputs.numbers)
    said.push(
      outputs.numbers === 1
        ? say("1 number in the text follows.")
        : say("{numbers} numbers in the text follow.", { numbers: outputs.numbers }),
    );
  if (result.all) said.push(SAYS.all);
  const unchanged = cells.every((one) => one.changed === null);
  if (unchanged && !told && (outputs.changed || differs(built.text, outputs.said))) {
    told = true;
    said.push(SAYS.differs);
  }
  status.textContent = said.join(" ");
}

/** What is said of an answer, which gives none away. @param {import("./cell.js").Verdict[]} verdicts */
function verdict(verdicts) {
  const right = verdicts.length > 0 && verdicts.every((one) => one.right);
  return right ? SAYS.solved : verdicts.map(spoken).join(" ");
}

/** Whether the numbers of two texts are apart by more than six digits can tell. @param {string | null} built @param {string} here */
function differs(built, here) {
  if (built === null) return false;
  const [one, other] = [built, here].map((text) => text.match(/\d+(?:\.\d+)?(?:e[-+]?\d+)?/g) ?? []);
  return (
    one.length !== other.length ||
    one.some((number, k) => Math.abs(Number(number) - Number(other[k])) > 1e-6 * Math.abs(Number(number)))
  );
}

window.glCells.add({
  label: say("Edit"),
  on: (/** @type {import("./cell.js").Code} */ code) => {
    const input = code.block.closest(".cell_input")?.closest("[data-edit]");
    const starter = code.block.closest(".gl-starter");
    if (!input && !starter) return false;
    const cell = new Cell(page, starter ? starter.id : Number(input?.getAttribute("data-cell")), code);
    cells.push(cell);
    return true;
  },
  press: (/** @type {import("./cell.js").Code} */ code) => {
    asked = cells.find((cell) => cell.code === code) ?? null;
    return asked?.open();
  },
});
cells.forEach((cell) => cell.remind());

/** Show the change that a link carries. */
async function linked() {
  const change = await fromFragment(location.hash);
  const cell = cells.find(({ index }) => index === change?.index);
  if (!change || !cell) return;
  asked = cell;
  for (let fold = cell.code.block.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null)
    fold.open = true;
  await cell.open(change);
  cell.code.block.scrollIntoView({ block: "center" });
}
linked();
