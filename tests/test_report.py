from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from planted import ALL, PAIRS, RIGHT, STEP, SUMS, TIME, build

import lstm_core
from lstm_core import GradientReport, gradient_report, lstm_backward, lstm_forward
from lstm_core.gradcheck import relative_error
from lstm_core.report import formulas, trials
from lstm_core.report.blocks import grouped, split_rows
from lstm_core.report.mistakes import known_mistakes

FIXTURES = Path(__file__).parent / "fixtures"
ROWS = [
    *("dx", "dh0", "dc0"),
    *(f"{name}[{g}]" for name in ("weight_ih", "weight_hh", "bias") for g in "ifgo"),
]


def named(returned):
    """Name the results of a backward pass."""
    dx, (dh0, dc0), grads = returned
    return {"dx": dx, "dh0": dh0, "dc0": dc0, **grads}


def said_of(function, **options):
    return " ".join(gradient_report(function, **options).diagnosis)


# The reference: what everything is held against.


@pytest.mark.parametrize("setting", trials.SETTINGS)
@pytest.mark.parametrize("T", [1, 2, 8])
@pytest.mark.parametrize("seed", [0, 1])
def test_the_measured_gradients_equal_lstm_backward(T, setting, seed):
    case = trials.make_case(T, setting, seed)
    cache = lstm_forward(case.x, case.state, case.params)[2]
    got = split_rows(named(lstm_backward(case.dhs, cache, case.dstate_n)))
    assert list(got) == ROWS
    for name, wanted in split_rows(case.wanted).items():
        assert np.linalg.norm(wanted) > 1e-3  # nothing to compare would pass
        assert relative_error(got[name], wanted) < 1e-12, name


@pytest.mark.parametrize("T", [1, 2, 8])
def test_the_measured_gradients_equal_torch(T):
    with np.load(FIXTURES / f"torch_lstm_T{T}.npz") as data:
        torch = dict(data)
    params = {name: torch[name] for name in trials.PARAM_SHAPES}
    state = np.stack([torch["h0"], torch["c0"]])
    dstate_n = np.stack([torch["dhn"], torch["dcn"]])
    case = trials.Case(T, "", torch["x"], state, params, torch["dhs"], dstate_n, {})
    wanted = trials._measured(case)
    cache = lstm_forward(case.x, state, params)[2]
    ours = formulas.backward_with({}, case.dhs, cache, dstate_n)
    for name in wanted:
        known = torch[f"d{name}" if name in params else name]
        assert relative_error(wanted[name], known) < 1e-12, name
        assert relative_error(ours[name], known) < 1e-12, name


def test_cases_hide_nothing():
    sizes = {trials.B, trials.D, trials.H, 4 * trials.H, 1, 2, 8}
    assert len(sizes) == 7  # no two axes alike, so that none can be exchanged
    for setting in trials.SETTINGS:
        case = trials.make_case(2, setting, 0)
        for array in (case.x, case.state, case.dhs, *case.params.values()):
            assert (array != 0).all()


# Right ones.


@pytest.mark.parametrize("function", RIGHT)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_right_backward_pass_passes(function, seed):
    report = gradient_report(function, seed=seed)
    assert report.passed is True
    assert report.diagnosis == []
    assert len(report.rows) == 15 * 3 * 3
    assert all(row.passed and row.error < 1e-12 for row in report.rows)
    assert all(abs(row.cosine - 1) < 1e-12 for row in report.rows)
    assert all(abs(row.norm_ratio - 1) < 1e-12 for row in report.rows)


def test_other_lengths_are_taken_once_and_in_order():
    report = gradient_report(lstm_backward, lengths=[5, np.int64(3), 5], seed=4)
    assert report.passed
    assert list(dict.fromkeys(row.T for row in report.rows)) == [3, 5]
    assert gradient_report(lstm_backward, lengths=range(1, 3)).passed
    assert gradient_report(lstm_backward, lengths=np.array([4])).passed


