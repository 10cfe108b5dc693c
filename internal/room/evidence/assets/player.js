// Keys and buttons for a player: F8 plays and pauses, F7 goes back five seconds, F9 is slower.
// They work while words are typed, so that a hand never leaves the keyboard.

const players = [...document.querySelectorAll("[data-player]")];
let last = players[0];

const acts = {
  play: (p) => (p.paused ? p.play().catch(() => {}) : p.pause()),
  back: (p) => (p.currentTime = Math.max(0, p.currentTime - 5)),
  slow: (p, box) => {
    p.playbackRate = p.playbackRate < 1 ? 1 : 0.75;
    box?.querySelector("[data-do=slow]")?.setAttribute("aria-pressed", String(p.playbackRate < 1));
  },
};

for (const p of players) {
  const box = p.parentElement.querySelector("[data-keys]");
  p.addEventListener("play", () => {
    for (const other of players) if (other !== p) other.pause();
    last = p;
  });
  if (!box) continue;
  box.hidden = false;
  box.addEventListener("click", (e) => {
    const act = acts[e.target.closest("[data-do]")?.dataset.do];
    if (act) act((last = p), box);
  });
}

if (last) {
  document.addEventListener("keydown", (e) => {
    const act = { F7: "back", F8: "play", F9: "slow" }[e.key];
    if (!act || e.ctrlKey || e.altKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    acts[act](last, last.parentElement.querySelector("[data-keys]"));
  });
}
