import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_core import (
    StaggeredReaders,
    Vocabulary,
    load_hamlet,
    next_char_pairs,
    one_hot,
)

texts = st.text(min_size=1, max_size=60)


@given(texts)
def test_encode_and_decode_are_inverse(text):
    vocabulary = Vocabulary.from_text(text)
    ids = vocabulary.encode(text)
    assert ids.dtype == np.int64
    assert ids.shape == (len(text),)
    assert vocabulary.decode(ids) == text


@given(texts)
def test_vocabulary_is_the_sorted_set(text):
    vocabulary = Vocabulary.from_text(text)
    assert list(vocabulary.chars) == sorted(set(text))
    assert len(vocabulary) == len(set(text))


def test_ids_are_positions():
    assert Vocabulary("xay").encode("ayx").tolist() == [1, 2, 0]


def test_empty_text_encodes_to_nothing():
    ids = Vocabulary("ab").encode("")
    assert ids.shape == (0,)
    assert ids.dtype == np.int64
    assert Vocabulary("ab").decode(ids) == ""


def test_vocabulary_does_not_depend_on_the_hash_seed():
    code = "from lstm_core import *; print(Vocabulary.from_text(load_hamlet()).chars)"
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(seen) == 1


def test_equal_vocabularies():
    assert Vocabulary("ab") == Vocabulary.from_text("abba")
    assert hash(Vocabulary("ab")) == hash(Vocabulary("ab"))
    assert hash(Vocabulary("ab")) != hash(Vocabulary("ba"))
    assert Vocabulary("ab") != Vocabulary("ba")
    assert Vocabulary("ab") != "ab"
    assert repr(Vocabulary("ab")) == "Vocabulary('ab')"


@given(st.lists(st.integers(0, 6), max_size=20), st.sampled_from(["f4", "f8"]))
def test_one_hot_has_a_single_one(ids, dtype):
    vectors = one_hot(ids, 7, dtype)
    assert vectors.shape == (len(ids), 7)
    assert vectors.dtype == dtype
    assert (vectors.sum(axis=-1) == 1).all()
    assert vectors.argmax(axis=-1).tolist() == ids


def test_one_hot_keeps_the_axes_of_the_ids(rng):
    ids = rng.integers(0, 4, (5, 3))
    assert one_hot(ids, 4).shape == (5, 3, 4)
    assert one_hot(2, 4).tolist() == [0, 0, 1, 0]


def test_one_hot_times_a_matrix_picks_rows(rng):
    matrix, ids = rng.normal(size=(4, 6)), rng.integers(0, 4, 9)
    np.testing.assert_array_equal(one_hot(ids, 4) @ matrix, matrix[ids])


def test_next_char_pairs():
    inputs, targets = next_char_pairs(np.array([3, 1, 4, 1]))
    assert inputs.tolist() == [3, 1, 4]
    assert targets.tolist() == [1, 4, 1]


def test_two_characters_make_one_pair():
    inputs, targets = next_char_pairs([3, 1])
    assert (inputs.tolist(), targets.tolist()) == ([3], [1])


def test_hamlet_is_what_the_book_says():
    text = load_hamlet()
    assert len(text) == 866
    assert len(set(text)) == 32
    assert text.startswith("to be, or not to be")
    assert text.endswith("make")


def test_hamlet_reads_the_same_where_utf_8_is_not_the_default():
    code = "from lstm_core import load_hamlet; print(ascii(load_hamlet()))"
    printed = subprocess.run(
        [sys.executable, "-c", code],
        env={
            **os.environ,
            "LC_ALL": "C",
            "PYTHONUTF8": "0",
            "PYTHONCOERCECLOCALE": "0",
        },
        capture_output=True,
        check=True,
    ).stdout
    assert printed.decode().strip() == ascii(load_hamlet())


