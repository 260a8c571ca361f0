/* A bar of buttons at each piece of code; _ext/cell_toolbar.py says how a script adds one. */
window.glCells = (() => {
  "use strict";
  const SHOWN = 2000; // milliseconds that a button says what it did
  const bars = [...document.querySelectorAll(".bd-article div.highlight > pre")]
    .filter((pre) => !pre.closest(".cell_output"))
    .map(prepare);
  const status = document.createElement("p");
  status.className = "gl-toolbar-status";
  status.setAttribute("role", "status");
  if (bars.length) document.querySelector(".bd-article").append(status);

  function prepare(pre) {
    const block = pre.parentElement;
    const cell = block.closest("div.cell");
    const bar = document.createElement("div");
    bar.className = "gl-toolbar";
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", glSay("Code"));
    block.append(bar);
    return { bar, code: { block, cell, inCell: Boolean(cell && block.closest(".cell_input")), text: () => typed(pre) } };
  }

  /** What one would type: of a session with prompts the lines behind them, else all. */
  function typed(pre) {
    const copy = pre.cloneNode(true);
    copy.querySelectorAll(".linenos, .go, .gt").forEach((part) => part.remove());
    const PROMPT = "\u0000";
    copy.querySelectorAll(".gp").forEach((prompt) => prompt.replaceWith(PROMPT));
    const lines = copy.textContent.split("\n");
    const session = lines.some((line) => line.includes(PROMPT));
    const kept = session ? lines.filter((line) => line.includes(PROMPT)).map((line) => line.split(PROMPT).pop()) : lines;
    return kept.join("\n").replace(/\n+$/, "");
  }

  function add({ label, on = () => true, press }) {
    for (const { bar, code } of bars.filter((one) => on(one.code))) {
      const button = document.createElement("button");
      let waiting;
      button.type = "button";
      button.textContent = label;
      const say = (words) => {
        clearTimeout(waiting);
        button.textContent = words;
        status.textContent = words;
        waiting = setTimeout(() => {
          button.textContent = label;
          status.textContent = "";
        }, SHOWN);
      };
      button.addEventListener("click", () => press(code, say));
      if (bar.lastChild) bar.lastChild.before(button); // Copy stays last
      else bar.append(button);
    }
  }

  /** Copy through a field that is selected: from a file and over plain http there is no clipboard to write to. */
  function copyThroughField(text) {
    const field = document.createElement("textarea");
    const before = document.activeElement;
    field.value = text;
    field.className = "gl-toolbar-field";
    field.setAttribute("aria-hidden", "true");
    (before?.closest("dialog") ?? document.body).append(field);
    field.select();
    let done = false;
    try {
      done = document.execCommand("copy");
    } catch {
      // then it is not copied
    }
    field.remove();
    before?.focus({ preventScroll: true });
    return done;
  }

  async function copied(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copyThroughField(text);
    }
  }

  add({
    label: glSay("Copy"),
    press: async (code, say) => say((await copied(code.text())) ? glSay("Copied") : glSay("Not copied")),
  });
  return { add, copied };
})();
