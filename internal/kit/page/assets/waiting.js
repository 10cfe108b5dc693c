// Work that this device still holds is a number on every page, and signing out asks first:
// about what was not sent, and about what was recorded or typed and not saved. Nothing is
// opened on a device that never kept any.

const WEEK = 7 * 24 * 3600 * 1000; // a recording that was not kept is gone after it

export function waiting(document, window) {
  const keeper = document.body.dataset.keeper;
  const link = document.querySelector("a[data-waiting]");
  const out = document.querySelector("form.pl-header__out");
  if (!keeper || !link) return;
  const keeps = () => {
    try {
      return window.localStorage.getItem("plait-keeps");
    } catch {
      return null; // a browser that keeps nothing
    }
  };
  const show = async () => {
    const { n, project } = await unsent(window, keeper);
    link.hidden = !n;
    link.textContent = link.dataset.text.replace("{n}", n);
    if (n) link.href = `/evidence/${project}/capture/waiting`;
    return project;
  };
  // A page may begin to keep something after it was opened, so this is asked when it matters.
  out?.addEventListener("submit", async (event) => {
    if (!keeps()) return;
    event.preventDefault();
    const project = (await show()) || (await begun(window, keeper));
    if (project) return window.location.assign(`/evidence/${project}/capture/waiting?out=1`);
    await forget(window);
    out.submit();
  });
  const kept = keeps();
  if (!kept) return;
  if (kept !== keeper) {
    forget(window); // the forms and notes of someone who was here before
    window.localStorage.setItem("plait-keeps", keeper);
  }
  // Once a page, the worker is asked to try: this page has nothing to send with.
  show().then((some) => some && window.navigator.serviceWorker?.controller?.postMessage("send"));
  window.addEventListener("plait:unsent", show);
  window.addEventListener("plait:clear", () => forget(window));
  if (window.BroadcastChannel) new window.BroadcastChannel("plait-work").addEventListener("message", show);
}

// forget clears kept forms and notes. What somebody wrote, typed or recorded is another
// matter: it goes when its owner says so.
async function forget(window) {
  for (const name of Object.keys(window.localStorage)) if (/^plait-(keeps$|today-)/.test(name)) window.localStorage.removeItem(name);
  await window.caches?.delete("plait-forms");
}

// unsent is how much unsent work the keeper has here, and a project of it; "" when none.
async function unsent(window, keeper) {
  const all = await look(window, "plait-work", "work", (store) => {
    const index = store.index("keeper");
    return [index.count(keeper), index.get(keeper)];
  });
  return { n: all?.[0] || 0, project: all?.[1]?.project || "" };
}

// begun is a project in which the keeper recorded or typed something that is not saved yet.
async function begun(window, keeper) {
  const takes = (await look(window, "plait-takes", "take", (store) => [store.getAll()]))?.[0] || [];
  const take = takes.find((t) => t.place.startsWith(`${keeper} `) && t.ms > 0 && Date.now() - t.at <= WEEK);
  if (take) return /[0-9a-f-]{36}$/.exec(take.place)?.[0] || "";
  const mine = `plait-draft-${keeper}-`;
  const draft = Object.keys(window.localStorage).find((name) => name.startsWith(mine) && typed(window.localStorage.getItem(name)));
  return draft ? draft.slice(mine.length) : "";
}

// typed says whether a draft holds words.
function typed(note) {
  try {
    return JSON.parse(note).some(([n, v]) => (n === "words" || n === "role") && v.trim());
  } catch {
    return false;
  }
}

// look gives the results of requests to a store of this device; null when it is not there.
function look(window, name, store, requests) {
  return new Promise((done) => {
    const none = () => done(null);
    let ask;
    try {
      ask = window.indexedDB.open(name);
    } catch {
      return none();
    }
    ask.onerror = none;
    ask.onupgradeneeded = () => ask.transaction.abort(); // it was never made: none is made
    ask.onsuccess = () => {
      const db = ask.result;
      db.onversionchange = () => db.close();
      const tx = db.transaction(store);
      const asked = requests(tx.objectStore(store));
      tx.onabort = none;
      tx.oncomplete = () => {
        db.close();
        done(asked.map((x) => x.result));
      };
    };
  });
}
