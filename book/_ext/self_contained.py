"""Keep the site self-contained: no page asks another host for anything."""

from importlib.metadata import files
from pathlib import Path

from sphinx.util.fileutil import copy_asset

MATHJAX = (  # what math.js asks for
    "startup.js",
    "core.js",
    "input/tex-base.js",
    "input/tex/extensions/ams.js",
    "output/chtml.js",
    "output/chtml/fonts/tex.js",
    "output/chtml/fonts/woff-v2",
    "a11y/assistive-mml.js",
)


def drop_thebe(app, pagename, templatename, context, doctree):
    """Drop the live-code scripts, which Jupyter Book loads from a CDN."""
    context["script_files"] = [
        script
        for script in context["script_files"]
        if "thebe" not in f"{script} {getattr(script, 'attributes', '')}"
    ]


def mend_markup(app, pagename, templatename, context, doctree):
    """Replace a deprecated ARIA role; drop ids that exercises repeat."""
    body = context.get("body", "")
    body = body.replace('role="doc-biblioentry"', 'role="listitem"')
    for kind in ("exercise", "solution"):
        body = body.replace(f' id="{kind}-content"', "")
    context["body"] = body


def copy_mathjax(app, exception):
    """Copy the part of the installed MathJax that the pages load."""
    if exception:
        return
    installed = next(
        Path(file.locate()).parent
        for file in files("sphinx-mathjax-offline")
        if file.match("static/mathjax/startup.js")
    )
    for part in MATHJAX:
        source = installed / part
        target = Path(app.outdir, "_static", "mathjax", part)
        copy_asset(source, target if source.is_dir() else target.parent)


def setup(app):
    app.connect("html-page-context", drop_thebe, priority=900)
    app.connect("html-page-context", mend_markup)
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
