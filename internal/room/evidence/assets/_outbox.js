// The outbox: what was written down in a hall and has not reached the server yet. It is kept
// in IndexedDB before anything is sent, and deleted only when the server has said that it has
// it. Each piece of work has a key made here; the server stores one key once, so that sending
// twice does no harm and losing an answer loses nothing. Pages and the service worker share it.

import { openDB } from "idb";
import { newKey, send as sendLarge } from "./_send.js";

const MB = 1 << 20;
const DAY = 24 * 3600 * 1000;
// The server knows a key for 35 days. What was tried longer ago than this and never answered
// might be stored twice, so a person looks first.
const OLD = 30 * DAY;

let open;
const store = () =>
  (open ??= openDB("plait-work", 1, {
    upgrade: (db) => db.createObjectStore("work", { keyPath: "key" }).createIndex("keeper", "keeper"),
    terminated: () => (open = undefined),
  }).catch((err) => {
    open = undefined;
    throw err;
  }));

const channel = globalThis.BroadcastChannel ? new BroadcastChannel("plait-work") : null;
const tell = (what) => {
  channel?.postMessage(what);
  globalThis.dispatchEvent(new Event("plait:unsent"));
};

// add keeps new work; was is the key of work that it takes the place of.
export async function add(item, was) {
  const tx = (await store()).transaction("work", "readwrite", { durability: "strict" });
  if (was) {
    await tx.store.delete(was);
    for (const x of await tx.store.index("keeper").getAll(item.keeper)) {
      if (x.about === was) await tx.store.put({ ...x, about: item.key });
    }
  }
  await tx.store.put({ state: "waits", tries: 0, ...item });
  await tx.done;
  tell("changed");
}

// again takes the place of work that was refused, altered, and waits to be sent. It has a new
// key: what was refused was not stored.
export function again(item, more) {
  return add({ ...item, ...more, key: newKey(), state: "waits", tries: 0, tried: 0, say: "", old: false }, item.key);
}

// list is someone's unsent work, oldest first.
export async function list(keeper) {
  const all = await (await store()).getAllFromIndex("work", "keeper", keeper);
  return all.sort((a, b) => a.at - b.at);
}

// others is how much unsent work of other people is on the device.
export async function others(keeper) {
  const db = await store();
  return (await db.count("work")) - (await db.countFromIndex("work", "keeper", keeper));
}

export async function get(key) {
  return (await store()).get("work", key);
}

export async function drop(key) {
  await (await store()).delete("work", key);
  tell("changed");
}

// clear takes someone's unsent work off the device for good.
export async function clear(keeper) {
  const tx = (await store()).transaction("work", "readwrite");
  for (const key of await tx.store.index("keeper").getAllKeys(keeper)) await tx.store.delete(key);
  await tx.done;
  tell("changed");
}

// change alters what is still there; it never brings back what was taken away.
async function change(key, more) {
  const tx = (await store()).transaction("work", "readwrite");
  const item = await tx.store.get(key);
  if (item) await tx.store.put({ ...item, ...more });
  await tx.done;
  tell("changed");
}

// sent takes work away that the server has, and tells its worries which record it became.
async function sent(item, ref) {
  const tx = (await store()).transaction("work", "readwrite", { durability: "strict" });
  await tx.store.delete(item.key);
  for (const x of await tx.store.index("keeper").getAll(item.keeper)) {
    if (x.about === item.key) await tx.store.put({ ...x, about: ref });
  }
  await tx.done;
  tell({ sent: item.key, ref });
}

// flush sends what waits, one sender at a time on the whole device. It gives how it went:
// "none", "sent", "later" (and for how long, in ms), "signin" or "busy", and how many were
// sent. Work that asks for help is left alone.
export function flush(keeper) {
  const run = () => round(keeper);
  if (!navigator.locks) return run();
  return navigator.locks.request("plait-work", { ifAvailable: true }, (lock) => (lock ? run() : { how: "busy" }));
}

// flushAll is flush for the service worker, which does not know who is signed in: it asks.
export async function flushAll() {
  const all = await (await store()).getAll("work");
  let later = false;
  for (const keeper of new Set(all.filter((x) => x.state !== "help").map((x) => x.keeper))) {
    if ((await flush(keeper)).how === "later") later = true;
  }
  if (later) throw new Error("some work waits for a signal"); // the browser tries again
}

async function round(keeper) {
  const due = (await list(keeper)).filter((x) => x.state !== "help");
  if (!due.length) return { how: "none" };
  const ready = await ask(`/evidence/capture/ready?for=${encodeURIComponent(keeper)}`, { method: "GET" }, 20000);
  if (ready.ours && (ready.status === 401 || ready.status === 403)) {
    for (const x of due) if (x.state !== "signin") await change(x.key, { state: "signin" });
    return { how: "signin" };
  }
  if (ready.status !== 204 || !ready.ours) return { how: "later", wait: ready.wait };
  let how = "sent";
  let n = 0;
  // Worries first: a person may be in danger.
  due.sort((a, b) => (b.type === "worry") - (a.type === "worry"));
  for (const item of [...due, ...due.filter((x) => x.type === "worry")]) {
    const now = await get(item.key);
    if (!now || now.state === "help" || !(await may(now))) continue;
    const out = await send(now);
    if (out.how === "stop") return { how: "later", wait: out.wait, n };
    if (out.how === "signin") return { how: "signin", n };
    if (out.how === "later") how = "later";
    if (out.how === "sent") n++;
  }
  return { how, n };
}

// may says whether work can go now: a worry waits for the record that it is about, unless
// that record itself cannot go.
async function may(item) {
  if (item.type !== "worry" || !item.about || item.about.includes(":")) return true;
  const about = await get(item.about);
  return !about || about.state === "help";
}

