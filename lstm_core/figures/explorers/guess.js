// Chapter 7: a gradient report is shown; the reader names the mistake behind it.
const { rounds, blocks, head, sound } = data;
let round = 0;
let named = 0; // rightly
let picked; // the radio buttons of this round
let chosen = null; // the guess, once it is made

const place = element("p", { class: "place", tabindex: "-1" });
const sheet = element("div", { class: "sheet" });
const answers = element("div");
const guess = button("This is it", judge);
const next = button("", go);
const verdict = element("div", { class: "verdict" });
const revealed = element("div", { class: "revealed" });
live.append(
  place,
  element("div", { class: "desk" }, sheet,
    element("div", { class: "side" }, answers,
      element("div", { class: "controls" }, guess, next), verdict)),
  revealed);
deal();

function deal() {
  chosen = null;
  picked = radios("Which mistake is it?", {
    options: rounds[round].options.map((k) => [k, rounds[k].words]),
    input: () => verdict.replaceChildren(),
  });
  answers.replaceChildren(picked.node);
  verdict.replaceChildren();
  revealed.replaceChildren();
  revealed.hidden = next.hidden = true;
  guess.disabled = false;
  count();
  lay(round);
}

function count() {
  const played = round + (chosen === null ? 0 : 1);
  place.replaceChildren(
    element("strong", {}, `Report ${round + 1} of ${rounds.length}.`),
    ` Named so far: ${named} of ${played}.`);
}

// The cells of one line: "<" stands for "<1e-10", "2e0" for "2e+00", "" for all right.
function unpacked(line) {
  const long = (cell) => cell.replace("<", sound[0]).replace("-0.", "−0.")
    .replace(/^(.)e(-?)(.)$/, (_, digit, sign, power) => `${digit}e${sign || "+"}0${power}`);
  return line ? line.split(" ").map(long) : sound;
}

// The table of a report. What is wrong is bold, and has no "<".
function lay(which) {
  const rows = rounds[which].table.split(";").map((line, k) => {
    const cells = unpacked(line);
    const off = (n) => (n < cells.length - 2 ? !cells[n].startsWith("<") : line !== "");
    const begins = k > 0 && stem(k) !== stem(k - 1);
    return element("tr", { class: begins && "begins" },
      element("th", { scope: "row" }, blocks[k]),
      cells.map((cell, n) => element("td", { class: off(n) ? "off" : "sound" }, cell)));
  });
  const caption = which === round ? "Relative errors of a backward pass with one mistake"
    : `Your guess: relative errors of ${rounds[which].name}`;
  sheet.replaceChildren(element("table", {}, element("caption", {}, caption),
    element("thead", {}, element("tr", {},
      ["gradient", ...head].map((name) => element("th", { scope: "col" }, name)))),
    element("tbody", {}, rows)));
}

// "weight_ih" of "weight_ih[i]", and "" of "dx".
function stem(k) {
  return blocks[k].includes("[") ? blocks[k].split("[")[0] : "";
}

function judge() {
  if (picked.value === undefined) {
    verdict.replaceChildren(element("p", { class: "error" }, "Choose one of them first."));
    say("Choose one of them first.");
    picked.boxes[0].focus();
    return;
  }
  chosen = Number(picked.value);
  const right = chosen === round;
  named += right;
  picked.node.disabled = guess.disabled = true;
  count();
  reveal(right);
  const last = round === rounds.length - 1;
  next.textContent = last ? "Play again" : "Next report";
  next.hidden = false;
  next.focus({ preventScroll: true });
  say(`${verdict.firstChild.textContent} ${last ? "That was the last. " : ""}Named ${named} of ${round + 1}.`);
}

function reveal(right) {
  const { name, words, pairs, said } = rounds[round];
  verdict.replaceChildren(
    element("p", {}, element("strong", {}, right ? "Right. " : "No. "),
      "It is ", element("code", {}, name), `: ${words}.`),
    right ? "" : compare());
  revealed.hidden = false;
  revealed.replaceChildren(
    ...pairs.map(([good, bad]) => element("div", { class: "pair" },
      code("right", good), code("broken", bad))),
    element("p", { class: "muted" }, "What the report says below its table:"),
    element("ul", {}, said.map((sentence) => element("li", {}, sentence))));
}

function code(kind, text) {
  return element("div", { class: kind },
    element("p", { class: "muted" }, kind), element("pre", {}, element("code", {}, text)));
}

// Lays the report of the guess beside, or rather over, the one that was shown.
function compare() {
  const other = rounds[chosen].name;
  const flip = button(`Show the report of ${other}`, () => {
    const over = flip.getAttribute("aria-pressed") === "false";
    flip.setAttribute("aria-pressed", over);
    lay(over ? chosen : round);
    say(over ? `The table shows ${other}, your guess.` : "The table shows the report again.");
  }, { "aria-pressed": "false" });
  return element("p", {}, "What would your guess look like? ", flip);
}

function go() {
  round = (round + 1) % rounds.length;
  if (round === 0) named = 0;
  deal();
  place.focus();
}
