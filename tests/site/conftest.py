"""Fixtures of the checks in a browser, which `make test` does not need."""

import shutil
from collections import defaultdict

import pytest


def pytest_terminal_summary(terminalreporter):
    """List each check with the number of its cases and the seconds they took in all."""
    cases, seconds = defaultdict(set), defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in (each for each in reports if isinstance(each, pytest.TestReport)):
            check, _, _ = report.nodeid.partition("[")
            # Other tests are not listed: pytest loads this file with all of them.
            if check.startswith("tests/site/"):
                cases[check].add(report.nodeid)
                seconds[check] += report.duration
    if cases:
        terminalreporter.section("cases and seconds of each check")
    for check in sorted(cases):
        terminalreporter.line(f"{len(cases[check]):4} {seconds[check]:6.1f} s  {check}")


@pytest.fixture(scope="session")
def browser():
    from browsing import BROWSERS, FLAGS
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.fail("Chromium is needed; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def show(browser, tmp_path):
    """Return a function that opens explorers on a page that holds nothing else.

    ``show(explorer, ..., view="light")`` returns a `browsing.Visit` once all
    have started, or with ``wait=False`` at once; options such as
    ``reduced_motion="reduce"`` go to the browser's context.
    """
    from browsing import Visit

    visits = []

    def show(*explorers, view="light", wait=True, **options):
        body = "\n".join(explorer._repr_html_() for explorer in explorers)
        path = tmp_path / f"page{len(visits)}.html"
        path.write_text(BARE.replace("BODY", body), encoding="utf-8")
        visit = Visit(browser, view, **options)
        visits.append(visit)
        visit.tab.goto(path.as_uri(), wait_until="load")
        if wait and options.get("java_script_enabled", True):
            visit.start_explorers()
        return visit

    yield show
    for visit in visits:
        visit.context.close()


# The colours and the measure of the book, and the narrow margins of a phone.
BARE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Explorers</title>
<style>
  :root { color-scheme: light dark; }
  body {
    background: light-dark(#fff, #14181e);
    color: light-dark(#1b2026, #dbe0e6);
    font-family: system-ui, sans-serif;
    margin: 0 auto;
    max-width: 47.5rem;
    padding: 1rem;
  }
</style>
<main>
<h1>Explorers</h1>
BODY
</main>
"""
