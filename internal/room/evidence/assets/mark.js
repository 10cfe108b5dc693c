// Marking: words by selecting them, a box on a picture by drawing it, a stretch of a
// recording by its player. The page does all of it without this script too.
//
// Offsets are Unicode code points, counted from the start of the whole text; browsers
// count UTF-16 units. count and reach below are the one place where they are turned.

// count is how many code points text has.
export function count(text) {
  let n = text.length;
  for (let i = 0; i < text.length - 1; i++) {
    const c = text.charCodeAt(i);
    if (c >= 0xd800 && c < 0xdc00) {
      const d = text.charCodeAt(i + 1);
      if (d >= 0xdc00 && d < 0xe000) {
        n--;
        i++;
      }
    }
  }
  return n;
}

// reach is the UTF-16 offset of a code point in text.
export function reach(text, points) {
  let i = 0;
  while (points > 0 && i < text.length) {
    i += text.codePointAt(i) > 0xffff ? 2 : 1;
    points--;
  }
  return i;
}

// key names one sending, so that the same one is stored once.
function key() {
  const b = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(b, (x) => x.toString(16).padStart(2, "0")).join("");
}

const say = (text) => {
  const status = document.querySelector("[data-mark-status]");
  if (status) status.textContent = text;
};

const words = document.querySelector("[data-mark]");
if (words) marking(words);
const box = document.querySelector("[data-mark-box]");
if (box && document.querySelector("[data-mark-where]")) boxing(box);
const player = document.querySelector("[data-mark-player] > *");
if (player) playing(player);

