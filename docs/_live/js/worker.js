// Python in a worker: fetches it, and runs the cells of a page, or the gradient bench, with gradlab_live.
// Messages go out as { kind, payload }.

const here = new URL(".", import.meta.url);
const version = new URL(import.meta.url).search;
const CACHE = "gradlab-live";
const PYTHON = "/gradlab_live"; // where the code that runs cells is unpacked
const STYLE = `${PYTHON}/gradlab_live/style`;
const TYPES = { wasm: "application/wasm", json: "application/json", mjs: "text/javascript" };

/**
 * @typedef {{ bytes: number, packed: number, sha256: string }} File
 * @typedef {{ python: string, scripts: number, files: Record<string, File>, first: string[] }} Manifest
 * @typedef {{ sources: string[], cell: number, results: Record<string, object>, live: string, answers: Record<string, string> | null, narrow: boolean, labels: Labels | null, all: boolean, glues: Record<string, [string, number, boolean][]> }} Request
 * @typedef {{ address: string, bytes: number, sha256: string }} Labels
 */

/** A fault that the page has a sentence for. */
class Fault extends Error {
  /** @param {string} kind @param {string} about */
  constructor(kind, about) {
    super(about);
    this.kind = kind;
  }
}

const post = (/** @type {string} */ kind, /** @type {any} */ payload = {}) => postMessage({ kind, payload });
const native = self.fetch.bind(self);
/** @type {Manifest} */
let manifest;
/** @type {unknown} what went wrong with a file; Pyodide wraps it in words of its own */
let fault = null;
/** @type {Map<string, Promise<Uint8Array<ArrayBuffer>>>} */
const brought = new Map();
const amount = { done: 0, of: 0, told: 0 };

