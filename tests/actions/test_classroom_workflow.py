"""classroom.yml, the instructor's own run: a roster, archives, the mark. Every step is executed."""

from __future__ import annotations

import csv
import json

import yaml

from tests.actions.conftest import Start
from tests.actions.github import TOKEN, GitHub, archive, sha
from tests.actions.hand_ins import RAISES, RIGHT, WRONG, repository
from tests.actions.runner import Runner
from tests.actions.test_grade_workflow import nobody_else_commands, step

ROSTER = "student,repository\nAna Ruiz,org/kata-ana\nben,org/kata-ben\ncleo,org/kata-cleo\ndan,org/kata-dan\n"
ON = {"secrets": {"KATA_READ": TOKEN, "KATA_STATUS": TOKEN}, "vars": {"KATA_CLASSROOM": "yes", "KATA_STATUSES": "yes"}}


def class_of_four(start: Start, github: GitHub, **contexts: dict[str, str]) -> Runner:
    """Right, wrong, hostile, and a repository that is not there."""
    for name, source in (("ana", RIGHT), ("ben", WRONG), ("cleo", RAISES)):
        github.archives[f"org/kata-{name}"] = archive(repository(source))
    runner = start("schedule", repository="org/marks")
    runner.course.joinpath("roster.csv").write_text(ROSTER)
    runner.contexts.update({**ON, **contexts})
    return runner


def test_a_night(start: Start, github: GitHub) -> None:
    """Scores, report, a result.json each; `missing` where there is no repository; a status on the commits that were fetched."""
    runner = class_of_four(start, github)
    assert set(runner.workflow("classroom", {}).values()) == {"success"}
    results = runner.home / "artifacts/results"
    with open(results / "class/scores.csv", encoding="utf-8-sig", newline="") as file:
        outcomes = {row["student"]: row["outcome"] for row in csv.DictReader(file)}
    assert outcomes == {"Ana Ruiz": "passed", "ben": "failed", "cleo": "error", "dan": "missing"}
    assert (results / "class/report/index.html").is_file()
    made = {name: json.loads((results / f"classroom50/{name}/90_double.json").read_text()) for name in outcomes}
    assert {name: one["owner"] for name, one in made.items()} == {name: name for name in outcomes}
    states = {place.split("/")[1]: body["state"] for place, body in github.statuses}
    assert states == {"kata-ana": "success", "kata-ben": "failure", "kata-cleo": "failure"}
    assert (f"org/kata-ana/{sha('org/kata-ana')}") in {place for place, _ in github.statuses}
    assert (
        "dan is missing: GitHub did not do GET /repos/org/kata-dan/commits/HEAD (code 404)."
        in step(runner, "Fetch the repositories").text
    )
    assert "Ana Ruiz" in step(runner, "Summary").summary
    nobody_else_commands(runner)
    jobs = yaml.safe_load((runner.course / ".github/workflows/classroom.yml").read_text())["jobs"]
    assert {one["run"] for job in jobs.values() for one in job["steps"] if "run" in one} == runner.executed


def test_without_the_switches_nobody_is_graded_or_told(start: Start, github: GitHub) -> None:
    """A copy of the course on GitHub does nothing at night; grading without telling is a choice."""
    runner = class_of_four(start, github, vars={})
    assert set(runner.workflow("classroom", {}).values()) == {"skipped"} and github.asked == []


def test_a_server_in_trouble_ends_the_night_and_marks_nobody_missing(start: Start, github: GitHub) -> None:
    """401 is our token's fault, and no learner's."""
    runner = class_of_four(start, github)
    github.troubles["/repos/org/kata-ben/commits/HEAD"] = [401]
    assert runner.workflow("classroom", {}) == {"collect": "failure", "grade": "skipped", "publish": "skipped"}
    nobody_else_commands(runner)
