// Sends a large file in chunks that go on where they stopped: after a cut, after a sleep,
// in a later visit. The same key finds the same upload again.

const CHUNK = 1 << 20;
const LONGEST = 30_000; // milliseconds between two tries

// Refused is what the server said no to, in its words. With signin, nothing is lost: sign in
// and send again.
export class Refused extends Error {
  constructor(status, body) {
    super(body?.say || `status ${status}`);
    Object.assign(this, { status, say: body?.say || "", do: body?.do || "", signin: status === 401 });
  }
}

// send gives {id, kind, media, ms} of the upload. base is the project's address under
// /evidence; progress is told the share from 0 to 1, waiting whether it waits for a signal.
// A signal that aborts stops it.
export async function send(base, { key, name, blob, progress = () => {}, waiting = () => {}, signal, ask = (at, how) => fetch(at, how), sleep = nap }) {
  const at = `${base}/upload`;
  const form = new FormData();
  form.append("key", key);
  form.append("name", name);
  form.append("size", String(blob.size));
  const begun = await again(() => ask(at, { method: "POST", body: form, signal, headers: { Accept: "application/json" } }), [200, 201]);
  const size = begun.chunk || CHUNK;
  for (let from = begun.at || 0, stuck = 0; from < blob.size; ) {
    progress(from / blob.size);
    const body = blob.slice(from, from + size);
    const answer = await again(
      () => ask(`${at}/${begun.id}?at=${from}`, { method: "PUT", body, signal, headers: { "Content-Type": "application/octet-stream", Accept: "application/json" } }),
      [200, 409],
    );
    if (typeof answer.at !== "number" || (answer.at === from && ++stuck > 3)) throw new Refused(409, answer);
    if (answer.at !== from) stuck = 0;
    from = answer.at;
  }
  progress(1);
  return again(() => ask(`${at}/${begun.id}/whole`, { method: "POST", body: new FormData(), signal, headers: { Accept: "application/json" } }), [200, 201]);

  // again asks until there is an answer: no signal and a busy server are waited for, a no is not.
  async function again(once, fine) {
    for (let tries = 0; ; tries++) {
      if (signal?.aborted) throw signal.reason;
      try {
        const got = await once();
        const body = await got.json().catch(() => null);
        if (fine.includes(got.status) && body) {
          if (tries > 0) waiting(false);
          return body;
        }
        if (got.status < 500 && got.status !== 429 && got.status !== 408 && got.status !== 200) throw new Refused(got.status, body);
      } catch (e) {
        if (e instanceof Refused || signal?.aborted) throw e;
      }
      waiting(true);
      await sleep(Math.min(LONGEST, 500 * 2 ** Math.min(tries, 6)), signal);
    }
  }
}

// nap waits; it wakes early when the signal comes back.
function nap(ms, signal) {
  return new Promise((done) => {
    const wake = () => {
      clearTimeout(clock);
      globalThis.removeEventListener?.("online", wake);
      done();
    };
    const clock = setTimeout(wake, ms);
    globalThis.addEventListener?.("online", wake);
    signal?.addEventListener("abort", wake, { once: true });
  });
}

// newKey makes a key that no other file, card or worry has: 128 random bits. It works on plain
// http too.
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}
