"""Diagrams of the cell, of the unrolled net and of the gradient's two streams.

Drawn from coordinates; a unit is half an inch. In `draw_cell` every piece
lists the parts of the story in which it is lit; backward parts run the same
wires the other way, dashed.
"""

from lstm_core.checks import check_text
from lstm_core.figures.strokes import R, box, canvas, circle, ground, say, wire
from lstm_core.figures.style import MONOSPACE, book_style, check_known, visible

# What stands below the cell, by the part that is lit.
EQUATIONS = {
    "all": (
        r"$c_t = f_t \odot c_{t-1} + i_t \odot g_t$",
        r"$h_t = o_t \odot \tanh(c_t)$",
    ),
    "forget": (r"$f_t = \sigma(W_f\,[h_{t-1};\,x_t] + b_f)$",),
    "input": (r"$i_t = \sigma(W_i\,[h_{t-1};\,x_t] + b_i)$",),
    "candidate": (r"$g_t = \tanh(W_g\,[h_{t-1};\,x_t] + b_g)$",),
    "cell": (r"$c_t = f_t \odot c_{t-1} + i_t \odot g_t$",),
    "output": (r"$o_t = \sigma(W_o\,[h_{t-1};\,x_t] + b_o)$",),
    "hidden": (r"$h_t = o_t \odot \tanh(c_t)$",),
    "backward-c": (r"$dc_{t-1} = dc_t \odot f_t$",),
    "backward-h": (
        r"$dc_t \leftarrow dc_t + dh_t \odot o_t \odot (1 - \tanh^2 c_t)$",
        r"$dh_{t-1} = W_h^{\top}\, da_t$",
    ),
}

C, TANH, PRODUCT, GATE, H = 7.4, 6.45, 5.3, 3.9, 2.2  # heights
STACK, PLUS, OUT = 2.6, 7.4, 11.6  # [h; x]; the sum; where h leaves
X = {"f": 4.4, "i": 6.4, "g": 8.4, "o": 10.3}  # of the gates
SIDE = 0.68  # half a gate's side
JUNCTIONS = {(OUT, C), *((x, H) for x in X.values())}  # no arrow head here

FEED = "all forget input candidate output"
GATES = (
    ("f", "forget", r"$\sigma$", "all forget cell backward-c backward-h"),
    ("i", "input", r"$\sigma$", "all input cell backward-h"),
    ("g", "candidate", "tanh", "all candidate cell backward-h"),
    ("o", "output", r"$\sigma$", "all output hidden backward-h"),
)
CIRCLES = (
    (X["f"], C, "×", "all cell backward-c backward-h"),
    (PLUS, C, "+", "all cell backward-c backward-h"),
    (PLUS, PRODUCT, "×", "all cell backward-h"),
    (OUT, PRODUCT, "×", "all hidden backward-h"),
)
BOXES = (
    ((OUT, TANH), (1.4, 0.6), "tanh", 12, "c", "all hidden backward-h"),
    ((STACK, H), (0.95, 0.72), "$h$", 14, "h", FEED + " backward-h"),
    ((STACK, H - 0.75), (0.95, 0.72), "$x$", 14, "ink", FEED),
)
PORTS = (
    (0.65, C, "c_{t-1}", "c", "all cell backward-c"),
    (13.4, C, "c_t", "c", "all cell backward-c"),
    (0.65, H, "h_{t-1}", "h", FEED + " backward-h"),
    (13.4, H, "h_t", "h", "all hidden backward-h"),
    (STACK, 0.1, "x_t", "ink", FEED),
)
WIRES = (  # along the cell state
    ([(1.3, C), (X["f"] - R, C)], "c", "all cell backward-c"),
    ([(X["f"] + R, C), (PLUS - R, C)], "c", "all cell backward-c backward-h"),
    ([(PLUS + R, C), (OUT, C)], "c", "all cell hidden backward-c backward-h"),
    ([(OUT, C), (12.8, C)], "c", "all cell backward-c"),
    # from the gates
    ([(X["f"], GATE + SIDE), (X["f"], C - R)], "f", "all forget cell backward-h"),
    (
        [(X["i"], GATE + SIDE), (X["i"], PRODUCT), (PLUS - R, PRODUCT)],
        "i",
        "all input cell backward-h",
    ),
    (
        [(X["g"], GATE + SIDE), (X["g"], PRODUCT), (PLUS + R, PRODUCT)],
        "g",
        "all candidate cell backward-h",
    ),
    (
        [(X["o"], GATE + SIDE), (X["o"], PRODUCT), (OUT - R, PRODUCT)],
        "o",
        "all output hidden backward-h",
    ),
    ([(PLUS, PRODUCT + R), (PLUS, C - R)], "c", "all cell backward-h"),
    # out as h
    ([(OUT, C), (OUT, TANH + 0.3)], "c", "all hidden backward-h"),
    ([(OUT, TANH - 0.3), (OUT, PRODUCT + R)], "c", "all hidden backward-h"),
    ([(OUT, PRODUCT - R), (OUT, H), (12.8, H)], "h", "all hidden backward-h"),
    # in as [h; x], and along the bus to the gates
    ([(1.3, H), (STACK - 0.5, H)], "h", FEED + " backward-h"),
    ([(STACK, 0.5), (STACK, H - 1.14)], "ink", FEED),
    ([(STACK + 0.5, H), (X["f"], H)], "ink", FEED + " backward-h"),
    (
        [(X["f"], H), (X["i"], H)],
        "ink",
        "all input candidate output backward-h",
    ),
    ([(X["i"], H), (X["g"], H)], "ink", "all candidate output backward-h"),
    ([(X["g"], H), (X["o"], H)], "ink", "all output backward-h"),
    *(
        ([(X[key], H), (X[key], GATE - SIDE)], "ink", f"all {name} backward-h")
        for key, name, _, _ in GATES
    ),
)


