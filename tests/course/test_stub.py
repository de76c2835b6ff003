"""Stubs: each region of the answer becomes one NotImplementedError at the same indentation, the rest stays."""

from __future__ import annotations

import ast
import dataclasses
import textwrap
from pathlib import Path

import pytest

from grader.course.stub import cut, original, write
from grader.errors import BadExercise, KataError
from grader.model import Exercise


@pytest.fixture
def exercise(toy: Exercise, tmp_path: Path) -> Exercise:
    for name in ("exercise", "solutions"):
        (tmp_path / name).mkdir()
    return dataclasses.replace(toy, folder=tmp_path / "exercise", solutions=tmp_path / "solutions")


def stub_of(exercise: Exercise, answer: str) -> str:
    assert exercise.solutions is not None
    (exercise.solutions / exercise.file_name).write_text(textwrap.dedent(answer), "utf-8")
    return cut(exercise)


def test_regions_become_not_implemented_errors_that_name_their_task(exercise: Exercise) -> None:
    stub = stub_of(
        exercise,
        '''
        """Ñandú."""

        # BEGIN SOLUTION -
        import helper

        # END SOLUTION


        class Box:
            # BEGIN SOLUTION 90.1 a "quoted" \\ task
            def get(self):
                return 1
            # END SOLUTION

            def put(self, x):
                """Put."""
                if x:
                    # BEGIN SOLUTION 90.2 put it
                    self.x = x
                    # END SOLUTION
                return self
        ''',
    )
    assert stub == textwrap.dedent(
        '''
        """Ñandú."""



        class Box:
            raise NotImplementedError("90.1 a \\"quoted\\" \\\\ task")

            def put(self, x):
                """Put."""
                if x:
                    raise NotImplementedError("90.2 put it")
                return self
        '''
    ).replace("\n\n\n\n", "\n\n\n")
    ast.parse(stub)


def test_without_marks_the_stub_is_the_answer(exercise: Exercise) -> None:
    assert stub_of(exercise, "x = 1\n") == "x = 1\n"


def test_the_stub_ends_in_one_newline_and_has_no_gaps(exercise: Exercise) -> None:
    """Where a region left nothing behind, at most two empty lines stay, as Python's style has it."""
    helper = "# BEGIN SOLUTION -\nb = 2\n# END SOLUTION\n\n"
    answer = f"a = 1\n\n\n{helper}\nc = 3\n\n\n{helper}"
    assert stub_of(exercise, answer) == "a = 1\n\n\nc = 3\n"


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("# BEGIN SOLUTION 90.1 x\n", "a BEGIN SOLUTION has no END"),
        ("x\n# END SOLUTION\n", ":2: END SOLUTION without a BEGIN"),
        ("# BEGIN SOLUTION\n# END SOLUTION\n", ":1: BEGIN SOLUTION inside a region or without a task"),
        ("# BEGIN SOLUTION a\n# BEGIN SOLUTION b\n# END SOLUTION\n# END SOLUTION\n", ":2: BEGIN SOLUTION inside"),
    ],
)
def test_marks_that_do_not_pair_up_are_told_with_their_line(answer: str, problem: str, exercise: Exercise) -> None:
    with pytest.raises(BadExercise) as caught:
        stub_of(exercise, answer)
    assert f"{exercise.file_name}" in str(caught.value)
    assert problem in str(caught.value)


@pytest.mark.parametrize("content", [None, b"\xff"])
def test_an_answer_that_cannot_be_read_is_told(content: bytes | None, exercise: Exercise) -> None:
    assert exercise.solutions is not None
    if content is not None:
        (exercise.solutions / exercise.file_name).write_bytes(content)
    with pytest.raises(BadExercise, match=r"double\.py: "):
        cut(exercise)


def test_without_solutions_there_is_nothing_to_cut_from(exercise: Exercise) -> None:
    with pytest.raises(BadExercise, match="no folder solutions/90_double"):
        cut(dataclasses.replace(exercise, solutions=None))


def test_the_original_is_cut_anew_or_taken_from_the_release(exercise: Exercise) -> None:
    stub_of(exercise, "# BEGIN SOLUTION 90.1 x\n# END SOLUTION\n")
    assert original(exercise) == 'raise NotImplementedError("90.1 x")\n'
    learners = dataclasses.replace(exercise, solutions=None)
    with pytest.raises(KataError, match="double"):
        original(learners)
    kept = exercise.folder / ".original" / "double.py"
    kept.parent.mkdir()
    kept.write_text("kept\n")
    assert original(learners) == "kept\n"


def test_write_says_whether_it_changed_anything_and_leaves_nothing_else(exercise: Exercise) -> None:
    assert write(exercise, "ñ = 1\n")
    assert not write(exercise, "ñ = 1\n")
    assert write(exercise, "ñ = 2\n")
    assert exercise.stub.read_text("utf-8") == "ñ = 2\n"
    assert [file.name for file in exercise.folder.iterdir()] == [exercise.file_name]


def test_the_toy_stub_is_in_step(toy: Exercise) -> None:
    assert cut(toy) == toy.stub.read_text("utf-8")
