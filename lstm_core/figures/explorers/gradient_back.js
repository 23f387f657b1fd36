// Chapter 4: fresh nets, forward and backward, and how far one loss reaches.
const chars = Array.from(data.text);
const H = data.size;
const steps = chars.length - 1; // the last character is only guessed at
const quote = (char) => `“${visible(char)}”`;
const sum = (n, term) => { let s = 0; for (let k = 0; k < n; k++) s += term(k); return s; };
const list = (n, entry) => Array.from({ length: n }, (_, k) => entry(k));

// The weights -----------------------------------------------------------------
// NumPy's default_rng(seed).random(): a PCG64 (O'Neill 2014), seeded by SeedSequence.
function numpyRandom(seed) {
  let hash = 1135663077;
  const stir = (x, factor) => {
    x ^= hash;
    hash = Math.imul(hash, factor);
    x = Math.imul(x, hash);
    return x ^ (x >>> 16);
  };
  const pool = [seed, 0, 0, 0].map((x) => stir(x, 2468251765));
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) {
      if (from === to) continue;
      const x = Math.imul(3389127133, pool[to]) - Math.imul(1232336661, stir(pool[from], 2468251765));
      pool[to] = x ^ (x >>> 16);
    }
  }
  hash = 2337405405;
  const words = list(8, (k) => BigInt(stir(pool[k % 4], 1492356589) >>> 0));
  const long = (k) => (words[k + 1] << 96n) | (words[k] << 64n) | (words[k + 3] << 32n) | words[k + 2];
  const odd = BigInt.asUintN(128, (long(4) << 1n) | 1n);
  const turn = (x) => BigInt.asUintN(128, x * 47026247687942121848144207491837523525n + odd);
  let state = turn(odd + long(0));
  return () => {
    state = turn(state);
    const mixed = BigInt.asUintN(64, (state >> 64n) ^ state);
    const by = state >> 122n;
    const rotated = BigInt.asUintN(64, (mixed >> by) | (mixed << (64n - by)));
    return Number(rotated >> 11n) / 2 ** 53;
  };
}

// As CharLSTM draws them (4 blocks of H rows), or fresh_rnn (1 block).
function weights(blocks) {
  const draw = numpyRandom(seed.value);
  const bound = 1 / Math.sqrt(H);
  const matrix = (rows, columns) =>
    list(rows, () => Float64Array.from({ length: columns }, () => -bound + 2 * bound * draw()));
  return { ih: matrix(blocks * H, data.letters), hh: matrix(blocks * H, H), hy: matrix(data.letters, H) };
}

// Forward and backward --------------------------------------------------------
function readLstm({ ih, hh, hy }, bias) {
  let h = new Float64Array(H), c = h;
  const cells = data.ids.slice(0, steps).map((id) => {
    const past = h, before = c;
    const a = (gate, k) => ih[gate * H + k][id] + sum(H, (m) => hh[gate * H + k][m] * past[m]);
    const i = list(H, (k) => sigmoid(a(0, k)));
    const f = list(H, (k) => sigmoid(a(1, k) + bias));
    const g = list(H, (k) => Math.tanh(a(2, k)));
    const o = list(H, (k) => sigmoid(a(3, k)));
    c = list(H, (k) => f[k] * before[k] + i[k] * g[k]);
    const tanh = c.map(Math.tanh);
    h = list(H, (k) => o[k] * tanh[k]);
    return { before, i, f, g, o, tanh, h };
  });
  return { cells, hh, hy };
}

function readRnn({ ih, hh, hy }) {
  let h = new Float64Array(H);
  const cells = data.ids.slice(0, steps).map((id) => {
    const past = h;
    h = list(H, (k) => Math.tanh(ih[k][id] + sum(H, (m) => hh[k][m] * past[m])));
    return { h };
  });
  return { cells, hh, hy };
}