@book_style()
def draw_cell(lit="all"):
    """Draw an LSTM cell with one part lit, and that part's equation below.

    Parameters
    ----------
    lit : str
        "all", "forget", "input", "candidate", "cell", "output", "hidden",
        "backward-c" or "backward-h".
    """
    check_known("lit", [lit], EQUATIONS)
    fig, ax = canvas(bottom=-2.0, top=8.3)
    ground(ax, (7.1, 4.4), (10.7, 7.4))
    _cell_wires(ax, lit)
    for key, name, squash, lit_in in GATES:
        _gate(ax, key, name, squash, lit in lit_in.split())
    for x, y, sign, lit_in in CIRCLES:
        circle(ax, (x, y), sign, lit in lit_in.split())
    for middle, size, text, points, key, lit_in in BOXES:
        on = lit in lit_in.split()
        box(ax, middle, size, key if on else "faint")
        say(ax, middle, text, points, key if on else "muted")
    for x, y, name, key, lit_in in PORTS:
        on = lit in lit_in.split()
        prefix = "d" if on and lit.startswith("backward") else ""
        say(ax, (x, y), f"${prefix}{name}$", 16, key if on else "muted")
    heights = (-1.2,) if len(EQUATIONS[lit]) == 1 else (-0.75, -1.65)
    for equation, y in zip(EQUATIONS[lit], heights, strict=True):
        say(ax, (7.1, y), equation, 15)
    return fig, ax


@book_style()
def draw_unrolled(chars="to be"):
    """Draw the net unrolled over a text, one step a pair of characters.

    Parameters
    ----------
    chars : str
        2 to 7 characters: each but the last is read, and its successor is
        what the net should predict.
    """
    T = len(check_text("chars", chars, least=2)) - 1
    if T > 6:
        raise ValueError(f"chars: wanted at most 7 characters, got {T + 1}")
    fig, ax = canvas(bottom=0.2, top=8.6)
    pitch = min(3.6, 12.0 / (T + 0.44))
    half, gap = 0.28 * pitch, 0.44 * pitch
    for t in range(T + 1):
        left = 1.9 + gap + pitch * t  # of step t + 1
        for name, y in (("c", 4.5), ("h", 3.3)):
            wire(ax, [(left - gap, y), (left, y)], name)
            say(ax, (left - gap / 2 - 0.08, y + 0.42), f"${name}_{t}$", 14, name)
        if t < T:
            _step(ax, left + half, half, chars[t : t + 2], t + 1)
    for name, key, y in (
        ("input", "muted", 0.9),
        ("loss", "accent", 6.95),
        ("target", "muted", 7.9),
    ):
        say(ax, (0.9, y), name, 13, key)
    return fig, ax


@book_style()
def gradient_streams():
    """Draw the two streams of the gradient, dc and dh, on their way back in time.

    From step to step dc passes one product, with f; dh passes the squashing
    of the gates and their weights.
    """
    fig, ax = canvas(bottom=-0.1, top=8.0)
    for x, step in ((2.6, "t-1"), (7.0, "t"), (11.4, "t+1")):
        _backward_step(ax, x, step)
    for x, step in ((4.8, "t-1"), (9.2, "t")):
        say(ax, (x, 6.7), f"$dc_{{{step}}}$", 14, "c")
        say(ax, (x, 1.4), f"$dh_{{{step}}}$", 14, "h")
    return fig, ax


