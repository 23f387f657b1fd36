"""Explorer of chapter 2: three dials, an input, and what a cell makes of it."""

import numpy as np

from lstm_core.checks import check_count
from lstm_core.figures.explorers.page import Explorer, table
from lstm_core.gates import half_life, sigmoid

LEAST = 20  # steps: the last input of the settings comes at step 20
CHAPTER = {4: 1, 8: 1, 12: 1, 16: -1, 20: 1}  # g at some steps, counted from 1

# Gates, c before the first step, inputs, and the step of a latch: 0 is none.
SETTINGS = {
    "Fade": {"f": sigmoid(3.0), "i": 1, "c0": 0, "g": {5: 1}, "latch": 0},
    "Keep": {"f": 1, "i": 0, "c0": 2, "g": CHAPTER, "latch": 0},
    "Forget": {"f": 0, "i": 0, "c0": 2, "g": CHAPTER, "latch": 0},
    "Overwrite": {"f": 0, "i": 1, "c0": 2, "g": CHAPTER, "latch": 0},
    "Latch": {"f": 1, "i": 0, "c0": 2, "g": CHAPTER, "latch": 8},
    "Count": {"f": 1, "i": 1, "c0": 2, "g": CHAPTER, "latch": 0},
}


def gate_explorer(steps=60):
    """Set f, i and o, send inputs, and watch c and h.

    Parameters
    ----------
    steps : int
        How long to watch, from 20 to 100.
    """
    steps = check_count("steps", steps, LEAST)
    if steps > 100:
        raise ValueError(f"steps: wanted at most 100, got {steps}")
    settings = [[name, _plain(look)] for name, look in SETTINGS.items()]
    data = {"settings": settings, "steps": steps}
    return Explorer("gates", "A gate laboratory", data, _table(steps), digits=6)


def run(f, i, o, g, c0=0.0, latch=0):
    """Return c and h after each step, as the script computes them.

    Parameters
    ----------
    f, i, o : float
        Gates that stay as they are.
    g : array (T,)
        The candidate at each step.
    c0 : float
        c before the first step.
    latch : int
        A step, counted from 1, at which f = 0 and i = 1 instead; 0 for none.
    """
    cs, c = [], c0
    for step, new in enumerate(g, start=1):
        keep, let_in = (0.0, 1.0) if step == latch else (f, i)
        c = keep * c + let_in * new
        cs.append(c)
    return np.array(cs), o * np.tanh(cs)


def inputs(pulses, steps):
    """Return g, an array (steps,), from a dict of step to input."""
    g = np.zeros(steps)
    for step, value in pulses.items():
        g[step - 1] = value
    return g


def _plain(look):
    return look | {"g": [list(pulse) for pulse in look["g"].items()]}


def _table(steps):
    """Tabulate what each setting makes of its input, at a few steps."""
    shown = [1, 5, 8, 12, 16, 20, steps]
    rows = []
    for name, look in SETTINGS.items():
        g = inputs(look["g"], steps)
        c, _ = run(look["f"], look["i"], 1.0, g, look["c0"], look["latch"])
        life = f"{half_life(look['f']):.1f}".replace("inf", "∞")
        gates = [f"{look['f']:.3f}", f"{look['i']:.3f}", life]
        rows.append([name, *gates, *(f"{c[step - 1]:.2f}" for step in shown)])
    head = ["setting", "f", "i", "half-life", *(f"c, step {step}" for step in shown)]
    caption = (
        "What six settings of the gates make of an input. Latch has f = 0 and i = 1 "
        "at step 8. With o = 1 the hidden state is h = tanh(c)."
    )
    return table(caption, head, rows)
