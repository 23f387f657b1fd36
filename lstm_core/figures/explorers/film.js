// Chapter 5: loss, gradient norm and samples of a training run.
// Update n stands at place n - 1 of the curves, which come in thousandths.
const loss = data.loss.map((x) => x / 1000);
const norm = data.norm.map((x) => x / 1000);
const N = loss.length;
const EDGES = [0, N];
const recital = data.samples.find(([, agree]) => agree === data.whole);
const three = (x) => fixed(x, 3);
const quote = (char) => (char === " " ? "a space" : `“${visible(char)}”`);

const walk = player("Update", {
  count: N, interval: 60, show: (t) => `${t + 1} of ${N}`, voice: (t) => describe(t + 1), move: draw,
});
const pick = (x) => (walk.value = Math.round(x) - 1);
const now = () => walk.value + 1;
const stops = data.samples.map(([update]) => button(String(update), () => {
  walk.value = update - 1;
  say(sampleSentence());
}, { "aria-label": `Update ${update}` }));
const above = plot({ height: 200, bottom: 22, alt: () => `Loss over ${N} updates. ${describe()}`, paint: paintLoss, pick });
const below = plot({ height: 150, alt: () => `Gradient norm over ${N} updates. ${describe()}`, paint: paintNorm, pick });
const readout = element("dl", { class: "readout" });
const heading = element("p", { class: "muted" });
const sample = element("p", { class: "mono sample" });
const verdict = element("p", {});
live.classList.add("film");
live.append(
  walk.node,
  element("div", { class: "stops", role: "group", "aria-label": "Updates with a sample" },
    element("span", { class: "muted" }, "Samples after update"), stops),
  readout,
  element("div", {}, above.node, below.node),
  element("div", { class: "writes" }, heading, verdict, sample),
);
draw();

// The last sample that was taken at or before this update.
function current() {
  return data.samples.findLast(([update]) => update <= now());
}

function describe(n = now()) {
  return `Update ${n}: loss ${three(loss[n - 1])} nats, gradient norm ${three(norm[n - 1])}.`;
}

function sampleSentence() {
  if (!current()) return "No sample was taken yet.";
  const [, agree, written] = current();
  if (agree === data.whole) return `All ${data.whole} characters are as in the text.`;
  const right = `${agree} of ${data.whole} characters, then the first slip`;
  if (agree >= written.length) return `${right}, further on than is shown.`;
  return `${right}: ${quote(written[agree])} where the text has ${quote(data.text[agree])}.`;
}

function draw() {
  const t = now() - 1;
  above.update();
  below.update();
  const clipped = norm[t] > data.clip;
  readout.replaceChildren(...[
    ["loss", `${three(loss[t])} nats`],
    ["gradient norm", three(norm[t]) + (clipped ? `, clipped to ${data.clip}` : "")],
  ].map(([name, value]) =>
    element("div", {}, element("dt", {}, name), element("dd", {}, value))));
  const shown = current();
  stops.forEach((stop, k) => stop.setAttribute("aria-pressed", data.samples[k] === shown));
  heading.textContent = shown ? `After update ${shown[0]} it writes:` : "";
  sample.replaceChildren(...(shown ? letters(shown) : []));
  verdict.textContent = sampleSentence();
}

// What is as in the text is marked, the first slip has a frame.
function letters([, agree, written]) {
  const right = element("mark", {}, written.slice(0, agree));
  if (agree >= written.length) return [right, "…"];
  return [right, element("span", { class: "slip" }, visible(written[agree])), `${written.slice(agree + 1)}…`];
}

function curve(area, values, taken = []) {
  const dot = (n, look, r) => area.add("circle", { class: look, cx: area.x(n), cy: area.y(values[n - 1]), r });
  area.line(values.map((y, t) => [t + 1, y]), "ink");
  area.cursor(now());
  taken.forEach((n) => dot(n, "taken", 3));
  dot(now(), "here", 5);
}

function rule(area, y, text) {
  area.add("line", { class: "rule", x1: area.x(0), x2: area.x(N), y1: area.y(y), y2: area.y(y) });
  area.add("text", { class: "tick-text", x: area.x(N), y: area.y(y) - 4, "text-anchor": "end" }, text);
}

function paintLoss(area) {
  const marks = data.baselines.map(([, nats]) => nats);
  area.axes({ x: EDGES, y: [0, Math.max(...loss, ...marks) * 1.08], xLabel: "", yLabel: "loss, nats", xTicks: [] });
  data.baselines.forEach(([name, nats]) => rule(area, nats, name));
  if (recital) {
    const x = area.x(recital[0]);
    area.add("line", { class: "recital", x1: x, x2: x, y1: area.y(0), y2: area.y(0) - 50 });
    area.note(`recites after ${recital[0]}`, x + 6, area.y(0) - 40, "accent");
  }
  curve(area, loss, data.samples.map(([update]) => update));
}

function paintNorm(area) {
  const high = Math.max(data.clip, ...norm) * 1.15;
  area.axes({ x: EDGES, y: [0, high], xLabel: "update", yLabel: "gradient norm" });
  rule(area, data.clip, "clip");
  curve(area, norm);
}
