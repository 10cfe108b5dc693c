// The tablet that is handed over. Without this script each press opens the next page; with
// it the next statement takes the place of this one, so that a filled screen stays filled.
// Keys 1 to 8 press the answers. "Listen" is offered only where the device itself has a
// voice: what people say is sent to nobody.

const main = document.querySelector("main");

async function go(address, options, fallBack) {
  let answer, page;
  try {
    answer = await fetch(address, options);
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return fallBack();
  }
  const next = page.querySelector("main");
  if (!next || !page.querySelector("[data-shown]") || (!answer.ok && answer.status !== 422)) {
    return answer.redirected && answer.ok ? location.assign(answer.url) : fallBack();
  }
  main.replaceChildren(...next.childNodes);
  document.title = page.title;
  history.replaceState(null, "", answer.redirected || !options ? answer.url : location.href);
  window.scrollTo(0, 0);
  ready();
  (main.querySelector("[role=alert]") || main.querySelector("h1")).focus();
}

let busy = false;

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-swap]");
  if (!form || busy) {
    if (form) event.preventDefault();
    return;
  }
  event.preventDefault();
  busy = true;
  const button = event.submitter;
  const body = new URLSearchParams(new FormData(form));
  if (button && button.name) body.set(button.name, button.value);
  await go(form.action, { method: "POST", body }, () => {
    const again = document.createElement("input"); // form.submit() names no button
    again.type = "hidden";
    again.name = button ? button.name : "";
    again.value = button ? button.value : "";
    form.append(again);
    form.submit();
  });
  busy = false;
});

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  await go(link.href, undefined, () => location.assign(link.href));
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || /^(input|textarea|select)$/i.test(event.target.tagName)) return;
  const button = main.querySelector(`button[data-key="${CSS.escape(event.key)}"]`);
  if (button) {
    event.preventDefault();
    button.click();
  }
});

function ready() {
  const fill = main.querySelector("[data-fill]");
  if (fill && document.fullscreenEnabled && !document.fullscreenElement) {
    fill.hidden = false;
    fill.onclick = async () => {
      await document.documentElement.requestFullscreen();
      fill.hidden = true;
      main.querySelector("h1").focus();
    };
  }
  listen();
}

function voice() {
  const say = main.querySelector("[data-say]");
  const language = ((say && say.lang) || document.documentElement.lang || "en").slice(0, 2);
  return speechSynthesis.getVoices().find((v) => v.localService && v.lang.slice(0, 2).toLowerCase() === language);
}

function listen() {
  const button = main.querySelector("[data-listen]");
  if (!button || !window.speechSynthesis) return;
  const offer = () => {
    button.hidden = !voice();
  };
  offer();
  speechSynthesis.onvoiceschanged = offer;
  button.onclick = () => {
    speechSynthesis.cancel();
    const words = new SpeechSynthesisUtterance(main.querySelector("[data-say]").innerText);
    words.voice = voice();
    words.lang = words.voice.lang;
    speechSynthesis.speak(words);
  };
}

if (window.speechSynthesis) addEventListener("pagehide", () => speechSynthesis.cancel());
ready();
