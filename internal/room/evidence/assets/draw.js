// A board to draw on with a pen, a finger, a mouse or keys. What is drawn is kept as
// strokes: the last can be undone, and a reload loses nothing. It is sent as a picture in
// the form's own file field.

const form = document.querySelector("form[data-draw]");
const held = form.querySelector("template[data-board]");
held.before(held.content.cloneNode(true)); // without this script none of it is there
const board = form.querySelector(".pl-draw");
const canvas = board.querySelector("canvas");
const pen = canvas.getContext("2d");
const said = board.querySelector("[data-said]");
const kept = "plait-drawing " + location.pathname;
const step = 30;

const inks = { black: "#1b1f23", blue: "#1d5fc4", green: "#1d7a45", red: "#c0281f", yellow: "#f2b705", brown: "#7a4a21", white: "#ffffff" };
const widths = { thin: 6, thick: 24 };
const size = 90;

// How each shape is drawn around the middle (x, y), as the points of its lines.
const shapes = {
  circle: (x, y) => [arc(x, y, size)],
  square: (x, y) => [[[x - size, y - size], [x + size, y - size], [x + size, y + size], [x - size, y + size], [x - size, y - size]]],
  triangle: (x, y) => [[[x, y - size], [x + size, y + size], [x - size, y + size], [x, y - size]]],
  line: (x, y) => [[[x - size, y], [x + size, y]]],
  person: (x, y) => [arc(x, y - 70, 35), [[x, y - 35], [x, y + 40]], [[x - 55, y], [x + 55, y]], [[x - 45, y + 110], [x, y + 40], [x + 45, y + 110]]],
  home: (x, y) => [[[x - 110, y - 20], [x, y - 110], [x + 110, y - 20]], [[x - 85, y - 35], [x - 85, y + 90], [x + 85, y + 90], [x + 85, y - 35]], [[x - 20, y + 90], [x - 20, y + 25], [x + 20, y + 25], [x + 20, y + 90]]],
  heart: (x, y) => [Array.from({ length: 41 }, (_, i) => {
    const a = (i * Math.PI) / 20;
    return [x + 5.6 * 16 * Math.sin(a) ** 3, y - 5.6 * (13 * Math.cos(a) - 5 * Math.cos(2 * a) - 2 * Math.cos(3 * a) - Math.cos(4 * a))];
  })],
};

function arc(x, y, r) {
  return Array.from({ length: 33 }, (_, i) => [x + r * Math.cos((i * Math.PI) / 16), y + r * Math.sin((i * Math.PI) / 16)]);
}

// A stroke is {c: colour, w: width, l: lines}; a line is a list of points.
let strokes = [];
let cursor = [canvas.width / 2, canvas.height / 2];
let keys = false; // the mark for keys is shown

const chosen = (name) => form.querySelector(`input[name=draw-${name}]:checked`);
const tell = (text) => {
  said.textContent = text;
};

function paint(mark = keys) {
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.lineCap = pen.lineJoin = "round";
  for (const s of strokes) {
    pen.strokeStyle = inks[s.c] || inks.black;
    pen.lineWidth = s.w;
    for (const line of s.l) {
      pen.beginPath();
      pen.moveTo(...line[0]);
      if (line.length === 1) pen.lineTo(line[0][0] + 0.1, line[0][1]); // a dot
      for (const p of line.slice(1)) pen.lineTo(...p);
      pen.stroke();
    }
  }
  if (!mark) return;
  for (const [colour, width] of [["#ffffff", 9], ["#1b1f23", 4]]) {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.beginPath();
    for (const [dx, dy] of [[26, 0], [0, 26]]) {
      pen.moveTo(cursor[0] - dx, cursor[1] - dy);
      pen.lineTo(cursor[0] + dx, cursor[1] + dy);
    }
    pen.stroke();
  }
}

function keep() {
  try {
    if (strokes.length) sessionStorage.setItem(kept, JSON.stringify(strokes));
    else sessionStorage.removeItem(kept);
  } catch {
    // the device keeps nothing: the drawing is still on the page
  }
}

