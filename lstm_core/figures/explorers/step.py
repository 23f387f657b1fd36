"""Explorer of chapter 3: a trained model reads a line, step by step."""

import numpy as np

from lstm_core.checks import check_ids, check_text
from lstm_core.figures.explorers.page import Explorer, table
from lstm_core.figures.style import visible
from lstm_core.loss import softmax
from lstm_core.model import CharLSTM

MOST = 49  # characters; more columns would be too narrow on a phone
BEST = 5
IN_FALLBACK = 7


def step_explorer(model, text, units=(0, 1, 2, 3, 4, 5), unit=0):
    """Step through a line: gates, states and the next character of a model.

    Parameters
    ----------
    model : CharLSTM
    text : str
        From 2 to 49 characters. The model reads all but the last, which is
        there because it comes next.
    units : sequence of int
        Which of the model's units the reader can look at.
    unit : int
        The one that is shown first.
    """
    if not isinstance(model, CharLSTM):
        raise ValueError(f"model: wanted a CharLSTM, got {type(model).__name__}")
    if len(check_text("text", text, least=2)) > MOST:
        raise ValueError(f"text: wanted at most {MOST} characters, got {len(text)}")
    units = check_ids("units", units, model.hidden_size, ndim=1)
    if unit not in units:
        raise ValueError(f"unit: wanted one of {units.tolist()}, got {unit!r}")
    ids = model.vocabulary.encode(text)
    logits, _, cache = model.forward(ids[:-1, None])
    data = {
        "text": text,
        "units": units,
        "unit": unit,
        "strips": {k: _thousandths(v[:, 0, units].T) for k, v in _strips(cache)},
        "guesses": _guesses(softmax(logits[:, 0]), ids[1:], model.vocabulary),
    }
    title = "A trained model reads a line, step by step"
    fallback = _first_steps(data, units.tolist().index(unit))
    return Explorer("step", title, data, fallback, digits=0)


def _strips(cache):
    """Return the gates, the states and both parts of the cell, by name."""
    strips = {k: getattr(cache, k) for k in "ifgo"}
    strips |= {"c": cache.cs[1:], "h": cache.hs[1:]}
    strips |= {"kept": cache.f * cache.cs[:-1], "written": cache.i * cache.g}
    return strips.items()


def _thousandths(values):
    """Round to whole thousandths: three digits, in fewer letters of HTML."""
    return np.round(1000 * values)


def _guesses(p, came, vocabulary):
    """Return at each step the best characters, then the rank of what came."""
    order = np.argsort(-p, axis=1, kind="stable")
    guesses = []
    for p_t, order_t, id_t in zip(p, order, came, strict=True):
        rank = int(np.flatnonzero(order_t == id_t)[0])
        shown = [*order_t[:BEST], id_t]  # the last one may be there already
        chars = vocabulary.decode(np.array(shown[:BEST]))
        guesses.append([chars, _thousandths(p_t[shown]), rank])
    return guesses


def _first_steps(data, row):
    """Tabulate the first steps of one unit, with the best guess."""
    rows = []
    for t, (chars, p, _) in enumerate(data["guesses"][:IN_FALLBACK]):
        values = [f"{data['strips'][k][row][t] / 1000:.3f}" for k in "ifgoch"]
        best = f"{visible(chars[0])} {p[0] / 1000:.3f}"
        rows.append([visible(data["text"][t]), *values, best])
    caption = (
        f"The first steps of unit {data['unit']}, and the best guess at what follows"
    )
    return table(caption, ["reads", *"ifgoch", "guess"], rows)
