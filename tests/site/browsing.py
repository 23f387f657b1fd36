"""What the checks in a browser share: how a page is opened and looked over."""

import functools
import http.server
import threading
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    # The address bar's popups are pages of their own, loaded for each new context.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",
)
VIEWS = {
    "light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOURS = ["color-contrast", "link-in-text-block"]  # all that another scheme changes
# Contrast takes axe a second per thousand words of code, and a formula is up to a
# hundred elements of one colour: leave three of a kind of the words, ten formulas.
THIN = """() => {
    const seen = {};
    for (const word of document.querySelectorAll(".highlight pre span[class]")) {
        const kind = word.className + word.closest(".highlight").parentNode.className;
        seen[kind] = (seen[kind] ?? 0) + 1;
        if (seen[kind] > 3) word.replaceWith(...word.childNodes);
    }
    const formulas = [...document.querySelectorAll("mjx-container")];
    for (const formula of formulas.slice(10)) formula.replaceChildren();
}"""
# The dark page is the light one in other colours; the phone's colours are the light's.
RULES = {
    "light": {"runOnly": WCAG},
    "dark": {"runOnly": {"type": "rule", "values": COLOURS}},
    "phone": {"runOnly": WCAG, "rules": {name: {"enabled": False} for name in COLOURS}},
}
COLOURS_CHANGE = 300  # ms until they have
OVERFLOW = """() => document.documentElement.scrollWidth - window.innerWidth"""

TYPESET = """() => {
    dispatchEvent(new Event("scroll"));  // formulas out of sight wait for it
    return window.MathJax?.startup?.promise?.then(() => document.fonts.ready);
}"""


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@contextmanager
def serve(folder):
    """Serve a folder on a free port of this machine; yields its address."""
    handler = functools.partial(QuietHandler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.handle_error = lambda *_: None  # a tab closed while it was loading
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


class Visit:
    """A tab in its own context, which notes what it asks for and what fails."""

    def __init__(self, browser, view, **options):
        self.view = view
        self.context = browser.new_context(**{**VIEWS[view], **options})
        self.tab = self.context.new_page()
        self.requests, self.errors = [], []
        self.tab.on("request", lambda request: self.requests.append(request.url))
        self.tab.on("console", self._hear)
        self.tab.on("pageerror", lambda error: self.errors.append(str(error)))

    def _hear(self, message):
        if message.type == "error":
            self.errors.append(message.text)

    def arrive(self, address):
        """Open a page and wait until its formulas stand."""
        self.tab.goto(address, wait_until="load")
        self.tab.evaluate(TYPESET)

    def open(self, address):
        """Open a page and wait until its explorers stand, too."""
        self.arrive(address)
        self.start_explorers()

    def start_explorers(self):
        """Scroll to each explorer, as that starts it, and back."""
        for explorer in self.tab.locator(".lstm-explorer").all():
            explorer.scroll_into_view_if_needed()
            explorer.locator(".live").wait_for()
        self.tab.evaluate("() => scrollTo(0, 0)")

    def turn(self, view):
        """Show the open page in another view."""
        self.view = view
        self.tab.set_viewport_size(VIEWS[view]["viewport"])
        self.tab.emulate_media(color_scheme=VIEWS[view]["color_scheme"])
        self.tab.wait_for_timeout(COLOURS_CHANGE)

    def check(self, *allowed):
        """Assert that nothing failed and that the page is wide and accessible enough.

        ``allowed`` are the beginnings of addresses that it may ask for, beside
        its own. A page of the book is thinned by this.
        """
        local = (self.tab.url, *allowed, "data:", "blob:")
        assert [url for url in self.requests if not url.startswith(local)] == []
        assert self.errors == []
        assert self.tab.evaluate(OVERFLOW) <= 0, "pixels wider than the screen"
        self.tab.evaluate(THIN)
        options = {"resultTypes": ["violations"], **RULES[self.view]}
        found = Axe().run(self.tab, options=options)
        assert found.violations_count == 0, found.generate_report()
