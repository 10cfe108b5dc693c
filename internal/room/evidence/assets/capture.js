// The form for a village hall: what is saved goes into the outbox on the device and is sent
// from there, at once or when there is a signal. Without this script the form posts as it is.

import { card } from "./_card.js";
import * as outbox from "./_outbox.js";
import { unsent } from "./_unsent.js";

const { keeper, project, title, signin } = document.querySelector("[data-capture]").dataset;
const words = JSON.parse(document.querySelector("[data-capture]").dataset.say);
const status = document.querySelector("#capture-status");

// here is what the parts of the page share.
const here = {
  keeper, project, title, signin, send,
  say: (name, values) => words[name].replace(/\{(\w+)\}/g, (_, x) => values[x]),
  tell: (name, values) => (status.textContent = name ? here.say(name, values) : ""),
};

localStorage.setItem("plait-keeps", keeper); // every page's header looks for unsent work now

let worker; // keeps the form, and sends when no page is open
if (navigator.serviceWorker) {
  const fresh = !navigator.serviceWorker.controller;
  navigator.serviceWorker.register("/public/offline.js", { scope: "/", updateViaCache: "none" }).catch(() => {});
  navigator.serviceWorker.ready.then((r) => {
    worker = r;
    if (fresh) r.active.postMessage({ keep: location.pathname });
  });
}

// send is called at once, when the signal is back, when the page is looked at again, and
// every few seconds while something waits; why "" waits its turn after a failure.
let pause = 0;
let fails = 0;
async function send(why = "") {
  if (why) pause = 0;
  if (Date.now() < pause) return;
  const { how, wait, n } = await outbox.flush(keeper).catch(() => ({ how: "later" }));
  if (n) fails = 0; // a signal that comes and goes is no reason to wait longer each time
  if (how === "later") {
    pause = Date.now() + Math.max(wait || 0, Math.min(60000, 3000 * 2 ** fails++) * (0.75 + Math.random() / 2));
    if (why === "pressed") here.tell("failed");
    worker?.sync?.register("plait-work").catch(() => {});
  } else {
    fails = 0;
    if (how === "signin") pause = Date.now() + 60000;
    if (how === "sent") here.tell("sent");
  }
}

const list = unsent(here);
const form = document.querySelector("#capture");
if (form) card(form, here);
addEventListener("online", () => send("online"));
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send("seen"));
setInterval(() => list.waits() && send(), 3000);
list.show().then(() => send("load"));
