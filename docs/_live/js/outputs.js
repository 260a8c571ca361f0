// What a run puts into the page in place of what the book printed there, and how that comes back.
import { SAYS } from "./words.js";
import { say } from "./say.js";

/** @typedef {{ light: string, dark: string, width: number, height: number }} Figure */
/** @typedef {import("./words.js").Seeds} Seeds */
/** @typedef {{ key: string, text: string, holds: boolean, shown: string, measured: string, claimed: string, glued: string[] }} Claim */

/**
 * An element with a class and words.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {string} name @param {...(Node | string)} inside
 */
export function made(tag, name, ...inside) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.append(...inside);
  return element;
}

/** The formats in which the page prints a claim's number, each once. @param {string} key */
function formats(key) {
  return [...gluedNumbers(key)].map(({ dataset }) => [
    dataset.format ?? "",
    Number(dataset.side ?? 0),
    "strict" in dataset,
  ]);
}

/** @param {string} key @returns {NodeListOf<HTMLElement>} */
const gluedNumbers = (key) => document.querySelectorAll(`[data-glue="${CSS.escape(key)}"]`);

/** All numbers of the page's claims in its prose, with their formats. @param {string[]} keys */
export function glues(keys) {
  return Object.fromEntries(keys.map((key) => [key, formats(key)]).filter(([, found]) => found.length));
}

/** The drawing that frames begin with, light and dark. @param {any} record @returns {Figure} */
function drawings(record) {
  const light = record.order[record.default].map((/** @type {number} */ piece) => record.pool[piece]).join("");
  const colours = new RegExp(Object.keys(record.dark).join("|"), "gi");
  const dark = light.replace(colours, (/** @type {string} */ colour) => record.dark[colour.toLowerCase()]);
  const [width, height] = (/viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(light) ?? [])
    .slice(1)
    .map((points) => (Number(points) * 4) / 3);
  return { light, dark, width: width ?? 0, height: height ?? 0 };
}

/** The outputs of one cell. */
export class Outputs {
  /** @param {number | string} index @param {HTMLElement} after where an output goes whose cell had none */
  constructor(index, after) {
    this.index = index;
    this.after = after;
    /** @type {Map<object, () => void>} how what was changed comes back */
    this.back = new Map();
    /** @type {string[]} addresses of drawings, to be given up */
    this.drawings = [];
    this.figures = 0;
    /** @type {HTMLPreElement | null} where this run prints */
    this.printed = null;
    this.said = "";
    /** @type {Claim[]} */
    this.claims = [];
    /** @type {Seeds | null} of which this run is, where these are not all */
    this.few = null;
    this.judging = false;
    /** @type {Set<object>} what claims have changed */
    this.judged = new Set();
    this.numbers = 0; // of the prose, that follow
    this.changed = 0; // numbers of claims
  }

  /** Begin a run: nothing has come yet. */
  begin() {
    Object.assign(this, { figures: 0, printed: null, few: null, said: "", claims: [], numbers: 0, changed: 0 });
  }

  /** Remember once how something comes back. @param {object} what @param {() => void} how */
  undo(what, how) {
    if (!this.back.has(what)) this.back.set(what, how);
    if (this.judging) this.judged.add(what);
  }

  /** Say at what is shown that it is of fewer seeds; claims are not judged by these, and are the book's again. @param {Seeds} few */
  fewer(few) {
    this.few = few;
    [...this.judged].reverse().forEach((what) => {
      this.back.get(what)?.();
      this.back.delete(what);
    });
    this.judged.clear();
    [...this.place.querySelectorAll("figure")]
      .slice(0, this.figures)
      .forEach((figure) => this.mark(/** @type {HTMLElement} */ (figure)));
    this.markText();
  }

  /** Say under a figure that it was computed here. @param {HTMLElement} figure */
  mark(figure) {
    const found = figure.querySelector(".gl-live-mark");
    if (found) return void (found.textContent = SAYS.computed(this.few));
    const mark = made("p", "gl-live-mark", SAYS.computed(this.few));
    const caption = figure.querySelector("figcaption");
    if (caption) caption.before(mark);
    else figure.append(mark);
    this.undo(mark, () => mark.remove());
  }

  /** Say under a text that it is of fewer seeds: it goes with the text. */
  markText() {
    const block = this.printed?.closest(".gl-live-text");
    if (!block || !this.few) return;
    block.querySelector(".gl-live-mark")?.remove();
    block.append(made("p", "gl-live-mark", SAYS.text(this.few)));
  }

  /** The place of what the cell shows. @returns {HTMLElement} */
  get place() {
    const cell = document.querySelector(`div.cell[data-cell="${this.index}"]`);
    const found = /** @type {HTMLElement | null} */ (cell?.querySelector(".cell_output"));
    if (found) return found;
    const place = made("div", "cell_output docutils container gl-live-output");
    this.after.after(place);
    this.undo(place, () => place.remove());
    return place;
  }

  /** What is printed; the first piece takes the place of what was printed before. @param {string} text @param {string} stream */
  text(text, stream = "out") {
    if (!this.printed) {
      this.clearText();
      this.printed = made("pre", "");
      const block = made(
        "div",
        "output stream highlight-myst-ansi notranslate gl-live-text",
        made("div", "highlight", this.printed),
      );
      const built = this.place.querySelector(":scope > .output");
      if (built) built.before(block);
      else this.place.append(block);
      this.undo(block, () => block.remove());
      this.markText();
    }
    this.printed.append(stream === "err" ? made("span", "gl-live-stderr", text) : text);
    this.said += text;
  }

