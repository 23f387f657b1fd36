"""The laboratory: every defect is caught, named, and small."""

import numpy as np
import pytest
from matplotlib import pyplot as plt

from lstm_core import (
    CharLSTM,
    Vocabulary,
    gradient_report,
    lstm_backward,
    lstm_forward,
)
from lstm_core.figures import chapter7
from lstm_core.laboratory import (
    DEFECTS,
    LabLSTM,
    backward_with_lines,
    broken_backward,
    secret,
)

# Of each defect: a word that the diagnosis must contain, and another.
SAID = {
    "no-bptt": ("Right at T = 1", "neither dh nor dc"),
    "overwritten": ("dc handed to the step before", "overwritten before"),
    "cut-cell": ("dh is carried but dc is not", "zero for dc * f"),
    "no-forget": ("dc handed to the step before", "factor f is missing"),
    "transposed": ("dh handed to the step before", "transposed"),
    "no-slope": ("Gate f", "slope of the sigmoid is missing"),
    "activated": ("All four gates", "already activated"),
    "late-cell": ("Gate f", "after the step"),
    "no-tanh": ("From dh to dc", "slope of tanh is missing"),
    "tanh-of-c": ("From dh to dc", "without the tanh"),
    "late-hidden": ("weight_hh", "after the step"),
    "one-step": ("Right at T = 1", "only step 0"),
    "copied-bias": ("bias", "copied"),
    "mean-bias": ("bias", "divided by T * B"),
    "swapped-gates": ("Gate order", "i, f, o, g"),
}
TEXT = "to be, or not to be"


def case(T=3, B=2, D=4, H=3):
    rng = np.random.default_rng(71)
    shapes = {"weight_ih": (4 * H, D), "weight_hh": (4 * H, H), "bias": (4 * H,)}
    params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    state = rng.normal(size=(2, B, H))
    cache = lstm_forward(rng.normal(size=(T, B, D)), state, params)[2]
    return rng.normal(size=(T, B, H)), cache


def flat(result):
    dx, dstate, grads = result
    return np.concatenate([np.ravel(a) for a in (dx, *dstate, *grads.values())])


@pytest.fixture(autouse=True)
def no_figure_left():
    yield
    plt.close("all")


def test_there_are_enough():
    assert len(DEFECTS) == 15
    assert set(SAID) == set(DEFECTS)


@pytest.mark.parametrize("name", DEFECTS)
def test_report_catches_and_names_it(name):
    report = gradient_report(broken_backward(name))
    assert not report.passed
    assert all(words in " ".join(report.diagnosis) for words in SAID[name])


@pytest.mark.parametrize("name", DEFECTS)
def test_it_keeps_to_the_contract(name):
    dhs, cache = case()
    right, broken = (b(dhs, cache) for b in (lstm_backward, broken_backward(name)))
    assert flat(broken).shape == flat(right).shape
    assert np.isfinite(flat(broken)).all()
    assert not np.allclose(flat(broken), flat(right))


@pytest.mark.parametrize("name", DEFECTS)
def test_what_is_printed_is_what_runs(name):
    defect = DEFECTS[name]
    shown = str(defect)
    assert shown.startswith(f"{name}: ")
    for right, wrong in defect.lines.items():
        assert f"right  {right}" in shown
        assert all(line.strip() in shown for line in wrong.splitlines())
    assert max(map(len, shown.splitlines())) <= 79


def test_no_change_is_the_right_function():
    dhs, cache = case()
    np.testing.assert_array_equal(
        flat(backward_with_lines({})(dhs, cache)), flat(lstm_backward(dhs, cache))
    )


def test_the_real_function_stays_as_it_is():
    for name in DEFECTS:
        broken_backward(name)
    assert gradient_report(lstm_backward).passed


def test_secrets_hide_each_defect_once():
    names = [secret(k).name for k in range(15)]
    assert sorted(names) == sorted(DEFECTS)
    assert names != list(DEFECTS)


def test_lab_net_trains_as_the_real_one():
    vocabulary = Vocabulary.from_text(TEXT)
    options = {"hidden_size": 5, "seed": 3}
    real = CharLSTM(vocabulary, **options)
    lab = LabLSTM(lstm_backward, vocabulary, **options)
    settings = {"updates": 4, "batch_size": 2, "window": 5, "progress": False}
    assert lab.fit(TEXT, **settings).loss == real.fit(TEXT, **settings).loss
    for name in real.params:
        np.testing.assert_array_equal(lab.params[name], real.params[name])


