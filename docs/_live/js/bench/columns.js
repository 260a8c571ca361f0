// Where the units of the main picture stand, and the lines between them.

export const ROWS = 32; // units a column

/**
 * @typedef {{ layer: number, units: number[], x: number, side: number, ys: number[], xs?: number[] }} Column layer 0 is the input, the last the output
 * @typedef {{ layer: number, unit: number, source: number, from: [number, number], to: [number, number] }} Line layer 0 has the weights after the input
 */

/** Columns from the inputs on the left to the outputs on the right. @param {number[]} sizes @param {number} width @param {number[]} layers @param {number} rows @param {number} height */
export function across(sizes, width, layers, rows, height) {
  const places = [0, ...layers, sizes.length - 1];
  const [left, right] = [34, 40];
  const step = (width - left - right - 30) / (places.length - 1);
  const side = Math.max(12, Math.min(44, Math.floor(height / rows) - 3, Math.floor(step * 0.62)));
  return places.map((layer, k) => {
    const units = spread(sizes[0] > 2 && layer === 0 ? 1 : sizes[layer], ROWS);
    const gap = Math.min((height - 8) / units.length, layer === 0 || layer === sizes.length - 1 ? 72 : 62);
    const top = (height - gap * units.length) / 2 + (gap - side) / 2;
    return { layer, units, side, x: left + k * step - side / 2 + 14, ys: units.map((_, row) => top + row * gap) };
  });
}

/** One layer, its units in rows: for a phone. @param {number[]} sizes @param {number} width @param {number} layer @returns {Column[]} */
export function grid(sizes, width, layer) {
  const units = spread(sizes[layer], 64);
  const many = units.length <= 16 ? 4 : 8;
  const step = width / many;
  const side = step - 6;
  const at = (/** @type {number} */ row) => 3 + step * row;
  return [
    {
      layer,
      units,
      side,
      x: 3,
      xs: units.map((_, k) => at(k % many)),
      ys: units.map((_, k) => at(Math.floor(k / many))),
    },
  ];
}

/** As many of the first numbers as there is room for, evenly. @param {number} all @param {number} most */
function spread(all, most) {
  const shown = Math.min(all, most);
  return Array.from({ length: shown }, (_, k) => (shown < 2 ? 0 : Math.round((k * (all - 1)) / (shown - 1))));
}

/** A line from a unit to a unit, level at both ends. @param {Path2D} path @param {[number, number]} from @param {[number, number]} to */
export function curve(path, from, to) {
  const middle = (from[0] + to[0]) / 2;
  path.moveTo(from[0], from[1]);
  path.bezierCurveTo(middle, from[1], middle, to[1], to[0], to[1]);
}

/** Where on such a line a place across lies: x = 1.5 t - 1.5 t² + t³. @param {number} across */
export function along(across) {
  let [low, high] = [0, 1];
  for (let k = 0; k < 12; k++) {
    const t = (low + high) / 2;
    if (1.5 * t - 1.5 * t * t + t * t * t < across) low = t;
    else high = t;
  }
  return (low + high) / 2;
}
