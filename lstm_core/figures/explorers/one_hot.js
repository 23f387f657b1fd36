// Chapter 1: characters, ids, one-hot columns.
const CHARS = { all: data.chars, tiny: data.tiny };
let chars = Array.from(CHARS.all); // by code points, as Python counts
let picked = 0;

const box = textBox("Text", { value: data.text, maxlength: data.most, input: () => read() });
box.box.size = data.most;
const which = chooser("Vocabulary", {
  options: [
    ["all", `all ${chars.length} characters`],
    ["tiny", `the ${Array.from(data.tiny).length} of “beet”`],
  ],
  input: (key) => {
    chars = Array.from(CHARS[key]);
    read();
  },
});
const letters = element("div", { class: "letters" });
const detail = element("p", { class: "detail" });
const message = element("p", { class: "error mono" });
const picture = plot({ height: 100, alt: describe, paint, pick: (x) => pick(Math.floor(x)) });
live.append(element("div", { class: "controls" }, box.node, which.node), message, letters, detail, picture.node);
read(true);

function text() {
  return Array.from(box.value);
}

// A string as Python shows it.
function repr(string) {
  const quote = string.includes("'") && !string.includes('"') ? '"' : "'";
  const escapes = { "\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\", [quote]: `\\${quote}` };
  return quote + Array.from(string, (c) => escapes[c] ?? c).join("") + quote;
}

// The words of Vocabulary.encode.
function complaint() {
  const position = text().findIndex((char) => !chars.includes(char));
  if (position < 0) return "";
  return `ValueError: text: wanted only the characters ${repr(chars.join(""))}, ` +
    `got ${repr(text()[position])} at position ${position}`;
}

function read(quiet) {
  picked = Math.min(picked, Math.max(text().length - 1, 0));
  const options = text().map((char, t) => {
    const id = chars.indexOf(char);
    const chip = element("span", { class: "chip" },
      element("b", { class: "mono" }, visible(char)),
      element("small", {}, id < 0 ? "?" : String(id)));
    chip.classList.toggle("stranger", id < 0);
    return [t, chip];
  });
  const chips = radios("Characters, each with its id below", {
    options, value: picked, input: (t) => pick(Number(t)),
  });
  letters.replaceChildren(options.length ? chips.node : "Type a character.");
  message.textContent = complaint();
  message.hidden = !complaint();
  detail.textContent = sentence();
  picture.update();
  if (!quiet) say(complaint() || describe());
}

function pick(t) {
  picked = Math.min(Math.max(t, 0), text().length - 1);
  letters.querySelectorAll("input").forEach((radio, k) => (radio.checked = k === picked));
  detail.textContent = sentence();
  picture.update();
  say(sentence());
}

function sentence() {
  const char = text()[picked];
  if (char === undefined) return "";
  const id = chars.indexOf(char);
  const name = char === " " ? "a space" : `“${visible(char)}”`;
  if (id < 0) return `Position ${picked}: ${name} is not in this vocabulary. It has no id and no column.`;
  const bits = chars.map((_, k) => Number(k === id)).join(" ");
  return `Position ${picked}: ${name} has the id ${id}. Its vector: ${bits}`;
}

function describe() {
  const ids = text().map((char) => (chars.includes(char) ? chars.indexOf(char) : "none"));
  return `${ids.length} one-hot columns of ${chars.length} rows. The ids: ${ids.join(", ")}.`;
}

function paint({ add, width }) {
  const columns = Math.max(text().length, 1);
  const side = Math.min(26, Math.floor((width - 34) / columns));
  const tall = chars.length > 12 ? 14 : 26;
  picture.node.setAttribute("height", tall * chars.length + 26);
  chars.forEach((char, row) => {
    const y = 22 + row * tall;
    add("text", { class: "tick-text mono", x: 12, y: y + tall / 2 + 4, "text-anchor": "middle" }, visible(char));
    text().forEach((other, t) => {
      if (!chars.includes(other)) return;
      const on = other === char;
      const place = { x: 26 + t * side, y, width: side - 1, height: tall - 1 };
      add("rect", { class: on ? "one" : "zero", ...place });
      if (side > 9) {
        const middle = { x: place.x + (side - 1) / 2, y: y + tall / 2 + 3.5, "text-anchor": "middle" };
        add("text", { class: on ? "one-text" : "zero-text", ...middle }, on ? "1" : "0");
      }
    });
  });
  text().forEach((char, t) => {
    const known = chars.includes(char);
    add("text", { class: `mono head ${known ? "" : "stranger"}`, x: 26 + (t + 0.5) * side, y: 14, "text-anchor": "middle" }, visible(char));
    const frame = { x: 25 + t * side, y: 21, width: side, height: tall * chars.length + 1 };
    if (!known) add("rect", { class: "missing", ...frame });
    if (t === picked) add("rect", { class: "picked", ...frame });
  });
}
