"""Every page of the built site, in a browser: `make check-site`.

The file is not named test_*, so that `make test` needs neither site nor browser.
"""

import functools
import http.server
import shutil
import threading
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

SITE = Path(__file__).resolve().parents[2] / "_build" / "html"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
PAGES = sorted(
    path.relative_to(SITE).as_posix()
    for path in SITE.rglob("*.html")
    if not path.relative_to(SITE).parts[0].startswith("_")
)
REDIRECT = "index.html"
VIEWS = {
    "light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OPEN_ALL = """() => {
    document.querySelectorAll("details").forEach((box) => (box.open = true));
    document.querySelectorAll("button.toggle-button-hidden").forEach((b) => b.click());
}"""
TYPESET = "() => window.MathJax?.startup?.promise?.then(() => document.fonts.ready)"
OVERFLOW = """() => document.documentElement.scrollWidth - window.innerWidth"""
UNTYPESET = """() => [...document.querySelectorAll(".math")]
    .filter((math) => !math.querySelector("mjx-container") ||
                      math.querySelector("mjx-merror, mtext[mathcolor=red]"))
    .map((math) => math.textContent)"""
UNDESCRIBED = """() => [...document.querySelectorAll("article img")]
    .filter((image) => !image.alt.trim()).map((image) => image.src)"""


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def site_url():
    """Serve the site on a free port of this machine."""
    handler = functools.partial(QuietHandler, directory=SITE)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def browser():
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.fail("Chromium is needed; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def test_site_is_built():
    assert "book/intro.html" in PAGES, "run `make book`"


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("page", [page for page in PAGES if page != REDIRECT])
def test_page(page, view, site_url, browser):
    context = browser.new_context(**VIEWS[view])
    tab = context.new_page()
    requests, errors = [], []
    tab.on("request", lambda request: requests.append(request.url))
    tab.on("console", lambda m: m.type == "error" and errors.append(m.text))
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.goto(site_url + page, wait_until="networkidle")
    tab.evaluate(TYPESET)
    tab.evaluate(OPEN_ALL)
    tab.wait_for_timeout(800)  # until the folds have opened, and are looked over

    local = (site_url, "data:", "blob:")
    assert [url for url in requests if not url.startswith(local)] == []
    assert errors == []
    assert tab.evaluate(OVERFLOW) <= 0, "pixels wider than the screen"
    assert tab.evaluate(UNTYPESET) == []
    assert tab.evaluate(UNDESCRIBED) == []
    found = Axe().run(tab, options={"runOnly": WCAG})
    assert found.violations_count == 0, found.generate_report()
    context.close()


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
