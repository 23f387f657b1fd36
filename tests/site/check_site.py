"""Every page of the built site, in a browser: `make check-site`.

The file is not named test_*, so that `make test` needs neither site nor browser.
"""

import gzip
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
BUDGET = 600_000  # bytes, gzipped, that the first visit of a page may load
SHIFT_ALLOWED = 0.1  # what counts as good
PACKED = (".png", ".woff", ".woff2")  # gzip does not make these smaller
OPEN_ALL = """() => {
    document.querySelectorAll("details").forEach((box) => (box.open = true));
    document.querySelectorAll("button.toggle-button-hidden").forEach((b) => b.click());
}"""
FOLDS_OPEN = 300  # ms until they have, and unfold.js has looked them over
BACKGROUND = "() => getComputedStyle(document.body).backgroundColor"
UNTYPESET = """() => [...document.querySelectorAll(".math")]
    .filter((math) => !math.querySelector("mjx-container") ||
                      math.querySelector("mjx-merror, mtext[mathcolor=red]"))
    .map((math) => math.textContent)"""
SHIFT = """
    window.shift = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });"""
UNDESCRIBED = """() => [...document.querySelectorAll("article img")]
    .filter((image) => !image.alt.trim()).map((image) => image.src)"""
# Letters of the theme's icon font, which is not loaded: each would be an empty box.
BOXES = """() => [...document.querySelectorAll("body *")].flatMap((element) =>
    ["::before", "::after"].map((part) => getComputedStyle(element, part))
    .filter((style) => element.getClientRects().length && style.display !== "none" &&
                       /[\\uE000-\\uF8FF]/.test(style.content))
    .map(() => element.outerHTML.slice(0, 200)))"""


@pytest.fixture(scope="session")
def site_url():
    with serve(SITE) as address:
        yield address


def test_site_is_built():
    assert "book/intro.html" in PAGES, "run `make book`"


@pytest.mark.parametrize("page", PAGES)
def test_page_on_a_phone_in_light_and_dark(page, site_url, browser):
    visit = Visit(browser, "phone")
    tab = visit.tab
    loaded = []
    tab.on("response", lambda response: loaded.append(response))
    tab.add_init_script(SHIFT)
    visit.arrive(site_url + page)
    tab.wait_for_load_state("networkidle")
    if page != "404.html":  # it asks for what it knows may be missing
        assert [response.url for response in loaded if not response.ok] == []
        assert sum(weight(response) for response in loaded) <= BUDGET
    assert tab.evaluate("shift") < SHIFT_ALLOWED

    visit.start_explorers()
    tab.evaluate(OPEN_ALL)
    tab.wait_for_timeout(FOLDS_OPEN)
    assert tab.evaluate(UNTYPESET) == []
    assert tab.evaluate(UNDESCRIBED) == []
    assert tab.evaluate(BOXES) == []
    visit.check(site_url)
    visit.turn("light")
    visit.check(site_url)
    light = tab.evaluate(BACKGROUND)
    visit.turn("dark")
    tab.wait_for_function(f"(light) => ({BACKGROUND})() !== light", arg=light)
    visit.check(site_url)
    visit.context.close()


def weight(response):
    body = response.body()
    return len(body if response.url.endswith(PACKED) else gzip.compress(body, 6))


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
