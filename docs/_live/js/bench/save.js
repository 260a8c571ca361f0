// What a reader takes along: the picture as SVG and PNG with whose it is, the numbers as CSV, the setting as Python.
import { setting } from "./sentence.js";
import { TAKEN } from "./words.js";

/** @typedef {import("./sentence.js").Signals} Signals */
/** @typedef {import("./state.js").State} State */

const LICENCE = "CC BY 4.0"; // as in _ext/figures_along.py
const KEPT = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-opacity",
  "stroke-linecap",
  "stroke-linejoin",
  "font-size",
  "font-weight",
  "font-style",
  "font-family",
];
const MARGIN = 16;
const LINE = 14;
const FAMILY = "Georgia, 'DejaVu Serif', serif";

/** The line under a picture. @param {string} what @param {string} address */
export const attribution = (what, address) => ["gradlab", what, LICENCE, address].filter(Boolean).join(" · ");

/** The address that shows this view again; of a page from a file only its name. */
export const address = () => (location.protocol.startsWith("http") ? location.href : "");

/** A copy of a drawing with its looks written into it, in the colours that it has now. @param {SVGSVGElement} drawn */
export function plainly(drawn) {
  const copy = /** @type {SVGSVGElement} */ (drawn.cloneNode(true));
  const own = drawn.querySelectorAll("*");
  copy.querySelectorAll("*").forEach((one, k) => {
    const style = getComputedStyle(own[k]);
    for (const name of KEPT) {
      const value = style.getPropertyValue(name);
      if (value) one.setAttribute(name, name === "font-family" ? FAMILY : value);
    }
    one.removeAttribute("class");
  });
  copy.removeAttribute("class");
  return copy;
}

/**
 * A drawing as a file: on white, with its title and caption, and a line that says whose it is.
 * @param {SVGSVGElement} copy @param {number} width @param {number} height @param {string} what
 * @param {{ title?: string, caption?: string }} [words]
 */
export function signed(copy, width, height, what, { title = "", caption = "" } = {}) {
  const svg = copy.namespaceURI ?? "";
  const most = Math.max(40, Math.floor(width / 5.4));
  const top = title ? LINE + 8 : 0;
  const lines = [...folded(caption, most), ...wrapped(attribution(what, address()), most)];
  const [whole, high] = [width + 2 * MARGIN, top + height + (lines.length + 1) * LINE + 2 * MARGIN];
  const box = { x: -MARGIN, y: -MARGIN - top, width: whole, height: high };
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("viewBox", Object.values(box).join(" "));
  copy.setAttribute("width", String(whole));
  copy.setAttribute("height", String(high));
  const add = (/** @type {string} */ tag, /** @type {Record<string, string | number>} */ look, text = "") => {
    const one = document.createElementNS(svg, tag);
    for (const [name, value] of Object.entries(look)) one.setAttribute(name, String(value));
    one.textContent = text;
    return one;
  };
  copy.prepend(add("rect", { ...box, fill: "#ffffff" }));
  if (title)
    copy.append(add("text", { x: 0, y: -10, fill: "#000000", "font-size": "15px", "font-family": FAMILY }, title));
  lines.forEach((line, k) => {
    const look = { x: 0, y: height + 16 + LINE * k, fill: "#5c636b", "font-size": "11px", "font-family": FAMILY };
    copy.append(add("text", look, line));
  });
  return new XMLSerializer().serializeToString(copy);
}

/** A drawing that stands by itself, in the colours of paper. @param {SVGSVGElement} drawn @param {string} what */
export function standalone(drawn, what) {
  const host = /** @type {HTMLElement} */ (drawn.parentElement);
  host.classList.add("gl-light-alone"); // also where the page is dark
  const copy = plainly(drawn);
  host.classList.remove("gl-light-alone");
  return signed(copy, drawn.width.baseVal.value, drawn.height.baseVal.value, what);
}

/** The room that a text takes, in letters: a Korean syllable is as wide as two. @param {string} text */
const room = (text) => [...text].reduce((sum, sign) => sum + (/\p{Script=Hangul}/u.test(sign) ? 2 : 1), 0);

/** A text in pieces that a line has room for. @param {string} text @param {number} most */
function cut(text, most) {
  const pieces = [""];
  for (const sign of text) {
    const last = pieces.length - 1;
    if (room(pieces[last] + sign) > most) pieces.push(sign);
    else pieces[last] += sign;
  }
  return pieces;
}

