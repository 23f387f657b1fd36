"""The book's one palette: a colour, a line and a marker for each quantity.

Plain data, without matplotlib, so that static figures and interactive
explorers share it. Gates are bright and states deep; the hues follow Okabe
and Ito (2008), moved until every colour reaches a contrast of 4.5:1 on both
pages and every two stay apart for the three colour-blindnesses, in light and
in dark mode.
"""

PAGES = {"light": "#ffffff", "dark": "#14181e"}

NAMES = {
    "i": "input gate",
    "f": "forget gate",
    "g": "candidate",
    "o": "output gate",
    "c": "cell state",
    "h": "hidden state",
}

COLOURS = {
    "i": "#396fd6",  # blue
    "f": "#c84e08",  # vermilion
    "g": "#007e62",  # green
    "o": "#9c5694",  # purple
    "c": "#674c1c",  # brown
    "h": "#133a7a",  # navy
    "accent": "#8e2344",  # crimson: loss, gradient, highlight
    "ink": "#1b2026",  # text and plain lines
    "muted": "#5b6470",  # axes, notes
    "faint": "#a9b1bb",  # the parts of a diagram that are not lit
    "grid": "#d5dae0",
}

# What CSS makes of COLOURS with invert(1) hue-rotate(180deg): the colours in
# which a reader in dark mode sees every static figure, for the explorers.
DARK = {
    "i": "#6298ff",
    "f": "#ff8741",
    "g": "#3dbb9f",
    "o": "#c882c0",
    "c": "#c9ae7e",
    "h": "#a5ccff",
    "accent": "#ffaacb",
    "ink": "#dbe0e6",
    "muted": "#949da9",
    "faint": "#48505a",
    "grid": "#21262c",
}

# Never colour alone. Gates are broken lines; of the states, c is solid.
LINE_STYLES = {
    "i": {"linestyle": (0, (5, 2)), "marker": "o"},
    "f": {"linestyle": (0, (7, 2, 1.5, 2)), "marker": "s"},
    "g": {"linestyle": (0, (1.2, 1.3)), "marker": "^"},
    "o": {"linestyle": (0, (5, 1.5, 1.2, 1.5, 1.2, 1.5)), "marker": "D"},
    "c": {"linestyle": "-", "marker": "v"},
    "h": {"linestyle": (0, (11, 2.5)), "marker": "P"},
    "accent": {"linestyle": (0, (3, 1.2)), "marker": "X"},
    "ink": {"linestyle": "-", "marker": "o"},
    "muted": {"linestyle": (0, (2, 1, 1, 1)), "marker": "d"},
}
