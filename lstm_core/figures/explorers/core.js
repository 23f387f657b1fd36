// What all explorers share. Each output carries its own copy in a function of
// its own, so there are no global names and many can stand on one page.
"use strict";
const root = document.currentScript.closest(".lstm-explorer");
const data = JSON.parse(root.querySelector("script").textContent);
const live = element("div", { class: "live" });
const status = element("div", { class: "unseen", role: "status" });
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const painters = [];
const taken = () => (document.getElementById(root.id) ?? root) !== root;
for (let n = 2; taken(); n++) root.id = root.id.replace(/(-\d+)?$/, `-${n}`);

// Runs an explorer's script when the reader comes near, so that the page opens
// sooner, or before it is printed.
function whenNear(run) {
  const once = () => {
    watcher.disconnect();
    removeEventListener("beforeprint", once);
    run();
  };
  const watcher = new IntersectionObserver(
    (entries) => entries.at(-1).isIntersecting && once(), { rootMargin: "1200px" });
  watcher.observe(root);
  addEventListener("beforeprint", once);
}

// Replaces the static picture, once the explorer's script has come to its end.
function start() {
  root.append(live, status);
  root.querySelector(".fallback").hidden = true;
  let width = 0;
  new ResizeObserver(() => {
    if (live.clientWidth && live.clientWidth !== width) {
      width = live.clientWidth;
      painters.forEach((paint) => paint());
    }
  }).observe(live);
}

// Elements ------------------------------------------------------------------
function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  if (node.matches("button, input, select, [tabindex]")) {
    node.dataset.lmSuppressShortcuts = "true"; // JupyterLab leaves the keys to us
  }
  node.append(...children.flat());
  return node;
}

// element("p", { class: "note", click: go }, "text", child): text stays text.
function element(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function shape(tag, attributes = {}, ...children) {
  const space = "http://www.w3.org/2000/svg";
  return fill(document.createElementNS(space, tag), attributes, children);
}

// Numbers -------------------------------------------------------------------
const sigmoid = (x) => 1 / (1 + Math.exp(-x));

// 1.5 as "1.50", with a real minus sign and no "-0.00".
function fixed(x, digits = 2) {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "–" : x > 0 ? "∞" : "−∞";
  const text = Math.abs(x).toFixed(digits);
  return x < 0 && Number(text) !== 0 ? `−${text}` : text;
}

function softmax(logits) {
  const top = Math.max(...logits);
  const powers = logits.map((a) => Math.exp(a - top));
  const total = powers.reduce((sum, p) => sum + p, 0);
  return powers.map((p) => p / total);
}

// Nats; 0 log 0 is 0.
function entropy(p) {
  return p.reduce((sum, q) => (q > 0 ? sum - q * Math.log(q) : sum), 0);
}

// Random numbers in [0, 1) that a seed repeats (mulberry32, T. Ettinger).
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 1831565813) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
  };
}

const visible = (char) => ({ " ": "␣", "\n": "↵" })[char] ?? char;

const charName = (char) => ({ " ": "space", "\n": "line end" })[char] ?? char;

// What a screen reader says next; the last of many quick changes, once.
function say(text) {
  clearTimeout(say.timer);
  say.timer = setTimeout(() => (status.textContent = text), 600);
}

// Controls: each has .node, to be placed, and .value ------------------------
function field(label, box, extra = []) {
  const node = element("label", { class: "field" }, element("span", {}, label));
  node.append(box, ...extra);
  return node;
}

// `show(value)` is the text beside a slider, `voice(value)` what a screen reader
// reads; call .tell() where they have changed and the value has not.
function slider(label, { min, max, step = 1, value, show = String, voice = show, input }) {
  const box = element("input", { type: "range", min, max, step });
  const text = element("span", { class: "shown", "aria-hidden": "true" });
  const tell = () => {
    text.textContent = show(Number(box.value));
    box.setAttribute("aria-valuetext", voice(Number(box.value)));
  };
  const put = (x) => { box.value = x; tell(); };
  box.addEventListener("input", () => { input?.(Number(box.value)); tell(); });
  put(value);
  const node = field(label, box, [text]);
  return { node, box, tell, get value() { return Number(box.value); }, set value(x) { put(x); } };
}

