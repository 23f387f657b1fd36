"""The Python side of an explorer: one piece of HTML that needs no other file."""

import html
import json
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from lstm_core.checks import check_numeric, check_text
from lstm_core.figures.palette import COLOURS, DARK, LINE_STYLES

NOTE = (
    "This figure can be operated where JavaScript runs: "
    "on the book's site, or in a notebook after its cell has been run."
)


@dataclass(frozen=True, repr=False)
class Explorer:
    """A figure that the reader operates, shown by being a cell's last value.

    Parameters
    ----------
    name : str
        Names the script ``NAME.js`` beside this file; the root's id is
        ``explorer-NAME`` with hyphens for underscores.
    title : str
        What a screen reader calls the figure.
    data : dict
        What the script reads as ``data``: numbers, strings, lists, dicts and
        arrays.
    fallback : str
        HTML shown until the script takes over, such as from `table`.
    digits : int
        Decimals to which the numbers of ``data`` are rounded.
    """

    name: str
    title: str
    data: dict
    fallback: str
    digits: int = 3

    def _repr_html_(self):
        data = json_text(self.data, self.digits)
        name = f"explorer-{self.name.replace('_', '-')}"
        return (
            f'<div class="lstm-explorer {name} mathjax_ignore" id="{name}" '
            f'role="group" aria-label="{escape(self.title)}">\n'
            f"<style>\n{self._css()}</style>\n"
            f'<div class="fallback" tabindex="0">\n'  # the keyboard scrolls it
            f"{self.fallback}\n<p>{NOTE}</p>\n</div>\n"
            f'<script type="application/json">{data}</script>\n'
            f"<script>\n(() => {{\n{_read('core.js')}\nwhenNear(() => {{\n"
            f"{_read(f'{self.name}.js')}start();\n}});\n}})();\n</script>\n</div>"
        )

    def _css(self):
        own = f"{self.name}.css"
        return (
            palette_css() + _read("explorers.css") + (_read(own) if _has(own) else "")
        )

    def __repr__(self):
        return f"<Explorer {self.name}>"


def table(caption, head, rows):
    """Return an HTML table; each row's first entry is its head."""
    lines = [f"<table>\n<caption>{escape(caption)}</caption>", "<thead><tr>"]
    lines += [f'<th scope="col">{escape(entry)}</th>' for entry in head]
    lines.append("</tr></thead>\n<tbody>")
    for first, *rest in rows:
        cells = "".join(f"<td>{escape(entry)}</td>" for entry in rest)
        lines.append(f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>')
    return "\n".join([*lines, "</tbody>\n</table>"])


def escape(value):
    """Return ``value`` as text that HTML shows as it is."""
    return html.escape(str(value))


def json_text(data, digits):
    """Return ``data`` as JSON that can stand in an HTML script element.

    Raises
    ------
    ValueError
        If a number is NaN or infinite, or an entry is of an unknown kind.
    """
    plain = _plain(data, digits)
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.replace("<", "\\u003c")  # neither </script> nor <!--


def palette_css():
    """Return the palette as CSS custom properties, for light and for dark pages."""
    lines = [f"--{key}: light-dark({COLOURS[key]}, {DARK[key]});" for key in COLOURS]
    for key, look in LINE_STYLES.items():
        dashes = look["linestyle"]
        if dashes != "-":
            lengths = " ".join(f"{2 * length:g}" for length in dashes[1])
            lines.append(f"--dash-{key}: {lengths};")
    for key in LINE_STYLES:
        dash = f"stroke: var(--{key}); stroke-dasharray: var(--dash-{key}, none);"
        lines.append(f"& .line.{key} {{ {dash} }}")
        lines.append(f"& .note.{key} {{ color: var(--{key}); fill: var(--{key}); }}")
    return ".lstm-explorer {\n  " + "\n  ".join(lines) + "\n}\n"


def _plain(value, digits):
    """Turn arrays into lists and round numbers; 1.0 becomes 1, -0.0 becomes 0."""
    if isinstance(value, dict):
        return {check_text("data", key): _plain(v, digits) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry, digits) for entry in value]
    if value is None or isinstance(value, str | bool):
        return value
    array = check_numeric("data", value)
    if not np.isfinite(array).all():
        raise ValueError("data: wanted finite numbers, got NaN or infinity")
    if array.ndim:
        return [_plain(entry, digits) for entry in array]
    number = round(float(array), digits)
    return int(number) if number.is_integer() else number


def _has(name):
    """Return whether a file of this package exists."""
    return (files(__package__) / name).is_file()


def _read(name):
    """Return a file of this package."""
    return (files(__package__) / name).read_text("utf-8")
