/* Buttons that copy: the address of a claim, in its card and in the ledger, and how a page is cited (docs/_ext/page_foot.py).
   A claim's address is that of its own small page (docs/_ext/claim_pages.py), which says what was measured to those to whom it
   is sent; where the book is opened from files it is the place on the page. Without this file there is no button. The words
   are attributes of what holds them: data-copy, data-copied, data-not-copied. */
(() => {
  "use strict";
  const page = document.documentElement;
  const said = document.createElement("span"); // for those who hear the page
  said.className = "gl-copy-said";
  said.setAttribute("aria-live", "polite");

  function button(words, label, text, name) {
    const made = document.createElement("button");
    let waiting = 0;
    made.type = "button";
    made.className = "gl-copy";
    made.textContent = label;
    if (name) made.setAttribute("aria-label", `${label}: ${name}`);
    made.addEventListener("click", async () => {
      const done = await glCells.copied(text()); // of cell_toolbar.js, which comes before
      clearTimeout(waiting);
      made.textContent = said.textContent = done ? words.copied : words.notCopied;
      made.dataset.said = done ? "done" : "not";
      if (name) made.removeAttribute("aria-label"); // else its name would not be what it shows
      waiting = setTimeout(() => {
        made.textContent = label;
        said.textContent = "";
        delete made.dataset.said;
        if (name) made.setAttribute("aria-label", `${label}: ${name}`);
      }, 2500);
    });
    return made;
  }

  function claimAddress(key, place) {
    if (!location.protocol.startsWith("http")) return place.href;
    return new URL(`${page.dataset.content_root}claim/${key}.html`, document.baseURI).href;
  }

  document.querySelectorAll(".gl-checked[data-copy] .gl-claim[id^=claim-] a.headerlink").forEach((place) => {
    const words = place.closest("[data-copy]").dataset;
    const key = place.hash.slice("#claim-".length);
    place.after(" ", button(words, words.copy, () => claimAddress(key, place), key));
  });
  const ledger = document.querySelector("form.gl-ledger-filter")?.dataset;
  document.querySelectorAll("table.gl-ledger tr[id^=row-] .gl-ledger-key a").forEach((place) => {
    const key = place.closest("tr").id.slice("row-".length);
    place.after(" ", button(ledger, ledger.copy, () => claimAddress(key, place), key));
  });
  document.querySelectorAll(".gl-foot [data-copy-this]").forEach((text) => {
    const { copy: label } = text.closest("[data-copy]").dataset;
    text.after(" ", button(text.closest("[data-copied]").dataset, label, () => text.textContent.trim()));
  });
  if (document.querySelector(".gl-copy")) document.body.append(said);
})();
