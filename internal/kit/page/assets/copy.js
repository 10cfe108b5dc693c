// A button that copies the text beside it. Browsers offer the clipboard only over https or
// on this machine; where they do not, the button stays hidden and the text can be marked.
export function copy(document, clipboard) {
  if (!clipboard) return;
  for (const button of document.querySelectorAll("button[data-copy]")) {
    const box = button.parentElement;
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await clipboard.writeText(box.querySelector("[data-copy-text]").textContent);
        box.querySelector("[role=status]").textContent = button.dataset.copied;
      } catch {
        button.hidden = true;
      }
    });
  }
}