  /** Take away what was printed: hide the book's, remove a run's. */
  clearText() {
    for (const output of /** @type {NodeListOf<HTMLElement>} */ (this.place.querySelectorAll(":scope > .output"))) {
      if (output.classList.contains("gl-live-text")) {
        this.back.delete(output);
        output.remove();
      } else if (!output.hidden) {
        output.hidden = true;
        this.undo(output, () => (output.hidden = false));
      }
    }
  }

  /** Put a drawing in the place of the next figure's images. @param {Figure} drawn */
  figure(drawn) {
    const figure = this.place.querySelectorAll("figure")[this.figures++] ?? this.newFigure();
    for (const look of /** @type {const} */ (["light", "dark"])) {
      const image = /** @type {HTMLImageElement} */ (figure.querySelector(`img.gl-${look}`));
      const source = image.parentElement?.matches("picture") ? image.parentElement.querySelector("source") : null;
      const before = {
        src: image.getAttribute("src") ?? "",
        width: image.getAttribute("width"),
        height: image.getAttribute("height"),
        alt: image.alt,
        set: source?.srcset,
      };
      this.undo(image, () => {
        Object.assign(image, { src: before.src, alt: before.alt });
        for (const side of /** @type {const} */ (["width", "height"]))
          if (before[side]) image.setAttribute(side, before[side]);
        if (source && before.set) source.srcset = before.set;
      });
      source?.removeAttribute("srcset"); // what a run draws is made for the screen that asked
      image.src = URL.createObjectURL(new Blob([drawn[look]], { type: "image/svg+xml" }));
      this.drawings.push(image.src);
      if (drawn.width) [image.width, image.height] = [Math.round(drawn.width), Math.round(drawn.height)];
    }
    this.mark(/** @type {HTMLElement} */ (figure));
  }

  /** Put frames, which a slider moves through, in the place of the next figure. @param {any} record */
  frames(record) {
    const figure = this.place.querySelectorAll("figure")[this.figures++] ?? this.newFigure();
    this.figures--; // its first drawing is the figure's
    this.figure(drawings(record));
    this.undo(record, window.glFrames.live(figure, record));
    const mark = figure.querySelector(".gl-live-mark");
    if (mark && record.left_out) mark.append(` ${SAYS.fewer(record.says.length, record.left_out)}`);
  }

  newFigure() {
    const images = ["light", "dark"].map((look) => {
      const image = made("img", `gl-${look}`);
      image.alt = say("A figure that the changed code drew");
      return image;
    });
    const figure = made("figure", "align-default gl-live-figure", ...images);
    this.place.append(figure);
    this.undo(figure, () => figure.remove());
    return figure;
  }

  /** Judge a claim where the page shows it, and have its numbers in the prose follow. @param {Claim} claim */
  claim(claim) {
    this.claims.push(claim);
    const item = document.getElementById(`claim-${claim.key}`);
    if (!item) this.text(`${claim.holds ? "true" : "false"}: ${claim.text} (${claim.shown})\n`);
    this.judging = true;
    if (item) this.judge(item, claim);
    gluedNumbers(claim.key).forEach((element, k) => {
      if (this.write(element, claim.glued[k])) this.numbers++;
      element.classList.toggle(
        "gl-live-number",
        (element.dataset.built ?? element.textContent) !== element.textContent,
      );
    });
    this.judging = false;
  }

  /** @param {HTMLElement} item @param {Claim} claim */
  judge(item, claim) {
    const card = item.closest(".gl-checked");
    const title = card?.querySelector(".gl-checked-title");
    this.undo(item, () => {
      item.classList.remove("gl-false");
      item.querySelector(".gl-claim-verdict")?.remove();
      title?.classList.remove("gl-false");
    });
    item.classList.toggle("gl-false", !claim.holds);
    const wrong = Boolean(card?.querySelector(".gl-claim.gl-false"));
    title?.classList.toggle("gl-false", wrong);
    if (title) this.write(title, wrong ? SAYS.notAll : SAYS.checked);
    const measured = item.querySelector(".gl-claim-measured");
    const label = measured?.querySelector(".gl-claim-label");
    const number = label?.nextSibling ?? measured?.lastChild;
    if (number && this.write(number, claim.measured)) this.changed++;
    const claimed = item.querySelector(".gl-claim-bound")?.lastChild;
    if (claimed) this.write(claimed, claim.claimed);
    item.querySelector(".gl-claim-verdict")?.remove();
    if (!claim.holds)
      item.append(
        made("strong", "gl-claim-verdict", say("False now: measured {measured}, claimed {claimed}.", { ...claim })),
      );
  }

  /** Write words over others; whether that changed anything. @param {Node} node @param {string} words */
  write(node, words) {
    if (words === undefined || node.textContent === words) return false;
    const before = node.textContent ?? "";
    this.undo(node, () => {
      node.textContent = before;
      if (!(node instanceof HTMLElement)) return;
      node.classList.remove("gl-live-number");
      delete node.dataset.built;
    });
    if (node instanceof HTMLElement) node.dataset.built ??= before;
    node.textContent = words;
    return true;
  }

  /** Show what broke a run, under what the page shows. @param {string[]} lines */
  error(lines) {
    const told = made("pre", "gl-live-error", lines.join("\n"));
    told.setAttribute("role", "alert");
    told.tabIndex = 0; // it may scroll
    this.clearError();
    this.place.append(told);
    this.undo(told, () => told.remove());
  }

  clearError() {
    this.place.querySelector(".gl-live-error")?.remove();
  }

  /** Bring back what the book printed. */
  restore() {
    [...this.back.values()].reverse().forEach((how) => how());
    this.back.clear();
    this.judged.clear();
    this.drawings.splice(0).forEach((address) => URL.revokeObjectURL(address));
    this.begin();
  }
}
