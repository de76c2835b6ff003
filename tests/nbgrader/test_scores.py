"""Scores in the gradebook: exactly those of the attempt, none where there is none, never an old one."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.nbgrader.classroom import RIGHT, TOY, WRONG, Classroom, answer_of


@pytest.fixture
def changed_course(tmp_path: Path) -> Classroom:
    """The toy course with points that binary fractions do not have; a test may change its checks."""
    shutil.copytree(TOY, tmp_path / "toys", ignore=shutil.ignore_patterns("__pycache__"))
    room = Classroom(tmp_path / "dl101", tmp_path / "toys", tmp_path / "home")
    visible, hidden = checks_of(room)
    visible.write_text(visible.read_text().replace("points(8,", "points(0.1,"))
    hidden.write_text(hidden.read_text().replace("points(8,", "points(1 / 3,").replace("points(4,", "points(2 / 3,"))
    return room


def checks_of(room: Classroom) -> tuple[Path, Path]:
    visible = room.exercises / "exercises" / "90_double" / "test_double.py"
    return visible, room.exercises / "solutions" / "90_double" / "test_double_hidden.py"


def test_scores_are_exact_and_what_is_our_fault_has_none(changed_course: Classroom) -> None:
    """0.1 is 0.1, half of it 0.05; thirds are the judge's four digits, and never more than there are.

    A check that breaks is flagged, and so is one that is worth something else by now; the others keep their scores, and
    a later run without the fault puts all right.
    """
    room = changed_course
    room.run("kata", "nbgrader", "build", str(room.folder), "--assignment", "ps1")
    room.run("nbgrader", "generate_assignment", "ps1")
    room.hand_in("right", room.answered(RIGHT))
    room.hand_in("wrong", room.answered(WRONG))
    room.run("nbgrader", "autograde", "ps1")
    sound = {
        "right": {"kata-90-1": 0.1, "kata-90-2": 0.3333, "kata-90-3": 2 / 3},
        "wrong": {"kata-90-1": 0.05, "kata-90-2": 0.0, "kata-90-3": 0.0},
    }
    assert room.grades() == sound
    files = checks_of(room)
    before = [file.read_text() for file in files]
    files[0].write_text(before[0].replace("points(0.1,", "points(0.2,"))
    files[1].write_text(before[1].replace("rng.normal(size=(3, 2))", "rng.nothing_like_this()"))
    room.run("kata", "nbgrader", "autograde", str(room.folder), "ps1")
    assert room.grades()["right"] == {"kata-90-1": None, "kata-90-2": None, "kata-90-3": 2 / 3}
    assert "the grader is at fault here" in "".join(room.outputs("right", "kata-90-2")[0]["text"])
    assert "A person has to decide" in "".join(room.outputs("right", "kata-90-1")[0]["text"])
    for file, text in zip(files, before, strict=True):
        file.write_text(text)
    room.run("nbgrader", "autograde", "ps1", "--force")
    assert room.grades() == sound


def test_a_new_submission_never_keeps_the_old_grade(room: Classroom) -> None:
    """Full marks first; then broken JSON, no test cells, and a name that nbgrader does not know."""
    students = ("broken", "deleted", "renamed")
    for student in students:
        room.hand_in(student, room.answered(RIGHT))
    room.run("kata", "nbgrader", "autograde", str(room.folder), "ps1")
    assert set(room.totals().values()) == {20.0}
    room.hand_in("broken", b'{"cells": [')
    wrong = room.answered(WRONG)
    room.hand_in("renamed", wrong, name="my 90_double").with_name("90_double.ipynb").unlink()
    wrong["cells"] = [answer_of(wrong)]
    room.hand_in("deleted", wrong)
    room.run("kata", "nbgrader", "autograde", str(room.folder), "ps1")
    assert room.totals() == {"broken": 0.0, "deleted": 4.0, "renamed": 4.0}


def test_without_our_judge_there_is_no_grade(room: Classroom) -> None:
    """nbgrader gives full marks to a test cell that says nothing. Switch KataExecute off, and a person has to look."""
    room.hand_in("ana", room.answered(WRONG))
    config = room.folder / "nbgrader_config.py"
    config.write_text(config.read_text() + "c.KataExecute.enabled = False\n")
    room.run("nbgrader", "autograde", "ps1")
    assert room.grades() == {"ana": dict.fromkeys(("kata-90-1", "kata-90-2", "kata-90-3"))}


def test_a_stock_kernel_gives_no_points_for_silence(room: Classroom) -> None:
    """Whoever grades our notebooks with nbgrader's own preprocessors gets 0 for all, loudly, and not full marks."""
    room.hand_in("ana", room.answered(RIGHT))
    config = room.folder / "nbgrader_config.py"
    text = re.sub(r"c\.Autograde\.autograde_preprocessors = \[.*?\]\n", "", config.read_text(), flags=re.DOTALL)
    config.write_text(text)
    room.run("nbgrader", "autograde", "ps1")
    assert room.totals() == {"ana": 0.0}
    said = [output for output in room.outputs("ana", "kata-90-1") if output["output_type"] == "error"]
    assert "nbgrader_config.py" in said[0]["evalue"]


