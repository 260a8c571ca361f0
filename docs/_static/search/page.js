/* The search page: results as one types, and for the words of the address, ?q=… */
(() => {
  const page = document.querySelector("article.gl-search");
  const form = page?.querySelector("form.gl-search-form");
  if (!form) return;
  const box = form.elements.q;
  const status = page.querySelector(".gl-search-status");
  const list = page.querySelector(".gl-search-results");
  const more = page.querySelector(".gl-search-more");
  const { split, forms } = glSearch;
  const FIRST = 12;
  const LENGTH = 200; // characters of an excerpt, about
  let engine = null;
  let results = [];
  let seen = new Set();

  const made = (tag, className, ...children) => {
    const node = Object.assign(document.createElement(tag), { className });
    node.append(...children);
    return node;
  };
  const quoted = (word) => `“${word}”`;
  const address = (query) => `${location.pathname}${query ? `?${new URLSearchParams({ q: query })}` : ""}`;

  const listed = (nodes) => nodes.flatMap((node, place) => (place ? [", ", node] : [node]));

  /* A name in its language, for who hears it. */
  function spoken(name) {
    const node = made("span", "", name);
    if (/\p{Script=Hangul}/u.test(name)) node.lang = "ko";
    return node;
  }

  /* A text with the words that were found marked. */
  function marked(text) {
    const parts = text.split(/([\p{L}\p{N}\p{M}]+)/u);
    return parts.map((part, place) => {
      const found = place % 2 && split(part).some((word) => forms(word).some((form) => seen.has(form)));
      return found ? made("mark", "", part) : part;
    });
  }

  /* Some sentences from the start of one: of what defines something the first, else those that have most of the words. */
  function excerpt({ text, kind }) {
    const sentences = text.split(/(?<=[.!?][”"’)]?)\s+(?=[^\s\p{Ll}])|\n/u).filter(Boolean);
    const worth = sentences.map((sentence) => new Set(split(sentence).flatMap(forms).filter((form) => seen.has(form))).size);
    let place = kind === "section" ? Math.max(worth.indexOf(Math.max(...worth)), 0) : 0;
    let shown = sentences[place] ?? "";
    while (shown.length < LENGTH && ++place < sentences.length) shown += `${/[\p{L}\p{N})]$/u.test(shown) ? "." : ""} ${sentences[place]}`;
    if (shown.length <= LENGTH * 1.3) return shown;
    return `${shown.slice(0, LENGTH * 1.3).replace(/\s+\S*$/, "").replace(/[,;:]$/, "")} …`;
  }

  /* What else a document is called, where that is what was sought: of Korean words a reader sees why they led here. */
  const also = ({ names, whole, at }) =>
    [...names, ...(whole ? at.parts.filter((part) => /\p{Script=Hangul}/u.test(part)) : [])].filter((name) => split(name).some((word) => forms(word).some((form) => seen.has(form))));

  function item(document) {
    const { title, url, at, above, whole } = document;
    const link = made("a", "gl-search-title", ...marked(title));
    link.href = url;
    const path = [at.place, ...(whole ? [] : [at.title]), ...above].filter(Boolean).join(" › ");
    const names = also(document).slice(0, 3);
    const place = made("p", "gl-search-place", path, ...(names.length ? [` · ${glSay("also")} `, ...listed(names.map(spoken))] : []));
    return made("li", "", link, place, made("p", "gl-search-excerpt", ...marked(excerpt(document))));
  }

  /* A form of the index as a word of the book: "vanish" as "vanishing". */
  function spelled(form) {
    const texts = results.slice(0, 5).map(({ title, text }) => `${title} ${text}`).join(" ").match(/[\p{L}\p{N}]+/gu) ?? [];
    return texts.find((word) => split(word).some((one) => forms(one).includes(form)))?.toLowerCase() ?? form;
  }

  const searchFor = (word) => {
    const link = made("a", "", word);
    link.href = address(word);
    return link;
  };
  /* What was understood: how much there is, which words were read otherwise, and which are nowhere in the book. */
  function report(words) {
    const pages = new Set(results.map(({ at }) => at)).size;
    const number = results.length;
    const found = pages === 1 ? (number === 1 ? "1 place on 1 page." : "{number} places on 1 page.") : "{number} places on {pages} pages.";
    const said = [number ? glSay(found, { number, pages }) : glSay("Nothing was found.")];
    for (const { word, read, found } of words) {
      if (read) said.push(` ${glSay("{word} was read as {other}.", { word: quoted(word), other: quoted(spelled(read)) })}`);
      else if (!found.size) {
        const near = engine.near(word).map(spelled).map(searchFor);
        const [before, after] = glSay("The book does not have {word}; near it are {others}.", { word: quoted(word) }).split("{others}");
        if (near.length) said.push(` ${before}`, ...listed(near), after);
        else said.push(` ${glSay("The book does not have {word}.", { word: quoted(word) })}`);
      }
    }
    return said;
  }

  function show(all) {
    list.replaceChildren(...results.slice(0, all ? Infinity : FIRST).map(item));
    more.hidden = all || results.length <= FIRST;
  }

  function search(unfinished) {
    const query = box.value.trim();
    engine ??= glSearch.engine(glSearchDocuments);
    const found = engine.find(query, { unfinished });
    ({ results, seen } = found);
    show(false);
    status.replaceChildren(...(query ? report(found.words) : []));
    page.classList.toggle("gl-search-empty", !results.length);
    try {
      history.replaceState(null, "", address(query));
    } catch {
      // some browsers keep the address of a file as it is
    }
  }

  let waiting = 0;
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 120, true);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    search(false);
  });
  more.firstElementChild.addEventListener("click", () => {
    show(true);
    list.children[FIRST].querySelector("a").focus();
  });
  page.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (!(event.key in steps) || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const stops = [box, ...list.querySelectorAll("a.gl-search-title")];
    const next = stops[stops.indexOf(document.activeElement) + steps[event.key]];
    if (stops.includes(document.activeElement) && next) {
      event.preventDefault();
      next.focus();
    }
  });

  form.hidden = false;
  box.value = new URLSearchParams(location.search).get("q") ?? "";
  box.focus();
  if (box.value) search(false);
})();
