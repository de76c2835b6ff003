"""Whatever process is killed, and whenever: the resumed run ends with the results of an undisturbed one."""

from __future__ import annotations

import os
import random
import signal
import subprocess
from pathlib import Path

import pytest

from tests.course_copy import copy_to
from tests.grading.classes import a_class_of, grade, scores, start, survivors, tree

KILLS, STUDENTS = 50, 24
PATIENCE = 20.0  # seconds in which what a killed process started must have gone


@pytest.mark.timeout(900)
def test_fifty_kills_change_no_score_and_leave_no_process(tmp_path: Path) -> None:
    """Any process of the run is hit: the first one, one that judges, a warm parent, a fence, a worker."""
    course = copy_to(tmp_path)
    a_class_of(STUDENTS, course)
    assert grade(course, "--out", "calm")[0] == 0
    dice, kills, ends, seen = random.Random(7), 0, 0, set[int]()
    while kills < KILLS:
        out = f"stormy{ends}"
        process = start(course, "--out", out, "--resume")
        while True:
            try:
                process.wait(dice.uniform(0.1, 2.0))
                break
            except subprocess.TimeoutExpired:
                below = tree(process.pid)
                seen.update(below)
                victim = dice.choice(below)
                kills += 1
                try:
                    os.kill(victim, signal.SIGKILL)
                except ProcessLookupError:
                    continue
        printed, _ = process.communicate()
        if process.returncode == 0:
            assert scores(course, out) == scores(course, "calm"), printed
            ends += 1
        else:
            assert process.returncode == -signal.SIGKILL, printed
    out = f"stormy{ends}"
    assert grade(course, "--out", out, "--resume")[0] == 0
    assert scores(course, out) == scores(course, "calm")
    assert survivors(seen, PATIENCE) == []