function marking(words) {
  const bar = document.querySelector("[data-mark-bar]");
  const paragraphs = Array.from(words.querySelectorAll(".pl-mark__p"));
  const starts = paragraphs.map((p) => Number(p.dataset.start));
  const can = Boolean(globalThis.CSS && CSS.highlights && globalThis.Highlight && globalThis.StaticRange);
  const mine = can ? new Highlight() : null;
  const now = can ? new Highlight() : null;
  if (can) {
    CSS.highlights.set("pl-mark", mine);
    CSS.highlights.set("pl-mark-now", now);
  }

  // part is where a selection begins and ends: code points, and ranges of the page.
  function part(range) {
    let first = paragraphs.findIndex((p) => range.intersectsNode(p));
    if (first < 0) return null;
    let last = first;
    while (last + 1 < paragraphs.length && range.intersectsNode(paragraphs[last + 1])) last++;
    const before = (p, node, offset) => {
      const r = document.createRange();
      r.setStart(p, 0);
      r.setEnd(node, offset);
      return r.toString();
    };
    let from = 0;
    if (paragraphs[first].contains(range.startContainer)) from = count(before(paragraphs[first], range.startContainer, range.startOffset));
    let to = count(paragraphs[last].textContent);
    if (paragraphs[last].contains(range.endContainer)) to = count(before(paragraphs[last], range.endContainer, range.endOffset));
    if (to === 0 && last > first) {
      last--; // a triple click ends at the beginning of the next line
      to = count(paragraphs[last].textContent);
    }
    const out = { start: starts[first] + from, end: starts[last] + to };
    return out.end > out.start ? out : null;
  }

  // at is the paragraph that holds a code point.
  function at(point) {
    let lo = 0;
    let hi = starts.length - 1;
    while (lo < hi) {
      const mid = (lo + hi + 1) >> 1;
      if (starts[mid] <= point) lo = mid;
      else hi = mid - 1;
    }
    return paragraphs[lo];
  }

  // place is the text node and offset of a code point of a paragraph.
  function place(p, points) {
    const walk = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
    let node = walk.nextNode();
    let last = node;
    while (node) {
      const n = count(node.data);
      if (points <= n) return [node, reach(node.data, points)];
      points -= n;
      last = node;
      node = walk.nextNode();
    }
    return last ? [last, last.data.length] : [p, 0];
  }

  function ranged(start, end) {
    const a = at(start);
    const b = at(Math.max(start, end - 1));
    const [startContainer, startOffset] = place(a, start - Number(a.dataset.start));
    const [endContainer, endOffset] = place(b, end - Number(b.dataset.start));
    return { startContainer, startOffset, endContainer, endOffset, first: a, last: b };
  }

  // paint shows a part as marked and gives what takes that back.
  function paint(start, end) {
    const r = ranged(start, end);
    if (can) {
      const fixed = new StaticRange(r);
      mine.add(fixed);
      return () => mine.delete(fixed);
    }
    const wrapped = [];
    for (let i = paragraphs.indexOf(r.first); i <= paragraphs.indexOf(r.last); i++) {
      const p = paragraphs[i];
      const walk = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
      const texts = [];
      let seen = starts[i];
      for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const n = count(node.data);
        const from = Math.max(start, seen);
        const to = Math.min(end, seen + n);
        if (to > from) texts.push([node, reach(node.data, from - seen), reach(node.data, to - seen)]);
        seen += n;
      }
      for (const [node, from, to] of texts) {
        const one = document.createRange();
        one.setStart(node, from);
        one.setEnd(node, to);
        const mark = document.createElement("mark");
        mark.className = "pl-mark__it";
        one.surroundContents(mark);
        wrapped.push(mark);
      }
    }
    return () => {
      for (const mark of wrapped) mark.replaceWith(...mark.childNodes);
      words.normalize();
    };
  }

  function show(start, end) {
    const r = ranged(start, end);
    if (can) {
      now.clear();
      now.add(new StaticRange(r));
    }
    r.first.scrollIntoView({ block: "center" });
  }

  const list = document.querySelector("[data-mark-list]");
  const item = document.querySelector("[data-mark-item]");
  const total = document.querySelector("[data-mark-count]");
  function counted(by) {
    total.textContent = String(Number(total.textContent.replace(/\D/g, "")) + by);
    document.querySelector("[data-mark-none]").hidden = list.children.length > 0;
  }

  // told keeps the line of real text under a paragraph, for those who see no colour.
  function told(p, name) {
    let line = p.nextElementSibling;
    while (line && !line.matches(".pl-mark__said")) line = line.nextElementSibling;
    if (!line) {
      line = document.createElement("p");
      line.className = "pl-mark__said";
      line.textContent = words.dataset.said + " " + name;
      p.parentElement.append(line);
    } else {
      line.textContent += ", " + name;
    }
  }

  const undo = new Map();
  function added(out, text, label, back) {
    const li = item.content.firstElementChild.cloneNode(true);
    const link = li.querySelector("a");
    link.href = out.place;
    link.dataset.markId = out.id;
    link.dataset.start = out.start;
    link.dataset.end = out.end;
    const shown = text.length > 160 ? text.slice(0, 159) + "…" : text;
    link.firstElementChild.textContent = shown;
    link.firstElementChild.lang = paragraphs[0].lang;
    li.querySelector("strong").textContent = label;
    if (!label) li.querySelector("strong").remove();
    li.querySelector("input[name=excerpt]").value = out.id;
    li.querySelector("input[name=key]").value = key();
    li.querySelector(".govuk-visually-hidden").textContent = " " + shown;
    list.append(li);
    counted(1);
    undo.set(out.id, back);
    const r = ranged(out.start, out.end);
    for (let i = paragraphs.indexOf(r.first); i <= paragraphs.indexOf(r.last); i++) told(paragraphs[i], label ? `${out.n} (${label})` : String(out.n));
  }

  // save paints at once and sends; what could not be stored is taken back, and said.
  let waiting = null; // what is sent again with the same key
  async function save(found, label) {
    performance.mark("pl-mark-press");
    const back = paint(found.start, found.end);
    const same = waiting && waiting.start === found.start && waiting.end === found.end && waiting.label === label;
    waiting = { ...found, label, key: same ? waiting.key : key() };
    const body = new URLSearchParams({ ...found, label, version: words.dataset.version, key: waiting.key });
    try {
      const answer = await fetch(bar.action, { method: "POST", body, headers: { Accept: "application/json" } });
      const out = await answer.json();
      if (!answer.ok) {
        back();
        say([...Object.values(out.fields ?? {}), out.say, out.do].filter(Boolean).slice(0, 2).join(" ") || bar.dataset.failed);
        return false;
      }
      waiting = null;
      const r = ranged(found.start, found.end);
      const whole = document.createRange();
      whole.setStart(r.startContainer, r.startOffset);
      whole.setEnd(r.endContainer, r.endOffset);
      added(out, whole.toString(), label, back);
      say(bar.dataset.marked);
      return true;
    } catch {
      back();
      say(bar.dataset.failed);
      return false;
    }
  }

  // A press on a mark in the list opens its place without a new page, where it is here.
  list.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-start]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(Number(link.dataset.start), Number(link.dataset.end));
    if (document.getElementById("mark-" + link.dataset.markId)) history.replaceState(null, "", "#mark-" + link.dataset.markId);
  });

  if (!bar) return;

  list.addEventListener("submit", async (event) => {
    const form = event.target;
    const id = form.elements.excerpt.value;
    if (!undo.has(id)) return; // marked before this page was made: the page is made anew
    event.preventDefault();
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      undo.get(id)();
      undo.delete(id);
      form.closest("li").remove();
      counted(-1);
      say(bar.dataset.unmarked);
      document.getElementById("marks").scrollIntoView({ block: "nearest" });
    } catch {
      form.submit();
    }
  });

  // The selection is kept while the label is typed: on a phone it goes when a field gets
  // the focus.
  let chosen = null;
  document.addEventListener("selectionchange", () => {
    const selection = getSelection();
    if (!selection.rangeCount || bar.contains(document.activeElement)) return;
    const range = selection.getRangeAt(0);
    const inside = words.contains(range.startContainer) || words.contains(range.endContainer);
    if (!selection.isCollapsed && inside) {
      chosen = range.cloneRange();
      glow(chosen);
      bar.hidden = false;
      document.body.classList.add("pl-has-markbar");
    } else if (selection.isCollapsed && inside) {
      leave();
    }
  });
  // While the label is typed the browser shows no selection: the words glow in its place.
  function glow(range) {
    if (!can) return;
    now.clear();
    if (range) now.add(new StaticRange(range));
  }
  function leave() {
    chosen = null;
    glow(null);
    bar.hidden = true;
    document.body.classList.remove("pl-has-markbar");
  }
  for (const button of bar.querySelectorAll("button")) {
    button.addEventListener("pointerdown", (event) => event.preventDefault()); // the selection stays
  }
  bar.querySelector("[data-mark-cancel]").addEventListener("click", leave);
  bar.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave();
  });
  bar.addEventListener("submit", async (event) => {
    event.preventDefault();
    const found = chosen && part(chosen);
    if (!found) return leave();
    const label = bar.elements.label.value.trim();
    const range = chosen;
    leave();
    getSelection().removeAllRanges();
    if (await save(found, label)) {
      bar.elements.label.value = "";
    } else {
      chosen = range; // pressed once more, it is sent again
      bar.hidden = false;
    }
  });

  // By paragraph: one button goes from paragraph to paragraph with the arrow keys, so that
  // six thousand paragraphs are one stop on the way through the page.
  const keys = document.querySelector("[data-mark-keys]");
  const button = document.querySelector("[data-mark-paragraph]").content.firstElementChild.cloneNode(true);
  let current = -1;
  keys.hidden = false;
  const toggle = keys.querySelector("button");
  function go(i, focus) {
    if (current >= 0) paragraphs[current].parentElement.classList.remove("is-current");
    current = Math.min(Math.max(i, 0), paragraphs.length - 1);
    const p = paragraphs[current];
    p.parentElement.classList.add("is-current");
    p.id ||= "words-" + p.parentElement.id;
    button.setAttribute("aria-describedby", p.id);
    p.after(button);
    if (focus) button.focus({ preventScroll: true });
    p.parentElement.scrollIntoView({ block: "nearest" });
  }
  toggle.addEventListener("click", () => {
    const on = toggle.getAttribute("aria-pressed") !== "true";
    toggle.setAttribute("aria-pressed", String(on));
    if (on) {
      go(current < 0 ? 0 : current, true);
      return;
    }
    paragraphs[current].parentElement.classList.remove("is-current");
    button.remove();
  });
  button.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    go(current + step, true);
  });
  button.addEventListener("click", () => {
    const p = paragraphs[current];
    save({ start: Number(p.dataset.start), end: Number(p.dataset.end) }, bar.elements.label.value.trim());
  });
}

