// Boxes on a photo: drawn by dragging, moved and resized by finger, mouse or keys. The
// number fields below the photo are what is sent: a box on the photo only shows them.

export function boxes(form) {
  const document = form.ownerDocument;
  const board = form.querySelector("[data-board]");
  const said = form.querySelector("[data-said]");
  const list = form.querySelector("[data-boxes]");
  const blank = form.querySelector("template[data-box]");
  const one = form.hasAttribute("data-one");
  const shown = new Map(); // fieldset -> the box on the photo
  for (const el of form.querySelectorAll("[data-with-script]")) el.hidden = false;
  for (const el of form.querySelectorAll("[data-without-script]")) el.hidden = true;

  const inputs = (set) => ["x", "y", "w", "h"].map((k) => set.querySelector(`[name="${k}${set.dataset.n}"]`));
  const read = (set) => inputs(set).map((i) => Math.min(100, Math.max(0, parseFloat(i.value) || 0)));
  const text = (n) => String(Math.round(n * 100) / 100);

  const write = (set, [x, y, w, h]) => {
    w = Math.min(100, Math.max(1, w));
    h = Math.min(100, Math.max(1, h));
    x = Math.min(100 - w, Math.max(0, x));
    y = Math.min(100 - h, Math.max(0, y));
    inputs(set).forEach((i, k) => (i.value = text([x, y, w, h][k])));
    show(set);
  };
  const show = (set) => {
    const [x, y, w, h] = read(set);
    const box = shown.get(set);
    box.style.left = `${x}%`;
    box.style.top = `${y}%`;
    box.style.width = `${w}%`;
    box.style.height = `${h}%`;
  };
  const tell = (key, set) => {
    const [x, y, w, h] = read(set).map((n) => Math.round(n));
    said.textContent = said.dataset[key].replace("{n}", set.dataset.n).replace("{x}", x).replace("{y}", y).replace("{w}", w).replace("{h}", h);
  };

  const drag = (event, set, resize) => {
    event.preventDefault();
    event.stopPropagation();
    const frame = board.getBoundingClientRect();
    const from = read(set);
    const box = shown.get(set);
    box.focus({ preventScroll: true });
    const move = (e) => {
      const dx = ((e.clientX - event.clientX) / frame.width) * 100;
      const dy = ((e.clientY - event.clientY) / frame.height) * 100;
      write(set, resize ? [from[0], from[1], from[2] + dx, from[3] + dy] : [from[0] + dx, from[1] + dy, from[2], from[3]]);
    };
    const up = () => {
      document.removeEventListener("pointermove", move);
      document.removeEventListener("pointerup", up);
      document.removeEventListener("pointercancel", up);
      tell("moved", set);
    };
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", up);
    document.addEventListener("pointercancel", up);
  };

  const remove = (set) => {
    const box = shown.get(set);
    const others = [...shown.values()];
    const next = others[others.indexOf(box) + 1] || others[others.indexOf(box) - 1];
    tell("gone", set);
    shown.delete(set);
    box.remove();
    // Its number stays taken: the page that is sent knows it is gone.
    const gone = document.createElement("input");
    gone.type = "hidden";
    gone.name = `gone${set.dataset.n}`;
    gone.value = "1";
    const [x] = inputs(set);
    const place = document.createElement("input");
    place.type = "hidden";
    place.name = x.name;
    set.replaceWith(gone, place);
    (next || form.querySelector('[value="add"]'))?.focus();
  };

  const key = (event, set) => {
    const step = event.altKey || event.ctrlKey ? 0.25 : 1;
    const at = read(set);
    const arrows = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    const by = arrows[event.key];
    if (by) {
      event.preventDefault();
      write(set, event.shiftKey ? [at[0], at[1], at[2] + by[0], at[3] + by[1]] : [at[0] + by[0], at[1] + by[1], at[2], at[3]]);
      tell("moved", set);
    } else if ((event.key === "Delete" || event.key === "Backspace") && !one) {
      event.preventDefault();
      remove(set);
    } else if (event.key === "Enter") {
      event.preventDefault();
      set.querySelector(`[name="words${set.dataset.n}"]`)?.focus();
    }
  };

  const add = (set) => {
    const box = document.createElement("button");
    box.type = "button";
    box.className = "pl-paperboard__box";
    box.setAttribute("aria-label", set.querySelector("legend").textContent.trim());
    const n = document.createElement("span");
    n.className = "pl-paperboard__n";
    n.textContent = set.dataset.n;
    const grip = document.createElement("span");
    grip.className = "pl-paperboard__grip";
    // The only box of a page has a name without a number.
    box.append(...("one" in form.dataset ? [grip] : [n, grip]));
    board.append(box);
    shown.set(set, box);
    show(set);
    box.addEventListener("pointerdown", (e) => drag(e, set, e.target === grip));
    box.addEventListener("keydown", (e) => key(e, set));
    for (const i of inputs(set)) i.addEventListener("input", () => show(set));
    set.querySelector('[value^="remove-"]')?.addEventListener("click", (e) => {
      e.preventDefault();
      remove(set);
    });
    return box;
  };
  const fresh = (at) => {
    const n = Math.max(0, ...[...form.querySelectorAll("[name^='x']")].map((i) => parseInt(i.name.slice(1), 10)).filter((i) => i > 0)) + 1;
    const holder = document.createElement("div");
    holder.append(blank.content.cloneNode(true));
    holder.innerHTML = holder.innerHTML.replaceAll("9999", n);
    const set = holder.firstElementChild;
    list.append(set);
    const box = add(set);
    write(set, at);
    return [set, box];
  };

  for (const set of form.querySelectorAll("fieldset[data-n]")) add(set);
  if (one) return;

  form.querySelector('[name="do"][value="add"]').addEventListener("click", (e) => {
    e.preventDefault();
    const [set, box] = fresh([35, 35, 30, 30]);
    tell("new", set);
    box.focus();
  });
  board.classList.add("is-drawing");
  board.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    const frame = board.getBoundingClientRect();
    const spot = (e) => [((e.clientX - frame.left) / frame.width) * 100, ((e.clientY - frame.top) / frame.height) * 100];
    const from = spot(event);
    let set = null;
    const move = (e) => {
      const to = spot(e);
      const at = [Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])];
      if (!set && at[2] < 1.5 && at[3] < 1.5) return;
      if (!set) [set] = fresh(at);
      write(set, at);
    };
    const up = () => {
      document.removeEventListener("pointermove", move);
      document.removeEventListener("pointerup", up);
      document.removeEventListener("pointercancel", up);
      if (!set) return;
      tell("new", set);
      shown.get(set).focus({ preventScroll: true });
    };
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", up);
    document.addEventListener("pointercancel", up);
  });
}

if (typeof document !== "undefined") for (const form of document.querySelectorAll("form[data-paper-boxes]")) boxes(form);
