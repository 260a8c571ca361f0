// The picture of the instant view, an SVG by hand: gradient and signal of each layer, spread, dead and saturated shares.
import { fromLog, power } from "./sentence.js";
import { BANDS } from "./words.js";

/** @typedef {import("./sentence.js").Signals} Signals */
/** @typedef {import("./sentence.js").Band} Band */
/** @typedef {{ left: number, top: number, width: number, height: number, layers: number, low: number, high: number, right: number }} Frame */
/** @typedef {{ text: string, x: number, y: number, kind: string }} Label */

const NS = "http://www.w3.org/2000/svg";
const SEEN = 0.005; // a share that is drawn
const WIDE = 720; // from here on the small panels stand beside the large one

/** @param {string} tag @param {Record<string, string | number>} attributes @param {Element} [parent] @param {string} [text] */
function made(tag, attributes, parent, text) {
  const one = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, String(value));
  if (text !== undefined) one.textContent = text;
  parent?.append(one);
  return one;
}

/** @param {Frame} frame @param {number} index */
const across = ({ left, width, layers }, index) => left + (layers > 1 ? (width * index) / (layers - 1) : width / 2);

/** @param {Frame} frame @param {number} value */
const down = ({ top, height, low, high }, value) =>
  top + (height * (high - Math.min(high + 1, Math.max(low - 1, value)))) / (high - low);

/** The path of values; what is not finite leaves a gap. @param {Frame} frame @param {number[]} values @param {number} [from] */
function path(frame, values, from = 0) {
  let open = false;
  let told = "";
  values.forEach((value, index) => {
    if (Number.isFinite(value)) {
      told += `${open ? "L" : "M"}${across(frame, from + index).toFixed(1)} ${down(frame, value).toFixed(1)}`;
      // a single point between gaps is a short stroke, which round ends make a dot
      if (!open && !Number.isFinite(values[index + 1])) told += "h.01";
    }
    open = Number.isFinite(value);
  });
  return told;
}

/** The area between two lines. @param {Frame} frame @param {Band} band */
function area(frame, { low, high }) {
  const pieces = [];
  let piece = /** @type {number[]} */ ([]);
  for (let index = 0; index <= low.length; index++) {
    if (index < low.length && Number.isFinite(low[index]) && Number.isFinite(high[index])) piece.push(index);
    else if (piece.length) {
      pieces.push(piece);
      piece = [];
    }
  }
  const point = (/** @type {number} */ index, /** @type {number[]} */ line) =>
    `${across(frame, index).toFixed(1)} ${down(frame, line[index]).toFixed(1)}`;
  return pieces
    .map((one) => `M${[...one.map((k) => point(k, high)), ...one.reverse().map((k) => point(k, low))].join("L")}Z`)
    .join("");
}

/** The smallest and the largest finite value. @param {number[][]} lines @returns {[number, number]} */
function ends(lines) {
  const finite = lines.flat().filter(Number.isFinite);
  return finite.length ? [Math.min(...finite), Math.max(...finite)] : [-1, 1];
}

/** A range of powers of ten that holds all, at least two of them. @param {number[][]} lines @param {number} [span] @returns {[number, number]} */
function decades(lines, span = 2) {
  let [low, high] = ends(lines);
  low = Math.floor(low + 1e-9);
  high = Math.ceil(high - 1e-9);
  while (high - low < span) {
    if (high <= 0) high++;
    else low--;
  }
  return [low, high];
}

/** Lines of the scale, with their powers of ten. @param {Frame} frame @param {Element} svg @param {number} [most] */
function scale(frame, svg, most = 7) {
  const { left, width, low, high } = frame;
  const step = [1, 2, 4, 5, 10, 20, 50, 100].find((one) => (high - low) / one <= most) ?? 200;
  for (let exponent = Math.ceil(low / step) * step; exponent <= high; exponent += step) {
    const y = down(frame, exponent).toFixed(1);
    made("path", { class: exponent === 0 ? "gl-rule gl-one" : "gl-rule", d: `M${left} ${y}H${left + width}` }, svg);
    made(
      "text",
      { class: "gl-tick", x: left - 8, y: Number(y) + 4, "text-anchor": "end" },
      svg,
      exponent === 0 ? "1" : power(exponent),
    );
  }
}

/** Numbers of layers under a panel. @param {Frame} frame @param {Element} svg @param {number} size */
function layers(frame, svg, size) {
  const { top, height, width, layers: count } = frame;
  const step = [1, 2, 5, 10, 20].find((one) => (width / Math.max(1, count - 1)) * one >= 2.4 * size) ?? 50;
  const shown = new Set([1]);
  for (let layer = step; layer <= count; layer += step) if (layer - 1 >= 0.6 * step) shown.add(layer);
  const last = Math.max(...shown);
  if (last !== count) {
    if (count - last < step / 2) shown.delete(last);
    shown.add(count);
  }
  for (const layer of shown)
    made(
      "text",
      {
        class: "gl-tick",
        x: across(frame, layer - 1).toFixed(1),
        y: top + height + 1.4 * size,
        "text-anchor": "middle",
      },
      svg,
      String(layer),
    );
}

