// The reader's own points: as they stand in an address, and back. `x.y.class` in hundredths, joined by `_`.

/** @typedef {[number, number, number]} Point x, y, and the class 0 or 1 */

export const MOST = 400;
export const EDGE = 2; // the plane reaches from -EDGE to EDGE

/** @param {Point[]} points */
export function encode(points) {
  const hundredths = (/** @type {number} */ number) => Math.round(number * 100);
  return points.map(([x, y, kind]) => `${hundredths(x)}.${hundredths(y)}.${kind}`).join("_");
}

/** The points of a text; what is none is left out. @param {string} text @returns {Point[]} */
export function decode(text) {
  const found = /** @type {Point[]} */ ([]);
  for (const one of text.split("_").slice(0, MOST)) {
    const [, x, y, kind] = /^(-?\d{1,3})\.(-?\d{1,3})\.([01])$/.exec(one) ?? [];
    if (kind === undefined) continue;
    const point = /** @type {Point} */ ([Number(x) / 100, Number(y) / 100, Number(kind)]);
    if (Math.abs(point[0]) <= EDGE && Math.abs(point[1]) <= EDGE) found.push(point);
  }
  return found;
}
