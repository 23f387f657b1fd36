"""The form of the built pages: headings, tables, markup, keyboard, other addresses."""

import os
import re
import subprocess
from html.parser import HTMLParser

import html5lib
import pytest
from browsing import OVERFLOW, Visit, serve
from check_site import PAGES, SITE

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# What html5lib objects to and browsers agree on: a fold's title is a paragraph.
KNOWN = {"unexpected-start-tag-implies-end-tag"}
CODE = ("pre", "code", "script", "style")


class Outline(HTMLParser):
    """The headings of a page in order, and its tables, images and ids."""

    def __init__(self, page):
        super().__init__()
        self.levels, self.ids, self.images, self.headless = [], [], [], []
        self._open = []  # for each open table, whether it has a header cell
        self._hidden = 0
        self.feed((SITE / page).read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids += [attrs["id"]] if "id" in attrs else []
        if tag == "div" and (self._hidden or attrs.get("id") == "jb-print-docs-body"):
            self._hidden += 1
        if tag in HEADINGS and not self._hidden:
            self.levels.append(int(tag[1]))
        if tag == "img":
            self.images.append(attrs)
        if tag == "table":
            self._open.append(attrs.get("role") == "presentation")
        if tag == "th" and self._open:
            self._open[-1] = True

    def handle_endtag(self, tag):
        if tag == "div" and self._hidden:
            self._hidden -= 1
        if tag == "table" and not self._open.pop():
            self.headless.append(self.getpos())


@pytest.mark.parametrize("page", PAGES)
def test_outline(page):
    found = Outline(page)
    assert found.levels.count(1) == 1
    pairs = zip(found.levels, found.levels[1:], strict=False)
    assert [pair for pair in pairs if pair[1] > pair[0] + 1] == []
    assert found.headless == [], "tables without a header cell"
    assert sorted({i for i in found.ids if found.ids.count(i) > 1}) == []
    unsized = [i["src"] for i in found.images if i["src"].endswith(".png")
               and not {"width", "height"} <= set(i)]  # fmt: skip
    assert unsized == []


@pytest.mark.parametrize("page", PAGES)
def test_markup_is_valid(page):
    parser = html5lib.HTMLParser()
    parser.parse((SITE / page).read_text(encoding="utf-8"))
    wrong = [(where, code) for where, code, _ in parser.errors if code not in KNOWN]
    assert wrong == []


@pytest.mark.parametrize("page", PAGES)
def test_no_line_begins_with_a_sign(page):
    text = (SITE / page).read_text(encoding="utf-8")
    tree = html5lib.parse(text, namespaceHTMLElements=False)
    assert re.findall(r".*\d %", prose(tree)) == []
    words = "\n".join(prose(paragraph) for paragraph in tree.iter("p"))
    assert re.findall(r".*[\w)] [=+−×·/] [\w(−]", words) == []
    loose = [
        formula.tail
        for line in tree.iter()
        for formula in line.findall("span[@class]")
        if "math" in formula.get("class").split()
        and re.match(r"[.,;:?!)’”]", formula.tail or "")
        and line.get("class") != "whole"
    ]
    assert loose == []


def prose(element):
    """The words of an element, and those that follow it: no code and no formulas."""
    words = element.tail or ""
    if element.tag not in CODE and "math" not in element.get("class", "").split():
        words = "".join([element.text or "", *map(prose, element), words])
    return words


@pytest.mark.parametrize("page", PAGES)
def test_page_is_described(page):
    assert 'name="description"' in (SITE / page).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def address():
    with serve(SITE) as address:
        yield address


@pytest.fixture
def below(tmp_path):
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "path").symlink_to(SITE)
    with serve(tmp_path) as address:
        yield f"{address}some/path/"


@pytest.mark.parametrize("page", ["index.html", "book/02-gates.html", "404.html"])
def test_site_works_below_any_path(page, below, browser):
    visit = Visit(browser, "phone")
    visit.open(below + page)
    outside = [url for url in visit.requests if not url.startswith(below)]
    home = visit.tab.locator("#home").get_attribute("href") if "404" in page else ""
    beyond = visit.tab.evaluate(OVERFLOW)
    visit.context.close()
    # The 404 page looks for the book in each folder above, so it may ask there.
    assert outside == []
    assert beyond <= 0
    assert "404" in page or visit.errors == []
    assert home in ("", "/some/path/")


@pytest.mark.parametrize("page", ["index.html", "book/03-forward.html"])
def test_page_works_as_a_file(page, browser):
    visit = Visit(browser, "light")
    visit.open((SITE / page).as_uri())
    assert visit.errors == []
    assert [
        url for url in visit.requests if not url.startswith(("file:", "data:"))
    ] == []
    left = "document.querySelectorAll('.math:not(:has(mjx-container))').length"
    assert visit.tab.evaluate(left) == 0
    visit.context.close()


def test_paper_lacks_nothing_of_a_page_printed_at_once(address, browser):
    visit = Visit(browser, "light")
    visit.tab.goto(address + "book/04-bptt.html")
    visit.tab.wait_for_function(FONTS_ARE_THERE)
    assert visit.tab.evaluate(LEFT_OUT) > 100  # nobody has scrolled
    # At once, as the browser lays out the paper.
    now = f"(dispatchEvent(new Event('beforeprint')), {LEFT_OUT})"
    assert visit.tab.evaluate(now) == 0
    visit.tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert visit.tab.locator("details[open]").count() == 0
    visit.context.close()


FONTS_ARE_THERE = """[...document.fonts].some(
    (font) => font.family === "MJXTEX-S2" && font.status === "loaded")"""
LEFT_OUT = """document.querySelectorAll(
    ".math:not(:has(mjx-container)), details:not([open]), img[loading=lazy]").length"""


@pytest.mark.parametrize("page", ["index.html", "book/02-gates.html"])
def test_keyboard_reaches_every_control(page, address, browser):
    visit = Visit(browser, "light")
    visit.open(address + page)
    wanted = visit.tab.evaluate(REACHABLE)
    for _ in range(1000):
        visit.tab.keyboard.press("Tab")
        if visit.tab.evaluate(NOTE_AND_ASK_IF_LAST):
            break
    missed = visit.tab.evaluate(MISSED)
    visit.context.close()
    assert wanted > 5
    assert missed == []


NOTE_AND_ASK_IF_LAST = """() => {
    const here = document.activeElement, seen = "reached" in here.dataset;
    here.dataset.reached = "";
    return seen || here === document.body;
}"""
CONTROLS = """[...document.querySelectorAll(
        "main :is(a[href], button, input, summary)")]
    .filter((e) => e.tabIndex >= 0 && !e.disabled && e.type !== "radio"
        && e.checkVisibility({ visibilityProperty: true, opacityProperty: true }))"""
REACHABLE = f"{CONTROLS}.length"
MISSED = f"{CONTROLS}.filter((e) => !('reached' in e.dataset)).map((e) => e.outerHTML)"


# A stricter look, where the Nu checker is at hand: NU="java -jar vnu.jar".
@pytest.mark.skipif("NU" not in os.environ, reason="NU names no Nu checker")
def test_nu_checker_agrees():
    known = "Element “p” not allowed as child of element “summary”.*"
    pages = [str(SITE / page) for page in PAGES]
    command = [*os.environ["NU"].split(), "--errors-only", "--filterpattern", known]
    done = subprocess.run([*command, *pages], capture_output=True, text=True)
    assert done.stderr == ""
