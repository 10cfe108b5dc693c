// A form with a file field: photos are made smaller before they go, and what is large goes
// ahead in chunks, so that a cut costs nothing. Without this script the form sends all as is.

import { newKey, send } from "./_send.js";
import { shrink } from "./_shrink.js";

const LARGE = 4 << 20; // bytes

for (const box of document.querySelectorAll("[data-files]")) {
  const field = box.querySelector("input[type=file]");
  const state = box.querySelector("[data-files-state]");
  const form = field.form;
  const say = (key, fill = {}) => (state.textContent = (box.dataset[key] || "").replace(/\{(\w+)\}/g, (_, x) => fill[x] ?? ""));
  const keys = new Map();
  let work = null; // making photos smaller

  field.addEventListener("change", () => {
    work = small()
      .catch(() => {})
      .then(() => (work = null));
  });

  // small puts the smaller photos into the field itself.
  async function small() {
    const files = [...field.files];
    if (!files.some((f) => f.type.startsWith("image/")) || !globalThis.DataTransfer) return;
    say("sayPhotos");
    const bag = new DataTransfer();
    for (const f of files) {
      const made = f.type.startsWith("image/") ? await shrink(f) : f;
      bag.items.add(made === f ? f : new File([made], f.name.replace(/\.\w+$/, "") + ".jpg", { type: made.type }));
    }
    field.files = bag.files;
    state.textContent = "";
  }

  let sent = false;
  form.addEventListener("submit", async (e) => {
    if (sent || (!work && ![...field.files].some((f) => f.size > LARGE))) return;
    e.preventDefault();
    const by = e.submitter;
    await work;
    const left = new DataTransfer();
    for (const f of field.files) {
      if (f.size <= LARGE) {
        left.items.add(f);
        continue;
      }
      const name = `${f.name} ${f.size} ${f.lastModified}`;
      const key = keys.get(name) || newKey();
      keys.set(name, key);
      try {
        const done = await send(location.pathname.split("/").slice(0, 3).join("/"), {
          key,
          name: f.name,
          blob: f,
          progress: (share) => say("saySending", { name: f.name, percent: Math.floor(share * 100) }),
          waiting: (is) => is && say("sayWaiting"),
        });
        const kept = document.createElement("input");
        Object.assign(kept, { type: "hidden", name: "upload", value: done.id });
        box.append(kept);
        say("saySent", { name: f.name });
      } catch (err) {
        field.focus();
        return say(err.signin ? "saySignin" : "sayFailed", { name: f.name });
      }
    }
    field.files = left.files;
    sent = true;
    setTimeout(() => form.requestSubmit(by)); // a form cannot be sent from within its own sending
  });
}