/** Put labels beside the ends of lines, apart from each other. @param {Label[]} labels @param {Frame} frame @param {Element} svg @param {number} size */
function name(labels, frame, svg, size) {
  const sorted = [...labels].sort((one, other) => one.y - other.y);
  for (let round = 0; round < 20; round++)
    for (let k = 1; k < sorted.length; k++) {
      const lack = size - (sorted[k].y - sorted[k - 1].y);
      if (lack <= 0) continue;
      sorted[k - 1].y -= lack / 2;
      sorted[k].y += lack / 2;
    }
  const bottom = frame.top + frame.height;
  for (let k = sorted.length - 1, most = bottom; k >= 0; k--, most -= size) sorted[k].y = Math.min(sorted[k].y, most);
  for (const { text, x, y, kind } of sorted) made("text", { class: `gl-name ${kind}`, x: x + 8, y: y + 4 }, svg, text);
}

/** The last finite value of a line and where it stands. @param {number[]} values @returns {[number, number] | null} */
function end(values) {
  for (let k = values.length - 1; k >= 0; k--) if (Number.isFinite(values[k])) return [k, values[k]];
  return null;
}

/** Draw a band with its line, and note its label. @param {Frame} frame @param {Element} svg @param {Band} band @param {string} kind @param {string} text @param {Label[]} labels */
function ribbon(frame, svg, band, kind, text, labels) {
  made("path", { class: `gl-band ${kind}`, d: area(frame, band) }, svg);
  made("path", { class: `gl-line ${kind}`, d: path(frame, band.middle) }, svg);
  const last = end(band.middle);
  if (last) labels.push({ text, x: across(frame, last[0]), y: down(frame, last[1]), kind });
}

/** The theory within the frame. @param {Frame} frame @param {Element} svg @param {number[] | null | undefined} values @param {string} kind */
function theory(frame, svg, values, kind) {
  if (!values) return;
  const seen = values.map((value) => (value >= frame.low - 0.3 && value <= frame.high + 0.3 ? value : NaN));
  made("path", { class: `gl-theory ${kind}`, d: path(frame, seen) }, svg);
}

/** @param {Frame} frame @param {Element} svg @param {string} title @param {string} axis @param {number} size */
function caption(frame, svg, title, axis, size) {
  made("text", { class: "gl-panel", x: frame.left - frame.right, y: frame.top - size }, svg, title);
  made(
    "text",
    { class: "gl-tick", x: frame.left + frame.width, y: frame.top + frame.height + 2.7 * size, "text-anchor": "end" },
    svg,
    axis,
  );
}

/** Gradient and signal. @param {Frame} frame @param {Element} svg @param {Signals} now @param {Signals | null} held @param {number} size */
function main(frame, svg, now, held, size) {
  const shown = held ? [now, held] : [now];
  const lines = shown.flatMap(({ gradient, delta }) => [gradient.low, gradient.high, delta.low, delta.high]);
  [frame.low, frame.high] = decades(lines);
  scale(frame, svg, Math.max(3, Math.floor(frame.height / 30)));
  layers(frame, svg, size);
  const labels = /** @type {Label[]} */ ([]);
  if (held) {
    ribbon(frame, svg, held.delta, "gl-delta gl-held", `${BANDS.held}: ${BANDS.delta}`, labels);
    ribbon(frame, svg, held.gradient, "gl-gradient gl-held", `${BANDS.held}: ${BANDS.gradient}`, labels);
  }
  ribbon(frame, svg, now.delta, "gl-delta", BANDS.delta, labels);
  ribbon(frame, svg, now.gradient, "gl-gradient", BANDS.gradient, labels);
  theory(frame, svg, now.theory?.delta, "gl-delta");
  theory(frame, svg, now.theory?.gradient, "gl-gradient");
  name(labels, frame, svg, size + 2);
  caption(frame, svg, frame.width < 500 ? BANDS.short : BANDS.main, BANDS.layer, size);
}

/** Spread. @param {Frame} frame @param {Element} svg @param {Signals} now @param {Signals | null} held @param {number} size */
function spread(frame, svg, now, held, size) {
  const shown = held ? [now, held] : [now];
  [frame.low, frame.high] = decades(shown.flatMap((one) => [one.spread.low, one.spread.high]));
  scale(frame, svg, 3);
  layers(frame, svg, size);
  const labels = /** @type {Label[]} */ ([]);
  if (held) ribbon(frame, svg, held.spread, "gl-spread gl-held", BANDS.held, labels);
  ribbon(frame, svg, now.spread, "gl-spread", held ? BANDS.now : "", labels);
  theory(frame, svg, now.theory?.spread, "gl-spread");
  name(labels, frame, svg, size + 2);
  caption(frame, svg, BANDS.spread, BANDS.hidden, size);
}

