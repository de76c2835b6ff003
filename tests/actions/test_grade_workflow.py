"""grade.yml on a runner of ours, for each event, with right, wrong and hostile submissions: every step is executed."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.actions.conftest import Start
from tests.actions.github import TOKEN, GitHub, archive, sha
from tests.actions.hand_ins import HOSTILE, NAMES, RIGHT, WRONG, repository
from tests.actions.runner import Runner, Step

HERE = "org/kata-ana"
ANNOTATION = re.compile(r"::(error|warning) file=exercises/90_double/[\w./]+(,line=\d+)?,title=90[^:]*::")


def request(source: str) -> dict[str, Any]:
    head = {"sha": sha(HERE), "ref": '"; touch pwned #', "repo": {"full_name": source}}
    return {"pull_request": {"number": 7, "title": "::error::title", "head": head}}


def step(runner: Runner, name: str) -> Step:
    return next(one for one in runner.steps if one.name == name)


def outside_fences(markdown: str) -> Iterator[str]:
    """Lines that are Markdown, not code."""
    fence = ""
    for line in markdown.splitlines():
        if fence:
            fence = "" if line == fence else fence
        elif line.startswith("```"):
            fence = line.removesuffix("text")
        else:
            yield line
    assert not fence


def nobody_else_commands(runner: Runner) -> None:
    """No line of any step is a command to the runner but our annotations; no token is shown; no branch name ran."""
    for one in runner.steps:
        assert TOKEN not in one.text + one.summary
        assert "##[" not in one.text
        for line in re.split(r"[\r\n\v\f\x85\u2028\u2029]", one.text):
            if line.lstrip().startswith("::"):
                assert one.name == "Annotations" and ANNOTATION.match(line), line[:200]
        assert len(one.summary.encode()) <= 1 << 20
    assert not list(runner.home.parent.rglob("pwned"))


def test_a_push_with_the_right_answer(start: Start, github: GitHub) -> None:
    """Score, summary, a status on the learner's commit; no comment where there is no pull request."""
    github.archives[HERE] = archive(repository(RIGHT))
    runner = start("push")
    assert runner.workflow("grade", {"exercise": "", "language": "en"}) == {"judge": "success", "publish": "success"}
    assert step(runner, "Outputs").outputs == {"outcome": "passed", "score": "20", "max-score": "20"}
    assert step(runner, "Summary").summary.startswith("🟢 `90_double 20/20`")
    assert step(runner, "Annotations").text == ""
    body = {"state": "success", "context": "kata/90_double", "description": "20/20 · passed"}
    assert github.statuses == [(f"{HERE}/{sha(HERE)}", body)]
    assert github.comments == []
    nobody_else_commands(runner)


def test_a_pull_request_with_a_wrong_answer(start: Start, github: GitHub) -> None:
    """Green jobs, a red status, one comment in the learner's language, renewed by the next push."""
    github.archives[HERE] = archive(repository(WRONG))
    runner = start("pull_request", request(HERE))
    for _ in range(2):
        results = runner.workflow("grade", {"exercise": "90", "language": "es"})
        assert results == {"judge": "success", "publish": "success"}
    assert step(runner, "Outputs").outputs["outcome"] == "failed"
    assert {body["state"] for _, body in github.statuses} == {"failure"}
    [comment] = github.comments
    assert "comprobación" in comment["body"] and sha(HERE)[:10] in comment["body"]
    assert ANNOTATION.match(step(runner, "Annotations").text)
    result = json.loads((runner.home / "artifacts/kata/classroom50/kata-ana/90_double.json").read_text())
    assert (result["schema"], result["owner"]) == ("classroom50/result/v1", "org")
    assert result["score"] < result["max-score"] == 20
    nobody_else_commands(runner)


def test_a_fork_is_graded_and_nothing_is_written(start: Start, github: GitHub) -> None:
    """Its token may not; the summary has it all. The commit comes from the base repository, as data."""
    github.archives[HERE] = archive(repository(WRONG))
    runner = start("pull_request", request("ben/kata"))
    assert runner.workflow("grade", {"exercise": "", "language": "en"}) == {"judge": "success", "publish": "success"}
    assert "## 90&#95;double" in step(runner, "Summary").summary or "## 90_double" in step(runner, "Summary").summary
    assert "ben" in step(runner, "Summary").summary
    assert not github.statuses and not github.comments
    assert "fork" in step(runner, "Comment").text
    nobody_else_commands(runner)


def test_a_deleted_fork_is_a_fork(start: Start, github: GitHub) -> None:
    github.archives[HERE] = archive(repository(RIGHT))
    payload = request(HERE)
    payload["pull_request"]["head"]["repo"] = None
    runner = start("pull_request", payload)
    assert runner.workflow("grade", {"exercise": "", "language": "en"}) == {"judge": "success", "publish": "success"}
    assert not github.statuses