@given(st.integers(1, 50), st.integers(1, 9), st.integers(1, 20))
def test_each_reader_walks_the_whole_text(pairs, batch_size, window):
    readers = StaggeredReaders(pairs, batch_size, window)
    start = readers.position
    assert start.tolist() == [k * pairs // batch_size for k in range(batch_size)]
    walks = [[[]] for _ in range(batch_size)]
    for _ in range(2 * (pairs // window + 1) + 1):
        steps, mask, fresh = readers.next_window()
        assert steps.shape == mask.shape == (window, batch_size)
        assert mask.dtype == fresh.dtype == bool
        assert (steps[~mask] == pairs - 1).all()
        for k, walk in enumerate(walks):
            if fresh[k] and walk[-1]:
                walk.append([])
            walk[-1].extend(steps[mask[:, k], k].tolist())
    for k, (first, second, *_) in enumerate(walks):
        assert first == list(range(start[k], pairs))
        assert second == list(range(pairs))


def test_a_reader_asks_for_a_fresh_state_at_first_and_after_the_end():
    readers = StaggeredReaders(5, 1, 2)
    fresh = [readers.next_window()[2].item() for _ in range(7)]
    assert fresh == [True, False, False, True, False, False, True]


def test_a_window_that_ends_with_the_text_is_followed_by_a_fresh_one():
    readers = StaggeredReaders(4, 1, 2)
    assert [readers.next_window()[2].item() for _ in range(4)] == [1, 0, 1, 0]


def test_what_next_window_returns_stays_as_it_was():
    readers = StaggeredReaders(9, 2, 3)
    steps, mask, fresh = readers.next_window()
    copies = steps.copy(), mask.copy(), fresh.copy()
    readers.next_window()
    for array, copy in zip((steps, mask, fresh), copies, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Vocabulary.from_text(""), "text: wanted at least 1 character, got 0"),
        (lambda: Vocabulary.from_text(3), "text: wanted a str, got int 3"),
        (lambda: Vocabulary(3), "chars: wanted a str, got int 3"),
        (lambda: Vocabulary("ab").encode(b"a"), "text: wanted a str, got bytes b'a'"),
        (lambda: Vocabulary("aa"), "chars: wanted distinct characters, got 'aa'"),
        (
            lambda: Vocabulary("ab").encode("abxb"),
            "text: wanted only the characters 'ab', got 'x' at position 2",
        ),
        (
            lambda: Vocabulary("ab").encode("x", "prompt"),
            "prompt: wanted only the characters 'ab', got 'x' at position 0",
        ),
        (lambda: Vocabulary("ab").decode([0, 2]), "ids: wanted ids from 0 to 1, got 2"),
        (lambda: Vocabulary("ab").decode([-1]), "ids: wanted ids from 0 to 1, got -1"),
        (
            lambda: Vocabulary("ab").decode([[0]]),
            "ids: wanted 1 axes, got shape (1, 1)",
        ),
        (lambda: one_hot([0.5], 2), "ids: wanted integer ids, got list [0.5]"),
        (
            lambda: one_hot(np.array([0.0]), 2),
            "ids: wanted integer ids, got an array of float64",
        ),
        (lambda: one_hot([2], 2), "ids: wanted ids from 0 to 1, got 2"),
        (lambda: one_hot([0], 0), "depth: wanted a whole number >= 1, got 0"),
        (lambda: one_hot([0], True), "depth: wanted a whole number >= 1, got True"),
        (
            lambda: next_char_pairs(np.array([1])),
            "ids: wanted shape (N,) with N >= 2, got (1,)",
        ),
        (
            lambda: next_char_pairs(np.ones((2, 2))),
            "ids: wanted shape (N,) with N >= 2, got (2, 2)",
        ),
        (
            lambda: StaggeredReaders(0, 1, 1),
            "pairs: wanted a whole number >= 1, got 0",
        ),
        (
            lambda: StaggeredReaders(5, 0, 1),
            "batch_size: wanted a whole number >= 1, got 0",
        ),
        (
            lambda: StaggeredReaders(5, 1, 2.5),
            "window: wanted a whole number >= 1, got 2.5",
        ),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message