function add(lines) {
  strokes.push({ c: chosen("colour").value, w: widths[chosen("width").value], l: lines });
}

const at = (event) => {
  const box = canvas.getBoundingClientRect();
  const inX = (box.width - canvas.clientWidth) / 2, inY = (box.height - canvas.clientHeight) / 2;
  return [((event.clientX - box.left - inX) * canvas.width) / canvas.clientWidth, ((event.clientY - box.top - inY) * canvas.height) / canvas.clientHeight].map(Math.round);
};

let drawing = null; // the pointer that draws; others, such as a resting palm, do not

canvas.addEventListener("pointerdown", (event) => {
  if (drawing !== null || event.button > 0) return;
  event.preventDefault();
  canvas.focus({ preventScroll: true });
  drawing = event.pointerId;
  canvas.setPointerCapture(drawing);
  keys = false;
  add([[at(event)]]);
  paint();
});

canvas.addEventListener("pointermove", (event) => {
  if (event.pointerId !== drawing) return;
  const line = strokes.at(-1).l[0];
  const between = event.getCoalescedEvents?.() || [];
  for (const e of between.length ? between : [event]) line.push(at(e));
  paint();
});

for (const end of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(end, (event) => {
    if (event.pointerId !== drawing) return;
    drawing = null;
    keep();
  });
}

const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };

canvas.addEventListener("keydown", (event) => {
  const move = moves[event.key];
  if (move) {
    event.preventDefault();
    keys = true;
    cursor = cursor.map((v, i) => Math.min([canvas.width, canvas.height][i], Math.max(0, v + move[i])));
    paint();
    tell(form.dataset.cursor.replace("{x}", Math.round((cursor[0] * 100) / canvas.width)).replace("{y}", Math.round((cursor[1] * 100) / canvas.height)));
  } else if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    keys = true;
    const shape = chosen("stamp");
    add(shapes[shape.value](...cursor));
    paint();
    keep();
    tell(form.dataset.stamped.replace("{shape}", form.querySelector(`label[for=${shape.id}]`).textContent.trim()));
  }
});

canvas.addEventListener("blur", () => {
  keys = false;
  paint();
});

board.querySelector("[data-undo]").addEventListener("click", () => {
  strokes.pop();
  paint();
  keep();
  tell(form.dataset.undone);
});

const sure = board.querySelector("[data-sure]");
const clear = board.querySelector("[data-clear]");
const asked = (open) => {
  sure.hidden = !open;
  (open ? sure.querySelector("[data-clear-no]") : clear).focus();
};
clear.addEventListener("click", () => strokes.length && asked(true));
sure.querySelector("[data-clear-no]").addEventListener("click", () => asked(false));
sure.querySelector("[data-clear-yes]").addEventListener("click", () => {
  strokes = [];
  paint();
  keep();
  asked(false);
  tell(form.dataset.cleared);
});

let sending = false;

form.addEventListener("submit", async (event) => {
  if (!strokes.length) return; // a photo goes the plain way; nothing at all is told by the page
  event.preventDefault();
  if (sending) return;
  sending = true;
  tell(form.dataset.sending);
  paint(false);
  try {
    const picture = await new Promise((done) => canvas.toBlob(done, "image/png"));
    const body = new FormData();
    body.set("key", form.elements.key.value);
    body.append("file", picture, "drawing.png");
    for (const photo of form.elements.file.files) body.append("file", photo);
    const answer = await fetch(form.action, { method: "POST", body });
    if (answer.status === 401) tell(form.dataset.signin);
    else if (!answer.ok || !answer.redirected) tell(form.dataset.failed);
    else {
      sessionStorage.removeItem(kept);
      location.assign(answer.url);
      return;
    }
  } catch {
    tell(form.dataset.failed);
  }
  sending = false;
  form.querySelectorAll("button[type=submit]").forEach((b) => b.removeAttribute("disabled"));
});

try {
  strokes = JSON.parse(sessionStorage.getItem(kept)) || [];
} catch {
  strokes = [];
}
paint();
