"""Turn the book's MyST into Markdown that any notebook program shows.

Numbers of equations and figures, links, citations and folded hints are those of
the website. A directive or role that is not known here is an error, so that
nothing reaches a reader as markup.
"""

import re
from pathlib import Path
from urllib.parse import quote

import nbformat
import yaml
from pybtex.database import parse_file
from pybtex.richtext import Text

FENCE = re.compile(
    r"^(?P<fence>`{3,}|:{3,})\{(?P<name>[\w-]+)\}[ ]*(?P<title>[^\n]*)\n"
    r"(?P<options>(?::[\w-]+:[^\n]*\n)*)(?P<body>.*?)^(?P=fence)[ ]*(?:\n|\Z)",
    re.MULTILINE | re.DOTALL,
)
ROLE = re.compile(r"\{([a-z:]+)\}`([^`]+)`")
TARGET = re.compile(r"^\((?P<label>[\w-]+)\)=\n+(?P<level>#+) (?P<title>.+)$", re.M)
TARGET_LINE = re.compile(r"^\([\w-]+\)=\n", re.M)
PAGE_LINK = re.compile(r"\]\(#([\w-]+)\)")
STARTS = re.compile(r"(\A|[.!?]\s+|\n\s*\n|\n[>*] +)\Z")  # what a sentence follows
LABEL = re.compile(r"^:label: ([\w-]+)$", re.MULTILINE)
BOXES = ("admonition", "note", "tip", "warning", "important", "seealso")
EXERCISE_TITLE = re.compile(r"(\S+)\s+(.*)")


class Unknown(Exception):
    """Markup that has no plain form here."""


class Book:
    """All labels of the book and what they stand for.

    Attributes
    ----------
    pages : list of Path
        Its notebooks, in the order of the contents, without the appendices.
    """

    def __init__(self, root):
        contents = yaml.safe_load((root / "_toc.yml").read_text("utf-8"))
        sources = [contents["root"]]
        numbered = []
        for part in contents["parts"]:
            files = [entry["file"] for entry in part["chapters"]]
            sources += files
            numbered += files if part.get("numbered", True) else []
        self.places = {}  # label -> (page's file name, title, number)
        self.pages = []
        for source in sources:
            chapter = numbered.index(source) + 1 if source in numbered else None
            path = root / f"{source}.ipynb"
            if path.exists():
                self._read(path, chapter, nbformat.read(path, as_version=4).cells)
                self.pages.append(path)
            else:
                text = (root / f"{source}.md").read_text("utf-8")
                self._note(f"{Path(source).name}.md", chapter, text, {})
        self.pages = [page for page in self.pages if not is_appendix(page)]
        self.works = parse_file(root / "book" / "references.bib").entries

    def _read(self, path, chapter, cells):
        counts = {}
        for cell in cells:
            if cell.cell_type == "markdown":
                self._note(path.name, chapter, cell.source, counts)
            elif "caption" in cell.metadata.get("mystnb", {}).get("figure", {}):
                figure = cell.metadata["mystnb"]["figure"]
                number = numbered_as(chapter, counts, "figure")
                self.places[cell.id] = path.name, "", number
                if "name" in figure:
                    self.places[figure["name"]] = path.name, "", number

    def _note(self, page, chapter, text, counts):
        for target in TARGET.finditer(text):
            self.places[target["label"]] = page, target["title"], ""
        for block in FENCE.finditer(text):
            label = LABEL.search(block["options"])
            if label and block["name"] == "math":
                number = numbered_as(chapter, counts, "equation")
                self.places[label[1]] = page, "", number
            elif label:
                self.places[label[1]] = page, exercise_heading(block["title"]), ""

    def place(self, label):
        """Return (page, title, number) of a label."""
        if label not in self.places:
            raise Unknown(f"label {label}")
        return self.places[label]

    def link(self, text, label, page):
        """Return a link to the heading of ``label``, or words where it is not here."""
        home, title, _ = self.place(label)
        if not home.endswith(".ipynb") or is_appendix(Path(home)):
            return f"{text} of the book"
        if title and label == f"ch{home[:2].lstrip('0')}":
            return f"[{text}]({home})"
        there = "" if home == page else home
        return f"[{text}]({there}#{quote(slug(title))})"

    def cite(self, keys, *, in_text):
        """Return "Author (year)", or "(Author, year; ...)" for several."""
        names = []
        for key in keys.split(","):
            if key.strip() not in self.works:
                raise Unknown(f"citation {key}")
            work = self.works[key.strip()]
            year = work.fields.get("year", "no year")
            author, address = authors(work), address_of(work)
            text = f"{author} ({year})" if in_text else f"{author}, {year}"
            names.append(f"[{text}]({address})" if address else text)
        return ", ".join(names) if in_text else f"({'; '.join(names)})"


