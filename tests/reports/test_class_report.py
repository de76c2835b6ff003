"""What the report says of a class that was worked out by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import KataError
from grader.model import Attempt, Exercise
from grader.reports import class_report
from grader.reports.class_report.facts import ClassFacts, gather, total
from grader.reports.class_report.feedback import escaped
from tests.reports.pages import Page
from tests.reports.small_class import attempt, check

CLASS = [
    attempt("ana", check("90.1", "passed", 10), check("90.2", "passed", 10, 10, 0.3)),
    attempt("bea", check("90.1", "passed", 10, 10, 0.2), check("90.2", "failed", 5, 10, 0.1, "adds_two")),
    attempt("carl", check("90.1", "failed", 0, 10, 0.1, "adds_two", "other"), check("90.2", "failed", 0, 10, 0.1, "adds_two")),
    attempt("dan", check("90.1", "missing", 0), check("90.2", "missing", 0)),
    attempt("eve", check("90.1", "not_attempted", 0), check("90.2", "not_attempted", 0)),
    attempt("finn", check("90.1", "timeout", 0, 10, 5.0), check("90.2", "waiting", 0, 10, 0)),
    attempt("gil", check("90.1", "failed", 0, 10, 0.1, "adds_two"), check("90.2", "broken", 0)),
]  # fmt: skip


@pytest.fixture
def facts(toy: Exercise) -> ClassFacts:
    return gather(CLASS, {toy.name: toy})


def test_those_who_tried_are_neither_missing_nor_untouched_nor_broken(facts: ClassFacts) -> None:
    """ana, bea, carl and finn: 20, 15, 0 and 0 of 20 points."""
    assert [result.score for result in facts.sheets["90_double"].tried] == [20, 15, 0, 0]
    assert facts.broken == [("gil", "90_double")]


def test_numbers_of_a_check_are_of_those_who_tried(facts: ClassFacts) -> None:
    """90.1: full, full, nothing, nothing. 90.2: full, half, nothing, and nothing for the one that waits."""
    first, second = facts.sheets["90_double"].items.values()
    assert (first.difficulty, second.difficulty) == (0.5, 0.375)
    assert (first.failing, second.failing) == (2, 2)  # to wait is no failure of this check
    assert list(second.rests) == [10, 10, 0, 0]
    assert (first.median_seconds, second.broken) == (0.1, 1)  # of 0.1, 0.2, 0.1: a timeout is no answer
    assert first.discrimination is None  # of four


def test_a_misconception_counts_once_per_student(facts: ClassFacts) -> None:
    """Only the first-named one of a check, as everywhere; carl shows it twice and counts once; gil is no
    part of the statistics."""
    assert facts.sheets["90_double"].misconceptions == {"adds_two": ["bea", "carl"]}


def test_a_total_leaves_out_what_has_no_score(facts: ClassFacts) -> None:
    assert total(facts.results("bea").values()) == (15, 20)
    assert total(facts.results("gil").values()) == (0, 0)
    assert total(facts.results("dan").values()) == (0, 20)


def test_identical_files_are_named_and_the_stub_is_not(toy: Exercise) -> None:
    """A check that ends differently on the same bytes is unsteady; two untouched stubs are no copies."""
    several = [
        attempt("ana", check("90.1", "passed", 10), digest="same"),
        attempt("bea", check("90.1", "timeout", 0), digest="same"),
        attempt("carl", check("90.1", "not_attempted", 0), digest="stub"),
        attempt("dan", check("90.1", "not_attempted", 0), digest="stub"),
        attempt("eve", check("90.1", "missing", 0)),
        attempt("finn", check("90.1", "missing", 0)),
    ]
    sheet = gather(several, {toy.name: toy}).sheets["90_double"]
    assert sheet.copies() == [["ana", "bea"]]
    assert sheet.items["90.1"].unsteady == 1


def test_slow_is_near_the_deadline_or_far_above_the_others(toy: Exercise) -> None:
    """The toy's deadline is 20 s here: 12 s is near it; 2 s are far above 0.1 s, 0.6 s are not worth a word."""
    seconds = {"90.1": 0.1, "90.2": 0.1, "90.3": 0.1, "90.4": 12.0, "90.5": 2.0, "90.6": 0.6}
    checks = [check(id, "passed", 10, 10, several) for id, several in seconds.items()]
    slow = gather([attempt("ana", *checks)], {toy.name: toy}).sheets["90_double"].slow()
    assert [id for id, is_slow in slow.items() if is_slow] == ["90.4", "90.5"]


