"""Keep a page light: only the scripts, styles and pictures that it uses."""

import re
from pathlib import Path

import tinycss2

UNUSED_SCRIPTS = ("design-tabs", "DOCUMENTATION_OPTIONS.")
THEME_STYLES = ("basic.css", "styles/pydata-sphinx-theme.css")
UNUSED_STYLES = ("sphinx-thebe.css",)
KEPT_WHOLE = ("custom.css", "icons.css", "pygments.css")
CLASS_OR_ID = re.compile(r"[.#](-?[A-Za-z_][\w-]*)")
USES = re.compile(r'\b(?:class|id)="([^"]*)"')
SCRIPT = re.compile(
    r'<script\b(?:[^>]*?\bsrc="(?P<file>[^"?]+))?[^>]*>(?P<text>.*?)</script>',
    re.DOTALL,
)
WORD = re.compile(r"[A-Za-z_][\w-]*")
IMAGE = re.compile(r'<img\b[^>]*?\bsrc="([^"]*)"[^>]*>')
ICON_CLASS = re.compile(r"fa(-.*|[bsrlt])?$")  # those of the theme's icon font
# A rule that uses it, by its name, a name of the theme's, or a letter.
ICON_LETTER = re.compile(r'--fa-|var\(--pst-icon-|content:\s*"[\uE000-\uF8FF]')
# Names, operators, punctuation, blanks: most tags of the code, left plain.
PLAIN = re.compile(r'<span class="(?:n|nn|o|p|w)">([^<]*)</span>')
PNG_SIZE = slice(16, 24)  # two big-endian 32-bit numbers: width, height


# Scripts ---------------------------------------------------------------------


def trim_scripts(app, pagename, templatename, context, doctree):
    """Drop scripts without use; let the others wait for the page."""
    context["script_files"] = [
        script
        for script in context["script_files"]
        if not any(name in as_text(script) for name in UNUSED_SCRIPTS)
    ]
    for script in context["script_files"]:  # all pages share it: set or unset
        if not getattr(script, "filename", None):
            continue
        if pagename == "search":  # its scripts call each other while they load
            script.attributes.pop("defer", None)
        else:
            script.attributes["defer"] = "defer"


def as_text(script):
    return f"{script} {getattr(script, 'attributes', '')}"


# Styles ----------------------------------------------------------------------


def collect_styles(app, pagename, templatename, context, doctree):
    """Note the page's style sheets, which `book.css` will replace."""
    for style in context["css_files"]:
        name = str(style.filename).removeprefix("_static/")
        if name not in UNUSED_STYLES:
            app.book_styles.setdefault(name)
    context["css_files"] = []


def bundle_styles(app, exception):
    """Write one style sheet with the rules that some page can use."""
    if exception:
        return
    static = Path(app.outdir, "_static")
    used = used_names(app.outdir)
    parts = []
    for name in (*THEME_STYLES, *app.book_styles):
        text = (static / name).read_text(encoding="utf-8")
        parts.append(text if name in KEPT_WHOLE else purge(text, used))
    (static / "book.css").write_text("\n".join(parts), encoding="utf-8")


def used_names(site):
    """Every class and id on a page, and each word of its scripts."""
    used, scripts = set(), set()
    for page in Path(site).rglob("*.html"):
        if "_static" in page.parts or "lite" in page.parts:
            continue
        text = page.read_text(encoding="utf-8")
        for names in USES.findall(text):
            used.update(names.split())
        for script in SCRIPT.finditer(text):
            used.update(WORD.findall(script["text"]))
            if script["file"]:
                scripts.add((page.parent / script["file"]).resolve())
    for script in scripts:
        used.update(WORD.findall(script.read_text(encoding="utf-8")))
    return {name for name in used if not ICON_CLASS.match(name)}


def purge(css, used):
    """Drop comments, and rules for classes and ids that no page has."""
    rules = tinycss2.parse_stylesheet(
        css, skip_comments=True, skip_whitespace=True
    )
    return "".join(kept(rule, used) for rule in rules)


def kept(rule, used):
    """The text of a rule, or nothing."""
    if rule.type == "qualified-rule":
        alive = [part for part in selectors(rule) if alive_in(part, used)]
        body = tinycss2.serialize(rule.content).strip()
        return (
            f"{','.join(alive)}{{{body}}}"
            if alive and not ICON_LETTER.search(body)
            else ""
        )
    if rule.type == "at-rule" and rule.at_keyword in ("media", "supports"):
        inner = tinycss2.parse_rule_list(
            rule.content, skip_comments=True, skip_whitespace=True
        )
        body = "".join(kept(rule, used) for rule in inner)
        prelude = tinycss2.serialize(rule.prelude)
        return f"@{rule.at_keyword}{prelude}{{{body}}}" if body else ""
    text = rule.serialize()
    return "" if "Font Awesome" in text.replace("\\", "") else text


def selectors(rule):
    """The parts of `a, b > c`; a comma within brackets does not split."""
    parts = [[]]
    for token in rule.prelude:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts_as_text(parts)


def parts_as_text(parts):
    return [tinycss2.serialize(part).strip() for part in parts]


def alive_in(selector, used):
    """Whether some page has each class and id, those in brackets aside."""
    plain = re.sub(r":[\w-]+\((?:[^()]|\([^()]*\))*\)|\[.*?\]", "", selector)
    return set(CLASS_OR_ID.findall(plain)) <= used


# Code ------------------------------------------------------------------------


def drop_plain_tags(app, pagename, templatename, context, doctree):
    """Take the tags off words of code that look the same without them."""
    context["body"] = PLAIN.sub(r"\1", context.get("body", ""))


# Pictures --------------------------------------------------------------------


def size_pictures(app, pagename, templatename, context, doctree):
    """Give each picture its size, and load it when the reader comes near."""
    found = {name: Path(path) for path, name in app.builder.images.items()}

    def sized(match):
        tag, name = match.group(0), Path(match.group(1)).name
        extra = ' loading="lazy"'
        if name.endswith(".png") and name in found and " width=" not in tag:
            with Path(app.srcdir, found[name]).open("rb") as file:
                data = file.read(PNG_SIZE.stop)[PNG_SIZE]
            width, height = (int.from_bytes(data[k : k + 4]) for k in (0, 4))
            extra += f' width="{width}" height="{height}"'
        return f"<img{extra}{tag[4:]}"

    context["body"] = IMAGE.sub(sized, context.get("body", ""))


def setup(app):
    app.book_styles = {}  # in order, as keys
    app.connect("html-page-context", trim_scripts, priority=910)
    app.connect("html-page-context", collect_styles, priority=910)
    app.connect("html-page-context", drop_plain_tags, priority=910)
    app.connect("html-page-context", size_pictures, priority=910)
    app.connect("build-finished", bundle_styles, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
