// Keys for screening: a letter or a figure presses its button. They can be turned off, and
// do nothing while something is being typed.
const off = "pl-screen-keys-off";
const stored = () => {
  try {
    return localStorage.getItem(off) === "1";
  } catch {
    return false;
  }
};
const box = document.querySelector("[data-screen-keys]");
if (box) {
  box.hidden = false;
  const toggle = box.querySelector("[data-screen-toggle]");
  let quiet = stored();
  const show = () => {
    toggle.textContent = quiet ? toggle.dataset.sayOff : toggle.dataset.sayOn;
    document.documentElement.classList.toggle("pl-screen-quiet", quiet);
  };
  show();
  toggle.addEventListener("click", () => {
    quiet = !quiet;
    try {
      localStorage.setItem(off, quiet ? "1" : "0");
    } catch {
      // It holds for this page alone.
    }
    show();
  });
  let pressed = false;
  document.addEventListener("keydown", (e) => {
    if (quiet || pressed || e.repeat || e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    if (e.target.closest("input, textarea, select, [contenteditable]")) return;
    const button = document.querySelector(`[data-screen-key="${CSS.escape(e.key.toLowerCase())}"]`);
    if (!button) return;
    e.preventDefault();
    pressed = true; // one press, one decision
    button.click();
  });
  window.addEventListener("pageshow", () => {
    pressed = false;
  });
}
