/* Filters the ledger (docs/_ext/ledger.py): all words, on one page or on all. The address keeps what was asked for. */
(() => {
  const form = document.querySelector("form.gl-ledger-filter");
  if (!form) return;
  const { words, page } = form.elements;
  const count = form.querySelector(".gl-ledger-count");
  const plain = (text) => text.toLowerCase().normalize("NFKC");
  const groups = [...document.querySelectorAll(".gl-ledger-page")].map((box) => ({
    box,
    id: box.querySelector("[id^=ledger-]").id,
    rows: [...box.querySelectorAll("tbody tr")].map((row) => ({ row })),
  }));

  /** What a row says, read when it is first looked for. */
  function said(line) {
    if (line.text === undefined) {
      const values = line.row.cloneNode(true);
      values.querySelectorAll(".gl-ledger-label, button").forEach((label) => label.remove());
      line.text = plain(values.textContent);
    }
    return line.text;
  }
  const total = groups.reduce((sum, group) => sum + group.rows.length, 0);

  function apply() {
    const wanted = plain(words.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { box, id, rows } of groups) {
      let here = 0;
      for (const line of rows) {
        const hidden = !((!page.value || page.value === id) && wanted.every((word) => said(line).includes(word)));
        if (line.row.hidden !== hidden) line.row.hidden = hidden;
        here += !hidden;
      }
      box.hidden = here === 0;
      shown += here;
    }
    const { all, some, none } = count.dataset;
    count.textContent = shown === total ? all : shown ? some.replace("{shown}", shown) : none;
  }

  function remember() {
    const query = new URLSearchParams([["words", words.value.trim()], ["page", page.value]].filter(([, value]) => value));
    history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}`);
  }

  const asked = new URLSearchParams(location.search);
  words.value = asked.get("words") ?? "";
  page.value = groups.some(({ id }) => id === asked.get("page")) ? asked.get("page") : "";
  form.addEventListener("input", () => { apply(); remember(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  apply();
})();
