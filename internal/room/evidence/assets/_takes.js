// Keeps recordings on the device while they are made, so that one that is cut off loses
// seconds, not all. A take is {id, place, media, ms, at}; its pieces are beside it. place is
// whose it is (a keeper), a space, and the project's id or address.

import { openDB } from "idb";

const NAME = "plait-takes";
const OLD = 7 * 24 * 3600 * 1000; // a take is deleted after a week

let opened;
function open() {
  return (opened ??= openDB(NAME, 1, {
    upgrade(db) {
      db.createObjectStore("take", { keyPath: "id" });
      db.createObjectStore("piece", { keyPath: ["take", "n"] });
    },
    terminated: () => (opened = undefined),
  }).catch((err) => {
    opened = undefined;
    throw err;
  }));
}

const pieces = (id) => IDBKeyRange.bound([id, 0], [id, Infinity]);

// begin starts a take and gives what adds to it. Pieces are kept one after another; an error
// of the store is told once to lost, and recording goes on without it.
export function begin({ id, place, media }, lost) {
  let turn = open()
    .then(async (db) => {
      await db.put("take", { id, place, media, ms: 0, at: Date.now() });
      return db;
    })
    .catch(() => (lost(), null));
  let n = 0;
  return (blob, ms) => {
    turn = turn.then(async (db) => {
      if (!db) return null;
      try {
        const bytes = await blob.arrayBuffer(); // a Blob may not outlive its page on every phone
        const tx = db.transaction(["take", "piece"], "readwrite");
        await Promise.all([tx.objectStore("piece").put({ take: id, n: n++, bytes }), tx.objectStore("take").put({ id, place, media, ms, at: Date.now() }), tx.done]);
        return db;
      } catch {
        lost();
        return null;
      }
    });
    return turn;
  };
}

// found gives the newest take of a place that was cut off, whole: {id, blob, ms}; or null.
export async function found(place) {
  try {
    const db = await open();
    const all = await db.getAll("take");
    for (const t of all) if (Date.now() - t.at > OLD) await drop(t.id);
    const last = all.filter((t) => t.place === place && t.ms > 0 && Date.now() - t.at <= OLD).sort((a, b) => b.at - a.at)[0];
    if (!last) return null;
    const parts = await db.getAll("piece", pieces(last.id));
    return parts.length ? { id: last.id, ms: last.ms, blob: new Blob(parts.map((p) => p.bytes), { type: last.media }) } : null;
  } catch {
    return null;
  }
}

// drop deletes a take with its pieces.
export async function drop(id) {
  try {
    const db = await open();
    const tx = db.transaction(["take", "piece"], "readwrite");
    await Promise.all([tx.objectStore("take").delete(id), tx.objectStore("piece").delete(pieces(id)), tx.done]);
  } catch {
    // there is no store, so there is nothing in it
  }
}

// mine lists the takes of a keeper that hold something, oldest first.
export async function mine(keeper) {
  try {
    const all = await (await open()).getAll("take");
    return all.filter((t) => t.place.startsWith(`${keeper} `) && t.ms > 0 && Date.now() - t.at <= OLD).sort((a, b) => a.at - b.at);
  } catch {
    return [];
  }
}

// forget deletes every take of a keeper: clearing the device calls it, on the way to signing
// out too.
export async function forget(keeper) {
  try {
    for (const t of await (await open()).getAll("take")) if (t.place.startsWith(`${keeper} `)) await drop(t.id);
  } catch {
    // there is no store, so there is nothing in it
  }
}