def test_the_printed_report_of_a_right_one():
    lines = str(gradient_report(lstm_backward)).splitlines()
    assert lines[:4] == [
        "Gradient report: right. All 15 blocks equal the complex step.",
        "",
        "gradient      verdict  T = 1   T = 2   T = 8   cosine  norm ratio",
        "dx            right    <1e-10  <1e-10  <1e-10  1.000   1",
    ]
    assert len(lines) == 18
    assert [line.split()[0] for line in lines[3:]] == ROWS


# Wrong ones.


@pytest.mark.parametrize("planted", ALL, ids=lambda planted: planted.name)
def test_every_planted_defect_is_caught_and_named(planted):
    report = gradient_report(build(planted))
    assert not report.passed
    said = " ".join(report.diagnosis)
    for words in planted.words:
        assert words in said


def test_the_planted_defects_are_distinct():
    assert len({planted.name for planted in ALL}) == len(ALL) >= 25
    case = trials.make_case(8, "large weights", 0)
    seen = []
    for planted in STEP + TIME + SUMS + PAIRS:  # their numbers can be compared
        arrays = trials.call(build(planted), case).arrays
        assert not any(
            all(relative_error(arrays[n], other[n]) < 1e-9 for n in arrays)
            for other in seen
        ), planted.name
        seen.append(arrays)


def scaled(row, factor):
    """Return a backward pass whose one row is off by a factor."""

    def wrong(dhs, cache, dstate_n=None):
        out = named(lstm_backward(dhs, cache, dstate_n))
        rows = split_rows({name: array.copy() for name, array in out.items()})
        blocks = {name: rows[name] * (factor if name == row else 1) for name in rows}
        grads = {
            name: np.concatenate([blocks[f"{name}[{gate}]"] for gate in "ifgo"])
            for name in ("weight_ih", "weight_hh", "bias")
        }
        return blocks["dx"], (blocks["dh0"], blocks["dc0"]), grads

    return wrong


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("factor", [1.001, 0.999])
def test_one_block_off_by_a_thousandth_fails(row, factor):
    report = gradient_report(scaled(row, factor))
    assert not report.passed
    assert {r.name for r in report.rows if not r.passed} == {row}
    wrong = [r for r in report.rows if r.name == row]
    assert all(r.error == pytest.approx(1e-3) for r in wrong)
    assert all(r.norm_ratio == pytest.approx(factor) for r in wrong)
    assert all(r.cosine == pytest.approx(1) for r in wrong)
    said = " ".join(report.diagnosis)
    assert f"Wrong there: {row}." in said
    assert f"Right but for a factor {factor}: {row}." in said


@pytest.mark.parametrize("row", ROWS)
def test_the_tolerance(row):
    assert gradient_report(scaled(row, 1 + 9e-11)).passed
    report = gradient_report(scaled(row, 1 + 1.1e-10))
    assert {r.name for r in report.rows if not r.passed} == {row}
    assert not report.passed


def test_the_sign_and_the_cosine():
    report = gradient_report(scaled("bias[f]", -2.0))
    wrong = [row for row in report.rows if row.name == "bias[f]"]
    assert all(row.cosine == pytest.approx(-1) for row in wrong)
    assert all(row.norm_ratio == pytest.approx(2) for row in wrong)
    assert "bias[f]       wrong    3e+00   3e+00   3e+00   -1.000  2" in str(report)


def test_a_block_of_zeros_has_no_direction():
    report = gradient_report(scaled("dc0", 0.0))
    wrong = [row for row in report.rows if row.name == "dc0"]
    assert all((r.error, r.cosine, r.norm_ratio) == (1, 0, 0) for r in wrong)
    assert "The array dc0 stays zero." in report.diagnosis


# The known mistakes.


def test_no_known_mistake_is_right():
    cases = [trials.make_case(8, setting, 0) for setting in trials.SETTINGS]
    caches = [lstm_forward(case.x, case.state, case.params)[2] for case in cases]
    for mistake in known_mistakes():
        assert set(mistake.formulas) <= set(formulas.RIGHT)
        errors = [
            relative_error(array, case.wanted[name])
            for case, cache in zip(cases, caches, strict=True)
            for name, array in formulas.backward_with(
                mistake.formulas, case.dhs, cache, case.dstate_n
            ).items()
        ]
        assert max(errors) > 1e-3, mistake.words