def _cell_wires(ax, lit):
    """Draw the wires of the cell, those that are lit last, on top."""
    for points, key, lit_in in sorted(WIRES, key=lambda piece: lit in piece[2].split()):
        on = lit in lit_in.split()
        back = on and lit.startswith("backward")
        points = points[::-1] if back else points
        head = points[-1] not in JUNCTIONS
        wire(ax, points, key if on else "faint", head=head, dashed=back)


def _gate(ax, key, name, squash, on):
    """Draw a gate of the cell: its letter, its squashing and its name."""
    middle = X[key], GATE
    box(ax, middle, (2 * SIDE, 2 * SIDE), key if on else "faint", filled=on)
    say(ax, (X[key], GATE + 0.22), f"${key}$", 20, "white" if on else "muted")
    say(ax, (X[key], GATE - 0.42), squash, 12, "white" if on else "muted")
    say(ax, (X[key], H - 0.75), name, 12, key if on else "muted")


def _step(ax, x, half, pair, t):
    """Draw one step of the unrolled net, from its input up to its target."""
    wire(ax, [(x, 1.45), (x, 2.55)], "ink")
    say(ax, (x + 0.45, 1.9), f"$x_{t}$", 14)
    ground(ax, (x, 3.9), (2 * half, 2.7))
    say(ax, (x, 3.9), "LSTM", 12)
    wire(ax, [(x, 5.25), (x, 6.0)], "h")
    say(ax, (x, 6.25), "softmax", 12)
    wire(ax, [(x, 6.55), (x, 7.35)], "accent", head=False, dashed=True)
    for y, char in zip((0.9, 7.9), pair, strict=True):
        box(ax, (x, y), (1.0, 1.0), "ink")
        say(ax, (x, y), visible(char), 18, family=MONOSPACE)


def _backward_step(ax, x, step):
    """Draw what one step does to the gradient, from right to left."""
    top, bottom, left, right = 6.2, 1.9, x - 0.8, x + 0.9
    ground(ax, (x, 4.05), (3.1, 5.5))
    say(ax, (x, 7.5), f"step ${step}$", 13, "muted")
    for points, key in (
        ([(x + 2.5, top), (right + R, top)], "c"),
        ([(right - R, top), (left + R, top)], "c"),
        ([(x + 0.1, top), (x + 0.1, 4.45), (x - 0.21, 4.45)], "c"),
        ([(right, 4.72), (right, top - R)], "c"),
        ([(x + 2.5, bottom), (right + R, bottom)], "h"),
        ([(right, bottom + R), (right, 3.1 - R)], "h"),
        ([(right, 3.1 + R), (right, 4.14)], "h"),
        ([(right - R, bottom), (x - 0.48, bottom), (x - 0.48, 3.54)], "h"),
        ([(right, 0.6), (right, bottom - R)], "accent"),
    ):
        wire(ax, points, key, dashed=True)
    for y, sign in ((top, "+"), (bottom, "+"), (3.1, "×")):
        circle(ax, (right, y), sign, True)
    say(ax, (right - 0.65, 3.12), "$o$", 15, "o")
    box(ax, (right, 4.43), (1.1, 0.58), "c")
    say(ax, (right, 4.43), "tanh′", 12, "c")
    say(ax, (right, 0.3), "loss", 13, "accent")
    _leave_step(ax, x, top, bottom, last=step == "t-1")


def _leave_step(ax, x, top, bottom, last):
    """Draw how the gradient leaves a step: through f, and through the gates."""
    left, weights = x - 0.8, x - 1.08
    wire(ax, [(left - R, top), (x - 1.9, top)], "c", head=last, dashed=True)
    circle(ax, (left, top), "×", True)
    say(ax, (left, top - 0.75), "$f$", 15, "f")
    for key, column, row in (("i", 0, 0), ("f", 1, 0), ("g", 0, 1), ("o", 1, 1)):
        middle = x - 1.1 + 0.6 * column, 4.45 - 0.6 * row
        box(ax, middle, (0.54, 0.54), key, filled=True)
        say(ax, middle, f"${key}$", 13, "white")
    wire(ax, [(weights, 3.55), (weights, 3.27)], "ink", head=False)
    box(ax, (weights, 2.92), (0.86, 0.7), "ink")
    say(ax, (weights, 2.95), r"$W_h^{\top}$", 12)
    path = [(weights, 2.57), (weights, bottom), (x - 1.9, bottom)]
    wire(ax, path, "h", head=last, dashed=True)
