"""A new exercise holds together from the first minute, whatever its learner's code works with."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from grader import catalog
from grader.course.proof import prove
from grader.course.scaffold import kinds, new
from grader.course.stub import cut, write
from grader.errors import BadExercise
from grader.sandbox.runtimes import RUNTIMES

MISSING = ["1 alternatives; write at least 3", "1 mistakes; write at least 6"]


@pytest.mark.parametrize("runtime", kinds())
def test_a_new_exercise_is_proven_but_for_what_only_its_author_can_write(
    tmp_path: Path, source: Any, cache: Any, runtime: str
) -> None:
    """Its answer and its alternative have full marks, its stub none, its mistake is recognised as itself."""
    new(tmp_path, "31_twice_it", runtime)
    exercise = catalog.load(tmp_path / "exercises" / "31_twice_it")
    write(exercise, cut(exercise))
    proof = prove(exercise, source, cache, ["seed"])
    assert proof.faults == MISSING
    assert {name: attempt.score for name, attempt in proof.attempts.items()} == {
        "stub": 0, "twice_it": 20, "alternative/a_sum": 20, "mistake/adds_one": 6,
    }  # fmt: skip


def test_every_kind_is_a_runtime_and_fills_each_placeholder(tmp_path: Path) -> None:
    """No `$name` stays in a file, and every Python file parses."""
    for number, runtime in enumerate(kinds(), 31):
        assert runtime in RUNTIMES
        for file in new(tmp_path, f"{number}_twice_it", runtime):
            assert "$" not in file.read_text("utf-8"), file
            if file.suffix == ".py":
                ast.parse(file.read_text("utf-8"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Nonsense", "`Nonsense` is no name for an exercise; use NN_slug, for example 29_layer_norm"),
        ("31_queue", "queue.py would hide the module `queue` from whoever imports it; choose another name"),
        ("31_torch", "torch.py would hide the module `torch` from whoever imports it; choose another name"),
        ("30_other", "number 30 is taken by 30_twice_it; choose another"),
    ],
)
def test_a_name_that_would_not_do_is_refused_and_nothing_is_written(tmp_path: Path, name: str, text: str) -> None:
    new(tmp_path, "30_twice_it", "numpy")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BadExercise) as caught:
        new(tmp_path, name, "numpy")
    assert str(caught.value) == text
    assert sorted(tmp_path.rglob("*")) == before