def test_known_mistakes_are_said_in_different_words():
    words = [mistake.words for mistake in known_mistakes()]
    assert len(set(words)) == len(words) > 500
    assert all(sentence.endswith((".", "?")) for sentence in words)


@pytest.mark.parametrize("number", range(0, len(known_mistakes()), 17))
def test_a_known_mistake_is_recognised(number):
    mistake = known_mistakes()[number]

    def wrong(dhs, cache, dstate_n=None):
        out = formulas.backward_with(mistake.formulas, dhs, cache, dstate_n)
        grads = {name: out[name] for name in trials.PARAM_SHAPES}
        return out["dx"], (out["dh0"], out["dc0"]), grads

    diagnosis = gradient_report(wrong, seed=3).diagnosis
    assert len(diagnosis) == 2
    (found,) = [m for m in known_mistakes() if m.words == diagnosis[1]]
    case = trials.make_case(8, "small weights", 3)
    cache = lstm_forward(case.x, case.state, case.params)[2]
    mine, theirs = (
        formulas.backward_with(m.formulas, case.dhs, cache, case.dstate_n)
        for m in (mistake, found)
    )  # some differ in words only
    assert all(relative_error(mine[n], theirs[n]) < 1e-10 for n in mine)


# What a function may do besides being wrong.


def test_the_line_that_raised_is_shown():
    def wrong(dhs, cache, dstate_n=None):
        T = len(dhs)
        return np.zeros(T) @ np.zeros(T + 1)

    (said,) = gradient_report(wrong).diagnosis
    assert said.startswith("It raises ValueError: matmul: ")
    assert "in the line `return np.zeros(T) @ np.zeros(T + 1)`" in said
    assert said.endswith("This happens at every T.")


def test_our_own_checks_raise_inside_the_reader_s_line():
    def wrong(dhs, cache, dstate_n=None):
        return lstm_backward(dhs[:, :1], cache, dstate_n)

    said = said_of(wrong)
    assert "raises ValueError: dhs: wanted shape (1, 4, 5), got (1, 1, 5)" in said
    assert "in the line `return lstm_backward(dhs[:, :1], cache, dstate_n)`" in said


def test_an_exception_without_a_message_and_a_long_one():
    def silent(dhs, cache, dstate_n=None):
        raise NotImplementedError

    def wordy(dhs, cache, dstate_n=None):
        raise RuntimeError("too\nlong " * 100)

    assert "raises NotImplementedError, in the line" in said_of(silent)
    assert len(said_of(wordy)) < 300
    assert "\n" not in said_of(wordy)


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_an_interruption_passes_through(kind):
    def interrupted(dhs, cache, dstate_n=None):
        raise kind

    with pytest.raises(kind):
        gradient_report(interrupted)


@pytest.mark.parametrize(
    "answer",
    [None, 1, "dx", ..., (1, 2, 3), [None] * 3, {}, object(), iter([1, 2, 3]), np.inf]
    + [(np.array(1), np.array(2), {}), ((), (), ()), (np.empty(0), np.empty(2), {1: 2})]
    + [([[1.0], [1.0, 2.0]], ([], {}), {"weight_ih": 1, "weight_hh": 2, "bias": "x"})],
    ids=type,
)
def test_any_answer_gets_a_report(answer):
    report = gradient_report(lambda dhs, cache, dstate_n=None: answer)
    assert not report.passed
    assert len(report.rows) == 135
    assert not any(row.passed for row in report.rows)
    assert all(row.error == np.inf for row in report.rows)
    assert "It returns" in report.diagnosis[0]
    assert "none" in str(report)
    assert "nan" not in str(report)


def test_a_right_part_is_still_compared_when_another_has_the_wrong_shape():
    def wrong(dhs, cache, dstate_n=None):
        dx, state, grads = lstm_backward(dhs, cache, dstate_n)
        grads["bias"] = grads["bias"][:, None]
        grads["weight_hh"] = grads["weight_hh"] / len(dhs)
        return dx, state, grads

    report = gradient_report(wrong)
    assert {row.name for row in report.rows if row.passed} >= {"dx", "weight_ih[i]"}
    said = " ".join(report.diagnosis)
    assert "bias with shape (20, 1), wanted (20,)" in said
    assert "The array weight_hh is divided by T" in said


