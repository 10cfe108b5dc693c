// Work that this device still holds is a number on every page, and signing out asks first.
// Nothing is opened on a device that never kept any.

export function waiting(document, window) {
  const keeper = document.body.dataset.keeper;
  const link = document.querySelector("a[data-waiting]");
  const out = document.querySelector("form.pl-header__out");
  let kept = null;
  try {
    kept = window.localStorage.getItem("plait-keeps");
  } catch {
    return; // a browser that keeps nothing
  }
  if (!keeper || !link || !kept) return;
  if (kept !== keeper) {
    forget(window); // the forms and notes of someone who was here before
    window.localStorage.setItem("plait-keeps", keeper);
  }
  const show = async () => {
    const { n, project } = await count(window, keeper);
    link.hidden = !n;
    link.textContent = link.dataset.text.replace("{n}", n);
    if (n) link.href = `/evidence/${project}/capture/waiting`;
    return n;
  };
  // Once a page, the worker is asked to try: this page has nothing to send with.
  show().then((n) => n && window.navigator.serviceWorker?.controller?.postMessage("send"));
  window.addEventListener("plait:unsent", show);
  window.addEventListener("plait:clear", () => forgetAll(window));
  if (window.BroadcastChannel) new window.BroadcastChannel("plait-work").addEventListener("message", show);
  out?.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await show()) return window.location.assign(`${link.pathname}?out=1`);
    await forgetAll(window);
    out.submit();
  });
}

// forget clears kept forms and notes; unsent work is another matter.
async function forget(window) {
  for (const name of Object.keys(window.localStorage)) if (/^plait-(keeps$|today-|draft-)/.test(name)) window.localStorage.removeItem(name);
  await window.caches?.delete("plait-forms");
}

// forgetAll is forget, and recordings that were begun and not kept.
async function forgetAll(window) {
  window.indexedDB?.deleteDatabase("plait-takes");
  await forget(window);
}

// count is how much unsent work the keeper has here, and a project of it.
function count(window, keeper) {
  return new Promise((done) => {
    const none = () => done({ n: 0, project: "" });
    let ask;
    try {
      ask = window.indexedDB.open("plait-work");
    } catch {
      return none();
    }
    ask.onerror = none;
    ask.onupgradeneeded = () => ask.transaction.abort(); // there is no outbox: none is made
    ask.onsuccess = () => {
      const db = ask.result;
      db.onversionchange = () => db.close();
      const index = db.transaction("work").objectStore("work").index("keeper");
      const n = index.count(keeper);
      const first = index.get(keeper);
      index.objectStore.transaction.oncomplete = () => {
        db.close();
        done({ n: n.result, project: first.result?.project || "" });
      };
    };
  });
}