// boxing draws a box on a picture; the form's own fields say where it is.
function boxing(box) {
  const form = document.querySelector("[data-mark-where]");
  const rect = box.querySelector("[data-mark-new]");
  const { left, top, width, height } = form.elements;
  const own = form.querySelector("input[name=half][value=own]");
  const hint = form.querySelector("[data-mark-where-words]");
  const move = form.querySelector("[data-mark-move]");
  const at = { x: 0, y: 0, w: 0, h: 0 }; // per cent

  const per = (n) => String(Math.round(n * 10) / 10);
  function show(fill) {
    for (const [name, value] of [["x", at.x], ["y", at.y], ["width", at.w], ["height", at.h]]) rect.setAttribute(name, Math.round(value * 100));
    if (!fill) return;
    own.checked = true;
    [left.value, top.value, width.value, height.value] = [at.x, at.y, at.w, at.h].map(per);
  }
  function typed() {
    const [x, y, w, h] = [left, top, width, height].map((f) => Number(f.value));
    if ([x, y, w, h].some(Number.isNaN)) return;
    Object.assign(at, { x, y, w: Math.min(w, 100 - x), h: Math.min(h, 100 - y) });
    show(false);
    own.checked = true;
  }
  for (const field of [left, top, width, height]) field.addEventListener("input", typed);
  form.addEventListener("change", (event) => {
    const half = { whole: [0, 0, 100, 100], top: [0, 0, 100, 50], bottom: [0, 50, 100, 50], left: [0, 0, 50, 100], right: [50, 0, 50, 100] }[event.target.name === "half" && event.target.value];
    if (!half) return;
    [at.x, at.y, at.w, at.h] = half;
    show(false);
  });

  let from = null;
  const point = (event) => {
    const r = box.getBoundingClientRect();
    const fit = (n) => Math.min(100, Math.max(0, n * 100));
    return { x: fit((event.clientX - r.left) / r.width), y: fit((event.clientY - r.top) / r.height) };
  };
  box.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    from = point(event);
    box.setPointerCapture(event.pointerId);
  });
  box.addEventListener("pointermove", (event) => {
    if (!from) return;
    const to = point(event);
    Object.assign(at, { x: Math.min(from.x, to.x), y: Math.min(from.y, to.y), w: Math.abs(to.x - from.x), h: Math.abs(to.y - from.y) });
    show(true);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    box.addEventListener(end, () => {
      from = null;
    });
  }

  move.hidden = false;
  move.querySelector("button").addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!way) return;
    event.preventDefault();
    if (at.w === 0) Object.assign(at, { x: 25, y: 25, w: 50, h: 50 });
    const within = (n, least, most) => Math.min(most, Math.max(least, n));
    if (event.shiftKey) {
      at.w = within(at.w + way[0] * 2, 2, 100 - at.x);
      at.h = within(at.h + way[1] * 2, 2, 100 - at.y);
    } else {
      at.x = within(at.x + way[0] * 2, 0, 100 - at.w);
      at.y = within(at.y + way[1] * 2, 0, 100 - at.h);
    }
    show(true);
    say(hint.dataset.markWhereWords.replace("{l}", per(at.x)).replace("{t}", per(at.y)).replace("{w}", per(at.w)).replace("{h}", per(at.h)));
  });
}

// playing fills in times from the player, and opens it at a mark of the list.
function playing(player) {
  const clock = (s) => {
    const m = Math.floor(s / 60);
    const rest = (s % 60).toFixed(1).replace(/\.0$/, "").padStart(2, "0");
    return m < 60 ? `${m}:${rest.length < 2 || /^\d\./.test(rest) ? "0" + rest : rest}` : `${Math.floor(m / 60)}:${String(m % 60).padStart(2, "0")}:${rest}`;
  };
  for (const button of document.querySelectorAll("button[data-mark-now]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      button.closest("form").elements[button.dataset.markNow].value = clock(player.currentTime);
    });
  }
  let end = 0;
  player.addEventListener("timeupdate", () => {
    if (end && player.currentTime >= end) {
      end = 0;
      player.pause();
    }
  });
  document.querySelector("[data-mark-list]").addEventListener("click", (event) => {
    const link = event.target.closest("a[data-from]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    player.currentTime = Number(link.dataset.from) / 1000;
    end = Number(link.dataset.to) / 1000;
    player.play().catch(() => {}); // a browser that plays only by its own button shows the place
  });
}
