// A finished review is marked by selecting words. The page does all of it without this
// script too, by choosing whole paragraphs.
//
// Places are Unicode code points, counted from the start of the report; browsers count
// UTF-16 units, so that what is counted is always Array.from(text).

const form = document.querySelector("[data-report]");
if (form) marking(form);

function marking(form) {
  const bar = form.querySelector("[data-report-bar]");
  const shown = bar.querySelector("[data-report-shown]");
  const { start, end } = form.elements;
  const paragraphs = Array.from(form.querySelectorAll("[data-start]"));
  const points = (text) => Array.from(text).length;
  bar.classList.add("pl-markbar");

  // place is the code point of one end of a selection; an end between paragraphs is that of
  // the one before it.
  function place(node, offset, first) {
    const inside = paragraphs.find((p) => p.contains(node));
    const range = document.createRange();
    if (inside) {
      range.setStart(inside, 0);
      range.setEnd(node, offset);
      return Number(inside.dataset.start) + points(range.toString());
    }
    range.setStart(node, offset);
    const behind = paragraphs.findIndex((p) => range.comparePoint(p, 0) >= 0);
    if (first) return behind < 0 ? null : Number(paragraphs[behind].dataset.start);
    const p = behind < 0 ? paragraphs.at(-1) : paragraphs[behind - 1];
    return p ? Number(p.dataset.end) : null;
  }

  function chosen() {
    return form.querySelectorAll("input[name=paragraphs]:checked").length;
  }

  function show() {
    const on = start.value !== "" || chosen() > 0;
    bar.hidden = !on;
    document.body.classList.toggle("pl-has-markbar", on);
  }

  function forget() {
    start.value = "";
    end.value = "";
    shown.textContent = "";
  }

  document.addEventListener("selectionchange", () => {
    const selection = getSelection();
    if (!selection.rangeCount || bar.contains(document.activeElement)) return;
    const range = selection.getRangeAt(0);
    const here = paragraphs.some((p) => range.intersectsNode(p));
    if (!here) return;
    if (selection.isCollapsed) {
      forget();
    } else {
      const from = place(range.startContainer, range.startOffset, true);
      const to = place(range.endContainer, range.endOffset, false);
      if (from === null || to === null || to <= from) return;
      start.value = from;
      end.value = to;
      const words = selection.toString().replace(/\s+/g, " ").trim();
      shown.textContent = words.length > 120 ? words.slice(0, 119) + "…" : words;
    }
    show();
  });

  // Whole paragraphs and selected words are two ways: the last one counts.
  form.addEventListener("change", (event) => {
    if (event.target.name !== "paragraphs") return;
    forget();
    show();
  });
  form.addEventListener("submit", () => {
    if (start.value === "") return;
    for (const box of form.querySelectorAll("input[name=paragraphs]:checked")) box.checked = false;
  });
  bar.querySelector("[data-report-cancel]").hidden = false;
  bar.querySelector("[data-report-cancel]").addEventListener("click", () => {
    for (const box of form.querySelectorAll("input[name=paragraphs]:checked")) box.checked = false;
    getSelection().removeAllRanges();
    forget();
    show();
  });
  for (const button of bar.querySelectorAll("button")) {
    button.addEventListener("pointerdown", (event) => event.preventDefault()); // the selection stays
  }
  show();
}