// The slope of the loss at step t in h_t: what was believed minus what came.
function slope({ cells, hy }, t) {
  const p = softmax(hy.map((row) => sum(H, (k) => row[k] * cells[t].h[k])));
  p[data.ids[t + 1]] -= 1;
  return list(H, (k) => sum(p.length, (v) => p[v] * hy[v][k]));
}

const length = (v) => Math.sqrt(sum(v.length, (k) => v[k] * v[k]));
const back = (hh, da) => list(H, (m) => sum(da.length, (k) => da[k] * hh[k][m]));

function lstmReach(net, t) {
  let dh = slope(net, t), dc = new Float64Array(H);
  const found = { h: [], c: [] };
  for (let s = t; s >= 0; s--) {
    const { before, i, f, g, o, tanh } = net.cells[s];
    const whole = list(H, (k) => dc[k] + dh[k] * o[k] * (1 - tanh[k] ** 2));
    found.h[s] = length(dh);
    found.c[s] = length(whole);
    const da = [
      ...list(H, (k) => whole[k] * g[k] * i[k] * (1 - i[k])),
      ...list(H, (k) => whole[k] * before[k] * f[k] * (1 - f[k])),
      ...list(H, (k) => whole[k] * i[k] * (1 - g[k] ** 2)),
      ...list(H, (k) => dh[k] * tanh[k] * o[k] * (1 - o[k])),
    ];
    dh = back(net.hh, da);
    dc = list(H, (k) => whole[k] * f[k]);
  }
  return found;
}

function rnnReach(net, t) {
  let dh = slope(net, t);
  const found = { h: [] };
  for (let s = t; s >= 0; s--) {
    found.h[s] = length(dh);
    dh = back(net.hh, list(H, (k) => dh[k] * (1 - net.cells[s].h[k] ** 2)));
  }
  return found;
}

// What the reader moves ---------------------------------------------------------
let nets, reach, low;
const place = (t) => `${quote(chars[t])} (${t + 1})`;
const voiced = (show) => ({ show, voice: (k) => (reach ? `${show(k)}; ${lengths()}` : show(k)) });
const loss = slider("Loss of the guess after", {
  min: 0, max: steps - 1, value: steps - 1, ...voiced(place), input: measure,
});
const look = slider("Gradient at", { min: 0, max: steps - 1, value: 0, ...voiced(place), input: draw });
const bias = slider("Forget bias", {
  min: 0, max: data.biases.length - 1, value: 1, ...voiced((k) => String(data.biases[k])), input: draw,
});
const seed = numberBox("Seed of the weights", { min: 0, max: 999, step: 1, value: data.seed, input: () => { plant(); say(sentence()); } });
const picture = plot({ height: 330, alt: sentence, paint, pick: (t) => { look.value = Math.round(t); draw(); say(sentence()); } });
const words = element("p", { class: "words" });
const numbers = element("div");
const age = element("p", { class: "muted" }, `Fresh nets of ${H} units: nothing has been learned yet.`);
live.append(element("div", { class: "sliders" }, loss.node, look.node, bias.node),
  picture.node, words, numbers, seed.node, age);
plant();

function plant() {
  if (!Number.isInteger(seed.value)) return;
  const drawn = weights(4);
  nets = [...data.biases.map((b) => readLstm(drawn, b)), readRnn(weights(1))];
  const least = Math.min(...reachAll(steps - 1).flatMap(({ h, c = [] }) => [...h, ...c]));
  low = Math.floor(Math.log10(least));
  measure();
}

function reachAll(t) {
  return nets.map((net, k) => (k < data.biases.length ? lstmReach : rnnReach)(net, t));
}

function measure() {
  reach = reachAll(loss.value);
  draw();
}

