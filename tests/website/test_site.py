"""The course site: whole in both languages, self-contained, searchable from disk, readable on a phone."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from grader import catalog
from grader.model import LANGUAGES
from tests.reports.browser import chromium, opened, watched

ROOT = Path(__file__).resolve().parent.parent.parent
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as `make site` builds it; a broken reference would end that."""
    spec = importlib.util.spec_from_file_location("kata_website_build", ROOT / "website" / "build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    out = tmp_path_factory.mktemp("site")
    module.build(ROOT, out)
    return out


class Links(HTMLParser):
    """What a page refers to, what it loads, and the ids in it."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.ids: set[str] = set()
        self.language = ""
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self.ids.add(given.get("id", ""))
        self.language = given.get("lang", "") if tag == "html" else self.language
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "link" and given.get("rel") in ("stylesheet", "icon", "preload"):
            self.loaded.append(given.get("href", ""))
        self.loaded += [given["src"]] if "src" in given else []


def pages(site: Path) -> Iterator[tuple[Path, Links]]:
    for page in sorted(site.rglob("*.html")):
        yield page, Links(page)


def test_both_languages_have_the_same_pages_and_one_for_each_exercise(site: Path) -> None:
    """So the link to the other language leads somewhere on every page."""
    found = {language: {str(page.relative_to(site / language)) for page in (site / language).rglob("*.html")}
             for language in LANGUAGES}  # fmt: skip
    assert found["en"] == found["es"]
    names = {f"exercises/{exercise.name}.html" for exercise in catalog.all_exercises(ROOT)}
    assert names <= found["en"]
    for language in LANGUAGES:
        path = (site / language / "path.html").read_text("utf-8")
        assert all(exercise.title[language] in path for exercise in catalog.all_exercises(ROOT))


def test_every_link_leads_somewhere(site: Path) -> None:
    """Pages, files, and places in them; links to elsewhere are https."""
    known = dict(pages(site))
    lost = []
    for page, found in known.items():
        for link in found.links:
            parts = urlsplit(link)
            if parts.scheme:
                lost += [] if parts.scheme == "https" else [f"{page.name}: {link}"]
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            place = unquote(parts.fragment)
            if not target.is_file() or (place and target in known and place not in known[target].ids):
                lost.append(f"{page.relative_to(site)}: {link}")
    assert lost == []


def test_no_page_loads_anything_from_another_machine(site: Path) -> None:
    """No fonts, no counters, no scripts of others: nobody learns who reads what."""
    foreign = [f"{page.name}: {link}" for page, found in pages(site) for link in found.loaded if urlsplit(link).netloc]
    assert foreign == []
    loads = re.compile(r"""(@import|url\()\s*["']?(https?:)?//""")
    assert [sheet.name for sheet in site.rglob("*.css") if loads.search(sheet.read_text("utf-8"))] == []


def test_every_page_says_its_language(site: Path) -> None:
    """A screen reader needs it to read aloud."""
    said = {(page.relative_to(site).parts[0], found.language) for page, found in pages(site) if page.parent != site}
    assert said == {("en", "en"), ("es", "es")}


@pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine: the site is not opened in a browser")
def test_on_a_phone_every_page_fits_and_search_works_from_disk(site: Path) -> None:
    """Opened by file://, without any server: no page scrolls sideways, none complains, and «sesgo» finds Adam's page."""
    with opened() as browser:
        page = browser.new_page(viewport=PHONE)
        told = watched(page)
        wide = []
        for file in sorted((site / "es").rglob("*.html")):
            page.goto(file.as_uri())
            if page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
                wide.append(file.name)
        assert (wide, told) == ([], [])
        page.goto(f"{(site / 'es' / 'search.html').as_uri()}?q=sesgo")
        page.wait_for_selector("#search-results li a")
        results = page.eval_on_selector_all(
            "#search-results li a", "links => links.map(link => link.getAttribute('href'))"
        )
        assert any("03_adam" in result for result in results)
        page.goto((site / "es" / "exercises" / "03_adam.html").as_uri())
        other = page.get_attribute("a[hreflang=en]", "href")
        assert (site / "es" / "exercises" / str(other)).resolve() == site / "en" / "exercises" / "03_adam.html"
