/* Words in the language of the page: the table of an edition (docs/_ext/furniture.py) has them by the English ones. */
globalThis.glSay = (words, values = {}) =>
  (globalThis.glWords?.[words] ?? words).replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
