// The form itself: photos are made smaller, what was typed outlives a page that the phone
// threw away, and saving puts it all into the outbox.

import * as outbox from "./_outbox.js";
import { able, recorder } from "./_recorder.js";
import { newKey } from "./_send.js";
import { shrink } from "./_shrink.js";

export function card(form, here) {
  const { keeper, project, title, say, tell } = here;
  const $ = (selector) => form.querySelector(selector);
  const words = $("#words");
  const todays = `plait-today-${keeper}-${project}`;
  const draft = `plait-draft-${keeper}-${project}`;
  const shared = [...$("#shared").querySelectorAll("input, select")].map((x) => x.name).filter((x, i, all) => all.indexOf(x) === i);
  let chosen = []; // {name, ready: promise of a blob, url}
  let editing = ""; // key of the work that was taken back to be mended

  const note = (name) => {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return null;
    }
  };
  const keepNote = (name, value) => {
    try {
      localStorage.setItem(name, JSON.stringify(value));
    } catch {
      // A full device keeps no notes; the form stands.
    }
  };
  const typed = () => [...new FormData(form)].filter(([n, v]) => typeof v === "string" && !["key", "for", "upload"].includes(n));

  // fill puts values into the fields called names.
  function fill(names, values) {
    for (const field of form.elements) {
      if (!names.includes(field.name) || field.type === "file") continue;
      const mine = values.filter(([n]) => n === field.name).map(([, v]) => v);
      if (field.type === "radio" || field.type === "checkbox") field.checked = mine.includes(field.value);
      else field.value = mine[0] ?? "";
    }
  }

  // What all cards of today share is asked once; tomorrow is another day.
  const today = new Date();
  const day = `${today.getDate()}/${today.getMonth() + 1}/${today.getFullYear()}`;
  const before = note(todays);
  if (before?.day === day) fill(shared, before.values);
  else {
    localStorage.removeItem(todays);
    $("#on").value ||= day;
  }
  $("#shared").open = before?.day !== day;
  summary();
  const started = note(draft);
  if (started) fill(["words", "role", "voice"], started);

  function summary() {
    const picked = [...$("#shared").querySelectorAll("[type=radio]:checked, [type=checkbox]:checked")].map((x) => x.labels[0].textContent.trim());
    const site = $("#site");
    if (site?.value) picked.push(site.selectedOptions[0].textContent);
    $("#shared-now").textContent = [$("#on").value, $("#source").value, ...picked].filter(Boolean).join(" · ");
  }
  form.addEventListener("input", () => {
    keepNote(draft, typed().filter(([n]) => ["words", "role", "voice"].includes(n)));
    summary();
  });

  // Photos: several, from the camera one by one or from the phone's pictures.
  const shelf = $("#chosen");
  for (const input of form.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
      for (const file of input.files) take(file);
      input.value = "";
    });
  }
  // A recording belongs to the card once it is kept; the recorder is then ready for another.
  const box = $("[data-recorder]");
  const fresh = box?.cloneNode(true);
  if (box && able()) listen(box);
  function listen(at) {
    const rec = recorder(at, {
      place: `${keeper} ${project}`,
      async keep({ blob, name, drop }) {
        take(new File([blob], name, { type: blob.type }), true, drop);
        rec.left();
        const next = fresh.cloneNode(true);
        at.replaceWith(next);
        listen(next);
        words.focus();
      },
    });
    rec.back.then((old) => old && ($("#sound-part").open = true));
  }

  function take(file, asItIs, drop) {
    const one = { name: file.name, drop, ready: Promise.resolve(asItIs ? file : shrink(file)) };
    chosen.push(one);
    const item = document.createElement("li");
    item.className = "pl-chosen__item";
    if (file.type.startsWith("image/")) {
      const img = item.appendChild(document.createElement("img"));
      img.alt = "";
      one.ready.then((blob) => (img.src = one.url = URL.createObjectURL(blob)));
    }
    item.appendChild(document.createElement("span")).textContent = file.name;
    const button = item.appendChild(document.createElement("button"));
    button.type = "button";
    button.className = "govuk-button govuk-button--secondary";
    button.textContent = say("remove", { name: file.name });
    button.addEventListener("click", () => {
      chosen = chosen.filter((x) => x !== one);
      URL.revokeObjectURL(one.url);
      drop?.();
      item.remove();
      $("#file").focus();
    });
    shelf.append(item);
  }

  function empty() {
    for (const x of chosen) URL.revokeObjectURL(x.url);
    chosen = [];
    shelf.replaceChildren();
    fill(["words", "role", "voice"], []);
    localStorage.removeItem(draft);
    editing = "";
    $("#sound-part").open = false;
  }

  const something = () => words.value.trim() || chosen.length;

  // save puts the card into the outbox and gives its key. The form is empty only after the
  // device has it.
  async function save() {
    const files = [];
    for (const x of chosen) files.push({ name: x.name, blob: await x.ready });
    const values = typed();
    const item = { key: newKey(), type: "card", keeper, project, title, at: Date.now(), fields: values, files, about: "" };
    try {
      await outbox.add(item, editing);
    } catch (err) {
      if (err?.name === "QuotaExceededError") return fail(say("full"));
      return post(); // no outbox on this device: the form goes as it would without a script
    }
    for (const x of chosen) x.drop?.(); // the outbox has it now
    keepNote(todays, { day, values: values.filter(([n]) => shared.includes(n)) });
    empty();
    $("#shared").open = false;
    summary();
    words.focus();
    tell("kept");
    navigator.storage?.persist?.();
    return item.key;
  }

  async function post() {
    const all = new DataTransfer();
    for (const x of chosen) {
      const blob = await x.ready;
      all.items.add(new File([blob], x.name, { type: blob.type }));
    }
    $("#file").files = all.files;
    $("[name=key]").value = newKey(); // a kept page has the key of another day
    form.submit();
  }

  const error = $("#capture-error");
  function fail(text) {
    error.textContent = text;
    error.hidden = !text;
    if (text) words.focus();
  }

  let saving = false;
  async function once(what) {
    if (saving) return;
    saving = true;
    try {
      await what();
    } finally {
      saving = false;
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    fail(something() ? "" : say("empty"));
    if (!something()) return;
    once(async () => {
      if (await save()) here.send("saved"); // not waited for: the next card can be saved meanwhile
    });
  });

  // A worry takes two presses, and goes without a signal too.
  const worry = $("#worry");
  const ask = $("#worry-ask");
  worry.addEventListener("click", (event) => {
    event.preventDefault();
    ask.hidden = false;
    ask.querySelector("button").focus();
  });
  $("#worry-no").addEventListener("click", () => {
    ask.hidden = true;
    worry.focus();
  });
  $("#worry-yes").addEventListener("click", () =>
    once(async () => {
      const about = something() ? await save() : "";
      if (about === undefined) return;
      await here.worry(about);
      ask.hidden = true;
      words.focus();
    }),
  );

  // Work that the server would not take comes back into the form; it is saved as new, since
  // nothing of it was stored.
  here.edit = async (item) => {
    empty();
    editing = item.key;
    fill([...new Set([...shared, ...typed().map(([n]) => n), "voice"])], item.fields);
    for (const f of item.files) take(new File([f.blob], f.name, { type: f.blob.type }), true);
    summary();
    tell("mended");
    words.focus();
  };
  const wanted = new URLSearchParams(location.search).get("edit");
  if (wanted) outbox.get(wanted).then((x) => x?.keeper === keeper && x.state === "help" && here.edit(x));
}