Written = Callable[..., Path]


@pytest.fixture
def written(toy: Exercise, tmp_path: Path) -> Written:
    def write(attempts: list[Attempt], exercises: dict[str, Exercise] | None = None, **options: bool) -> Path:
        known = {toy.name: toy} if exercises is None else exercises
        return class_report.write(lambda: iter(attempts), known, tmp_path, **options).parent

    return write


def test_a_missing_file_a_zero_and_a_broken_result_look_different(written: Written) -> None:
    page = Page(written(CLASS) / "index.html")
    cells = {name: page.row(name)[1:] for name in ("ana", "bea", "carl", "dan", "eve", "finn", "gil")}
    assert cells == {
        "ana": ["20", "20"],
        "bea": ["15", "15"],
        "carl": ["0", "0"],
        "dan": ["–", "–"],
        "eve": ["0 ○", "0"],
        "finn": ["0 T", "0"],
        "gil": ["!", "!"],
    }
    assert "1 without a score, by the grader's fault" in page.text


def test_the_index_says_who_handed_in_and_how_it_went(written: Written) -> None:
    """Handed in 6, tried 4, full 1; the median of 100, 75, 0, 0 % is 38 %."""
    page = Page(written(CLASS) / "index.html")
    assert page.row("90 · Twice as much")[1:6] == ["6", "4", "1", "38 %", "44 %"]
    assert page.row("90.1")[1:] == ["A fact holds.", "2 · 50 %"]
    assert page.row("90")[0].startswith("90")
    assert "adds two" in page.text
    spanish = Page(written(CLASS) / "index.html", "es")
    assert spanish.row("90 · El doble")[1:3] == ["6", "4"]
    assert "Errores de concepto más comunes" in spanish.text


def test_the_spread_of_scores_counts_what_is_no_score_apart(written: Written) -> None:
    """Of the class: carl, eve and finn have nothing, bea 75 %, ana all; dan is missing, gil is broken."""
    index, exercise = (Page(written(CLASS) / name) for name in ("index.html", "exercises/90_double.html"))
    names = ("0–10 %", "70–80 %", "90–100 %", "– missing", "! grader's fault")
    assert [index.row(name)[1] for name in names] == ["3", "1", "1", "1", "1"]
    names = ("0–10 %", "70–80 %", "90–100 %", "○ not attempted", "– missing", "! grader's fault")
    assert [exercise.row(name)[1] for name in names] == ["2", "1", "1", "1", "1", "1"]


def test_a_row_of_the_index_is_as_light_as_can_be(written: Written) -> None:
    """A row, a header, a link, its isolation, a cell per exercise and the total: 2,000 students have to open at once."""
    two = len(Page(written(CLASS[:2]) / "index.html").elements)
    three = len(Page(written([*CLASS[:2], attempt("third", *CLASS[0].checks)]) / "index.html").elements)
    assert three - two == 6


def test_an_exercises_page_gives_each_checks_numbers(written: Written) -> None:
    page = Page(written(CLASS) / "exercises" / "90_double.html")
    assert page.row("90.1")[1:] == ["A fact holds.", "10", "50 %", "–", "2", "failed 1, timeout 1", "0.10", "0.19"]
    assert page.row("adds two")[1].startswith("2 · 50 %")
    assert "! grader's fault: 1" in page.row("90.2")[1]


def test_a_students_page_has_every_message_in_both_languages_and_names_nobody_else(written: Written) -> None:
    file = written(CLASS) / "students" / "bea.html"
    assert "it does not: 90.2" in Page(file).text
    assert "no se cumple: 90.2" in Page(file, "es").text
    assert "it does not" not in Page(file, "es").text
    for other in ("ana", "carl", "finn", "the seed"):
        assert other not in Page(file).text


def test_every_checks_outcome_is_told_in_words(written: Written) -> None:
    """A sign and a colour are for the eye; the word is there for everybody."""
    page = Page(written(CLASS) / "students" / "bea.html").text
    assert page.index("90.1") < page.index("passed", page.index("90.1")) < page.index("90.2")
    assert "failed" in page[page.index("90.2") :]


