// Keeping the place of an answer: words that are selected in the text go into the answer's
// field for them. The page does all of it without this script too, by typing the words.

const text = document.querySelector("[data-place-text]");
const bar = document.querySelector("[data-place-bar]");
if (text && bar) placing(text, bar);

// points counts Unicode code points, as the server does; browsers count UTF-16 units.
function points(s) {
  let n = 0;
  for (const _ of s) n++;
  return n;
}

function placing(text, bar) {
  const field = bar.querySelector("select");
  const status = document.querySelector("[data-place-status]");
  let chosen = null;

  // The question that was looked at last is the one that is offered.
  document.addEventListener("focusin", (event) => {
    const own = event.target.closest("[data-place-field]");
    if (own) field.value = own.dataset.placeField;
  });

  document.addEventListener("selectionchange", () => {
    const selection = getSelection();
    if (!selection.rangeCount || bar.contains(document.activeElement)) return;
    const range = selection.getRangeAt(0);
    if (!text.contains(range.startContainer) || !text.contains(range.endContainer)) return;
    const quote = selection.toString().replace(/\s+/g, " ").trim();
    if (selection.isCollapsed || !quote) return leave();
    chosen = { quote, start: startOf(range) };
    bar.hidden = false;
    document.body.classList.add("pl-has-markbar");
  });

  // startOf is about where a selection begins in the whole text, in code points.
  function startOf(range) {
    const node = range.startContainer.nodeType === Node.TEXT_NODE ? range.startContainer.parentElement : range.startContainer;
    const p = node.closest("[data-start]");
    if (!p) return 0;
    const before = document.createRange();
    before.setStart(p, 0);
    before.setEnd(range.startContainer, range.startOffset);
    return Number(p.dataset.start) + points(before.toString());
  }

  function leave() {
    chosen = null;
    bar.hidden = true;
    document.body.classList.remove("pl-has-markbar");
  }

  for (const button of bar.querySelectorAll("button")) {
    button.addEventListener("pointerdown", (event) => event.preventDefault()); // the selection stays
  }
  bar.querySelector("[data-place-cancel]").addEventListener("click", leave);
  bar.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave();
  });
  bar.querySelector("[data-place-keep]").addEventListener("click", () => {
    if (!chosen) return leave();
    const id = field.value;
    const own = document.querySelector(`[data-place-field="${CSS.escape(id)}"]`);
    own.querySelector(`[name="quote-${CSS.escape(id)}"]`).value = chosen.quote;
    own.querySelector(`[name="in-${CSS.escape(id)}"]`).value = text.dataset.placeText;
    own.querySelector(`[name="start-${CSS.escape(id)}"]`).value = chosen.start;
    const details = own.querySelector("details");
    if (details) details.open = true;
    status.textContent = bar.dataset.kept + " " + field.selectedOptions[0].textContent;
    leave();
    getSelection().removeAllRanges();
    own.querySelector("textarea, select, input").focus({ preventScroll: false });
  });
}
