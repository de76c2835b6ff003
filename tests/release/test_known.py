"""Misconceptions in a learners' repository: named from shipped values, as precisely as where the mistakes are."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import catalog
from grader.course.release import Release
from grader.judge.attempt import Judging, judge
from grader.judge.cache import ValueCache
from grader.judge.shipped import FILE, packed, read
from grader.model import LEARNER_SEED, Attempt
from grader.sandbox.warm import FencedWorkers
from tests.course_copy import TOY, Course
from tests.release.conftest import ADDS_TWO

KNOWN = f"exercises/90_double/{FILE}"


def attempt(root: Path, code: str, source: FencedWorkers, cache: ValueCache, seed: str = LEARNER_SEED) -> Attempt:
    exercise = catalog.load(root / "exercises" / "90_double")
    files = {"double.py": code.encode()}
    return judge(Judging(exercise, catalog.load_checks(exercise.folder), files, source=source, cache=cache, seed=seed))


def test_the_same_misconceptions_are_named_as_with_solutions(
    learner: Course, source: FencedWorkers, cache: ValueCache
) -> None:
    """Every mistake of the toy, and others' values: what the visible checks say is the same in both places."""
    codes = [file.read_text() for file in sorted(TOY.glob("solutions/*/mistakes/*.py"))]
    for code in [*codes, ADDS_TWO, "def double(x):\n    return x + 3\n", "def double(x):\n    return x * 2\n", "1 / 0"]:
        whole, released = (attempt(root, code, source, cache) for root in (TOY, learner.root))
        seen = {
            check.id: (check.outcome, check.misconceptions) for check in whole.checks if check.visibility == "visible"
        }
        assert {check.id: (check.outcome, check.misconceptions) for check in released.checks} == seen


def test_other_numbers_than_the_learners_have_no_names(
    learner: Course, source: FencedWorkers, cache: ValueCache
) -> None:
    """The values were made for one seed."""
    found = attempt(learner.root, ADDS_TWO, source, cache, "another")
    assert [check.misconceptions for check in found.checks] == [[]]


def test_only_mistakes_that_visible_checks_show_are_shipped_as_values(toy_release: Release, learner: Course) -> None:
    """No code, no file names, nothing of a hidden check; `in_place` and `accepts_text` show on hidden ones only."""
    known = read(learner.exercise, LEARNER_SEED)
    assert list(known.values()) == [{"90.1": ("failed", [[("value", 4.0)], [("value", 5.0)]])}]
    assert b"adds_two" in toy_release.files[KNOWN]
    assert not [word for word in (b"90.2", b"in_place", b"def ", b".py") if word in toy_release.files[KNOWN]]


@pytest.mark.parametrize("content", [b"", b"x", b"\0" * 40, packed([("a", {})])[:-3], packed([("a", 3), ("b", [])])])  # type: ignore[list-item]
def test_a_damaged_file_names_nothing_and_costs_nothing(
    content: bytes, learner: Course, source: FencedWorkers, cache: ValueCache
) -> None:
    (learner.exercise / FILE).write_bytes(content)
    read.cache_clear()
    found = attempt(learner.root, ADDS_TWO, source, cache)
    assert [(check.outcome, check.misconceptions) for check in found.checks] == [("failed", [])]


def test_an_editor_is_told_the_mistake_in_the_report_of_the_check_itself(learner: Course) -> None:
    """It shows no summary. The check alone, by its id, as VS Code runs it."""
    learner.write(ADDS_TWO)
    node = "exercises/90_double/test_double.py::test_a_small_number"
    learner.run("pytest", f"--rootdir={learner.root}", f"--junitxml={learner.root / 'one.xml'}", node)
    assert "Recognised: adds_two - adds two" in (learner.root / "one.xml").read_text("utf-8")