def test_lab_net_uses_the_backward_pass_it_is_given():
    vocabulary = Vocabulary.from_text(TEXT)
    ids = vocabulary.encode(TEXT)[:, None]
    right, broken = (
        LabLSTM(backward, vocabulary, 5).loss_and_grads(ids[:-1], ids[1:])
        for backward in (lstm_backward, broken_backward("copied-bias"))
    )
    assert right[0] == broken[0]
    differ = {n for n in right[1] if not np.allclose(right[1][n], broken[1][n])}
    assert differ == {"bias"}


def test_lab_net_masks_and_sums_as_the_real_one():
    vocabulary = Vocabulary.from_text(TEXT)
    ids = vocabulary.encode(TEXT)[:18].reshape(9, 2)
    options = {"reduction": "sum", "mask": ids[1:] > 2}
    nets = CharLSTM(vocabulary, 5), LabLSTM(lstm_backward, vocabulary, 5)
    one, two = (net.loss_and_grads(ids[:-1], ids[1:], **options) for net in nets)
    assert one[0] == two[0]
    for name in one[1]:
        np.testing.assert_array_equal(one[1][name], two[1][name])


BAD_INPUT = {
    "name: wanted one of": lambda: broken_backward("typo"),
    "lines: wanted text that lstm_backward has once, got 'dq = 0'": (
        lambda: backward_with_lines({"dq = 0": ""})
    ),
    "lines: wanted text that lstm_backward has once, got 'dh'": (
        lambda: backward_with_lines({"dh": "dc"})
    ),
    "number: wanted a whole number >= 0, got -1": lambda: secret(-1),
    "number: wanted a whole number below 15, got 15": lambda: secret(15),
    r"right: wanted shape \(seeds, n\)": (
        lambda: chapter7.beside(np.ones(3), {"a": np.ones((2, 3))}, "y")
    ),
    r"broken\['a'\]: wanted shape \(2, 3\), got \(1, 3\)": (
        lambda: chapter7.beside(np.ones((2, 3)), {"a": np.ones((1, 3))}, "y")
    ),
}


@pytest.mark.parametrize("message", BAD_INPUT)
def test_bad_input_is_named(message):
    with pytest.raises(ValueError, match=message):
        BAD_INPUT[message]()


def test_curves_have_a_panel_each():
    runs = np.random.default_rng(1).uniform(1, 2, (3, 5, 20))
    fig, axes = chapter7.beside(runs[0], {"a": runs[1], "b": runs[2]}, "loss")
    assert [ax.get_title(loc="left") for ax in axes] == ["a", "b"]
    for ax, run in zip(axes, runs[1:], strict=True):
        right, broken = ax.lines
        np.testing.assert_allclose(right.get_ydata(), np.median(runs[0], axis=0))
        np.testing.assert_allclose(broken.get_ydata(), np.median(run, axis=0))
    assert fig.get_size_inches()[0] == 7


def test_marks_tell_a_wrong_length_from_a_wrong_direction():
    found = chapter7.marks(gradient_report(broken_backward("mean-bias")))
    assert found["bias[i]", 1] == "length"
    assert found["weight_hh[i]", 8] == "right"
    found = chapter7.marks(gradient_report(broken_backward("no-bptt")))
    assert found["bias[i]", 1] == "right"
    assert found["bias[i]", 2] == "wrong"


def test_fingerprints_show_the_marks():
    names = ["no-bptt", "mean-bias", "one-step"]
    reports = {name: gradient_report(broken_backward(name)) for name in names}
    fig, axes = chapter7.fingerprints(reports, columns=2)
    assert [ax.get_title(loc="left") for ax in axes] == names
    assert sum(not ax.get_visible() for ax in fig.axes) == 1
    for ax, report in zip(axes, reports.values(), strict=True):
        drawn = [len(dots.get_offsets()) for dots in ax.collections]
        found = list(chapter7.marks(report).values())
        assert drawn == [found.count(mark) for mark in ("right", "length", "wrong")]
        assert sum(drawn) == 45
        large = [dots.get_sizes()[0] > 20 for dots in ax.collections]
        assert large == [False, True, True]
