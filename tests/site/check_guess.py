"""The explorer of chapter 7 in a browser, against gradient_report."""

import pytest
from browsing import VIEWS

from lstm_core import gradient_report
from lstm_core.figures.explorers import guess_explorer
from lstm_core.laboratory import DEFECTS, broken_backward

LEFT_OUT = {"no-bptt", "copied-bias", "tanh-of-c"}  # as in the chapter
WORDS = {defect.words: name for name, defect in DEFECTS.items()}


@pytest.fixture(scope="module")
def reports():
    names = [name for name in DEFECTS if name not in LEFT_OUT]
    return {name: gradient_report(broken_backward(name)) for name in names}


@pytest.fixture(scope="module")
def order(reports):
    """The names of the mistakes, round by round."""
    return [one["name"] for one in guess_explorer(reports).data["rounds"]]


@pytest.fixture
def tab(show, reports):
    return show(guess_explorer(reports)).tab


def press_button(tab, name):
    tab.get_by_role("button", name=name).click()


def choose(tab, name):
    tab.get_by_label(DEFECTS[name].words, exact=True).check()


def offered(tab):
    return [WORDS[text] for text in tab.locator(".radios label").all_text_contents()]


def another(tab, name):
    """Return the first wrong answer."""
    return next(one for one in offered(tab) if one != name)


def guess(tab, name):
    choose(tab, name)
    press_button(tab, "This is it")


def place(tab):
    return tab.locator(".place").text_content()


def assert_table_is_of(tab, report):
    """Compare every cell on the page, and which are marked, with the report."""
    cells = tab.locator(".sheet tbody :is(th, td)").all_text_contents()
    lines = [cells[n : n + 6] for n in range(0, len(cells), 6)]
    wanted = [[name, *cells] for name, _, *cells in report.table()[1]]
    assert [[c.replace("−", "-") for c in line] for line in lines] == wanted
    marked = tab.locator(".sheet td.off").count()
    rows = {(row.name, row.T) for row in report.rows if not row.passed}
    assert marked == len(rows) + 2 * len({name for name, _ in rows})


def assert_reveals(tab, name, report):
    text = tab.locator(".verdict").text_content()
    assert f"It is {name}: {DEFECTS[name].words}." in text
    right = tab.locator(".pair .right code").all_text_contents()
    broken = tab.locator(".pair .broken code").all_text_contents()
    assert right == list(DEFECTS[name].lines)
    wanted = [text.split() for text in DEFECTS[name].lines.values()]
    assert [text.split() for text in broken] == wanted
    assert tab.locator(".revealed li").all_text_contents() == report.diagnosis


@pytest.mark.parametrize("view", VIEWS)
def test_is_accessible(show, reports, order, view):
    visit = show(guess_explorer(reports), view=view)
    tab = visit.tab
    visit.check()
    guess(tab, another(tab, order[0]))
    visit.check()
    tab.locator("button[aria-pressed]").click()
    visit.check()
    for name in order[1:]:  # whose lines may be too wide
        press_button(tab, "Next report")
        guess(tab, name)
        assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    visit.check()


def test_targets_are_large_enough_to_touch(show, reports):
    tab = show(guess_explorer(reports), view="phone").tab
    for target in tab.locator(".radios label, .side button:visible").all():
        assert target.bounding_box()["height"] >= 32


def test_a_game_by_mouse(tab, reports, order):
    """Every report, the even ones guessed wrong."""
    named = 0
    for k, name in enumerate(order):
        assert place(tab) == f"Report {k + 1} of 12. Named so far: {named} of {k}."
        assert_table_is_of(tab, reports[name])
        assert tab.locator(".revealed").is_hidden()
        assert name in offered(tab)
        assert len(offered(tab)) == 4
        right = k % 2 == 1
        named += right
        guess(tab, name if right else another(tab, name))
        start = "Right. " if right else "No. "
        assert tab.locator(".verdict").text_content().startswith(start)
        assert_reveals(tab, name, reports[name])
        assert place(tab).endswith(f"Named so far: {named} of {k + 1}.")
        if k < 11:
            press_button(tab, "Next report")
    said = f"That was the last. Named {named} of 12."
    tab.wait_for_function(
        "(said) => document.querySelector('[role=status]').textContent.endsWith(said)",
        arg=said,
    )
    press_button(tab, "Play again")
    assert place(tab) == "Report 1 of 12. Named so far: 0 of 0."
    assert tab.locator("input:checked").count() == 0
    assert_table_is_of(tab, reports[order[0]])


def test_by_keyboard(tab, reports, order):
    """One round wrong, one right, without a mouse."""

    def answer(name):
        tab.keyboard.press("Tab")  # to the first of the radio buttons
        tab.keyboard.press("Space")
        for _ in range(offered(tab).index(name)):
            tab.keyboard.press("ArrowDown")
        tab.keyboard.press("Tab")
        tab.keyboard.press("Enter")

    answer(another(tab, order[0]))
    assert place(tab) == "Report 1 of 12. Named so far: 0 of 1."
    assert_reveals(tab, order[0], reports[order[0]])
    tab.keyboard.press("Enter")  # the focus is on "Next report"
    assert place(tab) == "Report 2 of 12. Named so far: 0 of 1."
    assert tab.evaluate("document.activeElement.className") == "place"
    answer(order[1])
    assert place(tab) == "Report 2 of 12. Named so far: 1 of 2."
    assert_reveals(tab, order[1], reports[order[1]])


def test_the_report_of_a_wrong_guess_can_be_looked_at(tab, reports, order):
    other = another(tab, order[0])
    guess(tab, other)
    flip = tab.get_by_role("button", name=f"Show the report of {other}")
    flip.click()
    assert flip.get_attribute("aria-pressed") == "true"
    assert other in tab.locator("caption:visible").text_content()
    assert_table_is_of(tab, reports[other])
    flip.click()
    assert other not in tab.locator("caption:visible").text_content()
    assert_table_is_of(tab, reports[order[0]])


def test_a_right_guess_has_no_other_report(tab, order):
    guess(tab, order[0])
    assert tab.locator("button[aria-pressed]").count() == 0


def test_an_answer_counts_once(tab, order):
    guess(tab, order[0])
    assert tab.get_by_role("button", name="This is it").is_disabled()
    assert tab.locator(".radios input:disabled, .radios:disabled input").count() == 4
    assert place(tab).endswith("Named so far: 1 of 1.")


def test_no_answer_is_asked_for(tab):
    press_button(tab, "This is it")
    assert tab.locator(".verdict .error").text_content() == "Choose one of them first."
    assert place(tab).endswith("Named so far: 0 of 0.")
    assert tab.evaluate("document.activeElement.type") == "radio"
    tab.keyboard.press("Space")
    assert tab.locator(".verdict").text_content() == ""


def test_without_javascript(show, reports, order):
    tab = show(guess_explorer(reports), java_script_enabled=False).tab
    cells = tab.locator(".fallback tbody td").all_text_contents()
    assert cells[:5] == reports[order[0]].table()[1][0][2:]
    answer = tab.get_by_text(f"{order[0]}: {DEFECTS[order[0]].words}")
    assert not answer.is_visible()
    tab.get_by_text("The answer").click()
    assert answer.is_visible()
