"""Text to characters to ids to vectors, and windows of text for training.

Home chapter: 1 (the readers: chapter 5).
"""

from importlib.resources import files

import numpy as np

from lstm_core.checks import check_count, check_ids, check_text


class Vocabulary:
    """The distinct characters of a text, each with an id, in sorted order.

    Parameters
    ----------
    chars : str
        Distinct characters; the position of each is its id.

    Attributes
    ----------
    chars : str
        The characters in the order of their ids.
    """

    def __init__(self, chars):
        self.chars = check_text("chars", chars)
        self._ids = {char: k for k, char in enumerate(chars)}
        if len(self._ids) < len(chars):
            raise ValueError(f"chars: wanted distinct characters, got {chars!r}")

    @classmethod
    def from_text(cls, text):
        """Collect the vocabulary of ``text``: ``sorted(set(text))``.

        Sorted, because the order of a ``set`` of strings changes from one
        interpreter start to the next.
        """
        return cls("".join(sorted(set(check_text("text", text)))))

    def encode(self, text, name="text"):
        """Return the ids of the characters of ``text``, int64 of shape (T,).

        ``name`` is what an error calls the text.

        Raises
        ------
        ValueError
            If a character is not in the vocabulary; names it and its position.
        """
        for position, char in enumerate(check_text(name, text, least=0)):
            if char not in self._ids:
                raise ValueError(
                    f"{name}: wanted only the characters {self.chars!r}, "
                    f"got {char!r} at position {position}"
                )
        return np.array([self._ids[char] for char in text], dtype=np.int64)

    def decode(self, ids):
        """Return the text that ``ids``, integers of shape (T,), stand for."""
        ids = check_ids("ids", ids, len(self), ndim=1)
        return "".join(self.chars[k] for k in ids)

    def __len__(self):
        return len(self.chars)

    def __eq__(self, other):
        return isinstance(other, Vocabulary) and self.chars == other.chars

    def __hash__(self):
        return hash(self.chars)

    def __repr__(self):
        return f"Vocabulary({self.chars!r})"


def one_hot(ids, depth, dtype=np.float64):
    """Turn each id into a vector of zeros with a single 1 at that id.

    Parameters
    ----------
    ids : int array of any shape
        Each in [0, depth).
    depth : int
        Length V of the vectors.

    Returns
    -------
    array of shape (*ids.shape, depth)
    """
    ids = check_ids("ids", ids, check_count("depth", depth))
    return np.eye(depth, dtype=dtype)[ids]


def next_char_pairs(ids):
    """Pair each character with the one that follows it.

    Parameters
    ----------
    ids : int array (N,)
        At least two.

    Returns
    -------
    inputs, targets : int arrays (N - 1,)
        ``targets[t]`` is the character that comes after ``inputs[t]``.
    """
    ids = np.asarray(ids)
    if ids.ndim != 1 or len(ids) < 2:
        raise ValueError(f"ids: wanted shape (N,) with N >= 2, got {ids.shape}")
    return ids[:-1], ids[1:]


class StaggeredReaders:
    """B readers that walk the same text, each from another starting point.

    A text of N + 1 characters has N next-character pairs. Reader k starts at
    pair ``k * N // B`` and walks the *whole* text, a window of T steps at a
    time. At the end it wraps to the first pair and asks for a fresh state;
    steps of a window that lie beyond the end are masked out.

    Parameters
    ----------
    pairs : int
        Number of next-character pairs N.
    batch_size : int
        Number of readers B.
    window : int
        Steps T of a window.

    Attributes
    ----------
    position : int array (B,)
        The pair at which each reader stands.
    fresh : bool array (B,)
        Which readers start their next window from a zero state.
    """

    def __init__(self, pairs, batch_size, window):
        self.pairs = check_count("pairs", pairs)
        self.window = check_count("window", window)
        lanes = np.arange(check_count("batch_size", batch_size))
        self.position = lanes * pairs // batch_size
        self.fresh = np.ones(batch_size, dtype=bool)

    def next_window(self):
        """Return the next window of every reader and move on.

        Returns
        -------
        steps : int array (T, B)
            The pair that each reader meets at each step.
        mask : bool array (T, B)
            False where the window reaches beyond the end of the text (the
            last pair then stands in).
        fresh : bool array (B,)
            True where the state must be set to zero before the window.
        """
        steps = self.position + np.arange(self.window)[:, None]
        mask, fresh = steps < self.pairs, self.fresh
        after = self.position + self.window
        self.fresh = after >= self.pairs
        self.position = np.where(self.fresh, 0, after)
        return np.minimum(steps, self.pairs - 1), mask, fresh


def load_hamlet():
    """Return the soliloquy: 866 characters, 32 of them distinct."""
    return (files("lstm_core") / "data" / "hamlet.txt").read_text("utf-8")
