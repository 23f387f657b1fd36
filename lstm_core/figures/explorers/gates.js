// Chapter 2: c = f c + i g and h = o tanh(c), with dials to turn.
const T = data.steps;
const NAMES = { f: "forget gate", i: "input gate", o: "output gate" };
const EDGES = [0, T + 1]; // of the pictures
const SPAN = 10; // the sliders' biases go from -10 to 10
const gate = { f: 1, i: 1, o: 1 };
const bias = { f: Infinity, i: Infinity, o: Infinity };
let g = []; // g[t], c[t], h[t] belong to step t; c[0] is before the first
let c = [];
let h = [];
let latch = 0;
let setting = data.settings[0][0];

const presets = element("div", { class: "controls buttons", role: "group", "aria-label": "Settings" },
  data.settings.map(([name]) => button(name, () => load(name))));
const dials = Object.fromEntries(Object.keys(NAMES).map((key) => [key, makeDial(key)]));
const before = numberBox("c at the start", { min: -5, max: 5, step: 0.5, value: 0, input: refresh });
const steps = player("Step", {
  count: T, value: 4, interval: 160, show: (k) => `${k + 1} of ${T}`, voice, move: () => draw(),
});
const here = () => steps.value + 1;
const plus = button("Send g = 1", () => send(1));
const minus = button("Send g = −1", () => send(-1));
const turn = button("Latch g", () => {
  latch = latch === here() ? 0 : here();
  touched();
});
const clear = button("Clear the input", () => {
  g.fill(0);
  latch = 0;
  touched();
});
const pick = (x) => (steps.value = Math.round(x) - 1);
const above = plot({ height: 64, bottom: 4, alt: describeInput, paint: paintInput, pick });
const below = plot({ height: 236, alt: describe, paint: paintStates, pick });
const readout = element("dl", { class: "readout" });

live.append(
  element("div", { class: "controls buttons" }, presets, before.node),
  element("div", { class: "dials" }, Object.values(dials).map((dial) => dial.node)),
  element("div", {}, above.node, below.node),
  steps.node,
  element("div", { class: "controls buttons" },
    element("span", { class: "muted" }, "At this step:"), plus, minus, turn, clear),
  readout,
);
load(setting, true);

// A slider for the bias and a box for the gate, linked by the sigmoid.
function makeDial(key) {
  const number = numberBox("gate", {
    min: 0, max: 1, step: 0.01, value: 1, input: (value) => { set(key, value); touched(); },
  });
  number.box.setAttribute("aria-label", `${NAMES[key]} ${key}, gate value`);
  const turnable = slider("bias", {
    min: -SPAN, max: SPAN, step: 0.1, value: 0,
    show: () => fixed(bias[key], 1),
    input: (value) => {
      bias[key] = value;
      gate[key] = sigmoid(value);
      number.value = Number(gate[key].toFixed(5));
      touched();
    },
  });
  turnable.box.setAttribute("aria-label", `${NAMES[key]} ${key}, bias`);
  turnable.box.style.accentColor = `var(--${key})`;
  const name = element("span", { class: `note ${key}` }, element("b", { class: "mono" }, key), ` ${NAMES[key]}`);
  const node = element("div", { class: "dial" }, name, turnable.node, number.node);
  return { node, number, turnable };
}

// A gate of exactly 0 or 1 has a bias without end.
function set(key, value) {
  gate[key] = value;
  bias[key] = Math.log(value / (1 - value));
  dials[key].turnable.value = Math.min(Math.max(bias[key], -SPAN), SPAN);
}

function load(name, quiet) {
  const [, look] = data.settings.find(([other]) => other === name);
  for (const [key, value] of Object.entries({ f: look.f, i: look.i, o: 1 })) {
    set(key, value);
    dials[key].number.value = Number(value.toFixed(5));
  }
  before.value = look.c0;
  latch = look.latch;
  g = Array(T + 1).fill(0);
  for (const [step, value] of look.g) g[step] = value;
  setting = name;
  refresh(quiet);
}

function send(value) {
  g[here()] = g[here()] === value ? 0 : value;
  touched();
}

// From here on it is no longer one of the settings.
function touched() {
  setting = "";
  refresh();
}