def is_appendix(path):
    return bool(re.match(r"a\d+-", path.name))


def numbered_as(chapter, counts, kind):
    """Count one more of a kind; "3.4" in a chapter, "4" elsewhere."""
    counts[kind] = counts.get(kind, 0) + 1
    return f"{chapter}.{counts[kind]}" if chapter else str(counts[kind])


def authors(work):
    """Return "Elman", "Gers and others" or "Williams and Peng"."""
    persons = work.persons.get("author") or work.persons.get("editor") or []
    names = [plain_tex(" ".join(p.prelast_names + p.last_names)) for p in persons]
    if len(names) > 2:
        return f"{names[0]} and others"
    return " and ".join(names) or plain_tex(work.fields["title"])


def plain_tex(text):
    r"""Return a name as it is written: ``J{\"u}rgen`` is Jürgen."""
    return Text.from_latex(text).render_as("text")


def address_of(work):
    if "doi" in work.fields:
        return f"https://doi.org/{work.fields['doi']}"
    return work.fields.get("url", "")


def slug(title):
    """The fragment that JupyterLab gives to a heading."""
    return re.sub(r"[*`$]", "", title).strip().replace(" ", "-")


def exercise_heading(title):
    number, name = EXERCISE_TITLE.match(title).groups()
    return f"Exercise {number}: {name}"


def plain(text, page, book):
    """Return ``text``, of the page with that file name, as plain Markdown."""

    def block(match):
        name, title, body = match["name"], match["title"], match["body"].strip("\n")
        if name == "math":
            return display(body, match["options"], book)
        body = FENCE.sub(block, body + "\n").strip("\n")
        if name == "exercise":
            return f"### {exercise_heading(title)}\n\n{body}\n"
        if name == "solution-start":
            _, exercise, _ = book.place(title.strip())
            return f"#### Solution: {exercise.removeprefix('Exercise ')}\n\n"
        if name == "solution-end":
            return ""
        if name == "dropdown":
            summary = f"<summary>{title}</summary>"
            return f"<details>\n{summary}\n\n{body}\n\n</details>\n"
        if name in BOXES:
            lines = [f"**{title or name.capitalize()}**", "", *body.split("\n")]
            return "\n".join(f"> {line}".rstrip() for line in lines) + "\n"
        raise Unknown(f"directive {name}")

    def role(match):
        kind, content = match.groups()
        words, _, label = content.rpartition(" <")
        label = label.removesuffix(">") if words else content
        if kind == "term":
            return words or content
        if kind == "eq":
            return f"({book.place(content)[2]})"
        if kind == "numref":
            starts = STARTS.search(match.string[: match.start()])
            return f"{'Figure' if starts else 'figure'} {book.place(label)[2]}"
        if kind == "ref":
            return book.link(words or book.place(label)[1], label, page)
        if kind in ("cite:t", "cite:p"):
            return book.cite(content, in_text=kind == "cite:t")
        raise Unknown(f"role {kind}")

    text = FENCE.sub(block, text)
    text = PAGE_LINK.sub(lambda link: page_link(link, page, book), text)
    text = TARGET_LINE.sub("", ROLE.sub(role, text))
    left = re.search(r"^(:{3,}.*|`{3,}\{.*|\(.*\)=)$|\{[a-z:]+\}`", text, re.MULTILINE)
    if left:
        raise Unknown(left[0])
    return text.strip()


def page_link(link, page, book):
    """`[words](#label)` with the fragment that a heading has in a notebook."""
    home, title, _ = book.place(link[1])
    if not title:
        raise Unknown(f"link to {link[1]}, which has no heading")
    return f"]({'' if home == page else home}#{quote(slug(title))})"


def display(body, options, book):
    """Return a displayed formula, with the number that it has on the website."""
    label = LABEL.search(options)
    tag = f"\n\\tag{{{book.place(label[1])[2]}}}" if label else ""
    if "\\\\" in body and "\\begin" not in body:
        body = f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"
    return f"$$\n{body}{tag}\n$$\n"