/** @param {string} address @param {RequestInit} [options] */
async function answer(address, options) {
  const name = address.replace(/^.*\//, "").replace(/\?.*/, "");
  const found = await native(address, options).catch(() => null);
  if (!found?.ok) throw new Fault("lost", name);
  return found;
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function sha256(bytes) {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...sum].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Read an answer and tell how far it is. @param {Response} found @param {File} file */
async function read(found, file) {
  const bytes = new Uint8Array(file.bytes);
  let filled = 0;
  const reader = /** @type {ReadableStream<Uint8Array>} */ (found.body).getReader();
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    if (!value || filled + value.length > bytes.length) return null; // longer than it may be
    bytes.set(value, filled);
    filled += value.length;
    amount.done += (value.length / file.bytes) * file.packed;
    if (amount.done - amount.told > 1e5 || filled === bytes.length) {
      amount.told = amount.done;
      post("fetched", { done: amount.done, of: amount.of });
    }
  }
  return filled === bytes.length ? bytes : null;
}

/** What a file of the manifest is called in the browser's store. @param {string} name */
const key = (name) => `${new URL(name, here).href}?v=${manifest.files[name].sha256.slice(0, 8)}`;

/** Bring a file of the manifest: from the browser's store, or from the server, and then into the store. @param {string} name */
async function bring(name) {
  const file = manifest.files[name];
  const address = key(name);
  const store = await self.caches?.open(CACHE).catch(() => null);
  const stored = await store?.match(address).catch(() => null);
  const found =
    stored ?? (await answer(address, self.crypto?.subtle ? {} : { integrity: `sha256-${base64(file.sha256)}` }));
  const bytes = await read(found, file);
  if (!bytes || (self.crypto?.subtle && (await sha256(bytes)) !== file.sha256)) {
    await store?.delete(address);
    throw new Fault("refused", name.replace(/^.*\//, ""));
  }
  if (!stored) {
    await store?.delete(address, { ignoreSearch: true }).catch(() => null); // an older one
    await store?.put(address, new Response(bytes)).catch(() => null); // a full disk is no reason to stop
  }
  return bytes;
}

/** @param {string} hex */
function base64(hex) {
  return btoa(String.fromCharCode(...(hex.match(/../g) ?? []).map((byte) => parseInt(byte, 16))));
}

/** @param {string} name */
function once(name) {
  let coming = brought.get(name);
  if (!coming) {
    coming = bring(name).catch((error) => {
      fault = error;
      throw error;
    });
    brought.set(name, coming);
  }
  return coming;
}

/** Pyodide fetches its parts itself: each is looked up in the manifest, and nothing else is let out. */
self.fetch = async (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input, location.href);
  const name = url.href.startsWith(here.href) ? decodeURIComponent(url.pathname.slice(here.pathname.length)) : "";
  if (!manifest.files[name]) return native(input, init);
  const bytes = await once(name);
  brought.delete(name); // what is loaded is not held twice
  const type = TYPES[/** @type {keyof typeof TYPES} */ (name.split(".").pop() ?? "")] ?? "application/octet-stream";
  return new Response(bytes, { headers: { "Content-Type": type } });
};

/** Say what comes, unless it is here already. @param {string[]} names @param {string} kind */
async function announce(names, kind) {
  const store = await self.caches?.open(CACHE).catch(() => null);
  let bytes = 0;
  for (const name of names) {
    const { packed } = manifest.files[name];
    amount.of += packed;
    if (!(await store?.match(key(name)).catch(() => null))) bytes += packed;
  }
  if (bytes && kind === "coming") bytes += manifest.scripts;
  post(bytes ? kind : "starting", { bytes });
}

async function boot() {
  manifest = await (await answer(`${here.href}live.json${version}`)).json();
  await announce(manifest.first, "coming");
  manifest.first.forEach((name) => void once(name).catch(() => null)); // all at once
  const python = here.href + manifest.python;
  const { loadPyodide } = await import(/* @vite-ignore */ `${python}pyodide.mjs`).catch(() => {
    throw new Fault("lost", "pyodide.mjs");
  });
  const py = await loadPyodide({
    indexURL: python,
    lockFileURL: `${here.href}pyodide-lock.json`,
    packageBaseUrl: `${here.href}wheels/`,
    packages: ["numpy", "gradlab-book"],
    env: { HOME: "/home/pyodide", MATPLOTLIBRC: `${STYLE}/matplotlibrc`, MPLBACKEND: "agg" },
  });
  if (fault) throw fault;
  post("starting");
  py.unpackArchive(await once("gradlab_live.zip"), "zip", { extractDir: PYTHON });
  py.runPython(`import sys; sys.path.insert(0, '${PYTHON}')`);
  const dark = JSON.parse(py.FS.readFile(`${STYLE}/dark.json`, { encoding: "utf8" }));
  const printed = py.pyimport("printed_numbers");
  /** @type {Request["glues"]} */
  let glues = {};
  const emit = (/** @type {string} */ kind, /** @type {any} */ told) => {
    const payload = told?.toJs ? told.toJs({ dict_converter: Object.fromEntries, create_pyproxies: false }) : told;
    if (kind === "claim") {
      payload.measured = printed.unbroken(printed.measured(payload.value));
      payload.claimed = printed.unbroken(printed.all_printed(payload.bound));
      payload.glued = (glues[payload.key] ?? []).map(([spec, side, strict]) =>
        printed.glued(payload.value, spec, side, strict),
      );
    }
    if (kind === "frames") payload.dark = dark;
    post(kind, payload);
  };
  const session = py.pyimport("gradlab_live").Session(emit);
  return { py, session, ask: (/** @type {Request["glues"]} */ asked) => (glues = asked) };
}

/** Load what a run imports. @param {any} py @param {string[]} imports */
async function load(py, imports) {
  const lock = py.lockfile.packages;
  /** @type {Set<string>} */
  const wanted = new Set();
  const add = (/** @type {string} */ name) => {
    if (wanted.has(name) || py.loadedPackages[name]) return;
    wanted.add(name);
    lock[name].depends.forEach(add);
  };
  for (const name of Object.keys(lock))
    if (lock[name].imports.some((/** @type {string} */ one) => imports.includes(one))) add(name);
  if (!wanted.size) return;
  const files = [...wanted].map((name) => `wheels/${lock[name].file_name}`);
  await announce(files, "more");
  files.forEach((name) => void once(name).catch(() => null));
  await py.loadPackage([...wanted], { messageCallback: () => {}, errorCallback: () => {} });
  if (fault) throw fault;
}

/** Bring what figures need in the language of the page, once something can be drawn. @param {any} py @param {Labels} labels */
async function dress(py, { address, bytes, sha256: sum }) {
  if (manifest.files[address] || !py.loadedPackages.matplotlib) return;
  manifest.files[address] = { bytes, packed: bytes, sha256: sum };
  await announce([address], "more");
  py.unpackArchive(await once(address), "zip", { extractDir: STYLE });
}

/** What the answers to an exercise are worth. @param {any} py @param {any} session @param {Record<string, string>} answers */
function judged(py, session, answers) {
  const bounds = py.toPy(answers);
  const verdicts = py.pyimport("gradlab_live.answers").judged(session.names, bounds);
  bounds.destroy();
  return verdicts.toJs({ dict_converter: Object.fromEntries });
}

/** @type {ReturnType<typeof boot> | null} */
let booted = null;

/** @param {Request} request */
async function run({ sources, cell, results, live, answers, narrow, labels, all, glues }) {
  fault = null;
  booted ??= boot();
  const { py, session, ask } = await booted;
  ask(glues);
  session.figures.narrow = narrow;
  const [code, known] = [py.toPy(sources), py.toPy(results)];
  const fewer = !all && !answers; // an answer is judged by all seeds
  try {
    const plan = session.plan(code, cell, known, fewer).toJs({ dict_converter: Object.fromEntries });
    await load(py, plan.imports ?? []);
    if (labels) await dress(py, labels);
    post("plan", { steps: plan.steps.length, seconds: plan.seconds });
    await Promise.all(
      Object.entries(/** @type {Record<string, string>} */ (plan.files)).map(async ([digest, file]) => {
        const bytes = new Uint8Array(await (await answer(`${live}results/${file}`)).arrayBuffer());
        if (self.crypto?.subtle && !file.startsWith((await sha256(bytes)).slice(0, 16)))
          throw new Fault("refused", file);
        session.give(digest, py.toPy(bytes));
      }),
    );
    const done = session.run(code, cell, known, fewer).toJs({ dict_converter: Object.fromEntries });
    if (done.ok && answers) post("answers", judged(py, session, answers));
    post("done", done);
  } finally {
    code.destroy();
    known.destroy();
  }
}

// -- the gradient bench

/** @typedef {{ id: number, bench: string, given: any[] }} Asked */

/** @type {any} Python's bench */
let bench = null;
let pace = 1;
let least = 0; // milliseconds of the shortest slice, which is mostly what a call costs without its steps

/** How many steps the next slice takes, by the time of the last one. @param {number} took @param {number} wanted */
function paced(took, wanted) {
  least = Math.min(least || took, took);
  const time = Math.max(wanted, 2 * least);
  return Math.max(1, Math.min(1000, Math.round(pace * (took > time / 4 ? time / took : 4))));
}

/** Put the numbers of a frame where its layout has them. @param {{ layout: string, numbers: ArrayLike<number>[] }} told */
function unpacked({ layout, numbers }) {
  const placed = (/** @type {any} */ place) =>
    typeof place === "number"
      ? place
      : typeof place[0] === "number"
        ? /** @type {Float32Array} */ (numbers[place[0]]).subarray(place[1], place[1] + place[2])
        : place.map(placed);
  return Object.fromEntries(Object.entries(JSON.parse(layout)).map(([name, place]) => [name, placed(place)]));
}

/** Answer one question to the bench. @param {Asked} asked */
async function attend({ id, bench: what, given }) {
  fault = null;
  booted ??= boot();
  const { py } = await booted;
  bench ??= py.pyimport("gradlab_live.bench").Bench();
  const milliseconds = what === "slice" ? given[0].milliseconds : 0;
  const passed = py.toPy(what === "slice" ? [given[0].steps ?? pace, !milliseconds] : given);
  const began = performance.now();
  const answer = bench.ask(what, passed);
  if (milliseconds) pace = paced(performance.now() - began, milliseconds);
  const told = answer?.toJs?.({ dict_converter: Object.fromEntries, create_pyproxies: false }) ?? answer;
  answer?.destroy?.();
  passed.destroy();
  if (what === "begin" || told.restarted) [pace, least] = [1, 0];
  const buffers = told.numbers?.map((/** @type {Float32Array} */ one) => one.buffer) ?? [];
  const payload = { id, told: told.layout ? unpacked(told) : told };
  postMessage({ kind: "bench", payload }, { transfer: buffers });
}

onmessage = async ({ data }) => {
  try {
    if (typeof WebAssembly !== "object") throw new Fault("wasm", "");
    await (data.bench ? attend(data) : run(data));
  } catch (error) {
    const first = fault ?? error;
    const told = first instanceof Error ? first.message : String(first);
    const memory = /memory|allocation|RangeError/i.test(told) || first instanceof RangeError;
    post("fault", {
      kind: first instanceof Fault ? first.kind : memory ? "memory" : "start",
      about: told.trim().split("\n").pop(),
    });
  }
};
