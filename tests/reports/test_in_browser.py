"""The report in headless Chromium, from disk: no complaint in the console, nothing fetched, sorting, languages, contrast.

Chromium comes from tools/install-chromium (Debian's package); without it these tests are skipped, as on any machine that
may not install one. `.ci/run` always installs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

pytest.importorskip("playwright", reason="playwright is not installed: pip install 'gradkata[dev]'")
from playwright.sync_api import Browser, Page

from tests.reports.browser import chromium, opened, watched

pytestmark = pytest.mark.skipif(chromium() is None, reason="Chromium is not installed: tools/install-chromium")

CONTRAST = (Path(__file__).parent / "contrast.js").read_text("utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened() as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    told = watched(page)
    yield page
    page.close()
    assert told == []


def address(report: Path, place: str) -> str:
    return f"{report.as_uri()}/{quote(place)}"


def pages(report: Path, every: int = 1) -> list[str]:
    """The index, the exercises and the students' pages, or every so many of the latter."""
    students = sorted((report / "students").iterdir())[::every]
    files = [report / "index.html", *sorted((report / "exercises").iterdir()), *students]
    return [str(file.relative_to(report)) for file in files]


def column(page: Page, table: str, number: int) -> list[str]:
    texts: list[str] = page.eval_on_selector_all(
        f"{table} tbody tr > :nth-child({number})", "all => all.map(one => one.innerText.trim())"
    )
    return texts


def test_every_page_of_a_hostile_class_loads_without_a_complaint(page: Page, report: Path) -> None:
    """Nothing ran: the title is ours, no dialog opened, nothing was asked of the network."""
    for place in pages(report, 2):
        page.goto(address(report, place))
        assert page.title() != "owned"
        assert page.locator("h1").count() == 1
        assert page.evaluate("getComputedStyle(document.querySelector('.skip')).position") == "absolute"  # our style


def test_the_policy_stops_a_script_that_an_escape_missed(browser: Browser, report: Path) -> None:
    """The second fence: markup put into a finished page runs nothing, loads nothing, styles nothing."""
    bad = "<script>document.title='owned'</script><img src=https://evil.example/x onerror=\"document.title='owned'\"><b id=styled style='color:red'>b</b>"
    index = report / "index.html"
    (report / "tampered.html").write_text(index.read_text("utf-8").replace("</main>", bad + "</main>"), "utf-8")
    page = browser.new_page()
    stopped: dict[str, str | None] = {}
    page.on("requestfailed", lambda request: stopped.update({request.url: request.failure}))
    page.goto(address(report, "tampered.html"))
    (report / "tampered.html").unlink()
    assert page.title() == "Class report"
    assert stopped == {"https://evil.example/x": "csp"}
    assert page.evaluate("getComputedStyle(document.getElementById('styled')).color") != "rgb(255, 0, 0)"
    page.close()


def test_a_click_sorts_and_another_one_turns_it_round(page: Page, report: Path) -> None:
    page.goto(address(report, "index.html"))
    button = page.locator("table.heat thead th:nth-child(2) button")
    header = page.locator("table.heat thead th:nth-child(2)")
    button.click()
    assert header.get_attribute("aria-sort") == "ascending"
    up = column(page, "table.heat", 2)
    scores = [float(text.split()[0]) for text in up if text[0].isdigit()]
    assert scores == sorted(scores)
    assert not any(text[0].isdigit() for text in up[len(scores) :])  # what has no score is last
    button.focus()
    page.keyboard.press("Enter")
    assert header.get_attribute("aria-sort") == "descending"
    down = column(page, "table.heat", 2)
    assert [float(text.split()[0]) for text in down[: len(scores)]] == scores[::-1]
    assert not any(text[0].isdigit() for text in down[len(scores) :])