async function send(item) {
  if (item.tried && Date.now() - item.tried > OLD) {
    await change(item.key, { state: "help", say: "", old: true });
    return { how: "help" };
  }
  await change(item.key, { state: "sending", tried: item.tried || Date.now(), tries: item.tries + 1 });
  let out;
  try {
    out = item.type === "worry" ? await sendWorry(item) : await sendCard(item);
  } catch (err) {
    out = err.answer || { status: 0 };
  }
  if (out.status >= 200 && out.status < 300 && out.body && (out.body.ref || item.type === "worry")) {
    await sent(item, out.body.ref || "");
    return { how: "sent" };
  }
  // Nobody, or someone else, is signed in: nothing of this keeper can go. A 403 is about this
  // one piece of work alone, and falls through.
  if (out.status === 401 && out.body?.say) {
    await change(item.key, { state: "signin" });
    return { how: "signin" };
  }
  // Only our own server's plain no is a no: a hotel's sign-in page is not.
  if (out.status >= 400 && out.status < 500 && ![408, 425, 429].includes(out.status) && out.body?.say) {
    await change(item.key, { state: "help", say: [out.body.say, out.body.do].filter(Boolean).join(" ") });
    return { how: "help" };
  }
  await change(item.key, { state: "waits" });
  return { how: out.status === 500 ? "later" : "stop", wait: out.wait };
}

async function sendCard(item) {
  const form = new FormData();
  form.append("key", item.key);
  form.append("for", item.keeper);
  const inline = [];
  let size = 0;
  // What is large goes ahead in pieces, so that a cut connection costs one piece.
  for (const [n, file] of item.files.entries()) {
    if (size + file.blob.size <= MB) {
      size += file.blob.size;
      inline.push(file);
    } else {
      form.append("upload", await large(item, `${item.key}-r${n + 1}`, file));
    }
  }
  for (const [name, value] of item.fields) form.append(name, value);
  for (const file of inline) form.append("file", file.blob, file.name);
  return ask(`/evidence/${item.project}/capture`, { method: "POST", body: form }, 60000 + size / 4);
}

// large sends one file in chunks. Unlike a page that waits for its upload, the outbox gives
// up at the first silence and goes on where the server stands when its turn comes again.
async function large(item, key, { name, blob }) {
  const stop = () => {
    throw Object.assign(new Error("no answer"), { answer: { status: 0 } });
  };
  const fetchOnce = (at, init) => fetch(at, { ...init, signal: AbortSignal.timeout?.(300000), credentials: "same-origin", cache: "no-store", redirect: "error" });
  try {
    return (await sendLarge(`/evidence/${item.project}`, { key, name, blob, ask: fetchOnce, sleep: stop })).id;
  } catch (err) {
    throw err.answer ? err : Object.assign(err, { answer: { status: err.status || 0, body: { say: err.say, do: err.do } } });
  }
}

function sendWorry(item) {
  const form = new FormData();
  form.append("key", item.key);
  form.append("for", item.keeper);
  form.append("project", item.project);
  if (item.about?.includes(":")) form.append("about", item.about);
  return ask("/worry/pass", { method: "POST", body: form }, 60000);
}

// ask is fetch with an end: {status, body, wait}; status 0 is no answer. body is JSON or null.
export async function ask(url, init, most) {
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(), most);
  try {
    const res = await fetch(url, {
      ...init, signal: end.signal, credentials: "same-origin", cache: "no-store", redirect: "error",
      headers: { Accept: "application/json", ...init.headers },
    });
    const body = await res.json().catch(() => null);
    const wait = Number(res.headers.get("Retry-After")) * 1000 || 0;
    return { status: res.status, body, wait, ours: res.headers.has("Plait-Ready") };
  } catch {
    return { status: 0, body: null, wait: 0 };
  } finally {
    clearTimeout(timer);
  }
}

const kind = "plait unsent work";

// toFile is someone's unsent work as a file, keys and all.
export async function toFile(keeper) {
  const parts = [`{"kind":"${kind}","version":1,"items":[\n`];
  for (const [i, item] of (await list(keeper)).entries()) {
    const files = [];
    for (const f of item.files) files.push({ name: f.name, type: f.blob.type, data: await base64(f.blob) });
    parts.push((i ? ",\n" : "") + JSON.stringify({ ...item, files }));
  }
  return new Blob([...parts, "\n]}\n"], { type: "application/json" });
}

function base64(blob) {
  return new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => fail(reader.error);
    reader.readAsDataURL(blob);
  });
}

// fromFile brings work back from such a file, once: {back, here, other}. Someone else's work
// is left in the file.
export async function fromFile(file, keeper) {
  const read = JSON.parse(await file.text());
  if (read.kind !== kind || !Array.isArray(read.items)) throw new Error("not unsent work");
  const out = { back: 0, here: 0, other: 0 };
  for (const x of read.items) {
    if (x.keeper !== keeper) out.other++;
    else if (await get(x.key)) out.here++;
    else {
      const files = x.files.map((f) => ({ name: String(f.name), blob: new Blob([Uint8Array.from(atob(f.data), (c) => c.charCodeAt(0))], { type: f.type }) }));
      const fields = x.fields.map(([n, v]) => [String(n), String(v)]);
      if (!/^[0-9a-f]{32}$/.test(x.key) || !/^[0-9a-f-]{36}$/.test(x.project)) throw new Error("not unsent work");
      await add({ ...x, files, fields, state: x.state === "help" ? "help" : "waits" });
      out.back++;
    }
  }
  return out;
}
