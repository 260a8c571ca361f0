/* Filters the gallery (docs/_ext/gallery.py) by words, family and property. The address keeps what was asked for. */
(() => {
  "use strict";
  const form = document.querySelector("form.gl-gallery-filter");
  if (!form) return;
  const { words, family, property } = form.elements;
  const count = form.querySelector(".gl-gallery-count");
  const plain = (text) => text.toLowerCase().normalize("NFKC");
  const cards = [...document.querySelectorAll(".gl-gallery > .gl-card")].map((card) => ({ card, text: plain(card.textContent) }));

  function apply() {
    const wanted = plain(words.value).split(/\s+/).filter(Boolean);
    const kinds = [family.value, property.value].filter(Boolean).map((value) => `gl-is-${value}`);
    let shown = 0;
    for (const { card, text } of cards) {
      card.hidden = !(kinds.every((kind) => card.classList.contains(kind)) && wanted.every((word) => text.includes(word)));
      shown += !card.hidden;
    }
    const { all, some, none } = count.dataset;
    count.textContent = shown === cards.length ? all : shown ? some.replace("{shown}", shown) : none;
  }

  function remember() {
    const kept = [words, family, property].map(({ name, value }) => [name, value.trim()]).filter(([, value]) => value);
    const query = new URLSearchParams(kept);
    history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}`);
  }

  const asked = new URLSearchParams(location.search);
  words.value = asked.get("words") ?? "";
  for (const choice of [family, property]) {
    const value = asked.get(choice.name) ?? "";
    choice.value = [...choice.options].some((option) => option.value === value) ? value : "";
  }
  form.addEventListener("input", () => { apply(); remember(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  apply();
})();