def test_a_known_mistake_beside_an_unknown_one():
    slope = STEP[0]  # of the forget gate: missing

    def wrong(dhs, cache, dstate_n=None):
        dx, state, grads = build(slope)(dhs, cache, dstate_n)
        return dx, state, grads | {"weight_ih": grads["weight_ih"] * 1.25}

    _, known, part, *rest = gradient_report(wrong).diagnosis
    assert known.startswith("Gate f, da_f: the slope of the sigmoid is missing")
    assert part == "That explains a part of it; something else is wrong too."
    assert any(said.startswith("Right but for a factor 1.25") for said in rest)


def test_wrong_at_one_length_only():
    def narrow(dhs, cache, dstate_n=None):
        dx, state, grads = lstm_backward(dhs, cache, dstate_n)
        return (dx[:, :, :2] if len(dx) == 8 else dx), state, grads

    def even(dhs, cache, dstate_n=None):
        dx, state, grads = lstm_backward(dhs, cache, dstate_n)
        return dx * (1.5 if len(dx) == 2 else 1), state, grads

    said = said_of(even)
    assert "Right at T = 1 and 8, wrong at T = 2. Wrong there: dx." in said
    said = said_of(narrow)
    assert "dx with shape (8, 4, 2), wanted (8, 4, 3): the shapes differ. " in said
    assert "This happens at T = 8." in said


def test_an_extra_key_is_a_problem():
    def wrong(dhs, cache, dstate_n=None):
        dx, state, grads = lstm_backward(dhs, cache, dstate_n)
        return dx, state, grads | {"bias_hh": grads["bias"]}

    assert "the keys ['bias', 'bias_hh', 'weight_hh', 'weight_ih']" in said_of(wrong)


def test_float32_throughout_says_so_and_a_mistake_in_it_is_still_found():
    def single(function):
        def wrong(dhs, cache, dstate_n=None):
            dx, state, grads = function(dhs, cache, dstate_n)
            grads = {name: array.astype("f4") for name, array in grads.items()}
            return dx.astype("f4"), np.stack(state).astype("f4"), grads

        return wrong

    report = gradient_report(single(lstm_backward))
    assert not report.passed
    assert len(report.diagnosis) == 1
    assert (
        "returns float32 where float64 came in (dx, dh0, dc0, " in report.diagnosis[0]
    )
    said = said_of(single(build(STEP[0])))
    assert "float32" in said
    assert "da_f: the slope of the sigmoid is missing" in said


def test_a_changed_argument_is_named():
    def wrong(dhs, cache, dstate_n=None):
        result = lstm_backward(dhs, cache, dstate_n)
        cache.params["bias"] += 1
        cache.params["new"] = 1
        cache.g[0] = np.nan
        if dstate_n is not None:
            dstate_n[1][:] = 0
        return result

    report = gradient_report(wrong)
    assert not report.passed
    assert all(row.passed for row in report.rows)
    assert "wrong. All 15 blocks are right; see below." in str(report)
    for name in ("dstate_n[1]", "cache.g", "cache.params['bias']"):
        assert name in report.diagnosis[0]
    assert "cache.params['new']" in report.diagnosis[0]
    assert "cache.i" not in report.diagnosis[0]
    assert gradient_report(lstm_backward).passed  # our cases are as they were


def test_a_second_call_that_raises_is_told():
    calls = []

    def wrong(dhs, cache, dstate_n=None):
        calls.append(1)
        if len(calls) == 2:
            raise ValueError("flushed")
        return lstm_backward(dhs, cache, dstate_n)

    said = said_of(wrong)
    assert "A second call with the same arguments raises ValueError: flushed" in said


def test_huge_numbers_do_not_warn():
    assert not gradient_report(scaled("dx", 1e300)).passed
    assert not gradient_report(scaled("bias[o]", 1e-300)).passed


# How it looks.


