// The service worker. It keeps the shell (style, scripts, fonts) and the capture forms that
// were opened, so that they open without a signal, and nothing else: other pages of signed-in
// people are never stored. It sends the outbox where the browser has Background Sync.
// PLAIT_SHELL is {version, files}; the server puts it before this text.

import { flushAll } from "./_outbox.js";

const { version, files } = self.PLAIT_SHELL;
const shell = `plait-shell-${version}`;
const forms = "plait-forms";
const form = /^\/evidence\/[0-9a-f-]{36}\/capture(\/waiting)?$/;
const patience = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(shell)
      .then((c) => c.addAll(files))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(renew().then(() => self.clients.claim()));
});

// renew fetches the kept forms again, whose scripts have other names in this version. The
// shell of before goes only when no form needs it any more.
async function renew() {
  const kept = await (await caches.open(forms)).keys();
  const fresh = await Promise.all(kept.map((request) => keep(new URL(request.url).pathname)));
  if (!fresh.every(Boolean)) return;
  for (const name of await caches.keys()) if (name.startsWith("plait-shell-") && name !== shell) await caches.delete(name);
}

// keep fetches a form and keeps it.
async function keep(path) {
  try {
    const res = await fetch(path, { credentials: "same-origin", cache: "no-store" });
    return await remember(path, res);
  } catch {
    return false;
  }
}

async function remember(path, res) {
  if (!res.ok || res.redirected || !(res.headers.get("Content-Type") || "").startsWith("text/html")) return false;
  await (await caches.open(forms)).put(path, res);
  return true;
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && form.test(url.pathname)) event.respondWith(page(event, url.pathname));
  else if (files.includes(url.pathname) || url.pathname.startsWith("/static/")) event.respondWith(caches.match(url.pathname, { ignoreVary: true }).then((hit) => hit || fetch(event.request)));
});

// page is the network's form, or the kept one when that takes too long or fails.
async function page(event, path) {
  const net = fetch(event.request).then((res) => {
    const copy = res.clone();
    event.waitUntil(remember(path, copy).then((kept) => kept && path.endsWith("/capture") && beside(`${path}/waiting`)));
    return res;
  });
  event.waitUntil(net.catch(() => {}));
  const kept = await caches.match(path, { cacheName: forms, ignoreVary: true });
  if (!kept) return net;
  const slow = new Promise((done) => setTimeout(done, patience));
  const res = await Promise.race([net.catch(() => null), slow]);
  return res && res.status < 500 ? res : kept;
}

// beside keeps the list of unsent work that goes with a form.
async function beside(path) {
  if (!(await caches.match(path, { cacheName: forms, ignoreVary: true }))) await keep(path);
}

self.addEventListener("message", (event) => {
  if (event.data === "send") event.waitUntil(flushAll().catch(() => {}));
  else if (typeof event.data?.keep === "string" && form.test(event.data.keep)) event.waitUntil(keep(event.data.keep).then(() => beside(event.data.keep.replace(/\/waiting$/, "") + "/waiting")));
});

self.addEventListener("sync", (event) => {
  if (event.tag === "plait-work") event.waitUntil(flushAll());
});
