/* The index of the book and what a query finds in it. MiniSearch keeps the words and ranks by BM25; what is added here is
   what it cannot know: which words count as one, how far each kind of page is trusted, and when a query is a name. */
glSearch.engine = (told) => {
  const { plain, forms, kin, split, joined, telling, asks, key, distance } = glSearch;

  /* How far the words of a document are trusted to be what it is about: a chapter explains, an exercise only uses. */
  const TRUST = {
    chapter: 1.6, questions: 1.1, overview: 1, reference: 1, howto: 1, corrections: 0.8, notation: 0.8, reproductions: 0.7,
    exercises: 0.6, gallery: 0.8, claims: 0.8, glossary: 0.9, references: 0.4, contributing: 0.6, changelog: 0.4, license: 0.5,
  };
  const BOOST = { title: 4, names: 4, topics: 4, parts: 1, page: 1.5, above: 1, text: 1 };
  const SHORT = ["title", "names", "topics", "parts", "page", "above"];

  /* A query that is a name stands above all that merely has its words; the closer the name, the higher. */
  const RANK = { identifier: 7, topic: 6, part: 5, answer: 4.5, explains: 4, title: 3, together: 2.8, name: 2.5, term: 2, card: 1.5, source: 1 };

  const pages = told.pages.map(([address, kind, title, place, topics, parts]) => ({ address, kind, title, place, topics, parts }));
  const documents = told.documents.map(([page, kind, anchor, title, above, names, text, leads = []], id) => {
    const at = pages[page];
    const whole = kind === "section" && !anchor;
    return {
      id, kind, anchor, title, above, names, text, at, whole,
      url: at.address + (anchor ? `#${anchor}` : ""),
      trust: (TRUST[at.kind] ?? 1) * (kind === "name" ? 0.5 : 1), // who wants a method asks for it by name
      leads: leads.map((number) => pages[number]),
    };
  });
  const wholes = new Map(documents.filter(({ whole }) => whole).map((document) => [document.at, document]));

  /* Short texts also have their neighbouring words as one: soft max finds softmax, and leakyrelu finds leaky ReLU. */
  const tokens = (text, field) => {
    const words = split(text);
    const bound = plain(text).match(/[\p{L}\p{N}]+(?:[-‐‑_][\p{L}\p{N}]+)+/gu) ?? [];
    const pairs = SHORT.includes(field) ? joined(words) : [];
    return [...words, ...pairs, ...bound.map((word) => word.replace(/[^\p{L}\p{N}]/gu, ""))].flatMap(forms);
  };

  const index = new MiniSearch({
    fields: Object.keys(BOOST),
    tokenize: tokens,
    processTerm: (term) => term,
    extractField: ({ at, whole, ...document }, field) => {
      if (field === "page") return whole ? "" : at.title;
      if (field === "topics") return whole ? at.topics.join("\n") : "";
      if (field === "parts") return whole ? at.parts.join("\n") : "";
      return Array.isArray(document[field]) ? document[field].join("\n") : document[field];
    },
  });
  index.addAll(documents);

  /* What documents are called: ideas by their stems, names of the library as they are written. */
  const called = new Map();
  const call = (name, document, rank) => name && called.set(name, [...(called.get(name) ?? []), [document, rank]]);
  const idea = (text) => key(telling(split(text)));
  const literal = (text) => `=${split(text).join("")}`;
  for (const document of documents) {
    const { kind, title, names, at, whole, trust } = document;
    if (whole) {
      [...at.topics, ...names].forEach((topic) => call(idea(topic), document, RANK.topic));
      at.parts.forEach((part) => call(idea(part), document, RANK.explains));
    } else if (kind === "section") {
      [title, ...names].forEach((name) => call(idea(name), document, trust < 1 ? RANK.card : RANK.title));
    } else if (kind === "part" || kind === "name") {
      const paths = [title, ...names].map((name) => name.split("."));
      const ends = paths.flatMap((path) => path.map((_, start) => path.slice(start).join(".")));
      document.ends = new Set([...ends, ...paths.flatMap(([, ...rest]) => (rest.length ? [`gl.${rest.join(".")}`] : []))]);
      document.ends.forEach((end) => call(literal(end), document, RANK[kind]));
    } else {
      [title, ...names].forEach((name) => call(idea(name), document, RANK[kind]));
    }
  }

  const one = (term, options = {}) =>
    index.search(term, { tokenize: (text) => [text], processTerm: (text) => text, boost: BOOST, ...options });

  /* The words of the book that are nearest to one it does not have, at most a quarter of its letters away. */
  function corrected(word) {
    const best = new Map();
    for (const form of forms(word)) {
      if (form.length < 3) continue;
      for (const { match } of one(form, { fuzzy: form.length < 5 ? 1 : 0.25 })) {
        for (const term of Object.keys(match)) {
          const [far, times] = best.get(term) ?? [Infinity, 0];
          best.set(term, [Math.min(far, distance(form, term) + (form[0] === term[0] ? 0 : 0.5)), times + 1]);
        }
      }
    }
    return [...best].sort(([, [far, times]], [, [farther, fewer]]) => far - farther || fewer - times).map(([term]) => term);
  }

  /* What one word finds: document -> score, the terms that were found, and as what the word was read if it is unknown. */
  function sought(word, unfinished) {
    const found = new Map();
    const seen = new Set();
    const take = (results, weight) => {
      for (const { id, score, match } of results) {
        found.set(id, Math.max(found.get(id) ?? 0, score * weight));
        Object.keys(match).forEach((term) => seen.add(term));
      }
    };
    forms(word).forEach((form, place) => take(one(form), place ? 0.9 : 1));
    const known = found.size > 0;
    const stem = forms(word).at(-1);
    if (unfinished || !known || stem.length > 4) take(one(stem, { prefix: true }), known ? 0.5 : 0.7);
    let read = null;
    if (!found.size) {
      const [nearest, ...others] = corrected(word);
      if (nearest) {
        read = nearest;
        take(one(nearest), 0.9);
        others.slice(0, 5).forEach((other) => take(one(other), 0.3));
      }
    }
    kin(read ?? word).forEach((other) => take(one(other), 0.6));
    return { word, found, seen, read };
  }

  /* Two neighbouring words as one, where the book has such a word: drop out. */
  function soughtTogether(pair) {
    const known = forms(pair).some((form) => one(form).length);
    return known || (pair.length > 5 && one(pair, { prefix: true }).length) ? sought(pair, false) : { found: new Map(), seen: new Set() };
  }

  /* The documents for a query, best first, and its words as they were read. */
  function find(query, { unfinished = false } = {}) {
    const words = telling(split(query));
    const answers = asks(query);
    const code = query.includes("_"); // then it is one word, and of the library
    const trusted = ({ trust, ends }) => (code ? (ends ? 1.6 : 0.5) : trust);
    const each = words.map((word, place) => sought(word, unfinished && place === words.length - 1));
    const pairs = joined(words).map(soughtTogether);
    const scores = new Map();
    for (const id of new Set([...each, ...pairs].flatMap(({ found }) => [...found.keys()]))) {
      const own = each.map(({ found }) => found.get(id) ?? 0);
      pairs.forEach(({ found }, place) => {
        const both = (found.get(id) ?? 0) * (code ? 1.5 : 0.6);
        for (const at of [place, place + 1]) own[at] = Math.max(own[at], both);
      });
      const covered = own.filter(Boolean).length / words.length;
      const asked = answers && documents[id].at.kind === "questions" ? 1.6 : 1;
      scores.set(id, own.reduce((sum, score) => sum + score, 0) * covered ** 2 * trusted(documents[id]) * asked);
    }
    for (const [id, score] of [...scores]) {
      for (const page of documents[id].leads) {
        const explains = wholes.get(page)?.id; // a term's page comes before the term
        if (explains !== undefined) scores.set(explains, Math.max(scores.get(explains) ?? 0, score * 1.05));
      }
    }
    const read = each.map((one) => one.read ?? one.word);
    for (const id of namedWithin(read)) scores.set(id, (scores.get(id) ?? 0) * 1.5);
    const ranks = ranked(query, read);
    ranks.forEach((_, id) => scores.set(id, scores.get(id) ?? 0));
    const results = [...scores]
      .map(([id, score]) => ({ ...documents[id], score, rank: ranks.get(id) ?? 0 }))
      .sort(
        (one, other) =>
          other.rank - one.rank || (one.rank >= RANK.topic ? 0 : other.score - one.score) || one.id - other.id,
      );
    return { results: fewOfEachPage(results), words: each, seen: new Set([...each, ...pairs].flatMap(({ seen }) => [...seen])) };
  }

  /* What the query names: document -> rank. Code names the library, one word may, and an idea is written in words. */
  function ranked(query, words) {
    const written = query.trim().replace(/\(.*\)$/, "");
    const code = written !== query.trim() || /^\w*[_.][\w.]*$/.test(written);
    const single = !/[\s-]/.test(written);
    const ranks = new Map();
    const rank = ({ id }, value) => ranks.set(id, Math.max(ranks.get(id) ?? 0, value));
    for (const [document, value] of called.get(key(words)) ?? []) {
      rank(document, value === RANK.title && document.at.kind === "questions" && asks(query) ? RANK.answer : value);
    }
    // the same, said the other way round: gradient vanishing, derivative of the sigmoid; a title that says it as asked comes first
    for (const [document, value] of called.get(key([...words].reverse())) ?? []) {
      if (words.length > 1 && value >= RANK.explains) rank(document, RANK.title - 0.1);
    }
    aboutEach(words).forEach((document) => rank(document, RANK.together));
    for (const [document, value] of called.get(literal(written)) ?? called.get(literal(words.join(""))) ?? []) {
      const exact = document.ends.has(written); // MLP is a name, ReLU is not; gl.Claim is not gl.claim
      if (code || (exact && /[A-Z].*[A-Z]/.test(written))) rank(document, RANK.identifier + (exact ? 0.5 : 0));
      else if (single) rank(document, value);
      else if (document.kind === "part" && literal(document.title.split(".").at(-1)) === literal(written)) {
        rank(document, RANK.name); // hard sigmoid; an idea of that name comes before it
      }
    }
    return ranks;
  }

  /* The pages for an idea that some of the words name, at least two and half of all: the vanishing gradient problem. */
  function namedWithin(words) {
    const found = new Set();
    for (let length = Math.max(2, Math.ceil(words.length / 2)); length < words.length; length++) {
      for (let start = 0; start + length <= words.length; start++) {
        for (const [document, rank] of called.get(key(words.slice(start, start + length))) ?? []) {
          if (rank >= RANK.explains) found.add(document.id);
        }
      }
    }
    return found;
  }

  /* The pages that are about each of some words by itself: sigmoid derivative. */
  function aboutEach(words) {
    const each = words.map((word) => (called.get(key([word])) ?? []).filter(([, rank]) => rank >= RANK.explains && rank <= RANK.topic));
    const pages = (place) => each[place].map(([document]) => document);
    return words.length < 2 ? [] : pages(0).filter((document) => each.every((_, place) => pages(place).includes(document)));
  }

  /* At most three of a page near the top: the others follow behind. */
  function fewOfEachPage(results) {
    const counts = new Map();
    const later = [];
    const first = results.filter((result) => {
      const count = (counts.get(result.at) ?? 0) + 1;
      counts.set(result.at, count);
      if (count > 3) later.push(result);
      return count <= 3;
    });
    return [...first, ...later];
  }

  /* Words of the book that are somewhat like one it does not have, the nearest first. */
  const near = (word) =>
    [...new Set(one(word, { fuzzy: 0.4 }).flatMap(({ match }) => Object.keys(match)))]
      .map((term) => [term, distance(word, term)])
      .filter(([term, far]) => far <= 0.4 * word.length && term[0] === word[0])
      .sort(([, far], [, farther]) => far - farther)
      .slice(0, 4)
      .map(([term]) => term);

  return { find, near, documents, pages };
};
