"""Hostile notebooks gain nothing and stop nothing, under plain `nbgrader autograde` and under `kata nbgrader autograde`.

One class for all: each student hands in something else, and two honest ones stand at the ends of the alphabet.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.nbgrader.classroom import RIGHT, WRONG, Classroom
from tests.nbgrader.hostile import CHANGES, NO_NOTEBOOKS, hand_all_in, hand_in_what_nbgrader_cannot_take

HONEST = {"aaa": 20.0, "zzz": 20.0, "wrong": 4.0}


@dataclass
class Graded:
    """`taken`: what nbgrader could read, and the points for it; `kept_away`: what it was not given."""

    room: Classroom
    taken: dict[str, float]
    kept_away: dict[str, float]


@pytest.fixture(scope="module", params=["nbgrader", "kata"])
def graded(request: pytest.FixtureRequest, generated: Classroom, tmp_path_factory: pytest.TempPathFactory) -> Graded:
    room = generated.copy_to(tmp_path_factory.mktemp("hostile") / "dl101")
    wrong = room.answered(WRONG)
    taken = hand_all_in(room.hand_in, wrong) | HONEST
    for student, code in (("aaa", RIGHT), ("zzz", RIGHT), ("wrong", WRONG)):
        room.hand_in(student, room.answered(code))
    kept_away: dict[str, float] = {}
    if request.param == "kata":
        kept_away = hand_in_what_nbgrader_cannot_take(room.hand_in, wrong)
        kept_away |= {name: taken.pop(name) for name in ("link", "pipe")}
        done = room.run("kata", "nbgrader", "autograde", str(room.folder), "ps1")
        assert [line.split(":")[0] for line in done.stderr.splitlines() if "as it is" in line] == sorted(kept_away)
    else:
        done = room.run("nbgrader", "autograde", "ps1")
    assert "Traceback" not in done.stdout + done.stderr
    return Graded(room, taken, kept_away)


def test_each_gets_what_its_code_is_worth(graded: Graded) -> None:
    assert graded.room.totals() == graded.taken | graded.kept_away


def test_there_is_a_feedback_notebook_for_each(graded: Graded) -> None:
    """Whatever was handed in: three test cells with a text and a number each, and no cell of the learner's own."""
    for student in graded.taken:
        text = (graded.room.folder / "autograded" / student / "ps1" / "90_double.ipynb").read_text()
        assert len(json.loads(text)["cells"]) == 7
        assert "<script>" not in text
        assert len(text) < 500_000
        for id in ("kata-90-1", "kata-90-2", "kata-90-3"):
            stream, value = graded.room.outputs(student, id)
            assert stream["name"] == "stdout"
            assert stream["text"]
            assert list(value["data"]) == ["text/plain"]


@pytest.mark.parametrize("student", [*NO_NOTEBOOKS, "shell", "magic", "many-cells", "long", "format-3", "delete-all"])
def test_what_cannot_be_taken_says_why(graded: Graded, student: str) -> None:
    text = "".join(graded.room.outputs(student, "kata-90-1")[0]["text"])
    assert "cannot be graded" in text
    assert "0 of 8 points" in text


def test_nothing_of_theirs_was_run(graded: Graded) -> None:
    assert not [name for _, _, files in os.walk(graded.room.folder) for name in files if name == "PWNED"]
    assert not Path("PWNED").exists()


def test_the_maximum_is_what_it_was(graded: Graded) -> None:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{graded.room.folder}/gradebook.db") as gradebook:
        assert {one.max_score for one in gradebook.assignment_submissions("ps1")} == {20.0}


def test_a_feedback_page_is_made_for_each(graded: Graded) -> None:
    """By nbgrader's own program, once; no learner's markup is in it."""
    if not graded.kept_away:
        pytest.skip("the pages of the other way are made of the same notebooks")
    graded.room.run("nbgrader", "generate_feedback", "ps1")
    pages = {page.parts[-3]: page.read_text("utf-8") for page in graded.room.folder.glob("feedback/*/ps1/*.html")}
    assert set(pages) == set(graded.taken)
    assert not [student for student, page in pages.items() if "owned()" in page or "of 8 points" not in page]


def test_every_change_changes_something(generated: Classroom) -> None:
    """A hostile notebook that is the honest one would prove nothing."""
    wrong = generated.answered(WRONG)
    for name, (change, _) in CHANGES.items():
        other = json.loads(json.dumps(wrong))
        change(other)
        assert other != wrong, name