def test_pull_request_target_runs_nothing(start: Start, github: GitHub) -> None:
    """The event whose run has secrets and write permission for a stranger's code is refused."""
    runner = start("pull_request_target", request("ben/kata"))
    assert runner.workflow("grade", {"exercise": "", "language": "en"}) == {"judge": "skipped", "publish": "skipped"}
    assert runner.steps == [] and github.asked == []


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_submissions_command_nothing(name: str, start: Start, github: GitHub) -> None:
    """Prints, exceptions, class names, file and branch names, megabytes: read as text, or not at all."""
    github.archives[HERE] = archive(repository(HOSTILE[name]))
    runner = start("pull_request", request(HERE))
    assert runner.workflow("grade", {"exercise": "", "language": "en"}) == {"judge": "success", "publish": "success"}
    outputs = step(runner, "Outputs").outputs
    assert sorted(outputs) == ["max-score", "outcome", "score"] and outputs["outcome"] != "passed"
    assert float(outputs["score"]) < float(outputs["max-score"]) == 20
    [comment] = github.comments
    assert len(comment["body"]) <= 65_536
    for text in (step(runner, "Summary").summary, comment["body"]):
        markdown = "\n".join(outside_fences(text)).replace("<!-- gradkata: feedback -->", "")
        assert not set(markdown) & set("<>[]@")
    nobody_else_commands(runner)


def test_file_names_that_are_commands_are_refused_and_command_nothing(start: Start, github: GitHub) -> None:
    github.archives[HERE] = archive({**NAMES})
    runner = start("pull_request", request(HERE))
    runner.workflow("grade", {"exercise": "90", "language": "en"})
    assert step(runner, "Outputs").outputs["outcome"] == "missing"
    assert "error" in step(runner, "Summary").summary
    nobody_else_commands(runner)


def test_a_repository_without_the_exercise_is_missing(start: Start, github: GitHub) -> None:
    """Nothing is wrong then: no status, and the summary says what is missing."""
    github.archives[HERE] = archive({"README.md": "hello"})
    runner = start("push")
    assert runner.workflow("grade", {"exercise": "90", "language": "en"}) == {"judge": "success", "publish": "success"}
    assert step(runner, "Outputs").outputs["outcome"] == "missing"
    assert github.statuses == []


def test_a_commit_that_cannot_be_fetched_is_red_and_no_score(start: Start, github: GitHub) -> None:
    runner = start("push")
    results = runner.workflow("grade", {"exercise": "", "language": "en"})
    assert results == {"judge": "failure", "publish": "failure"}
    assert [one.outputs for one in runner.steps if one.outputs] == [] and github.statuses == []
    nobody_else_commands(runner)


def test_our_own_fault_is_red_and_no_score(start: Start, github: GitHub) -> None:
    """A reference that cannot be computed: the status says error, outputs and result.json have no number."""
    github.archives[HERE] = archive(repository(RIGHT))
    runner = start("push")
    for file in runner.course.rglob("references.py"):
        file.write_text("raise OSError('no reference')\n")
    assert runner.workflow("grade", {"exercise": "", "language": "en"}) == {"judge": "failure", "publish": "success"}
    assert step(runner, "Outputs").outputs == {"outcome": "broken", "score": "", "max-score": "20"}
    assert [body["state"] for _, body in github.statuses] == ["error"]
    assert not list((runner.home / "artifacts").rglob("90_double.json"))
    nobody_else_commands(runner)


def test_the_learners_course_has_no_solutions_and_grades_what_is_visible(start: Start, github: GitHub) -> None:
    github.archives[HERE] = archive(repository(RIGHT))
    runner = start("push")
    shutil.rmtree(runner.course / "solutions")
    assert runner.workflow("grade", {"exercise": "", "language": "en"}) == {"judge": "success", "publish": "success"}
    assert step(runner, "Outputs").outputs == {"outcome": "passed", "score": "8", "max-score": "8"}


def test_every_step_was_executed_and_what_pip_was_asked(start: Start, github: GitHub) -> None:
    """All `run:` steps of the workflow's actions; torch only where learners' code runs."""
    github.archives[HERE] = archive(repository(RIGHT))
    runner = start("pull_request", request(HERE))
    runner.workflow("grade", {"exercise": "90", "language": "en"})
    texts = [Path(runner.course, f".github/actions/{name}/action.yml").read_text() for name in ("kata", "publish")]
    written = {line.partition("run: ")[2] for text in texts for line in text.splitlines() if "run: " in line}
    assert written == runner.executed
    asked = (runner.home / "pip.log").read_text().splitlines()
    assert [line.split()[-1] for line in asked] == [".[torch]", "."]
    assert all("--constraint constraints.txt" in line for line in asked)
