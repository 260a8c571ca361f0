// The editor of live cells: CodeMirror, bundled by _ext/live_assets.py and fetched when a reader first presses Edit.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, keymap } from "@codemirror/view";
import { tagHighlighter, tags } from "@lezer/highlight";
import { StyleModule } from "style-mod";

const sheet = new CSSStyleSheet();
let written = "";

/** CodeMirror writes a style element, which the policy of the book forbids; a sheet that a script makes is allowed. */
StyleModule.mount = (_, modules) => {
  const rules = (Array.isArray(modules) ? modules : [modules]).map((one) => one.getRules()).join("\n");
  if (rules === written) return;
  sheet.replaceSync((written = rules));
  if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets.push(sheet);
};

// the classes by which Pygments marks the book's code, so that both have the same colours
const colours = tagHighlighter([
  { tag: [tags.keyword, tags.operatorKeyword, tags.bool, tags.null, tags.self], class: "k" },
  { tag: [tags.string, tags.special(tags.string)], class: "s" },
  { tag: tags.number, class: "mi" },
  { tag: tags.comment, class: "c1" },
  { tag: [tags.function(tags.definition(tags.variableName)), tags.definition(tags.className)], class: "nf" },
  { tag: tags.meta, class: "nd" },
  { tag: [tags.arithmeticOperator, tags.compareOperator, tags.definitionOperator, tags.updateOperator], class: "o" },
]);

/** @type {import("@codemirror/state").StateEffectType<number | null>} */
const failed = StateEffect.define();
const mark = Decoration.line({ class: "gl-failed-line", attributes: { "data-failed": "" } });
const failedLine = StateField.define({
  create: () => Decoration.none,
  update(marks, change) {
    for (const effect of change.effects) {
      if (effect.is(failed)) {
        const line = effect.value;
        if (line === null || line > change.state.doc.lines) return Decoration.none;
        return Decoration.set([mark.range(change.state.doc.line(line).from)]);
      }
    }
    return change.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/**
 * Put an editor into a place. Tab is left to the page; Escape leaves the editor, Ctrl+Enter and Shift+Enter run.
 * @param {HTMLElement} parent
 * @param {{ text: string, name: string, changed: () => void, run: () => void, leave: () => void }} options
 */
export function open(parent, { text, name, changed, run, leave }) {
  const press = (/** @type {() => void} */ act) => () => (act(), true);
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        keymap.of([
          { key: "Ctrl-Enter", mac: "Cmd-Enter", run: press(run) },
          { key: "Shift-Enter", run: press(run) },
          { key: "Escape", run: press(leave) },
          ...defaultKeymap,
          ...historyKeymap,
        ]),
        history(),
        python(),
        indentUnit.of("    "),
        indentOnInput(),
        bracketMatching(),
        syntaxHighlighting(colours),
        failedLine,
        EditorView.contentAttributes.of({ "aria-label": name, spellcheck: "false", autocapitalize: "off" }),
        EditorView.updateListener.of((update) => update.docChanged && changed()),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    /** @param {string} other */
    write: (other) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: other } }),
    /** @param {number | null} line */
    fail: (line) => view.dispatch({ effects: failed.of(line) }),
    focus: () => view.focus(),
    close: () => view.destroy(),
  };
}
