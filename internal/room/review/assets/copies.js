// One key for each answer: s the same work, d different works, n not sure, z takes the last
// answer back. The buttons do the same without a script.
const buttons = new Map([...document.querySelectorAll("button[data-answer-key]")].map((b) => [b.dataset.answerKey, b]));
for (const hint of document.querySelectorAll("[data-answer-keys]")) hint.hidden = buttons.size === 0;
let pressed = false; // one page takes one answer

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  const button = buttons.get(event.key.toLowerCase());
  if (!button || typing || pressed || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  pressed = true;
  button.form.requestSubmit(button);
});
