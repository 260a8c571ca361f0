// What a reader takes along: the picture as SVG and PNG with whose it is, the numbers as CSV, the setting as Python.
import { setting } from "./sentence.js";

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

export const WORDS = {
  title: "The gradient bench",
  script: "The gradient bench, as it stands at the start: ",
};

/** The line under a picture. @param {string} what @param {string} address */
export const attribution = (what, address) => ["gradlab", what, LICENCE, address].filter(Boolean).join(" · ");

/** The address that shows this view again; of a page from a file only its name. */
export const address = () => (location.protocol.startsWith("http") ? location.href : "");

/**
 * A drawing that stands by itself: light, on white, its looks written into it, and a line that says whose it is.
 * @param {SVGSVGElement} drawn @param {string} what
 */
export function standalone(drawn, what) {
  const host = /** @type {HTMLElement} */ (drawn.parentElement);
  host.classList.add("gl-light-alone"); // the colours of paper, also where the page is dark
  const copy = /** @type {SVGSVGElement} */ (drawn.cloneNode(true));
  const own = drawn.querySelectorAll("*");
  copy.querySelectorAll("*").forEach((one, k) => {
    const style = getComputedStyle(own[k]);
    for (const name of KEPT) {
      const value = style.getPropertyValue(name);
      if (value) one.setAttribute(name, name === "font-family" ? "Georgia, 'DejaVu Serif', serif" : value);
    }
    one.removeAttribute("class");
  });
  host.classList.remove("gl-light-alone");
  const [width, height] = [drawn.width.baseVal.value, drawn.height.baseVal.value];
  const lines = wrapped(attribution(what, address()), Math.max(40, Math.floor(width / 5.4)));
  const [whole, high] = [width + 2 * MARGIN, height + (lines.length + 1) * 14 + 2 * MARGIN];
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("viewBox", `${-MARGIN} ${-MARGIN} ${whole} ${high}`);
  copy.setAttribute("width", String(whole));
  copy.setAttribute("height", String(high));
  copy.removeAttribute("class");
  const rect = document.createElementNS(copy.namespaceURI, "rect");
  const box = { x: -MARGIN, y: -MARGIN, width: whole, height: high, fill: "#ffffff" };
  for (const [name, value] of Object.entries(box)) rect.setAttribute(name, String(value));
  copy.prepend(rect);
  lines.forEach((line, k) => {
    const text = document.createElementNS(copy.namespaceURI, "text");
    const look = {
      x: 0,
      y: height + 16 + 14 * k,
      fill: "#5c636b",
      "font-size": "11px",
      "font-family": "Georgia, 'DejaVu Serif', serif",
    };
    for (const [name, value] of Object.entries(look)) text.setAttribute(name, String(value));
    text.textContent = line;
    copy.append(text);
  });
  return new XMLSerializer().serializeToString(copy);
}

/** @param {string} text @param {number} most */
function wrapped(text, most) {
  const lines = [""];
  for (const part of text.split(" · ").flatMap((one) => one.match(new RegExp(`.{1,${most}}`, "gu")) ?? [])) {
    const line = lines[lines.length - 1];
    if (!line) lines[lines.length - 1] = part;
    else if (line.length + part.length + 3 <= most) lines[lines.length - 1] = `${line} · ${part}`;
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
    `    """Matched weights, ${state.gain} times as large."""`,
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
  return `# ${WORDS.script}${setting(state)}.
import gradlab as gl
import numpy as np
${own ? `\n${state.code}\n` : ""}${before}
digits = gl.datasets.digits()
data = gl.Data(digits.x[:${samples}], digits.y[:${samples}])
net = gl.MLP([64, *[${width}] * ${Number(state.depth) - 1}, 10], ${parts.join(", ")})
start = gl.probe(net, data, seeds=range(${seeds}))

# one row a seed, one column a layer; quantiles of the logarithms
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
