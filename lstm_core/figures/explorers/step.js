// Chapter 3: strips of the gates and states, and the next character.
const KEYS = ["i", "f", "g", "o", "c", "h"];
const HEIGHT = 332;
const chars = Array.from(data.text);
const steps = chars.length - 1; // the last character is only ever guessed at
const quote = (char) => `“${visible(char)}”`;

// The data come in thousandths.
const value = (key, t, row = unit()) => data.strips[key][row][t] / 1000;
const unit = () => data.units.indexOf(Number(which.value));
const three = (x) => fixed(x, 3);

let seen = 0; // the step that is drawn: the chosen one, or the one pointed at
const which = chooser("Unit", {
  options: data.units.map((k) => [k, String(k)]),
  value: data.unit,
  input: () => { draw(seen); say(sentence(seen)); },
});
const walk = player("Character", {
  count: steps,
  show: where,
  voice: (t) => `${where(t)}. ${guessSentence(t)}`,
  move: draw,
});
const strips = plot({ height: HEIGHT, alt: () => `Strips over ${steps} characters. ${sentence(seen)}`, paint });
strips.node.classList.add("pickable");
const sums = element("div", { class: "sums" });
const next = element("div", { class: "next" });
const verdict = element("p", { class: "verdict" });
live.append(which.node, walk.node, strips.node, sums, next, verdict);

// Pointing shows a step; pressing goes there.
function under(event) {
  const { left, wide } = columns(live.clientWidth);
  const t = Math.floor((event.clientX - strips.node.getBoundingClientRect().left - left) / wide);
  return Math.min(Math.max(t, 0), steps - 1);
}
const point = (event) => (event.buttons ? (walk.value = under(event)) : draw(under(event)));
strips.node.addEventListener("pointerdown", point);
strips.node.addEventListener("pointermove", point);
strips.node.addEventListener("pointerleave", () => draw(walk.value));
draw(0);

function draw(t) {
  seen = t;
  strips.update();
  const before = t ? value("c", t - 1) : 0;
  sums.replaceChildren(
    line("c", ["c", " = f × c before + i × g"],
      `${three(value("f", t))} × ${three(before)} + ${three(value("i", t))} × ${three(value("g", t))}`,
      `${three(value("kept", t))} + ${three(value("written", t))}`, value("c", t)),
    line("h", ["h", " = o × tanh c"],
      `${three(value("o", t))} × tanh ${three(value("c", t))}`, "", value("h", t)));
  const [best, p, rank] = data.guesses[t];
  next.replaceChildren(barTable(`After ${quote(chars[t])}: the five most probable next characters`,
    ["next", "probability"], Array.from(best, (char, k) => ({
      name: element("span", {}, element("b", { class: "mono" }, visible(char)), k === rank ? " ◂ comes" : ""),
      value: p[k] / 1000,
      text: three(p[k] / 1000),
      key: k === rank ? "h" : "muted",
    }))));
  verdict.textContent = guessSentence(t);
}

function where(t) {
  return `${quote(chars[t])} ${t + 1} of ${steps}`;
}

function line(key, [name, rest], factors, parts, result) {
  return element("p", {}, element("b", { class: `note ${key}` }, name), rest,
    element("span", { class: "number" }, ` = ${factors}`),
    parts && element("span", { class: "number" }, ` = ${parts}`),
    element("span", { class: "number" }, " = ", element("b", {}, three(result))));
}

function sentence(t) {
  const list = KEYS.map((key) => `${key} ${three(value(key, t))}`).join(", ");
  return `Unit ${which.value} at ${quote(chars[t])}: ${list}.`;
}

function guessSentence(t) {
  const [best, p, rank] = data.guesses[t];
  const came = quote(chars[t + 1]);
  if (rank === 0) return `${came} comes, and it was the first guess.`;
  const place = `number ${rank + 1} of the guesses, with ${three(p[5] / 1000)}`;
  return `The first guess is ${quote(Array.from(best)[0])}, but ${came} comes: ${place}.`;
}

function columns(width) {
  const left = 22;
  return { left, wide: (width - left - 58) / steps };
}

function paint({ add, width, note }) {
  const { left, wide } = columns(width);
  const middle = (t) => left + (t + 0.5) * wide;
  add("rect", { class: "now", x: left + seen * wide - 0.5, y: 0, width: wide + 0.5, height: HEIGHT, rx: 2 });
  for (let t = 0; t < steps; t++) {
    const size = Math.min(14, 1.55 * wide);
    const look = { x: middle(t), y: 14, "text-anchor": "middle", style: `font-size:${fixed(size, 1)}px` };
    add("text", { class: `mono ${t === seen ? "here" : "other"}`, ...look }, visible(chars[t]));
  }
  let base = 24;
  for (const key of KEYS) {
    const [low, high] = range(key);
    const pixels = (low < 0 ? 46 : 34) / (high - low);
    base += 10 + high * pixels;
    add("line", { class: "axis", x1: left, x2: left + steps * wide, y1: base, y2: base });
    for (let t = 0; t < steps; t++) {
      const v = value(key, t) * pixels;
      const size = { width: 0.7 * wide, height: Math.abs(v) };
      add("rect", { class: `strip ${key}`, x: left + (t + 0.15) * wide, y: base - Math.max(v, 0), ...size });
    }
    const y = base - ((high + low) / 2) * pixels + 5;
    note(key, 4, y, key);
    note(three(value(key, seen)), width, y, key, { "text-anchor": "end" });
    base -= low * pixels;
  }
}

// Gates run from 0 to 1, g and h from -1 to 1; c has no bounds.
function range(key) {
  if (key !== "c") return ["g", "h"].includes(key) ? [-1, 1] : [0, 1];
  const cs = data.strips.c[unit()].map((c) => c / 1000);
  return [Math.min(-1, ...cs), Math.max(1, ...cs)];
}
