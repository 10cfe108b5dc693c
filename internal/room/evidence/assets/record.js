// The page that records: they say yes, the recorder comes; what is kept is sent in chunks
// and the form about it opens.

import { able, recorder } from "./_recorder.js";
import { newKey, send } from "./_send.js";

const box = document.querySelector("[data-recorder]");
const consent = document.querySelector("[data-consent]");
const form = document.querySelector("form[data-record]");

if (box && consent && form) {
  const words = JSON.parse(box.dataset.say);
  const base = form.dataset.base;
  const { keeper } = document.body.dataset; // a recording is offered again to whoever made it
  let keys = new WeakMap();

  const open = () => {
    consent.hidden = true;
    localStorage.setItem("plait-keeps", keeper); // signing out asks about recordings now
    return recorder(box, {
      place: `${keeper} ${base}`,
      words,
      async keep({ blob, name, drop }) {
        const key = keys.get(blob) || newKey();
        keys.set(blob, key); // trying again goes on with the same upload
        const done = await send(base, {
          key,
          name,
          blob,
          progress: (share) => it.say("sending", { percent: Math.floor(share * 100) }),
          waiting: (is) => is && it.say("waiting"),
        });
        await drop();
        it.left();
        it.say("kept");
        location.assign(`${base}/give?upload=${encodeURIComponent(done.id)}`);
      },
    });
  };
  let it;
  if (!able()) {
    it = open(); // says that this browser cannot, and leaves the file field
  } else {
    consent.hidden = false;
    consent.querySelector("[data-yes]").addEventListener("click", () => {
      it = open();
      box.querySelector("button")?.focus();
    });
  }
}