// Calls input only with numbers in range; leaves the box as it is meanwhile.
function numberBox(label, { min, max, step = "any", value, input }) {
  const box = element("input", { type: "number", min, max, step, value });
  box.addEventListener("input", () => {
    const good = box.value !== "" && box.value >= min && box.value <= max;
    box.setAttribute("aria-invalid", !good);
    if (good) input?.(Number(box.value));
  });
  const put = (x) => { box.value = x; box.setAttribute("aria-invalid", false); };
  const node = field(label, box);
  return { node, box, get value() { return Number(box.value); }, set value(x) { put(x); } };
}

function textBox(label, { value, maxlength, input }) {
  const quiet = { autocomplete: "off", autocapitalize: "off", spellcheck: "false" };
  const box = element("input", { type: "text", value, maxlength, ...quiet });
  box.addEventListener("input", () => input?.(box.value));
  const node = field(label, box);
  return { node, box, get value() { return box.value; }, set value(x) { box.value = x; } };
}

// `options`: a list of [value, text].
function chooser(label, { options, value, input }) {
  const box = element("select", {},
    options.map(([key, text]) => element("option", { value: key }, text)));
  box.value = value ?? options[0][0];
  box.addEventListener("change", () => input?.(box.value));
  const node = field(label, box);
  return { node, box, get value() { return box.value; }, set value(x) { box.value = x; } };
}

function checkbox(label, { value = false, input }) {
  const box = element("input", { type: "checkbox" });
  box.checked = value;
  box.addEventListener("change", () => input?.(box.checked));
  const node = element("label", { class: "tick" }, box, label);
  return { node, box, get value() { return box.checked; }, set value(x) { box.checked = x; } };
}

// One of several, all in sight; the arrow keys move between them.
// `options`: a list of [value, text or node].
function radios(legend, { options, value, input }) {
  const name = `r${Math.random()}`; // never stored: made anew when the page loads
  const boxes = options.map(([key]) => element("input", { type: "radio", name, value: key }));
  const node = element("fieldset", { class: "radios" }, element("legend", {}, legend),
    options.map(([, text], k) => element("label", {}, boxes[k], element("span", {}, text))));
  const put = (x) => boxes.forEach((box) => (box.checked = box.value === String(x)));
  node.addEventListener("change", (event) => input?.(event.target.value));
  put(value);
  return {
    node, boxes, put,
    get value() { return boxes.find((box) => box.checked)?.value; },
    set value(x) { put(x); },
  };
}

function button(text, click, attributes = {}) {
  return element("button", { type: "button", click, ...attributes }, text);
}

// Steps 0 to count - 1: back, play, on, and a slider. `move(t)` draws step t.
// Where the reader wants no motion there is no play button.
function player(label, { count, value = 0, interval = 450, show, voice = show, move }) {
  let timer = null;
  const scrub = slider(label, {
    min: 0, max: count - 1, value, show, voice, input: (t) => { stop(); move(t); },
  });
  const go = (t) => {
    scrub.box.value = t; // the slider keeps it in range
    move(scrub.value);
    scrub.tell();
  };
  const stop = () => {
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
  };
  const tick = () => (scrub.value < count - 1 ? go(scrub.value + 1) : stop());
  const play = button("Play", () => {
    if (timer !== null) {
      say(voice(scrub.value));
      return stop();
    }
    if (scrub.value === count - 1) go(0);
    timer = setInterval(tick, interval);
    play.textContent = "Pause";
  }, { class: "play" });
  const by = (d) => () => {
    stop();
    go(scrub.value + d);
    say(voice(scrub.value));
  };
  const node = element("div", { class: "player" },
    button("‹", by(-1), { "aria-label": "Back one step" }), calm ? [] : play,
    button("›", by(1), { "aria-label": "On one step" }), scrub.node);
  const { box, tell } = scrub;
  return { node, box, tell, get value() { return scrub.value; }, set value(t) { stop(); go(t); } };
}

