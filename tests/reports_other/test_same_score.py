"""The same sixty attempts through every writer: each says the same score, or none where none may be published."""

from __future__ import annotations

import csv
import io
import math
import re

import pytest

from grader.model import OUTCOMES, Attempt
from grader.reports import csv_report
from tests.reports_other import read
from tests.reports_other.attempts import sixty

SIXTY = sixty()


def test_the_sixty_are_of_every_kind() -> None:
    assert {attempt.outcome for attempt in SIXTY} == set(OUTCOMES)
    assert sum(attempt.score != round(attempt.score) for attempt in SIXTY if attempt.score is not None) > 10


def score_of(name: str, attempt: Attempt) -> float | None:
    """What the format says; None if it says nothing."""
    text = read.written(name, attempt)
    if text is None:
        return None
    if name == "gradescope":
        said = read.strict(text)
        assert said["score"] == pytest.approx(sum(test["score"] for test in said["tests"]), abs=1e-3)
        return float(said["score"])
    if name == "prairielearn":
        said = read.strict(text)
        return float(said["score"]) * attempt.max_score if said["gradable"] or attempt.outcome == "missing" else None
    if name == "junit":
        found = read.xml(text).find(".//property[@name='kata.score']")
        return None if found is None else float(found.get("value", ""))
    if name == "summary":
        found = re.search(r"· (?:([\d.]+)/[\d.]+|-) ·", text)
        return None if found is None or found[1] is None else float(found[1])
    rows = read.rows(text)
    column = "03_adam (77)" if name == "canvas" else "adam"
    return float(rows[0][column]) if rows else None


@pytest.mark.parametrize("name", ["gradescope", "prairielearn", "junit", "summary", "canvas", "moodle"])
def test_every_format_says_the_records_score(name: str) -> None:
    """To the last digit for programs; the summary is for people, who read two decimals."""
    within = 0.0051 if name == "summary" else 1e-9
    for attempt in SIXTY:
        said = score_of(name, attempt)
        assert (said is None) == (attempt.outcome == "broken"), attempt
        assert said is None or said == pytest.approx(attempt.score, rel=0, abs=within)


def test_scores_csv_says_it_too() -> None:
    rows = {row["student"]: row["score"] for row in csv.DictReader(io.StringIO(csv_report.as_csv(SIXTY)))}
    for attempt in SIXTY:
        assert rows[attempt.student] == ("" if attempt.score is None else f"{attempt.score:g}")


def test_whole_points_are_the_score_without_its_fraction() -> None:
    """Never above it, the whole of a check's points only if it passed, and all of them if all did."""
    for attempt in SIXTY:
        text = read.written("classroom50", attempt)
        if attempt.score is None:
            assert text is None
            continue
        said = read.strict(text or "")
        assert attempt.score - 1 < said["score"] <= attempt.score + 1e-9
        assert said["score"] == sum(test["score"] for test in said["tests"])
        for test, check in zip(said["tests"], attempt.checks, strict=True):
            assert 0 <= test["score"] <= test["max-score"] == check.max_score
            assert test["score"] < test["max-score"] or check.outcome == "passed"
            assert math.floor(check.score) <= test["score"]


def test_a_pass_is_a_pass_everywhere_and_nothing_else_is() -> None:
    for attempt in SIXTY:
        passed = attempt.outcome == "passed"
        assert (read.strict(read.written("exercism", attempt) or "")["status"] == "pass") == passed
        suite = read.xml(read.written("junit", attempt) or "").find("testsuite")
        assert suite is not None
        assert (suite.get("failures") == suite.get("errors") == suite.get("skipped") == "0") == passed
        assert (read.strict(read.written("prairielearn", attempt) or "")["score"] == 1) == passed
        for name in ("gradescope", "classroom50"):
            text = read.written(name, attempt)
            tests = read.strict(text)["tests"] if text else [{}]
            assert all(test.get("passed") or test.get("status") == "passed" for test in tests) == passed
        assert bool(read.written("annotations", attempt)) == any(
            check.outcome not in ("passed", "waiting", "not_attempted") for check in attempt.checks
        )


# The columns of the table in FORMATS.md, section 1: outcome -> (Gradescope, exercism, JUnit's child, sign, annotation)
TABLE = {
    "passed": ("passed", "pass", None, "✓", None),
    "failed": ("failed", "fail", "failure", "✗", "error"),
    "error": ("failed", "error", "failure", "✗", "error"),
    "timeout": ("failed", "error", "failure", "✗", "error"),
    "memory": ("failed", "error", "failure", "✗", "error"),
    "crashed": ("failed", "error", "failure", "✗", "error"),
    "forbidden": ("failed", "fail", "failure", "✗", "error"),
    "not_attempted": ("failed", "fail", "failure", "○", None),
    "missing": ("failed", "fail", "failure", "✗", "warning"),
    "broken": (None, "error", "error", "!", "warning"),
    "waiting": ("failed", "fail", "skipped", "…", None),
}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_each_outcome_is_shown_as_the_table_says(outcome: str) -> None:
    attempt = next(one for one in SIXTY if one.outcome == outcome)
    place = next(i for i, check in enumerate(attempt.checks) if check.outcome == outcome)
    grade, status, child, sign, level = TABLE[outcome]
    gradescope = read.written("gradescope", attempt)
    assert (read.strict(gradescope)["tests"][place]["status"] if gradescope else None) == grade
    assert read.strict(read.written("exercism", attempt) or "")["tests"][place]["status"] == status
    case = read.xml(read.written("junit", attempt) or "").findall(".//testcase")[place]
    assert [one.get("type") for one in case if one.tag == child] == ([outcome] if child else [])
    rows = [line for line in (read.written("summary", attempt) or "").splitlines() if line.startswith("| ")]
    assert rows[2 + place].startswith(f"| {sign} |")
    said = [
        name
        for name, facts, _ in read.commands(read.written("annotations", attempt) or "")
        if f"03.{place + 1} " in facts["title"] or outcome == "missing"
    ]
    assert said == ([level] if level else [])