def test_results_of_kata_grade_are_copied_and_what_changed_since_is_judged(room: Classroom) -> None:
    """The ledger says 7 of 8 where the judge would say 8: what nbgrader shows tells where it is from."""
    for student in ("copied", "changed"):
        room.hand_in(student, room.answered(RIGHT))
    room.run("kata", "nbgrader", "autograde", str(room.folder), "ps1")
    place = room.folder / "kata" / "ps1"
    assert (place / "scores.csv").is_file()
    assert (place / "report" / "index.html").is_file()
    with sqlite3.connect(place / "ledger.sqlite") as ledger:
        for student, attempt in ledger.execute("SELECT student, attempt FROM results").fetchall():
            facts = json.loads(attempt)
            facts["checks"][0]["score"] = 7
            ledger.execute("UPDATE results SET attempt = ? WHERE student = ?", [json.dumps(facts), student])
    ledger.close()
    room.hand_in("changed", room.answered(WRONG))
    room.run("nbgrader", "autograde", "ps1", "--force")
    assert room.totals() == {"copied": 19.0, "changed": 4.0}


def test_a_persons_grade_stays_and_is_flagged(room: Classroom) -> None:
    from nbgrader.api import Gradebook

    room.hand_in("ana", room.answered(WRONG))
    room.run("nbgrader", "autograde", "ps1")
    with Gradebook(f"sqlite:///{room.folder}/gradebook.db") as gradebook:
        grade = gradebook.find_grade("kata-90-2", "90_double", "ps1", "ana")
        grade.manual_score, grade.needs_manual_grade = 6.5, False
        gradebook.db.commit()
    room.run("kata", "nbgrader", "autograde", str(room.folder), "ps1")
    with Gradebook(f"sqlite:///{room.folder}/gradebook.db") as gradebook:
        grade = gradebook.find_grade("kata-90-2", "90_double", "ps1", "ana")
        assert (grade.auto_score, grade.manual_score, grade.score, grade.needs_manual_grade) == (0.0, 6.5, 6.5, True)


def test_two_exercises_in_one_assignment_and_what_lies_beside_them(room: Classroom) -> None:
    """Each notebook is judged by itself; a helper module and a copy of a notebook beside it change nothing else."""
    toys = room.folder.parent / "toys"
    shutil.copytree(room.exercises, toys)
    for part in ("exercises", "solutions"):
        shutil.copytree(toys / part / "90_double", toys / part / "91_double")
        for file in (toys / part / "91_double").glob("*.py"):
            file.write_text(file.read_text().replace("90.", "91."))
    titles = toys / "exercises" / "91_double" / "exercise.toml"
    titles.write_text(titles.read_text().replace('"90.', '"91.'))
    room = dataclasses.replace(room, folder=room.folder.parent / "two", exercises=toys)
    room.run("kata", "nbgrader", "build", str(room.folder), "--assignment", "ps1", "--language", "es")
    room.run("nbgrader", "generate_assignment", "ps1")
    helped = "from helper import twice\n\n\ndef double(x):\n    if isinstance(x, str):\n        raise TypeError(x)\n    return twice(x)\n"
    place = room.hand_in("ana", room.answered(helped))
    (place.parent / "helper.py").write_text("def twice(x):\n    return x + x\n")
    room.hand_in("ana", room.answered(WRONG), name="90_double-Copy1")
    room.hand_in("ana", room.answered(WRONG, "91_double"), name="91_double")
    room.hand_in("bob", room.answered(RIGHT, "91_double"), name="91_double")
    room.run("nbgrader", "autograde", "ps1")
    assert room.totals() == {"ana": 24.0, "bob": 20.0}
    assert "4 de 8 puntos" in "".join(room.outputs("ana", "kata-91-1", "91_double")[0]["text"])
    room.run("kata", "nbgrader", "autograde", str(room.folder), "ps1")
    assert room.totals() == {"ana": 24.0, "bob": 20.0}