// Pictures ------------------------------------------------------------------
// A table of bars, each with its number in text. rows: { name, value, text, key };
// key is a colour of the palette, `most` the value of a full bar.
function barTable(caption, head, rows, most = 1) {
  return element("table", { class: "bars" }, element("caption", {}, caption),
    element("thead", {}, element("tr", {},
      head.map((name) => element("th", { scope: "col" }, name)), element("td"))),
    element("tbody", {}, rows.map(({ name, value, text, key = "accent" }) => {
      const size = `width:${fixed((100 * Math.abs(value)) / most, 1)}%;--bar:var(--${key})`;
      return element("tr", {}, element("th", { scope: "row" }, name),
        element("td", {}, text ?? fixed(value)),
        element("td", {}, element("div", { class: "bar", style: size })));
    })));
}

// Round numbers from lo to hi, about `count` of them.
function ticks(lo, hi, count = 5) {
  const rough = (hi - lo) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((m) => m * power >= rough);
  const first = Math.ceil(lo / step - 1e-9);
  const many = Math.floor(hi / step + 1e-9) - first + 1;
  return Array.from({ length: many }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

// A chart in the page's own pixels, so that letters keep their size on a phone.
// `paint(area)` is called for every `update()` and whenever the width changes;
// `pick(x)` when the reader points at a place. `alt()` is its text alternative,
// `bottom` the room below the axis.
function plot({ height, alt, paint, pick, bottom = 40 }) {
  const node = shape("svg", { class: "plot", role: "img", height });
  const edge = { left: 38, right: 24, top: 12, bottom };
  let span = [0, 1];
  const right = () => live.clientWidth - edge.right;
  function area() {
    const width = live.clientWidth;
    const y0 = height - edge.bottom;
    const add = (tag, attributes, ...children) =>
      node.appendChild(shape(tag, attributes, ...children));
    const self = {
      add, width, height,
      // Axes with their ticks; afterwards self.x and self.y turn values into pixels.
      axes({ x, y, xLabel, yLabel = "", xTicks = ticks(...x), yTicks = ticks(...y, 4) }) {
        span = x;
        self.x = (v) => edge.left + ((v - x[0]) / (x[1] - x[0])) * (right() - edge.left);
        self.y = (v) => y0 - ((v - y[0]) / (y[1] - y[0])) * (y0 - edge.top);
        for (const v of yTicks) {
          add("line", { class: "grid", x1: edge.left, x2: right(), y1: self.y(v), y2: self.y(v) });
          add("text", { class: "tick-text", x: edge.left - 7, y: self.y(v) + 4, "text-anchor": "end" }, String(v).replace("-", "−"));
        }
        for (const v of xTicks) {
          add("text", { class: "tick-text", x: self.x(v), y: y0 + 17, "text-anchor": "middle" }, String(v).replace("-", "−"));
        }
        add("line", { class: "axis", x1: edge.left, x2: right(), y1: y0, y2: y0 });
        add("text", { class: "tick-text", x: right(), y: height - 5, "text-anchor": "end" }, xLabel);
        add("text", { class: "tick-text", x: 0, y: 10 }, yLabel);
      },
      // `key` gives colour and dashes: i, f, g, o, c, h, accent, ink or muted.
      line(points, key) {
        const path = points.map(([a, b]) => `${fixed(self.x(a), 1)},${fixed(self.y(b), 1)}`);
        add("polyline", { class: `line ${key}`, points: path.join(" ").replaceAll("−", "-") });
      },
      note(text, x, y, key, attributes = {}) {
        add("text", { class: `note ${key}`, x, y, ...attributes }, text);
      },
      cursor(v) {
        add("line", { class: "cursor", x1: self.x(v), x2: self.x(v), y1: edge.top, y2: y0 });
      },
    };
    return self;
  }
  function update() {
    if (!live.clientWidth) return;
    node.replaceChildren();
    node.setAttribute("width", live.clientWidth);
    paint(area());
    node.setAttribute("aria-label", alt());
  }
  if (pick) {
    const point = (event) => {
      if (!event.buttons) return;
      const part = (event.clientX - node.getBoundingClientRect().left - edge.left) / (right() - edge.left);
      pick(span[0] + Math.min(Math.max(part, 0), 1) * (span[1] - span[0]));
    };
    node.addEventListener("pointerdown", point);
    node.addEventListener("pointermove", point);
    node.classList.add("pickable");
  }
  painters.push(update);
  return { node, update };
}