function refresh(quiet) {
  c = [before.value];
  h = [gate.o * Math.tanh(c[0])];
  for (let t = 1; t <= T; t++) {
    const [f, i] = t === latch ? [0, 1] : [gate.f, gate.i];
    c.push(f * c[t - 1] + i * g[t]);
    h.push(gate.o * Math.tanh(c[t]));
  }
  draw();
  if (quiet !== true) say(describe());
}

function halfLife() {
  return Math.log(2) / Math.abs(Math.log(gate.f));
}

function draw() {
  const t = here();
  presets.childNodes.forEach((node) => node.setAttribute("aria-pressed", node.textContent === setting));
  plus.setAttribute("aria-pressed", g[t] === 1);
  minus.setAttribute("aria-pressed", g[t] === -1);
  turn.setAttribute("aria-pressed", latch === t);
  steps.tell();
  above.update();
  below.update();
  const entries = [
    [["half-life"], `${fixed(halfLife(), 1)} steps`],
    [at("g", t), fixed(g[t], 0)],
    [at("c", t), fixed(c[t], 3)],
    [at("h", t), fixed(h[t], 3)],
    [at("h", T), fixed(h[T], 3)],
    [[...at("h", T), " / ", ...at("h", t)], h[t] ? fixed(h[T] / h[t], 3) : "–"],
  ];
  readout.replaceChildren(...entries.map(([name, value]) =>
    element("div", {}, element("dt", {}, name), element("dd", {}, value))));
}

function at(letter, step) {
  return [letter, element("sub", {}, String(step))];
}

function voice(k) {
  const t = k + 1;
  return c.length ? `step ${t}: g ${fixed(g[t], 0)}, c ${fixed(c[t])}, h ${fixed(h[t])}` : "";
}

function describeInput() {
  const pulses = g.map((value, t) => [t, value]).filter(([, value]) => value);
  const words = pulses.map(([t, value]) => `${fixed(value, 0)} at step ${t}`);
  return `Input g: ${words.join(", ") || "none"}.` + (latch ? ` At step ${latch} f is 0 and i is 1.` : "");
}

function describe() {
  return `Half-life ${fixed(halfLife(), 1)} steps. At step ${here()}, c is ${fixed(c[here()])} and ` +
    `h is ${fixed(h[here()])}. At step ${T}, c is ${fixed(c[T])} and h is ${fixed(h[T])}.`;
}

function paintInput(area) {
  area.axes({ x: EDGES, y: [-1.25, 1.25], xLabel: "", xTicks: [], yTicks: [-1, 0, 1] });
  area.cursor(here());
  g.forEach((value, t) => {
    if (!value) return;
    const [x, y] = [area.x(t), area.y(value)];
    area.line([[t, 0], [t, value]], "g");
    const tip = value > 0 ? 6 : -6;
    area.add("path", { class: "tip", d: `M${x - 5},${y + tip}h10l-5,${-1.6 * tip}z` });
  });
  if (latch) {
    area.line([[latch, -1.25], [latch, 1.25]], "i");
  }
  area.note("g", area.width - 18, area.y(0) + 5, "g");
}

function paintStates(area) {
  const all = [...c, ...h];
  const [low, high] = [Math.min(0, ...all), Math.max(1, ...all)];
  const room = 0.06 * (high - low);
  area.axes({ x: EDGES, y: [low < 0 ? low - room : 0, high + room], xLabel: "step" });
  area.cursor(here());
  if (latch) {
    area.line([[latch, low < 0 ? low - room : 0], [latch, high + room]], "i");
    area.note("i = 1, f = 0", area.x(latch) + 6, 12, "i");
  }
  area.line(c.map((value, t) => [t, value]), "c");
  area.line(h.map((value, t) => [t, value]), "h");
  let [yc, yh] = [area.y(c[T]), area.y(h[T])];
  if (Math.abs(yc - yh) < 16) [yc, yh] = [(yc + yh) / 2 - 8, (yc + yh) / 2 + 8];
  area.note("c", area.width - 18, yc + 4, "c");
  area.note("h", area.width - 18, yh + 4, "h");
}
