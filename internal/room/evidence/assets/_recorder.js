// Turns a container ([data-recorder], the template media-recorder) into a recorder: level
// meter, pause, listening back, again, keep. What was recorded is kept on the device as it
// goes.

import { begin, drop, found } from "./_takes.js";

const PIECE = 5000; // milliseconds of sound between two writes to the device
const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus", "audio/webm"];
const SILENT = 4000; // milliseconds without a sound before it is told

// able says whether this browser and this page can record at all.
export const able = () => Boolean(globalThis.MediaRecorder && navigator.mediaDevices?.getUserMedia);

// clock writes milliseconds as 1:05.
export const clock = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;

// loudest gives the loudest 20 ms or so of the samples, from 0 (-60 dB, silence) to 100 (full).
function loudest(samples) {
  let most = 0;
  for (let at = 0; at + 1024 <= samples.length; at += 1024) {
    let sum = 0;
    for (let i = at; i < at + 1024; i++) sum += samples[i] * samples[i];
    most = Math.max(most, sum / 1024);
  }
  const db = 20 * Math.log10(Math.sqrt(most) || 1e-6);
  return Math.max(0, Math.min(100, ((db + 60) / 60) * 100));
}

// recorder shows the recorder and gives {state, say, discard}. place tells the recordings
// of one page from those of another. keep is called with {blob, ms, name, drop} when the
// person keeps it; it may be async, and calls drop when the recording is safe elsewhere.
// When keep throws, the recording stays.
export function recorder(box, { place, keep, words = JSON.parse(box.dataset.say) }) {
  const find = (what) => box.querySelector(`[data-${what}]`);
  const [state, time, level, meter, listen, buttons] = ["state", "clock", "level", "meter", "listen", "buttons"].map(find);
  let now = "ready"; // asking, recording, paused, done, sending
  let rec, stream, sound, from, hear, kept; // while recording
  let parts = [], gone = 0, since = 0, take = "", media = "";
  let made = null; // {blob, ms, name}

  const say = (key, fill = {}) => {
    const text = (words[key] || "").replace(/\{(\w+)\}/g, (_, x) => fill[x] ?? "");
    if (state.textContent !== text) state.textContent = text;
  };
  const ms = () => gone + (since ? performance.now() - since : 0);

  // show draws the buttons of a state; the first takes the focus where one was pressed.
  function show(next, pressed) {
    now = next;
    box.dataset.now = next;
    const which = {
      ready: [["start", start, true]],
      asking: [],
      recording: [["pause", pause, true], ["stop", stop]],
      paused: [["on", on, true], ["stop", stop]],
      done: [["keep", keepIt, true], ["again", again]],
      sure: [["again_sure", wipe], ["keep", keepIt]],
      sending: [],
    }[next];
    buttons.replaceChildren(
      ...which.map(([word, act, first]) => {
        const b = document.createElement("button");
        b.type = "button";
        b.className = `govuk-button${first ? "" : word === "again_sure" ? " govuk-button--warning" : " govuk-button--secondary"}`;
        b.dataset.do = word;
        b.textContent = words[word];
        b.addEventListener("click", () => act(true));
        return b;
      }),
    );
    level.hidden = next !== "recording" && next !== "paused";
    listen.hidden = !made || (next !== "done" && next !== "sure");
    if (pressed) buttons.querySelector("button")?.focus();
    time.textContent = clock(made ? made.ms : ms());
  }

  async function start(pressed) {
    if (!able()) return say("unable");
    show("asking");
    say("asking");
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: false, autoGainControl: true } });
    } catch (e) {
      show("ready", pressed);
      return say({ NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "missing", OverconstrainedError: "missing" }[e.name] || "missing");
    }
    try {
      const type = KINDS.find((k) => MediaRecorder.isTypeSupported(k));
      rec = new MediaRecorder(stream, type ? { mimeType: type, audioBitsPerSecond: 48000 } : {});
    } catch {
      hush();
      show("ready", pressed);
      return say("unable");
    }
    media = (rec.mimeType || "audio/webm").split(";")[0];
    [parts, gone, since, made] = [[], 0, 0, null];
    take = Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");
    kept = begin({ id: take, place, media }, () => say("stored_off"));
    rec.addEventListener("dataavailable", (e) => {
      if (!e.data.size) return;
      parts.push(e.data);
      kept(e.data, Math.round(ms()));
    });
    rec.addEventListener("stop", finish);
    rec.addEventListener("error", () => rec.state !== "inactive" && rec.stop());
    stream.getAudioTracks()[0]?.addEventListener("ended", () => rec.state !== "inactive" && ((box.dataset.broken = "yes"), rec.stop()));
    rec.start(PIECE);
    since = performance.now();
    show("recording", pressed);
    say("recording");
    watch();
  }

  function pause(pressed) {
    if (rec.state !== "recording") return;
    rec.pause();
    rec.requestData();
    [gone, since] = [ms(), 0];
    show("paused", pressed);
    say("paused");
  }

  function on(pressed) {
    if (rec.state !== "paused") return;
    rec.resume();
    since = performance.now();
    show("recording", pressed);
    say("recording");
  }

  function stop(pressed) {
    box.dataset.pressed = pressed ? "yes" : "";
    if (rec.state !== "inactive") rec.stop();
  }

  function finish() {
    [gone, since] = [ms(), 0];
    hush();
    ready(new Blob(parts, { type: media }), gone, box.dataset.pressed === "yes");
    say(box.dataset.broken ? "broken" : "done");
    delete box.dataset.broken;
  }

  // ready shows what was recorded, to be listened to.
  function ready(blob, length, pressed) {
    const end = { "audio/mp4": "m4a", "audio/ogg": "ogg" }[blob.type] || "webm";
    const stamp = new Date().toISOString().slice(0, 16).replace(/[T:]/g, "-");
    made = { blob, ms: Math.round(length), name: `recording-${stamp}.${end}` };
    if (listen.src) URL.revokeObjectURL(listen.src);
    listen.src = URL.createObjectURL(blob);
    show("done", pressed);
  }

  function again(pressed) {
    show("sure", pressed);
  }

  async function wipe(pressed) {
    await discard();
    show("ready", pressed);
    say("ready");
  }

  async function discard() {
    listen.pause();
    listen.removeAttribute("src");
    const old = take;
    [made, parts, gone, since, take] = [null, [], 0, 0, ""];
    if (old) await drop(old);
  }

  async function keepIt(pressed) {
    listen.pause();
    const id = take;
    show("sending");
    try {
      await keep({ ...made, drop: () => drop(id) });
    } catch (e) {
      show("done", pressed);
      say(e?.signin ? "signin" : "failed");
    }
  }

  // hush lets go of the microphone.
  function hush() {
    clearInterval(hear);
    for (const t of stream?.getTracks() || []) t.stop();
    sound?.close().catch(() => {});
    sound = from = stream = null;
  }

  // watch shows time and level: ten times a second, or once where the person asked for less motion.
  function watch() {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let wave = null;
    try {
      sound = new AudioContext();
      wave = sound.createAnalyser();
      wave.fftSize = calm ? 32768 : 8192; // longer than from one look to the next, so that no sound falls between
      from = sound.createMediaStreamSource(stream); // held, or it may be collected as waste
      from.connect(wave);
    } catch {
      level.hidden = true; // no level is no reason not to record
    }
    const samples = new Float32Array(wave?.fftSize || 0);
    let heard = performance.now(), top = 0, told = false;
    hear = setInterval(() => {
      time.textContent = clock(ms());
      if (!wave || now !== "recording") return;
      if (sound.state !== "running") {
        // A browser may begin it asleep, or send it to sleep for a call. That is no silence.
        sound.resume().catch(() => {});
        heard = performance.now();
        return;
      }
      wave.getFloatTimeDomainData(samples);
      const loud = loudest(samples);
      top = calm ? loud : Math.max(loud, top - 6); // falls slowly, so that it does not flicker
      meter.value = top;
      meter.textContent = top < 8 ? words.quiet : top > 92 ? words.loud : "";
      if (loud >= 8) heard = performance.now();
      const silent = performance.now() - heard > SILENT;
      if (silent !== told) say((told = silent) ? "silent" : "recording");
    }, calm ? 1000 : 100);
  }

  addEventListener("beforeunload", (e) => {
    if (["recording", "paused", "done", "sure", "sending"].includes(now) && box.dataset.leave !== "yes") {
      e.preventDefault();
      e.returnValue = words.leave;
    }
  });
  // A phone that turns its page away may end it: what is there is written down first.
  document.addEventListener("visibilitychange", () => document.hidden && rec?.state === "recording" && rec.requestData());

  box.hidden = false;
  show("ready");
  say(able() ? "ready" : "unable");
  if (!able()) buttons.replaceChildren();
  const back = found(place).then((old) => {
    if (!old || now !== "ready") return null;
    take = old.id;
    ready(old.blob, old.ms, false);
    say("found", { time: clock(old.ms) });
    return old;
  });
  return { say, discard, back, left: () => (box.dataset.leave = "yes"), state: () => now };
}