def test_what_was_graded_without_a_fence_is_said_loudly(written: Written) -> None:
    unconfined = dataclasses.replace(CLASS[0], fence=[])
    assert "graded without a fence" in Page(written([unconfined, CLASS[1]]) / "index.html").text
    assert "graded without a fence" not in Page(written(CLASS) / "index.html").text


def test_feedback_is_what_the_student_reads(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (written(CLASS) / "feedback" / "bea.md").read_text("utf-8") == (
        "# bea\n\n15/20 points\n\n## 90 · Twice as much: 15/20 points\n\n"
        "- ✔ **90.1** A fact holds.: 10/10\n\n- ✘ **90.2** A fact holds.: 5/10\n\n"
        "  ```text\n  it does not: 90.2\n  ```\n"
    )
    monkeypatch.setenv("KATA_LANG", "es")
    assert "## 90 · El doble: 15/20 puntos" in (written(CLASS) / "feedback" / "bea.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Adam's first step (see 03.1): x, y", "Adam's first step (see 03.1): x, y"),
        ("[x](y) ![i](j) <b>&amp; `c` *e* _f_ $m$", r"\[x\](y) \!\[i\](j) \<b\>\&amp; \`c\` \*e\* \_f\_ \$m\$"),
        ("https://a.example www.b.example c@d.example", r"https\://a.example www\.b.example c\@d.example"),
        ("two\nlines\\", r"two⟨LF⟩lines\\"),
    ],
)
def test_markdown_is_escaped_where_it_would_be_markup(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_an_exercise_that_is_gone_costs_its_titles_only(written: Written) -> None:
    report = written(CLASS, {})
    assert Page(report / "index.html").row("90 · 90_double")[1:3] == ["6", "4"]
    page = Page(report / "exercises" / "90_double.html")
    assert "90_double is not in this course" in page.text
    assert page.row("adds_two")


@pytest.mark.parametrize("attempts", [[], CLASS[3:4], CLASS[6:], [attempt("nobody")]])
def test_a_class_of_nothing_or_of_broken_results_has_a_report_without_nan(
    attempts: list[Attempt], written: Written
) -> None:
    for file in written(attempts).rglob("*.html"):
        assert "nan" not in Page(file).text.split()
        assert "None" not in Page(file).text


def test_every_outcome_has_a_place(written: Written, toy: Exercise) -> None:
    """Those too that the grader may learn later."""
    outcomes = (
        "passed",
        "failed",
        "error",
        "timeout",
        "memory",
        "crashed",
        "forbidden",
        "waiting",
        "not_attempted",
        "missing",
        "broken",
    )
    report = written([attempt(outcome, check("90.1", outcome, 0)) for outcome in outcomes])
    assert len(list((report / "students").iterdir())) == len(outcomes)


def test_the_same_ledger_gives_the_same_bytes(written: Written) -> None:
    first = {file: file.read_bytes() for file in written(CLASS).rglob("*") if file.is_file()}
    assert {file: file.read_bytes() for file in written(CLASS).rglob("*") if file.is_file()} == first


def test_a_new_report_replaces_the_old_one_whole(written: Written, tmp_path: Path) -> None:
    """Pages of students who are gone are gone; what an interrupted run left behind is in nobody's way."""
    (tmp_path / "report.half").mkdir()
    (tmp_path / "report.half" / "rest").write_text("")
    written(CLASS)
    report = written(CLASS[:1])
    assert [file.name for file in (report / "students").iterdir()] == ["ana.html"]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["report"]


def test_a_folder_that_is_not_ours_is_never_replaced(written: Written, tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "thesis.txt").write_text("ten years")
    with pytest.raises(KataError, match="is no report of gradkata"):
        written(CLASS)
    (tmp_path / "report" / "index.html").write_text("<h1>my thesis</h1>")
    with pytest.raises(KataError, match="is no report of gradkata"):
        written(CLASS)
    assert (tmp_path / "report" / "thesis.txt").read_text() == "ten years"


def test_students_who_appear_between_the_two_walks_are_left_to_the_next_report(toy: Exercise, tmp_path: Path) -> None:
    """A run may be going on beside: the ledger grows."""
    walks = [CLASS[:2], CLASS]
    report = class_report.write(lambda: iter(walks.pop(0)), {toy.name: toy}, tmp_path).parent
    assert sorted(file.name for file in (report / "students").iterdir()) == ["ana.html", "bea.html"]