/** Dead and saturated shares. @param {Frame} frame @param {Element} svg @param {Signals} now @param {Signals | null} held @param {number} size */
function shares(frame, svg, now, held, size) {
  [frame.low, frame.high] = [0, 1];
  const all = [now, ...(held ? [held] : [])].flatMap(({ dead, saturated }) => [...dead, ...saturated]);
  const none = Math.max(0, ...all) < SEEN;
  caption(frame, svg, BANDS.shares, none ? "" : BANDS.hidden, size);
  if (none) {
    const text = made("text", { class: "gl-tick", x: frame.left - frame.right, y: frame.top + 14 }, svg, BANDS.none);
    text.classList.add("gl-none");
    return;
  }
  for (const share of [0, 0.5, 1]) {
    const y = down(frame, share).toFixed(1);
    made("path", { class: "gl-rule", d: `M${frame.left} ${y}H${frame.left + frame.width}` }, svg);
    made(
      "text",
      { class: "gl-tick", x: frame.left - 8, y: Number(y) + 4, "text-anchor": "end" },
      svg,
      `${100 * share} %`,
    );
  }
  layers(frame, svg, size);
  const labels = /** @type {Label[]} */ ([]);
  const line = (/** @type {number[]} */ values, /** @type {string} */ kind, /** @type {string} */ text) => {
    if (Math.max(0, ...values) < SEEN) return;
    made("path", { class: `gl-line ${kind}`, d: path(frame, values) }, svg);
    labels.push({ text, x: across(frame, values.length - 1), y: down(frame, values[values.length - 1]), kind });
  };
  if (held) {
    line(held.saturated, "gl-saturated gl-held", `${BANDS.held}: ${BANDS.saturated}`);
    line(held.dead, "gl-dead gl-held", `${BANDS.held}: ${BANDS.dead}`);
  }
  line(now.saturated, "gl-saturated", BANDS.saturated);
  line(now.dead, "gl-dead", BANDS.dead);
  name(labels, frame, svg, size + 2);
}

/**
 * Draw the picture into a host, for its width and height.
 * @param {HTMLElement} host
 * @param {{ now: Signals, held?: Signals | null, compact?: boolean, label?: string, size?: number }} shown `size`: of the text
 * @returns {SVGSVGElement}
 */
export function draw(host, { now, held = null, compact = false, label = "", size = 13 }) {
  const width = Math.max(280, host.clientWidth);
  const wide = !compact && width >= WIDE;
  host.classList.toggle("gl-bench-below", !wide);
  const tall = size > 15 ? 1.25 : 1;
  const height = wide ? Math.max(260, host.clientHeight) : Math.round(560 * tall);
  const svg = /** @type {SVGSVGElement} */ (
    made("svg", {
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: "img",
      "aria-label": label,
      "font-size": size,
    })
  );
  const left = 3.4 * size;
  const right = (held ? 7.4 : 5.4) * size;
  const beside = wide ? Math.round(width * 0.62) : width;
  const top = 2.4 * size;
  const bottom = 3 * size;
  const most = Math.max(now.layers, held?.layers ?? 0);
  const frame = (/** @type {Partial<Frame>} */ given) =>
    /** @type {Frame} */ ({ left, top, layers: most, low: 0, high: 1, right: left, ...given });
  const large = wide ? height - top - bottom : Math.round(250 * tall);
  main(frame({ width: beside - left - right, height: large }), svg, now, held, size);
  const gap = 2.6 * size;
  if (wide) {
    const half = (height - gap - 2 * (top + bottom)) / 2;
    const at = {
      left: beside + gap + left,
      width: width - beside - gap - left - right,
      height: half,
      layers: Math.max(1, most - 1),
    };
    spread(frame(at), svg, now, held, size);
    shares(frame({ ...at, top: top + half + bottom + gap / 2 + top }), svg, now, held, size);
  } else {
    const small = (height - large - 3 * (top + bottom)) / 2;
    const at = { width: width - left - right, height: small, layers: Math.max(1, most - 1) };
    spread(frame({ ...at, top: large + 2 * top + bottom }), svg, now, held, size);
    shares(frame({ ...at, top: large + small + 3 * top + 2 * bottom }), svg, now, held, size);
  }
  host.replaceChildren(svg);
  return svg;
}

/** The numbers of each layer as rows of text. @param {Signals} signals @returns {string[][]} */
export function rows(signals) {
  return signals.gradient.middle.map((value, k) => {
    const hidden = k < signals.layers - 1;
    return [
      String(k + 1),
      fromLog(value),
      fromLog(signals.delta.middle[k]),
      hidden ? fromLog(signals.spread.middle[k]) : "",
      hidden ? `${Math.round(100 * signals.dead[k])} %` : "",
      hidden ? `${Math.round(100 * signals.saturated[k])} %` : "",
    ];
  });
}
