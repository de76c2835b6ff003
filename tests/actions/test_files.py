"""What stands in .github: found sound by three linters, pinned, without rights, and with no word of a learner in a script."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.actions.runner import REPO

WORKFLOWS = sorted((REPO / ".github/workflows").glob("*.yml"))
ACTIONS = sorted((REPO / ".github/actions").glob("*/action.yml"))
PINNED = re.compile(r"[\w-]+/[\w./-]+@[0-9a-f]{40}|\$/\.github/actions/\w+")
SHELL = re.compile(r"^(pip|kata|pytest|tar|\.ci/run)\b")
# Linters come as wheels with `.[dev]`; where a machine has no wheel, that is what the skip says.
LINTERS = {
    "actionlint": ["actionlint"],
    "zizmor": ["zizmor", "--offline", "--no-progress", "--persona=pedantic", ".github"],
    "schema of workflows": ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", *map(str, WORKFLOWS)],
    "schema of actions": ["check-jsonschema", "--builtin-schema", "vendor.github-actions", *map(str, ACTIONS)],
}


def loaded(file: Path) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load(file.read_text("utf-8"))
    return found


def steps(file: Path) -> list[dict[str, Any]]:
    content = loaded(file)
    jobs = content.get("jobs") or {"": content.get("runs")}
    return [step for job in jobs.values() for step in job["steps"]]


@pytest.mark.parametrize("name", LINTERS)
def test_linters_find_nothing(name: str) -> None:
    program = Path(sys.executable).with_name(LINTERS[name][0])
    if not program.exists():
        pytest.skip(f"{program.name} is not installed: pip install -c constraints.txt -e '.[dev]'")
    done = subprocess.run([program, *LINTERS[name][1:]], cwd=REPO, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", [*WORKFLOWS, *ACTIONS], ids=lambda file: str(file.relative_to(REPO)))
def test_scripts_are_one_command_without_expressions(file: Path) -> None:
    """An expression in a script is pasted before the shell reads it: a branch's name would be code."""
    for step in steps(file):
        script = step.get("run", "kata")
        assert "${{" not in script
        assert SHELL.match(script) and "\n" not in script.strip() and ";" not in script


@pytest.mark.parametrize("file", [*WORKFLOWS, *ACTIONS], ids=lambda file: str(file.relative_to(REPO)))
def test_foreign_actions_are_pinned_and_keep_no_credential(file: Path) -> None:
    for step in steps(file):
        assert PINNED.fullmatch(step.get("uses", "a/b@" + "0" * 40))
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False
            assert not {"ref", "repository"} & set(step["with"])  # no learner's tree lies on a disk of ours
        assert "cache" not in step.get("with", {})  # one job's cache is the next one's poison


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_jobs_have_the_rights_they_need_and_no_dangerous_event(file: Path) -> None:
    """Nothing by default. Who runs learners' code reads the course, holds no secret and gives the runner's token to one step."""
    content = loaded(file)
    events = content[True]  # YAML takes `on` for a truth value
    assert content["permissions"] == {}
    assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(events)
    for name, job in content["jobs"].items():
        writing = {right for right, level in job["permissions"].items() if level != "read"}
        assert writing == ({"statuses", "pull-requests"} if (file.stem, name) == ("grade", "publish") else set())
        if name in ("judge", "grade", "test", "learner"):
            assert "secrets." not in str(job) and "environment" not in job
