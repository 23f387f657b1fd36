"""Explorer of chapter 1: what you type, as characters, ids and one-hot columns."""

from lstm_core.checks import check_text
from lstm_core.figures.explorers.page import Explorer, table
from lstm_core.figures.style import visible
from lstm_core.text import Vocabulary, one_hot
from lstm_core.tiny import TINY_TEXT

MOST = 24  # characters; more columns would be too narrow on a phone


def one_hot_explorer(vocabulary, text="To be"):
    """Type a text and see its ids and its one-hot columns.

    The reader can choose between ``vocabulary`` and that of the word "beet".

    Parameters
    ----------
    vocabulary : Vocabulary
    text : str
        What stands in the box at first, up to 24 characters. It may hold
        characters that the vocabulary does not have.
    """
    chars = getattr(
        vocabulary, "chars", None
    )  # also of the class that chapter 1 builds
    if not isinstance(chars, str):
        raise ValueError(f"vocabulary: wanted a Vocabulary, got {vocabulary!r}")
    if len(check_text("text", text)) > MOST:
        raise ValueError(f"text: wanted at most {MOST} characters, got {len(text)}")
    tiny = Vocabulary.from_text(TINY_TEXT)
    data = {"tiny": tiny.chars, "chars": chars, "text": text, "most": MOST}
    fallback = _columns(vocabulary, text)
    return Explorer("one_hot", "Text as one-hot columns", data, fallback)


def _columns(vocabulary, text):
    """Tabulate id and one-hot vector of each character of ``text``."""
    rows = []
    for char in text:
        known = char in vocabulary.chars
        k = vocabulary.encode(char)[0] if known else "none"
        bits = one_hot(k, len(vocabulary), dtype=int) if known else ["not in it"]
        rows.append([visible(char), k, "".join(map(str, bits))])
    caption = f"{text!r}, with the vocabulary {vocabulary.chars!r}"
    return table(caption, ["character", "id", "one-hot vector"], rows)
