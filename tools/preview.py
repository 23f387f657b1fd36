"""Draw the picture that a link to the book shows elsewhere.

python tools/preview.py        # writes book/_static/preview.png
"""

import matplotlib as mpl
from matplotlib import pyplot as plt
from picture import OUT, SHOWN, film, right_from_the_start

from lstm_core import load_hamlet
from lstm_core.figures.palette import COLOURS, PAGES

WIDTH, HEIGHT = 1200, 630  # pixels, as the sites that show such pictures ask for
LINES = (1, 40, 90, 120, 200)  # updates
LETTER = 17.05  # pixels that a character of the typewriter font is wide


def main():
    text = load_hamlet()
    mpl.rcParams.update({"svg.fonttype": "path", "font.family": "DejaVu Sans"})
    figure = plt.figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100)
    figure.set_facecolor(PAGES["light"])

    def put(x, y, words, size, colour, **style):
        place = (x / WIDTH, 1 - y / HEIGHT)
        figure.text(*place, words, fontsize=size, color=COLOURS[colour], **style)

    put(80, 140, "The LSTM, Line by Line", 44, "ink", weight="bold")
    put(
        80, 195, "Build it in NumPy. Check every gradient. Hear it recite.", 21, "muted"
    )
    frames = [frame for frame in film(text) if frame[0] in LINES]
    for k, (updates, recited) in enumerate(frames):
        count = right_from_the_start(recited, text)
        y = 300 + 58 * k
        put(160, y, updates, 20, "muted", ha="right")
        mono = {"family": "DejaVu Sans Mono"}
        put(200, y, recited[: min(count, SHOWN)], 20.6, "accent", weight="bold", **mono)
        put(200 + LETTER * count, y, recited[count:SHOWN], 20.6, "muted", **mono)
    figure.savefig(OUT.with_name("preview.png"), metadata={"Software": None})


if __name__ == "__main__":
    main()