/** Words in lines. @param {string} text @param {number} most */
function folded(text, most) {
  const lines = /** @type {string[]} */ ([]);
  for (const word of text.split(" ").filter(Boolean)) {
    const last = lines.length - 1;
    if (last >= 0 && room(lines[last]) + room(word) < most) lines[last] += ` ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** The parts of an attribution in lines. @param {string} text @param {number} most */
function wrapped(text, most) {
  const lines = [""];
  for (const part of text.split(" · ").flatMap((one) => cut(one, most))) {
    const line = lines[lines.length - 1];
    if (!line) lines[lines.length - 1] = part;
    else if (room(line) + room(part) + 3 <= most) lines[lines.length - 1] = `${line} · ${part}`;
    else lines.push(part);
  }
  return lines;
}

/** Offer a file. @param {string | Blob} content @param {string} name @param {string} type */
export function keep(content, name, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A drawing as PNG, 2000 pixels wide or twice its size. @param {string} svg @returns {Promise<Blob>} */
export async function png(svg) {
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  await image.decode();
  const canvas = document.createElement("canvas");
  const factor = Math.max(2, 2000 / image.width);
  canvas.width = Math.round(image.width * factor);
  canvas.height = Math.round(image.height * factor);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  return new Promise((resolve, reject) =>
    canvas.toBlob((made) => (made ? resolve(made) : reject(new Error("no picture"))), "image/png"),
  );
}

/** The name of a file that holds a view. @param {State} state */
export const fileName = (state) => `gradient-bench-${state.activation}-${state.init}-${state.depth}`;

/** The numbers of each layer, as CSV. @param {{ name: string, state: State, signals: Signals }[]} views */
export function csv(views) {
  const bands = ["gradient_norm", "delta_norm", "activation_std"].flatMap((name) =>
    ["10", "50", "90"].map((part) => `${name}_${part}`),
  );
  const lines = [["view", "setting", "layer", ...bands, "dead_fraction", "saturated_fraction"].join(",")];
  const value = (/** @type {number | undefined} */ log) =>
    log === undefined
      ? ""
      : log === Infinity
        ? "inf"
        : log === -Infinity
          ? "0"
          : log > -300
            ? (10 ** log).toPrecision(4)
            : `1e${log.toFixed(2)}`;
  for (const { name, state, signals } of views)
    for (let k = 0; k < signals.layers; k++) {
      const told = [signals.gradient, signals.delta, signals.spread].flatMap(({ low, middle, high }) =>
        [low[k], middle[k], high[k]].map(value),
      );
      const shares = [signals.dead[k], signals.saturated[k]].map((share) =>
        share === undefined ? "" : share.toFixed(4),
      );
      lines.push([name, `"${setting(state)}"`, k + 1, ...told, ...shares].join(","));
    }
  return `${lines.join("\n")}\n`;
}

/** How the initial weights are written: `bind` would take the place of matched weights' own gain, so those are multiplied. @param {State} state @returns {[string, string]} */
function drawn(state) {
  if (state.gain === 1) return ["", `"${state.init}"`];
  if (state.init !== "matched") return ["", `gl.INITIALIZERS["${state.init}"].bind(gain=${state.gain})`];
  const lines = [
    "@gl.initializers.initializer",
    "def matched_times(generator, inputs, outputs, gain):",
    `    """${TAKEN.matched(state.gain)}"""`,
    `    return ${state.gain} * gl.INITIALIZERS["matched"].draw(generator, inputs, outputs, gain)`,
  ];
  return [`\n\n${lines.join("\n")}\n\n`, "matched_times"];
}

/** Python that measures the same with gradlab. @param {State} state @param {number} width @param {{ samples: number, seeds: number }} of */
export function python(state, width, { samples, seeds }) {
  const own = state.activation === "own";
  const [before, init] = drawn(state);
  const parts = [`activation=${own ? "own" : `"${state.activation}"`}`, `init=${init}`];
  if (state.bias !== 0) parts.push(`bias_init=gl.initializers.normal(${state.bias})`);
  if (state.normalize !== "none") parts.push(`normalize="${state.normalize}"`);
  if (state.residual) parts.push("residual=True");
  return `# ${TAKEN.script(setting(state))}
import gradlab as gl
import numpy as np
${own ? `\n${state.code}\n` : ""}${before}
digits = gl.datasets.digits()
data = gl.Data(digits.x[:${samples}], digits.y[:${samples}])
net = gl.MLP([64, *[${width}] * ${Number(state.depth) - 1}, 10], ${parts.join(", ")})
start = gl.probe(net, data, seeds=range(${seeds}))

# ${TAKEN.rows}
measured = {
    "gradient": start.gradient_norm[0],
    "signal": start.delta_norm[0],
    "spread": start.activation_std[0],
}
middles = {}
for name, values in measured.items():
    with np.errstate(divide="ignore"):
        low, middle, high = 10 ** np.quantile(np.log10(values), [0.1, 0.5, 0.9], axis=0)
    middles[name] = middle
    for layer in range(len(middle)):
        print(f"{name} {layer + 1}: {middle[layer]:.4g} ({low[layer]:.4g} to {high[layer]:.4g})")
for name in ("dead_fraction", "saturated_fraction"):
    for layer, share in enumerate(np.median(getattr(start, name)[0], axis=0)):
        print(f"{name} {layer + 1}: {share:.4g}")
print(f"first over last: {middles['gradient'][0] / middles['gradient'][-1]:.4g}")
`;
}
