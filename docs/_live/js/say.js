// Words in the language of the page: the table of an edition (docs/_ext/furniture.py) has them by the English ones.

/**
 * The words for these, with values in their places.
 * @param {string} words @param {Record<string, unknown>} [values]
 */
export function say(words, values = {}) {
  const told = globalThis.glWords?.[words] ?? words;
  return told.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}
