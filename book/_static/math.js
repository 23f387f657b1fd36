// Formulas: load only the parts of MathJax that the book needs, and typeset a few
// formulas at a time, first those in view, so that a long page never stands still.
(() => {
  const here = document.currentScript.src.replace(/[^/]*$/, "");
  // Safari has no requestIdleCallback.
  const idle = window.requestIdleCallback ?? setTimeout;
  const pause = () => new Promise((resolve) => idle(resolve));
  const SPELL = 25; // ms of work between two pauses, in each of which the page is drawn
  const FONTS = ["", "-I", "-S1", "-S2", "-S3", "-S4"]; // upright, italic, large signs

  // A page opens sooner if what is out of sight waits until its reader stirs.
  const stirred = new Promise((resolve) => {
    for (const sign of ["scroll", "keydown", "pointerdown", "beforeprint"]) {
      addEventListener(sign, resolve, { once: true });
    }
    setTimeout(resolve, 20_000);
  });

  // Those in view, all at once; then one at a time, downwards from there.
  function batches() {
    const view = [], below = [], above = [];
    for (const math of document.querySelectorAll(".math")) {
      const { bottom, top } = math.getBoundingClientRect();
      (bottom < 0 ? above : top < innerHeight ? view : below).push(math);
    }
    return [view, ...[...below, ...above].map((math) => [math])];
  }

  // MathJax would measure the font around each formula, which lays out the page anew
  // each time. The text has one font: measure it once.
  function measureOnce() {
    const output = MathJax.startup.output;
    const measure = output.getMetricMaps.bind(output);
    let known;
    output.getMetricMaps = (page) => {
      known ??= measure(page).map((map) => [...map.values()][0]).find(Boolean);
      return [0, 1].map(() => ({ get: () => known }));
    };
  }

  async function typesetAll() {
    await pause(); // MathJax has just started: three short pieces of work, not a long one
    measureOnce();
    const [view, ...waiting] = batches();
    await pause();
    await MathJax.typesetPromise(view);
    // A printer waits neither for promises nor for fonts.
    addEventListener("beforeprint", () => MathJax.typeset(waiting.splice(0).flat()));
    for (const kind of FONTS) document.fonts.load(`1em MJXTEX${kind}`);
    await stirred;
    let rested = performance.now();
    while (waiting.length) {
      await MathJax.typesetPromise(waiting.shift());
      if (performance.now() - rested > SPELL) {
        await pause();
        rested = performance.now();
      }
    }
    done();
    reach();
    addEventListener("resize", reach); // unfold.js makes one when a fold opens
  }

  // A formula wider than its place scrolls: let the keyboard reach it.
  function reach() {
    for (const formula of document.querySelectorAll("mjx-container[display]")) {
      formula.tabIndex = formula.scrollWidth > formula.clientWidth ? 0 : -1;
    }
  }

  // Until it is done, or fails, the style sheet keeps each formula's place.
  const done = () => document.documentElement.classList.remove("math-waits");

  window.MathJax = {
    ...window.MathJax,
    loader: {
      load: ["input/tex-base", "[tex]/ams", "output/chtml", "a11y/assistive-mml"],
      paths: { mathjax: `${here}mathjax` },
    },
    tex: { packages: { "[+]": ["ams"] } },
    chtml: { adaptiveCSS: false },
    startup: { typeset: false, pageReady: typesetAll },
  };

  const script = document.createElement("script");
  script.src = `${here}mathjax/startup.js`;
  script.onerror = done;
  document.head.append(script);
})();