def test_names_sort_by_letters_in_one_column_at_a_time(page: Page, report: Path) -> None:
    page.goto(address(report, "index.html"))
    page.locator("table.heat thead th:last-child button").click()
    page.locator("table.heat thead th:first-child button").click()
    assert page.locator("table.heat thead [aria-sort]").count() == 1
    names = [name for name in column(page, "table.heat", 1) if name.isascii() and name[:1].isalpha()]
    assert names == sorted(names, key=lambda name: (name.casefold(), name.swapcase()))


def test_the_language_changes_at_once_and_is_remembered_on_the_next_page(page: Page, report: Path) -> None:
    page.goto(address(report, "index.html"))
    assert page.locator("h1").inner_text() == "Class report"
    page.get_by_role("button", name="Español").click()
    assert page.locator("h1").inner_text() == "Informe de la clase"
    assert (page.title(), page.evaluate("document.documentElement.lang")) == ("Informe de la clase", "es")
    assert "Students and exercises" not in page.locator("body").inner_text()
    page.goto(address(report, "exercises/03_adam.html"))
    assert page.locator("h1").inner_text() == "03 · Un paso de Adam"
    page.get_by_role("button", name="English").click()
    assert page.locator("h1").inner_text() == "03 · One Adam step"


def test_without_scripts_the_page_is_whole_in_the_runs_language(browser: Browser, report: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address(report, "index.html"))
    assert page.locator("h1").inner_text() == "Class report"
    assert page.locator("table.heat tbody tr").count() == 60
    assert not page.get_by_role("button", name="Español").is_visible()
    context.close()


def test_the_filter_shows_some_students_and_says_how_many(page: Page, report: Path) -> None:
    page.goto(address(report, "index.html"))
    page.get_by_label("Show only:").fill("passwd")
    shown = page.locator("table.heat tbody tr:visible")
    assert shown.count() == 1
    assert page.locator("#found").inner_text() == "1/60"
    page.get_by_label("Show only:").fill("")
    assert shown.count() == 60


def test_a_keyboard_reaches_everything_in_order(page: Page, report: Path) -> None:
    """The first stop skips to the content; each stop can be seen."""
    page.goto(address(report, "index.html"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.includes('Skip to the content')")
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_tables_can_be_read_aloud(page: Page, report: Path) -> None:
    """Each has a caption, each header a scope, each picture is hidden from readers and told in words or numbers beside."""
    for place in ("index.html", "exercises/03_adam.html", pages(report)[-1]):
        page.goto(address(report, place))
        assert page.evaluate(
            "[...document.querySelectorAll('table')].every(table => table.caption?.textContent.trim())"
        )
        assert page.evaluate("[...document.querySelectorAll('th')].every(header => header.scope)")
        assert page.evaluate("[...document.querySelectorAll('svg')].every(svg => svg.ariaHidden === 'true')")
        ids: list[str] = page.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
        assert len(set(ids)) == len(ids)
        levels: list[int] = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(one => +one.tagName[1])")
        assert levels[0] == 1
        assert set(levels[1:]) <= {2}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(scheme: Any, browser: Browser, report: Path) -> None:
    """At least 4.5 to 1, for each colour of text on each ground of three pages."""
    page = browser.new_page(color_scheme=scheme)
    for place in ("index.html", "exercises/03_adam.html", *pages(report)[-3:]):
        page.goto(address(report, place))
        poor = page.evaluate(CONTRAST)
        assert poor == [], (scheme, place)
    page.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_is_wider_than_the_screen(width: int, browser: Browser, report: Path) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    for place in pages(report, 6):
        page.goto(address(report, place))
        for language in ("es", "en"):
            page.evaluate(f"document.documentElement.lang = '{language}'")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (place, language)
    page.close()


def test_paper_gets_the_whole_table_and_no_buttons(page: Page, report: Path) -> None:
    page.goto(address(report, "index.html"))
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="Español").is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.tall')).overflowY") == "visible"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") in (
        "rgba(0, 0, 0, 0)",
        "rgb(255, 255, 255)",
    )
