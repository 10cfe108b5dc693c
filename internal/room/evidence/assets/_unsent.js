// The list of what is on the device and not sent yet, and what can be done with it.

import * as outbox from "./_outbox.js";
import { clock } from "./_recorder.js";
import { newKey } from "./_send.js";
import * as takes from "./_takes.js";

// draftOf is the words in a draft that the form kept, "" when there are none.
function draftOf(note) {
  try {
    return JSON.parse(note).filter(([n]) => n === "words" || n === "role").map(([, v]) => v.trim()).filter(Boolean).join(" · ");
  } catch {
    return "";
  }
}

export function unsent(here) {
  const { keeper, project, say, tell, signin } = here;
  const $ = (selector) => document.querySelector(selector);
  const list = $("#unsent-list");
  let waiting = 0;
  let open = ""; // key and question that are shown for a second press

  const el = (tag, more = {}, ...inside) => {
    const x = Object.assign(document.createElement(tag), more);
    x.append(...inside.filter(Boolean));
    return x;
  };
  const button = (text, kind, press) => {
    const b = el("button", { type: "button", className: `govuk-button govuk-button--${kind}`, textContent: text });
    b.addEventListener("click", press);
    return b;
  };

  here.worry = async (about) => {
    await outbox.add({ key: newKey(), type: "worry", keeper, project, title: here.title, at: Date.now(), fields: [], files: [], about });
    tell("worried");
    here.send("worry");
  };

  // twice is a button whose second press does it: nothing is lost by one slip.
  function twice(id, text, question, yes, kind, act) {
    if (open !== id) {
      return button(text, "secondary", () => {
        open = id;
        show().then(() => document.getElementById("unsent-yes")?.focus());
      });
    }
    const sure = button(yes, kind, async () => {
      open = "";
      await act();
      show().then(() => list.focus());
    });
    sure.id = "unsent-yes";
    const no = button(say("cancel"), "secondary", () => {
      open = "";
      show().then(() => list.focus());
    });
    return el("div", { className: "pl-unsent__sure" }, question && el("p", { className: "govuk-body", textContent: question }), sure, no);
  }

  // begun is what was typed or recorded here and not saved yet: it is no card, so that only
  // its own form can go on with it.
  const drafts = `plait-draft-${keeper}-`;
  async function begun() {
    const out = (await takes.mine(keeper)).map((t) => {
      const [, at] = t.place.split(" ");
      const href = at.startsWith("/") ? `${at}/record` : `/evidence/${at}/capture`;
      return { id: t.id, at: t.at, text: say("recorded", { time: clock(t.ms) }), state: say("recorded_state"), href, open: say("recorded_do"), drop: () => takes.drop(t.id) };
    });
    for (const name of Object.keys(localStorage).filter((x) => x.startsWith(drafts)).sort()) {
      const text = draftOf(localStorage.getItem(name));
      if (text) out.push({ id: name, text: short(text), state: say("typed"), href: `/evidence/${name.slice(drafts.length)}/capture`, open: say("typed_do"), drop: () => localStorage.removeItem(name) });
    }
    return out;
  }

  const short = (text) => (text.length > 80 ? `${text.slice(0, 80)}…` : text);
  const day = (at) => new Date(at).toLocaleString(document.documentElement.lang.replace(/^en$/, "en-GB"), { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

  function begunRow(x) {
    return el(
      "li", { className: "pl-unsent__item" },
      el("p", { className: "govuk-body pl-unsent__words", textContent: x.text }),
      x.at && el("p", { className: "govuk-body-s pl-quiet", textContent: day(x.at) }),
      el("p", { className: "govuk-body-s pl-unsent__state", textContent: x.state }),
      el("p", { className: "govuk-body" }, el("a", { className: "govuk-link", href: x.href, textContent: x.open })),
      twice(`${x.id} drop`, say("delete"), "", say("delete_yes"), "warning", x.drop),
    );
  }

  function row(item) {
    const words = item.fields.find(([n]) => n === "words")?.[1].trim() || "";
    const what = item.type === "worry" ? say("worry") : short(words) || say("wordless");
    const n = item.files.length;
    const photos = item.files.every((f) => f.blob.type.startsWith("image/"));
    const when = day(item.at);
    const state = { sending: say("sending"), signin: say("signin"), help: say("help") }[item.state] || say("waits");
    const help = item.state === "help";
    const quiet = [when, n && (photos ? say(n === 1 ? "photo" : "photos", { n }) : say("files", { n })), item.project !== project && item.title];
    return el(
      "li", { className: `pl-unsent__item${help ? " pl-unsent__item--help" : ""}` },
      el("p", { className: "govuk-body pl-unsent__words", textContent: what }),
      el("p", { className: "govuk-body-s pl-quiet", textContent: quiet.filter(Boolean).join(" · ") }),
      el("p", { className: "govuk-body-s pl-unsent__state", textContent: [state, help && (item.old ? say("old") : item.say)].filter(Boolean).join(" ") }),
      item.state === "signin" && el("p", { className: "govuk-body" }, el("a", { className: "govuk-link", href: signin, textContent: say("signin_do") })),
      help && item.type === "card" && button(say("edit"), "secondary", () => {
        if (here.edit && item.project === project) here.edit(item);
        else location.assign(`/evidence/${item.project}/capture?edit=${item.key}`);
      }),
      help && item.type === "worry" && item.about && button(say("worry_alone"), "secondary", async () => {
        await outbox.again(item, { about: "" });
        here.send("worry");
      }),
      // Refused without a card, it may be its project that is closed to them: this page's is open.
      help && item.type === "worry" && el("p", { className: "govuk-body" }, el("a", { className: "govuk-link", href: `/worry/pass?project=${item.about ? item.project : project}`, textContent: say("worry_open") })),
      help && twice(`${item.key} drop`, say("delete"), "", say("delete_yes"), "warning", () => outbox.drop(item.key)),
      item.type === "card" && twice(`${item.key} worry`, say("worry_do"), say("worry_ask"), say("worry_yes"), "warning", () => here.worry(item.key)),
    );
  }

  let drawn = "";
  async function show() {
    let items;
    try {
      items = await outbox.list(keeper);
    } catch {
      return; // no outbox on this device
    }
    waiting = items.filter((x) => x.state !== "help").length;
    const theirs = await outbox.others(keeper);
    const alone = document.querySelector("[data-waiting-page]"); // the form shows what was begun itself
    const more = alone ? await begun() : [];
    $("#unsent").hidden = !items.length && !theirs && !alone;
    $("#unsent-count").textContent = say("count", { n: items.length + more.length });
    $("#unsent-others").textContent = theirs ? say("others", { n: theirs }) : "";
    for (const x of document.querySelectorAll("[data-some]")) x.hidden = !items.length && !more.length;
    for (const x of document.querySelectorAll("[data-work]")) x.hidden = !items.length;
    for (const x of document.querySelectorAll("[data-begun]")) x.hidden = !more.length;
    for (const x of document.querySelectorAll("[data-none]")) x.hidden = items.length + more.length > 0;
    // Drawn anew only when something has changed, so that the focus stays where it is.
    const now = JSON.stringify([open, items.map((x) => [x.key, x.state, x.say, x.about]), more.map((x) => [x.id, x.text])]);
    if (now === drawn) return;
    drawn = now;
    const at = list.contains(document.activeElement) && !open;
    list.replaceChildren(...items.map(row), ...more.map(begunRow));
    if (at) list.focus();
  }

  const on = (id, act) => $(id)?.addEventListener("click", act);
  on("#unsent-send", () => here.send("pressed"));
  on("#unsent-save", async () => {
    const link = el("a", { href: URL.createObjectURL(await outbox.toFile(keeper)), download: `plait-not-sent-${new Date().toISOString().slice(0, 16).replace(/[T:]/g, "-")}.json` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    tell("saved_file");
  });
  $("#unsent-back")?.addEventListener("change", async (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (!file) return;
    try {
      const { back, other } = await outbox.fromFile(file, keeper);
      tell(back ? "back" : other ? "back_other" : "back_none", { n: back });
      if (back) here.send("back");
    } catch {
      tell("back_bad");
    }
  });
  // Clearing asks again, and goes on to sign out where that was wanted.
  on("#unsent-clear", () => {
    $("#unsent-clear-ask").hidden = false;
    $("#unsent-clear-yes").focus();
  });
  on("#unsent-clear-no", () => {
    $("#unsent-clear-ask").hidden = true;
    $("#unsent-clear").focus();
  });
  on("#unsent-clear-yes", async () => {
    await outbox.clear(keeper);
    await takes.forget(keeper);
    for (const name of Object.keys(localStorage)) if (name.startsWith(drafts)) localStorage.removeItem(name);
    $("#unsent-clear-ask").hidden = true;
    const out = document.querySelector("form.pl-header__out");
    if (out && document.querySelector("[data-out]")) out.requestSubmit();
    else {
      dispatchEvent(new Event("plait:clear"));
      await show();
    }
  });

  addEventListener("plait:unsent", show); // this page changed something; below, another or the worker
  if (globalThis.BroadcastChannel) new BroadcastChannel("plait-work").addEventListener("message", show);
  return { show, waits: () => waiting };
}
