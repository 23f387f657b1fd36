"""Explorer of chapter 6: what temperature, top-k and top-p make of real scores."""

import numpy as np

from lstm_core.checks import check_finite, check_shape
from lstm_core.figures.explorers.page import Explorer, table
from lstm_core.figures.style import visible
from lstm_core.loss import softmax
from lstm_core.sampling import apply_temperature, keep_top_k, keep_top_p

TOP = 12  # rows of the table that shows the most probable
DIGITS = 4

FALLBACK = {
    "plain": lambda logits: logits,
    "T = 0.5": lambda logits: apply_temperature(logits, 0.5),
    "T = 2": lambda logits: apply_temperature(logits, 2),
    "k = 5": lambda logits: keep_top_k(logits, 5),
    "p = 0.9": lambda logits: keep_top_p(logits, 0.9),
}


def sampling_explorer(contexts, characters):
    """Set temperature, top-k and top-p, see the distribution, and draw.

    Parameters
    ----------
    contexts : dict of str to array (V,)
        A model's scores for the next character, under the text that it read.
    characters : sequence of str
        The V characters.
    """
    characters = _check_characters(characters)
    if not isinstance(contexts, dict) or not contexts:
        raise ValueError(f"contexts: wanted a dict that is not empty, got {contexts!r}")
    check_finite("contexts", contexts)
    scores = [
        [name, check_shape(f"contexts[{name!r}]", logits, len(characters))]
        for name, logits in contexts.items()
    ]
    data = {"characters": characters, "contexts": scores, "top": TOP}
    title = "A sampling laboratory"
    return Explorer("sampling", title, data, _table(*scores[0], characters), DIGITS)


def _check_characters(characters):
    """Return the characters as a str, if they are at least 2 and all different."""
    characters = list(characters)
    if not all(isinstance(char, str) and len(char) == 1 for char in characters):
        raise ValueError(f"characters: wanted single characters, got {characters!r}")
    if len(set(characters)) < max(len(characters), 2):
        raise ValueError(
            f"characters: wanted 2 or more, all different, got {characters!r}"
        )
    return "".join(characters)


def _table(name, logits, characters):
    """Tabulate what a few settings make of the scores, the likeliest first."""
    columns = [softmax(keep(np.round(logits, DIGITS))) for keep in FALLBACK.values()]
    rows = [
        [visible(characters[k]), *(f"{p[k]:.3f}" if p[k] else "out" for p in columns)]
        for k in np.argsort(-logits, kind="stable")[:TOP]
    ]
    shown = "".join(map(visible, name))
    caption = f"Probabilities of the next character after “{shown}”"
    return table(caption, ["next", *FALLBACK], rows)
