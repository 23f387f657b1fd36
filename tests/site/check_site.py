"""Every page of the built site, in a browser: `make check-site`.

The file is not named test_*, so that `make test` needs neither site nor browser.
"""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from browsing import Visit, serve

SITE = Path(__file__).resolve().parents[2] / "_build" / "html"
PAGES = sorted(
    path.relative_to(SITE).as_posix()
    for path in SITE.rglob("*.html")
    if not path.relative_to(SITE).parts[0].startswith(("_", "lite"))
)
OPEN_ALL = """() => {
    document.querySelectorAll("details").forEach((box) => (box.open = true));
    document.querySelectorAll("button.toggle-button-hidden").forEach((b) => b.click());
}"""
COLOURS_CHANGE = 300  # ms until they have
FOLDS_OPEN = 300  # ms until they have, and unfold.js has looked them over
# Contrast takes axe a second per thousand words of code: leave it three of a kind.
THIN_CODE = """() => {
    const seen = {};
    for (const word of document.querySelectorAll(".highlight pre span[class]")) {
        const kind = word.className + word.closest(".highlight").parentNode.className;
        seen[kind] = (seen[kind] ?? 0) + 1;
        if (seen[kind] > 3) word.replaceWith(...word.childNodes);
    }
}"""
BACKGROUND = "() => getComputedStyle(document.body).backgroundColor"
UNTYPESET = """() => [...document.querySelectorAll(".math")]
    .filter((math) => !math.querySelector("mjx-container") ||
                      math.querySelector("mjx-merror, mtext[mathcolor=red]"))
    .map((math) => math.textContent)"""
UNDESCRIBED = """() => [...document.querySelectorAll("article img")]
    .filter((image) => !image.alt.trim()).map((image) => image.src)"""


@pytest.fixture(scope="session")
def site_url():
    with serve(SITE) as address:
        yield address


def test_site_is_built():
    assert "book/intro.html" in PAGES, "run `make book`"


@pytest.mark.parametrize("page", PAGES)
def test_page_in_light_and_dark(page, site_url, browser):  # on a phone: check_form.py
    visit = Visit(browser, "light")
    tab = visit.tab
    visit.open(site_url + page)
    tab.evaluate(OPEN_ALL)
    tab.evaluate(THIN_CODE)
    tab.wait_for_timeout(FOLDS_OPEN)

    assert tab.evaluate(UNTYPESET) == []
    assert tab.evaluate(UNDESCRIBED) == []
    visit.check(site_url)
    light = tab.evaluate(BACKGROUND)
    tab.emulate_media(color_scheme="dark")
    tab.wait_for_timeout(COLOURS_CHANGE)
    assert tab.evaluate(BACKGROUND) != light
    visit.check(site_url)
    visit.context.close()


class Links(HTMLParser):
    """The ids of a page, and where it links to."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.targets = set(), set()
        self.feed((SITE / path).read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids |= {attrs[key] for key in ("id", "name") if attrs.get(key)}
        self.targets |= {attrs[key] for key in ("href", "src") if attrs.get(key)}


LINKS = {page: Links(page) for page in PAGES}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    broken = []
    for target in LINKS[page].targets:
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            continue
        path, fragment = urldefrag(urljoin(page, target))
        path = unquote(path.partition("?")[0])
        known = LINKS[path].ids | {""} if path in LINKS else {fragment}
        if not (SITE / path).is_file() or unquote(fragment) not in known:
            broken.append(target)
    assert sorted(broken) == []


@pytest.mark.parametrize("page", PAGES)
def test_links_to_the_world_are_safe(page):
    assert [t for t in LINKS[page].targets if t.startswith("http:")] == []
