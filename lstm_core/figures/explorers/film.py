"""Explorer of chapter 5: a training run as a film, with what the model writes."""

import numpy as np

from lstm_core.checks import check_count, check_number, check_shape, check_text
from lstm_core.figures.explorers.page import Explorer, table

SHOWN = 120  # characters of each sample
IN_FALLBACK = 40


def film_explorer(text, history, samples, *, baselines=None, max_norm=1.0):
    """Scrub through a training run: loss, gradient norm and samples.

    Parameters
    ----------
    text : str
        What the model learns.
    history : History
        Of at least 2 updates.
    samples : dict of int to str
        What the model wrote after some of the updates, greedily and each time
        from the same beginning of ``text``.
    baselines : dict of str to float, optional
        Losses in nats to compare with.
    max_norm : float
        Length to which the gradient was clipped.
    """
    updates = check_count("updates of history", len(history), 2)
    curves = {
        "loss": check_shape("history.loss", history.loss, updates),
        "norm": check_shape("history.grad_norm", history.grad_norm, updates),
    }
    check_text("text", text, least=2)
    data = {
        **{name: np.round(1000 * curve) for name, curve in curves.items()},
        "text": text[: SHOWN + 1],
        "whole": len(text),
        "samples": _samples(text, samples, updates),
        "baselines": [
            [name, check_number(f"baselines[{name!r}]", value, 0)]
            for name, value in (baselines or {}).items()
        ],
        "clip": check_number("max_norm", max_norm, 0, above=True),
    }
    title = "A training run, update by update"
    return Explorer("film", title, data, _table(curves, data["samples"]))


def before_slip(sample, text):
    """Return how many characters of ``sample`` are as in ``text``, from the first."""
    agree = [a == b for a, b in zip(sample, text, strict=False)]
    return [*agree, False].index(False)


def _samples(text, samples, updates):
    """Return [update, characters before the first slip, sample], in order."""
    if not isinstance(samples, dict) or not samples:
        raise ValueError(f"samples: wanted a dict that is not empty, got {samples!r}")
    found = []
    for update, sample in sorted(samples.items()):
        check_text(f"samples[{update!r}]", sample)
        if check_count("samples", update) > updates:
            raise ValueError(f"samples: wanted updates to {updates}, got {update}")
        found.append([update, before_slip(sample, text), sample[:SHOWN]])
    return found


def _table(curves, samples):
    """Tabulate loss, norm and the beginning of the text for each sample."""
    rows = []
    for update, agree, sample in samples:
        values = [f"{curve[update - 1]:.3f}" for curve in curves.values()]
        rows.append([update, *values, agree, sample[:IN_FALLBACK]])
    head = ["update", "loss, nats", "gradient norm", "before the slip", "writes"]
    return table("Samples of a training run, each from the same prompt", head, rows)
