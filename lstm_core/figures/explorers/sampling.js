// Chapter 6: the functions of lstm_core.sampling, and what they leave to draw.
const chars = Array.from(data.characters);
const V = chars.length;
const MOST = 5000; // draws
const bits = (p) => entropy(p) / Math.log(2);
const how = { temperature: 1, topK: V, topP: 1 };
let drawn = 0; // how many times; the seed and the distribution say what

function applyTemperature(logits, temperature) {
  const top = Math.max(...logits);
  return logits.map((a) => (a - top) / temperature);
}

// Places from the largest value to the smallest; of equals, the first.
function ranking(values) {
  return values.map((_, k) => k).sort((a, b) => values[b] - values[a]);
}

function keepOnly(logits, best) {
  return logits.map((a, k) => (best.includes(k) ? a : -Infinity));
}

function keepTopK(logits, k) {
  return keepOnly(logits, ranking(logits).slice(0, k));
}

function keepTopP(logits, p) {
  const probs = softmax(logits);
  let sum = 0;
  return keepOnly(logits, ranking(probs).filter((k) => {
    sum += probs[k];
    return sum - probs[k] < p; // the mass of what ranks above
  }));
}

// The distribution from which is drawn; at temperature 0, the favourite alone.
function choices(logits, { temperature, topK, topP }) {
  if (temperature > 0) logits = applyTemperature(logits, temperature);
  if (topK < V) logits = keepTopK(logits, topK);
  if (topP < 1) logits = keepTopP(logits, topP);
  if (temperature > 0) return softmax(logits);
  const favourite = logits.indexOf(Math.max(...logits));
  return logits.map((_, k) => Number(k === favourite));
}

// A wheel whose sectors are the probabilities, spun `count` times.
function spins(p, seed, count) {
  const next = random(seed);
  let sum = 0;
  const edges = p.map((q) => (sum += q));
  return Array.from({ length: count }, () => {
    const spin = next() * sum;
    return edges.findIndex((edge) => edge > spin);
  });
}

const where = chooser("The model has read", {
  options: data.contexts.map(([name], k) => [k, `“${Array.from(name, visible).join("")}”`]),
  input: changed,
});
const heat = dial("Temperature", "temperature", { min: 0, max: 3, step: 0.05 },
  (T) => (T ? fixed(T, 2) : "0, greedy"));
const count = dial("Top-k", "topK", { min: 1, max: V },
  (k) => (k < V ? String(k) : `${k}, all`));
const share = dial("Top-p", "topP", { min: 0.01, max: 1, step: 0.01 },
  (p) => (p < 1 ? fixed(p, 2) : "1, all"));
const plain = button("Plain again", () => {
  [heat.value, count.value, share.value] = [1, V, 1];
  Object.assign(how, { temperature: 1, topK: V, topP: 1 });
  changed();
});
const seed = numberBox("Seed", { min: 0, max: 9999, step: 1, value: 1, input: changed });
const one = button("Draw 1", () => more(1));
const hundred = button("Draw 100", () => more(100));
const clear = button("Clear", () => { drawn = 0; changed(); });
const all = checkbox(`Show all ${V} characters`, { input: draw });
const readout = element("dl", { class: "readout" });
const bars = element("div", {});
const line = element("p", { class: "drawn" });
live.classList.add("sampling");
live.append(
  element("div", { class: "controls" }, where.node, plain),
  element("div", { class: "dials" }, heat.node, count.node, share.node),
  readout,
  element("div", { class: "controls" }, seed.node, one, hundred, clear),
  line,
  element("p", { class: "muted" }, "The seed fixes the spins of the wheel; the dials move its sectors. " +
    "Nothing is fed back: all draws are from this one distribution. " +
    "The generator is not NumPy's, so the same seed gives other draws there."),
  bars,
  V > data.top ? all.node : "",
);
draw();

function dial(label, key, range, show) {
  const voice = (x) => `${show(x)}; entropy ${fixed(bits(after()), 2)} bits`;
  const input = (x) => { how[key] = x; draw(); };
  return slider(label, { ...range, value: how[key], show, voice, input });
}

function scores() {
  return data.contexts[where.value][1];
}

function after() {
  return choices(scores(), how);
}

function more(times) {
  drawn = Math.min(drawn + times, MOST);
  changed();
}

function changed() {
  draw();
  const last = spins(after(), seed.value, drawn).at(-1);
  const end = drawn ? ` Drawn ${drawn}, the last one ${charName(chars[last])}.` : "";
  say(`Entropy ${fixed(bits(after()), 2)} bits.${end}`);
}

function draw() {
  const [before, p] = [softmax(scores()), after()];
  const ids = spins(p, seed.value, drawn);
  const kept = p.filter((q) => q > 0).length;
  const entries = [
    ["entropy before", `${fixed(bits(before), 2)} bits`],
    ["after", `${fixed(bits(p), 2)} bits`],
    ["left to draw from", `${kept} of ${V}`],
  ];
  readout.replaceChildren(...entries.map(([name, value]) =>
    element("div", {}, element("dt", {}, name), element("dd", {}, value))));
  const string = ids.slice(-100).map((k) => visible(chars[k])).join("");
  line.replaceChildren(
    element("span", { class: "muted" }, drawn > 100 ? `The last 100 of ${drawn} draws: ` : `Drawn, ${drawn}: `),
    element("span", { class: "mono" }, string || "nothing yet"));
  bars.replaceChildren(table(before, p, ids));
  [heat, count, share].forEach((each) => each.tell()); // the entropy is new
}

function table(before, p, ids) {
  const order = ranking(before);
  const shown = all.value ? order : order.slice(0, data.top);
  const counts = p.map((_, k) => ids.filter((id) => id === k).length);
  const rows = shown.map((k) => row(visible(chars[k]), before[k], p[k], counts[k]));
  const rest = order.slice(shown.length);
  const sum = (values) => rest.reduce((total, k) => total + values[k], 0);
  if (rest.length) rows.push(row(`${rest.length} others`, sum(before), sum(p), sum(counts)));
  const head = ["next", "before", "after", "drawn", ""];
  return element("table", { class: "bars" },
    element("caption", {}, "Probabilities of the next character, with bars: outlined before, filled after"),
    element("thead", {}, element("tr", {}, head.map((name) => element(name ? "th" : "td", name ? { scope: "col" } : {}, name)))),
    element("tbody", {}, rows));
}

function row(name, before, after, count) {
  const wide = (p) => ({ style: `width:${fixed(100 * p, 2)}%` });
  return element("tr", after ? {} : { class: "out" },
    element("th", { scope: "row", class: name.length > 1 ? "" : "mono" }, name),
    element("td", {}, fixed(before, 3)),
    element("td", {}, after ? fixed(after, 3) : "out"),
    element("td", {}, drawn ? String(count) : "–"),
    element("td", {}, element("div", { class: "pair" },
      element("div", { class: "was", ...wide(before) }), element("div", { class: "is", ...wide(after) }))));
}
