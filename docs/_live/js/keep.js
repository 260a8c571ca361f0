// What is kept of a reader's changes: in this browser, and in a link.

/** A short digest of a cell's code, which tells the version of it that a change belongs to. @param {string} text */
export function digest(text) {
  let hash = 0xcbf29ce484222325n; // FNV-1a
  for (const byte of new TextEncoder().encode(text))
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return hash.toString(16).padStart(16, "0");
}

/** @param {string} page @param {number | string} index */
const place = (page, index) => `gl-live:${page}:${index}`;

/** @param {string} page @param {number | string} index @returns {{ digest: string, text: string } | null} */
export function kept(page, index) {
  try {
    const found = JSON.parse(localStorage.getItem(place(page, index)) ?? "null");
    return typeof found?.text === "string" ? found : null;
  } catch {
    return null; // a browser that keeps nothing
  }
}

/** @param {string} page @param {number | string} index @param {string} built @param {string} text */
export function keep(page, index, built, text) {
  try {
    if (text === built) localStorage.removeItem(place(page, index));
    else localStorage.setItem(place(page, index), JSON.stringify({ digest: digest(built), text }));
  } catch {
    // then it lasts as long as the page
  }
}

const SOLVED = "gl-solved:"; // _static/exercises.js counts these

/** Remember that an exercise is solved. @param {string} name */
export function solve(name) {
  try {
    localStorage.setItem(SOLVED + name, "1");
  } catch {
    // then this page alone knows
  }
}

/** @param {number | string} name */
export function solved(name) {
  try {
    return localStorage.getItem(SOLVED + name) !== null;
  } catch {
    return false;
  }
}

/** @param {Uint8Array} bytes @param {CompressionStream | DecompressionStream} through */
async function passed(bytes, through) {
  const stream = new Blob([/** @type {BlobPart} */ (bytes)]).stream().pipeThrough(/** @type {any} */ (through));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The fragment that carries a change. @param {number | string} index @param {string} built @param {string} text */
export async function toFragment(index, built, text) {
  const packed = await passed(new TextEncoder().encode(text), new CompressionStream("deflate-raw"));
  const letters = btoa(String.fromCharCode(...packed))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
  return `#edit=${index}.${digest(built)}.${letters}`;
}

/** @param {string} fragment @returns {Promise<{ index: number | string, digest: string, text: string } | null>} */
export async function fromFragment(fragment) {
  const found = /^#edit=(\d+|starter-[\w-]+)\.([0-9a-f]{16})\.([\w-]+)$/.exec(fragment);
  if (!found) return null;
  try {
    const letters = atob(found[3].replaceAll("-", "+").replaceAll("_", "/"));
    const packed = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    const text = new TextDecoder().decode(await passed(packed, new DecompressionStream("deflate-raw")));
    return { index: /^\d/.test(found[1]) ? Number(found[1]) : found[1], digest: found[2], text };
  } catch {
    return null; // cut off on its way
  }
}
