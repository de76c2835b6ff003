"""How long a report takes to write, and its index to open in Chromium, beside an empty page and a plain table of the same cells.

    python -m benchmarks.class_report [STUDENTS] [DIR]

The class is synthetic (tests/reports/synthetic.py). A page is open when it has been laid out and painted once. Each is opened
several times in turn; the medians are compared. DIR keeps what was written; else it is thrown away.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser

from grader import catalog
from grader.ledger import Ledger
from grader.reports import class_report
from tests.reports.browser import opened
from tests.reports.synthetic import ROOT, write_ledger

ROUNDS = 7
PAINTED = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() =>
    done(performance.now()))))"""
SORTED = """() => new Promise(done => {
    const began = performance.now();
    document.querySelector('table.heat thead th:last-child button').click();
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
})"""


def seconds_to_open(browser: Browser, page: Path) -> float:
    """From the start of the navigation to the second frame after everything has loaded."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.goto(page.as_uri())
    took: float = tab.evaluate(PAINTED)
    context.close()
    return took / 1000


def seconds_to_sort(browser: Browser, page: Path) -> float:
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    tab.goto(page.as_uri())
    took: float = tab.evaluate(SORTED)
    tab.close()
    return took / 1000


def plain_table(folder: Path, rows: int, columns: int) -> Path:
    """The same number of cells, with nothing of ours: what a browser needs for a table at all."""
    row = "<tr>" + "<td>17.5" * columns + "\n"
    page = folder / "plain.html"
    page.write_text(f"<!doctype html><title>table</title><table>{row * rows}</table>")
    return page


def timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def measure(folder: Path, students: int) -> None:
    if not (folder / "ledger.sqlite").exists():
        write_ledger(folder, students)
    ledger, exercises = Ledger(folder), catalog.all_exercises(ROOT)
    reading = timed(lambda: sum(1 for _ in ledger.attempts()))
    writing = timed(lambda: class_report.write(ledger.attempts, {one.name: one for one in exercises}, folder))
    print(f"{students} students x {len(exercises)} exercises: written in {writing:.1f} s,", end=" ")
    print(f"{writing / reading:.1f} times what reading the ledger once takes ({reading:.1f} s)")
    empty = folder / "empty.html"
    empty.write_text("<!doctype html><title>empty</title>")
    pages = {
        "empty": empty,
        "table": plain_table(folder, students, len(exercises) + 2),
        "index": folder / "report" / "index.html",
    }
    with opened() as browser:
        took: dict[str, list[float]] = {name: [] for name in pages}
        for _ in range(ROUNDS):
            for name, page in pages.items():
                took[name].append(seconds_to_open(browser, page))
        sorting = [seconds_to_sort(browser, pages["index"]) for _ in range(3)]
    middle = {name: statistics.median(several) for name, several in took.items()}
    for name, seconds in middle.items():
        print(f"{name:6} {seconds:.3f} s ({min(took[name]):.3f}-{max(took[name]):.3f})", end="; ")
    print(
        f"ratio to an empty page {middle['index'] / middle['empty']:.1f}, to a plain table {middle['index'] / middle['table']:.1f}"
    )
    print(f"sorting the index by a column: {statistics.median(sorting):.3f} s")


def main() -> None:
    students = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    if len(sys.argv) > 2:
        measure(Path(sys.argv[2]), students)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), students)


if __name__ == "__main__":
    main()