@pytest.mark.parametrize("number", [0, 20, 58, 75])
def test_the_same_report_each_time(number):
    first, second = (gradient_report(build(ALL[number])) for _ in range(2))
    assert str(first) == repr(first) == str(second)
    assert first._repr_html_() == second._repr_html_()
    assert first.rows == second.rows


def test_the_printed_report_of_a_wrong_one():
    text = str(gradient_report(build(STEP[0])))
    assert text.startswith("Gradient report: wrong. 15 of 15 blocks differ. Relative")
    assert max(map(len, text.splitlines())) <= 79
    assert text.index("bias[o]") < text.index("Wrong from T = 1 on.")


@pytest.mark.parametrize("function", [lstm_backward, build(STEP[0]), build(ALL[-1])])
def test_the_html_is_an_accessible_table(function):
    report = gradient_report(function)
    html = report._repr_html_()
    tree = ElementTree.fromstring(f"<div>{html}</div>")  # well-formed
    table = tree.find("table")
    assert table[0].tag == "caption"
    assert table[0].text.startswith("Gradient report: ")
    heads = table.findall("thead/tr/th")
    assert [head.text for head in heads] == [
        *("gradient", "verdict", "T = 1", "T = 2", "T = 8", "cosine", "norm ratio")
    ]
    assert all(head.attrib == {"scope": "col"} for head in heads)
    rows = table.findall("tbody/tr")
    assert [row[0].text for row in rows] == ROWS
    for row in rows:
        assert row[0].tag == "th"
        assert row[0].attrib == {"scope": "row"}
        assert row[1].text in ("right", "wrong")
        assert len(row) == len(heads)
    others = {name for element in tree.iter() for name in element.attrib}
    assert others <= {"scope"}  # no colour, no id
    assert [item.text for item in tree.iter("li")] == report.diagnosis


def test_html_is_escaped():
    def wrong(dhs, cache, dstate_n=None):
        raise ValueError("<script>&")

    html = gradient_report(wrong)._repr_html_()
    assert "&lt;script&gt;&amp;" in html
    assert "<script>" not in html


def test_rows_are_named_in_few_words():
    assert grouped(ROWS) == "everything"
    assert grouped(ROWS[3:]) == "all rows of weight_ih, weight_hh and bias"
    assert grouped(["dx", "bias[i]", "bias[g]"]) == "dx and bias[i and g]"
    assert grouped(ROWS[7:11]) == "weight_hh"
    assert grouped(ROWS[4::4]) == "the rows of gate f of weight_ih, weight_hh and bias"


def test_it_is_exported():
    assert lstm_core.gradient_report is gradient_report
    assert isinstance(gradient_report(lstm_backward), GradientReport)
    assert {"gradient_report", "GradientReport"} <= set(lstm_core.__all__)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: gradient_report(None),
            "lstm_backward: wanted a function, got NoneType",
        ),
        (
            lambda: gradient_report(lstm_backward(np.ones((1, 1, 2)), CACHE)),
            "lstm_backward: wanted a function, got tuple",
        ),
        (
            lambda: gradient_report(lstm_backward, lengths=()),
            "lengths: wanted one or more whole numbers >= 1, got ()",
        ),
        (
            lambda: gradient_report(lstm_backward, lengths=8),
            "lengths: wanted one or more whole numbers >= 1, got 8",
        ),
        (
            lambda: gradient_report(lstm_backward, lengths="12"),
            "lengths: wanted one or more whole numbers >= 1, got '12'",
        ),
        (
            lambda: gradient_report(lstm_backward, lengths=(1, 0)),
            "lengths[1]: wanted a whole number >= 1, got 0",
        ),
        (
            lambda: gradient_report(lstm_backward, lengths=[2.0]),
            "lengths[0]: wanted a whole number >= 1, got 2.0",
        ),
        (
            lambda: gradient_report(lstm_backward, seed=-1),
            "seed: wanted a whole number >= 0, got -1",
        ),
        (
            lambda: gradient_report(lstm_backward, seed=None),
            "seed: wanted a whole number >= 0, got None",
        ),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message


CACHE = lstm_forward(
    np.ones((1, 1, 1)),
    None,
    lstm_core.init_lstm(1, 2, rng=np.random.default_rng(0)),
)[2]
