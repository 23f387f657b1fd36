"""What stands around the text: landing page, ways to run a chapter, metadata.

The site's address is known in one place, `html.baseurl` of `_config.yml`, or,
for one build, the variable `BOOK_URL`. Without it no page says where it lives.
"""

import os
import re
from html import escape, unescape
from pathlib import Path
from urllib.parse import urljoin

PAGES = {"index": "landing.html", "404": "missing.html"}
DESCRIPTIONS = {
    "search": "Search The LSTM, Line by Line.",
}
TITLE_END = "</h1>"
DESCRIPTION = re.compile(r'<meta content="([^"]*)"[^>]*name="description"')
ROW = re.compile(
    r'<text class="end" x="92"[^>]*>(?P<updates>\d+)</text>\s*'
    r'<text class="said"[^>]*><tspan class="right">(?P<right>.*?)</tspan>'
    r"(?P<wrong>.*?)</text>"
    r'\s*<rect[^>]*>\s*<text class="end"[^>]*>(?P<count>\d+)</text>'
)
# Measured: Python itself, 6 MB of these. The rest is an estimate: the app and
# IPython about 5, NumPy 3, Matplotlib and what it needs 10.
ACTIONS = """
<div class="chapter-actions d-print-none">
<p><a class="run-in-browser" href="{lite}">Run this {kind} in your browser</a>
<a href="{source}" download>Download notebook</a>
<a href="{local}">Run it locally</a></p>
<p class="cost">In the browser nothing is installed, and nothing is loaded
before you click. The first run then loads roughly 25 MB: Python, NumPy and
Matplotlib for the browser, from the network (CDN) of the Pyodide project.</p>
</div>
"""


def know_address(app, config):
    """Let one build name the site's address; make it end in a slash."""
    address = os.environ.get("BOOK_URL") or config.html_baseurl
    config.html_baseurl = address.rstrip("/") + "/" if address else ""
    config.html_additional_pages = {**config.html_additional_pages, **PAGES}


def add_actions(app, pagename, templatename, context, doctree):
    """Under the title of a notebook: run it, download it, run it elsewhere."""
    if context.get("page_source_suffix") != ".ipynb" or not doctree:
        return
    name = pagename.rpartition("/")[2]
    pathto = context["pathto"]
    actions = ACTIONS.format(
        kind="chapter" if name[0].isdigit() else "page",
        lite=pathto(f"lite/notebooks/index.html?path={name}.ipynb", 1),
        source=pathto(f"_sources/{context['sourcename']}", 1),
        local=pathto("book/using").rstrip("#") + "#using-use",
    )
    body = context["body"]
    context["body"] = body.replace(TITLE_END, TITLE_END + actions, 1)


def add_metadata(app, pagename, templatename, context, doctree):
    """A description for every page; with an address, also a card."""
    tags = context.get("metatags") or ""
    if pagename in DESCRIPTIONS:
        tags += (
            f'\n<meta name="description" content="{DESCRIPTIONS[pagename]}">'
        )
    known = DESCRIPTION.search(tags)
    if app.config.html_baseurl and known:
        home = app.config.html_baseurl
        card = {
            "og:type": "article",
            "og:site_name": app.config.html_title,
            "og:title": unescape(context.get("title", "")),
            "og:description": unescape(known[1]),
            "og:url": urljoin(home, f"{pagename}.html"),
            "og:image": urljoin(home, "_static/preview.png"),
        }
        for name, value in card.items():
            tags += f'\n<meta property="{name}" content="{escape(value)}">'
        tags += '\n<meta name="twitter:card" content="summary_large_image">'
    context["metatags"] = tags


def fill_landing(app, pagename, templatename, context, doctree):
    """Give the landing page the recitation and the list of chapters."""
    if pagename not in PAGES:
        return
    env = app.env
    picture = Path(app.srcdir, "book", "_static", "recitation.svg")
    context["recitation"] = list(
        ROW.finditer(picture.read_text(encoding="utf-8"))
    )
    context["chapters"] = [
        (number[""][0], env.titles[name].astext(), context["pathto"](name))
        for name, number in env.toc_secnumbers.items()
        if number.get("")
    ]
    context["chapters"].sort()
    context["address"] = app.config.html_baseurl


def write_for_robots(app, exception):
    """`robots.txt`, and where the site has an address, `sitemap.xml`."""
    if exception:
        return
    home, out = app.config.html_baseurl, Path(app.outdir)
    lines = ["User-agent: *", "Allow: /"]
    if home:
        pages = ["", *(f"{name}.html" for name in sorted(app.env.found_docs))]
        rows = "\n".join(
            f"<url><loc>{escape(home + page)}</loc></url>" for page in pages
        )
        (out / "sitemap.xml").write_text(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
            f"{rows}\n</urlset>\n",
            encoding="utf-8",
        )
        lines.append(f"Sitemap: {home}sitemap.xml")
    (out / "robots.txt").write_text("\n".join([*lines, ""]), encoding="utf-8")


def setup(app):
    app.connect("config-inited", know_address)
    app.connect("html-page-context", add_actions)
    app.connect("html-page-context", add_metadata)
    app.connect("html-page-context", fill_landing)
    app.connect("build-finished", write_for_robots)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
