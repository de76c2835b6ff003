"""How a run may end before its time, and what is left then: everything that was graded, and a sentence."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from grader.ledger import Ledger
from tests.course_copy import Course, copy_to
from tests.grading.classes import (
    ANSWER,
    CODES,
    a_class_of,
    grade,
    hand_in,
    scores,
    start,
    survivors,
    tree,
    until_graded,
)

PATIENCE = 20.0  # seconds that a process may take to end


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return copy_to(tmp_path)


def results(course: Course, out: str) -> list[Path]:
    return sorted((course.root / out / "results").glob("*/*.json"))


def test_ctrl_c_keeps_what_was_graded_and_leaves_no_process(course: Course) -> None:
    """The whole foreground group gets the signal, as from a terminal."""
    for number in range(10):
        hand_in(course, str(number), f"import time\ntime.sleep(0.5)\n{ANSWER}")
    process = start(course, "--out", "out")
    until_graded(process, 2)
    below = tree(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    printed, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "The same command with --resume goes on".lower() in printed.lower()
    assert "Traceback" not in printed
    assert survivors(below, PATIENCE) == []
    ledger = Ledger.existing(course.root / "out")
    assert len(ledger.known()) >= 2
    ledger.close()
    assert grade(course, "--out", "out", "--resume")[0] == 0
    grade(course, "--out", "calm")
    assert scores(course, "out") == scores(course, "calm")


def test_a_full_disk_is_a_sentence_and_the_run_goes_on_later(course: Course) -> None:
    """No file may grow beyond a size that the ledger soon reaches."""
    a_class_of(6, course)
    code = (
        "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (70_000, resource.RLIM_INFINITY)); "
        "sys.argv[0] = 'kata'; runpy.run_module('grader.cli', run_name='__main__')"
    )
    environment = {**os.environ, "KATA_LANG": "en", "XDG_CACHE_HOME": str(course.home)}
    done = subprocess.run(
        [sys.executable, "-c", code, "grade", "in", "--seed", "s", "--out", "out", "--jobs", "1"],
        cwd=course.root, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert "--resume" in done.stderr
    assert grade(course, "--out", "out", "--resume")[0] == 0
    grade(course, "--out", "calm")
    assert scores(course, "out") == scores(course, "calm")


def test_two_runs_do_not_write_into_one_folder(course: Course) -> None:
    a_class_of(2, course)
    other = Ledger(course.root / "out")
    other.begin("s", resume=False)
    code, printed = grade(course, "--out", "out")
    assert code == 2
    assert "Another `kata grade` is writing into out" in printed
    other.close()
    assert grade(course, "--out", "out")[0] == 0


def test_what_the_runs_deadline_leaves_over_says_so_and_is_graded_later(course: Course) -> None:
    a_class_of(4, course)
    code, _ = grade(course, "--out", "out", "--deadline", "0")
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(scores(course, "out"))))
    assert [row["outcome"] for row in rows] == ["timeout"] * 4
    message = json.loads(results(course, "out")[0].read_text())["checks"][0]["message"]
    assert "not reached: the whole run had a deadline" in message
    assert grade(course, "--out", "out", "--resume")[0] == 0
    grade(course, "--out", "calm")
    assert scores(course, "out") == scores(course, "calm")


def test_a_new_run_leaves_no_result_of_an_old_one(course: Course) -> None:
    hand_in(course, "ana", ANSWER)
    hand_in(course, "ben", ANSWER)
    grade(course, "--out", "out")
    (course.root / "in" / "ben" / "90_double" / "double.py").unlink()
    (course.root / "in" / "ben" / "90_double").rmdir()
    (course.root / "in" / "ben").rmdir()
    notes = course.root / "out" / "results" / "notes.txt"
    notes.write_text("the instructor's own")
    grade(course, "--out", "out")
    assert [file.parent.name for file in results(course, "out")] == ["ana"]
    assert notes.exists()


def test_a_regrade_shows_which_scores_moved_and_by_which_checks(course: Course) -> None:
    hand_in(course, "ana", ANSWER)
    hand_in(course, "ben", CODES["wrong"])
    grade(course, "--out", "old")
    hand_in(course, "ben", ANSWER)
    code, printed = grade(course, "--out", "new", "--diff", "old")
    assert code == 0
    assert "1 result moved" in printed
    rows = list(csv.DictReader(io.StringIO((course.root / "new" / "diff.csv").read_text())))
    assert [(row["student"], row["old_score"], row["new_score"]) for row in rows] == [("ben", "4", "20")]
    assert (
        rows[0]["checks"] == "90.1 failed > passed (4 > 8); 90.2 failed > passed (0 > 8); 90.3 waiting > passed (0 > 4)"
    )


def test_a_diff_with_a_folder_that_holds_no_run_is_a_sentence(course: Course) -> None:
    hand_in(course, "ana", ANSWER)
    code, printed = grade(course, "--out", "new", "--diff", "in")
    assert code == 2
    assert "in holds no ledger.sqlite" in printed
    assert not (course.root / "new").exists()


def test_a_fault_of_ours_costs_one_result_and_is_tried_again_later(course: Course) -> None:
    """The exercise's references are gone for a while."""
    hand_in(course, "ana", ANSWER)
    file = course.exercise / "references.py"
    text = file.read_text()
    file.write_text("")
    code, printed = grade(course, "--out", "out")
    assert code == 0
    assert "1 could not be graded, and that is the grader's fault" in printed
    assert ",broken," in scores(course, "out")
    file.write_text(text)
    grade(course, "--out", "out", "--resume")
    assert ",passed,3,0," in scores(course, "out")