function draw() {
  picture.update();
  words.textContent = sentence();
  const t = look.value;
  const ahead = t > loss.value;
  const rows = reach.map(({ h, c }, k) => {
    const rnn = k === data.biases.length;
    const name = rnn ? "plain RNN" : `bias ${data.biases[k]}`;
    return [name, ahead ? "0" : power(h[t]), rnn ? "–" : ahead ? "0" : power(c[t]), k === bias.value];
  });
  numbers.replaceChildren(element("table", { class: "nets" },
    element("caption", {}, `Length of the gradient at ${place(t)}, ${distance()}`),
    element("thead", {}, element("tr", {}, ["net", "in h", "in c"].map((name) => element("th", { scope: "col" }, name)))),
    element("tbody", {}, rows.map(([name, h, c, chosen]) => element("tr", { class: chosen && "chosen" },
      element("th", { scope: "row" }, name, chosen ? " ◂\u00a0drawn" : ""), element("td", {}, h), element("td", {}, c))))));
  for (const control of [loss, look, bias]) control.tell();
}

function distance() {
  const far = loss.value - look.value;
  return far < 0 ? "after the loss" : far === 1 ? "1 step back" : `${far} steps back`;
}

function sentence() {
  const t = look.value;
  const from = `The loss of the guess after ${place(loss.value)}`;
  if (t > loss.value) return `${from} does not reach ${place(t)}, which had not been read.`;
  return `${from} reaches ${place(t)}, ${distance()}, with a length of ${lengths()}.`;
}

function lengths() {
  const t = look.value;
  if (t > loss.value) return "nothing there";
  const { h, c } = reach[bias.value];
  return `${power(h[t])} in h and ${power(c[t])} in c; in the plain RNN ${power(reach.at(-1).h[t])}`;
}

// 0.00031 as 3.1 × 10⁻⁴.
function power(x) {
  const [digits, exponent] = x.toExponential(1).split("e");
  return Number(exponent) ? `${digits}\u00a0×\u00a0${decade(Number(exponent))}` : digits;
}

function decade(n) {
  return `10${Array.from(String(n), (d) => (d === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[d])).join("")}`;
}

// The picture -------------------------------------------------------------------
function paint(area) {
  const { add } = area;
  area.axes({ x: [0, steps - 1], y: [low, 1], xLabel: "character that is read", yLabel: "length of the gradient", xTicks: [], yTicks: [] });
  const { x, y } = area;
  for (let n = low; n <= 1; n++) {
    add("line", { class: "grid", x1: x(0), x2: x(steps - 1), y1: y(n), y2: y(n) });
    if (n % 2 === 0) add("text", { class: "tick-text", x: 32, y: y(n) + 4, "text-anchor": "end" }, decade(n));
  }
  const wide = x(1) - x(0);
  const size = `font-size:${fixed(Math.min(14, 1.55 * wide), 1)}px`;
  for (let t = 0; t < steps; t++) {
    const spot = { x: x(t), y: y(low) + 17, "text-anchor": "middle", style: size };
    add("text", { class: `mono ${t > loss.value ? "unread" : ""} ${t === loss.value ? "source" : ""}`, ...spot }, visible(chars[t]));
  }
  area.cursor(look.value);
  add("line", { class: "source-line", x1: x(loss.value), x2: x(loss.value), y1: y(low), y2: y(1) });
  const { h, c } = reach[bias.value];
  const curves = [[reach.at(-1).h, "muted", "RNN"], [h, "h", "h"], [c, "c", "c"]];
  for (const [values, key, name] of curves) {
    const at = (t) => [x(t), y(Math.log10(values[t]))];
    area.line(values.map((v, t) => [t, Math.log10(v)]), key);
    for (const t of [look.value, loss.value]) {
      const [cx, cy] = at(t);
      if (t <= loss.value) add("circle", { class: `dot ${key}`, cx, cy, r: 4 });
    }
    const [nx, ny] = at(Math.floor(loss.value / 3));
    const [dx, dy, side] = key === "c" ? [-4, -9, "end"] : [6, 18, "start"];
    if (loss.value > 5) area.note(name, nx + dx, ny + dy, key, { "text-anchor": side });
  }
}
