/* How the search reads words, in what is found as in what is asked: one way for both. No page and no index is needed here. */
globalThis.glSearch = (() => {
  const stemmer = new EnglishStemmer(); // Snowball's, as Sphinx ships it

  /* Lower case, one form of each letter (ﬁ, ², é), no accents. Hangul is taken apart and put together again. */
  const plain = (text) =>
    text.normalize("NFKC").toLowerCase().normalize("NFD").replace(/\p{M}+/gu, "").normalize("NFC");

  /* British and American spelling become one. What comes out need not be a word: it only has to be the same for both. */
  const SPELLINGS = [
    [/^([a-z]{2,})is(e[ds]?|ers?|ing|ations?|able)$/, "$1iz$2"], // initialise, optimiser, normalisation
    [/^([a-z]{3,})ys(e[ds]?|ers?|ing)$/, "$1yz$2"], // analyse
    [/^([a-z]{3,})our(s|ed|ing|al|able|ite|hood)?$/, "$1or$2"], // behaviour, neighbour
    [/^([a-z]{2,})tre$/, "$1ter"], // centre
    [/^([a-z]{2,})tred$/, "$1tered"], // zero-centred
    [/^([a-z]{3,})ll(ed|ing|ers?)$/, "$1l$2"], // labelled
    [/^([a-z]{3,})ogue(s?)$/, "$1og$2"], // catalogue
    [/^grey(s?)$/, "gray$1"],
  ];
  const spelled = (word) => {
    const [british, american] = SPELLINGS.find(([pattern]) => pattern.test(word)) ?? [/$/, ""];
    return word.replace(british, american);
  };

  /* A Korean noun carries its particle: 가중치를, 학습률이란. Longest first; at least one syllable stays, and after the short
     ones two, since many nouns end in such a syllable (기울기, 초기화와). */
  const PARTICLES =
    /(?:이라는|이란|란|으로부터|에서부터|로부터|에서는|에서도|에게서|에서|에게|께서|이라고|라고|입니다|인가요|인가|이며|이고|으로써|으로|처럼|보다|까지|부터|마다|조차|이나|이랑|랑|들은|들이|들을|들의|들)$/;
  const SHORT_PARTICLES = /(?:은|는|이|가|을|를|의|에|도|와|과|로|만|나)$/;
  const bare = (word) => {
    const long = word.replace(PARTICLES, "");
    if (long !== word && long.length >= 2) return long;
    const short = word.replace(SHORT_PARTICLES, "");
    return short.length >= 2 ? short : word;
  };

  /* A letter of a formula, and its name. */
  const GREEK = {
    α: "alpha", β: "beta", γ: "gamma", δ: "delta", ε: "epsilon", η: "eta", θ: "theta", λ: "lambda", μ: "mu", σ: "sigma", φ: "phi",
  };

  /* The forms in which a word is kept and sought, the closest one first. A book has few words, many times each. */
  const known = new Map();
  const made = (word) => {
    if (/\p{Script=Hangul}/u.test(word)) return [...new Set([word, bare(word)])];
    if (/^\p{Script=Greek}/u.test(word)) return [word, GREEK[word[0]] ?? word];
    const same = spelled(word);
    return [...new Set([same, /^[a-z]{3,}$/.test(same) ? stemmer.stemWord(same) : same])];
  };
  const forms = (word) => known.get(word) ?? known.set(word, made(word)).get(word);

  /* What readers call by another word than the book. Each word stands for the others, and counts for less. */
  const KIN = [
    ["derivative", "slope"], ["dead", "dying", "silent", "fire"], ["skip", "residual"], ["shortcut", "residual"],
    ["resnet", "residual"], ["custom", "own"], ["loss", "cost"], ["initialization", "init"], ["normalization", "norm"],
    ["neural", "network"], ["fast", "speed"], ["mixed", "float16"], ["half", "float16"], ["fp16", "float16"], ["bf16", "bfloat16"], ["mnist", "digits"], ["zero", "0"], ["bad", "wrong"], ["plot", "draw"], ["dataset", "data"],
    ["landscape", "valley"], ["stable", "overflow"], ["stability", "overflow"], ["classification", "classes"],
  ].map((kin) => kin.map((word) => made(word).at(-1)));
  const kin = (word) => {
    const own = forms(word).at(-1);
    return [...new Set(KIN.filter((group) => group.includes(own)).flat())].filter((other) => other !== own);
  };

  /* The words of a text in their order; names of the library come apart: leaky_relu is leaky, relu. */
  const split = (text) => plain(text).replace(/['’](?:s|t|re|ll|ve|d)?(?![\p{L}\p{N}])/gu, "").match(/[\p{L}\p{N}]+/gu) ?? [];

  /* Words that are written together as well as apart: soft max, back-propagation, leaky_relu. */
  const joined = (words) => words.slice(1).map((word, index) => words[index] + word);

  /* Words that say nothing about what is sought. */
  const EMPTY = new Set(
    ("a about an and any are as at be by can could do does for from has have how i if in into is it its me my no not of on or " +
      "should so than that the their them there these this to was we what when where which who why will with would you your " +
      "explain explained definition define meaning mean means tutorial vs versus between difference 란 이란 뭐 무엇 무엇인가 " +
      "어떻게 왜 대한 대해 및")
      .split(" "),
  );
  const telling = (words) => {
    const some = words.filter((word) => !EMPTY.has(word));
    return some.length ? some : words;
  };

  /* Whether something is asked: such a query wants an answer before a chapter. */
  const asks = (text) =>
    /\?\s*$/.test(text) || /^\s*(?:why|what|how|which|when|where|who|is|are|does|do|did|can|could|should|must|will)\s/i.test(text) ||
    /\s(?:vs\.?|versus|or)\s/i.test(text) ||
    /(?:^|\s)(?:왜|어떻게|무엇|언제|어느|어떤)/.test(text) || /(?:까|나요|가요|[는은한인]가)\s*\??\s*$/.test(text);

  /* One string for all ways to write a phrase, to see whether two are the same: its stems, without the gaps between them. */
  const key = (words) => words.map((word) => forms(word).at(-1)).join("");

  /* How many letters have to be changed, put in, left out or exchanged with their neighbour to make one word of another. */
  const distance = (one, other) => {
    const rows = [[...Array(other.length + 1).keys()]];
    for (let i = 1; i <= one.length; i++) {
      rows.push([i]);
      for (let j = 1; j <= other.length; j++) {
        const same = one[i - 1] === other[j - 1] ? 0 : 1;
        rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + same);
        if (one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) rows[i][j] = Math.min(rows[i][j], rows[i - 2]?.[j - 2] + 1 || Infinity);
      }
    }
    return rows[one.length][other.length];
  };

  return { plain, forms, kin, split, joined, telling, asks, key, distance };
})();
