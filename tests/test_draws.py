"""A right solution passes whatever a check draws: seeds with which one has failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import catalog
from grader.judge.attempt import Judging
from grader.judge.cache import ValueCache
from grader.sandbox.warm import FencedWorkers

EXERCISES = Path(__file__).resolve().parent.parent / "exercises"


@pytest.mark.parametrize(("number", "check_id", "seed"), [("24", "24.7d", "s")])
def test_a_right_solution_passes_with_the_seed(
    number: str, check_id: str, seed: str, source: FencedWorkers, cache: ValueCache
) -> None:
    (folder,) = EXERCISES.glob(f"{number}_*")
    exercise, checks = catalog.load(folder), catalog.load_checks(folder)
    check = next(check for check in checks if check.id == check_id)
    files = {exercise.file_name: (exercise.solutions / exercise.file_name).read_bytes()}
    judging = Judging(exercise, checks, files, source=source, cache=cache, seed=seed, name_mistakes=False)
    try:
        results = [judging.case(check, case) for case in check.cases]
    finally:
        judging.close()
    assert [result.outcome for result in results] == ["passed"] * len(results), results[0].finding
