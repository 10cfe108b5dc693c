// Run by: node --test internal/room/evidence/assets/send.test.mjs

import assert from "node:assert/strict";
import test from "node:test";
import { Refused, send } from "./_send.js";

const reply = (status, body) => ({ status, json: async () => body });

// server keeps what it is sent, as the resumable protocol says; troubles are thrown or given
// once each, at their turn among all requests.
function server({ at = 0, chunk = 4, troubles = {} } = {}) {
  const it = { got: [], from: at, asked: [], turn: 0 };
  it.ask = async (url, how) => {
    it.asked.push(`${how.method} ${url}`);
    const trouble = troubles[++it.turn];
    if (trouble instanceof Error) throw trouble;
    if (trouble?.late) {
      await it.answer(url, how);
      throw new TypeError("cut off");
    }
    return trouble || it.answer(url, how);
  };
  it.answer = async (url, how) => {
    if (url === "/p/upload") return reply(201, { id: "u1", at: it.from, chunk });
    if (url === "/p/upload/u1/whole") return reply(200, { id: "u1", kind: "sound", media: "audio/webm", ms: 10 });
    const n = Number(new URL(url, "http://x").searchParams.get("at"));
    if (n !== it.from) return reply(409, { at: it.from });
    it.got.push(await how.body.text());
    it.from += how.body.size;
    return reply(200, { at: it.from });
  };
  return it;
}

const go = (s, more = {}) => send("/p", { key: "k", name: "a.webm", blob: new Blob(["0123456789"]), ask: s.ask, sleep: async () => {}, ...more });

test("all of it arrives, in order, with its progress", async () => {
  const s = server();
  const seen = [];
  const out = await go(s, { progress: (x) => seen.push(x) });
  assert.equal(s.got.join(""), "0123456789");
  assert.deepEqual(out, { id: "u1", kind: "sound", media: "audio/webm", ms: 10 });
  assert.deepEqual(seen, [0, 0.4, 0.8, 1]);
});

test("it goes on where the server stands", async () => {
  const s = server({ at: 4 });
  await go(s);
  assert.equal(s.got.join(""), "456789");
});

test("a cut costs nothing and doubles nothing", async () => {
  for (const troubles of [{ 1: new TypeError("no signal") }, { 2: new TypeError("no signal"), 3: reply(503, {}) }, { 3: { late: true } }, { 5: reply(429, {}) }, { 2: { late: true }, 4: { late: true } }]) {
    const s = server({ troubles });
    const waits = [];
    await go(s, { waiting: (is) => waits.push(is) });
    assert.equal(s.got.join(""), "0123456789", JSON.stringify(Object.keys(troubles)));
    assert.ok(waits.includes(true) && waits.at(-1) === false);
  }
});

test("a no is a no, and signing in is told apart", async () => {
  await assert.rejects(go(server({ troubles: { 2: reply(413, { say: "Too big", do: "Cut it" }) } })), (e) => e instanceof Refused && e.say === "Too big" && !e.signin);
  await assert.rejects(go(server({ troubles: { 3: reply(401, { signin: true }) } })), (e) => e instanceof Refused && e.signin);
});

test("a server that never moves is not asked for ever", async () => {
  const stuck = async (url) => (url === "/p/upload" ? reply(201, { id: "u1", at: 0, chunk: 4 }) : reply(409, { at: 0 }));
  await assert.rejects(send("/p", { key: "k", name: "n", blob: new Blob(["0123"]), ask: stuck, sleep: async () => {} }), Refused);
});

test("it stops when it is told to", async () => {
  const end = new AbortController();
  const s = server({ troubles: { 2: new TypeError("no signal") } });
  await assert.rejects(go(s, { signal: end.signal, sleep: async () => end.abort(new Error("enough")) }), /enough/);
});
