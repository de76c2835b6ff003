"""A runner of GitHub Actions, small: every `run:` is executed by bash as the runner does it; known `uses:` are imitated."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.actions.expressions import Contexts, filled, holds
from tests.actions.github import TOKEN

REPO = Path(__file__).parent.parent.parent
SHELLS = {"": ["bash", "-e"], "bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"]}


@dataclass
class Step:
    name: str
    code: int
    text: str
    summary: str
    outputs: dict[str, str]


@dataclass
class Runner:
    """`course`: a copy of the course with `.github`. One machine; its artifacts outlive a job."""

    home: Path
    course: Path
    github: Contexts
    payload: dict[str, Any]
    contexts: Contexts = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    executed: set[str] = field(default_factory=set)

    def workflow(self, name: str, inputs: dict[str, str]) -> dict[str, str]:
        """Every job in order; the result of each: success, failure, skipped."""
        jobs = yaml.safe_load((self.course / f".github/workflows/{name}.yml").read_text())["jobs"]
        results: dict[str, str] = {}
        for job_name, job in jobs.items():
            needed = {job["needs"]: {"result": results[job["needs"]]}} if "needs" in job else {}
            contexts = {**self.contexts, "github": self.github, "inputs": inputs, "needs": needed, "steps": {}}
            ready = all(one["result"] == "success" for one in needed.values()) or "cancelled()" in job.get("if", "")
            if ready and holds(job.get("if", "!cancelled()"), contexts):
                results[job_name] = "success" if self._job(job, contexts) else "failure"
            else:
                results[job_name] = "skipped"
        return results

    def _job(self, job: dict[str, Any], contexts: Contexts) -> bool:
        """On a machine of its own: the temporary folder is empty."""
        for folder in ("temp", "workspace"):
            shutil.rmtree(self.home / folder, ignore_errors=True)
            (self.home / folder).mkdir(parents=True)
        contexts["runner"] = {"temp": str(self.home / "temp")}
        return self._all(job["steps"], contexts, self.home / "workspace")

    def _all(self, steps: list[dict[str, Any]], contexts: Contexts, here: Path) -> bool:
        good = True
        for step in steps:
            if (good or "cancelled()" in step.get("if", "")) and holds(step.get("if", "!cancelled()"), contexts):
                done = self._uses(step, contexts, here) if "uses" in step else self._run(step, contexts, here)
                good = good and done
        return good

    def _uses(self, step: dict[str, Any], contexts: Contexts, here: Path) -> bool:
        action = step["uses"].partition("@")[0]
        given = {name: filled(str(text), contexts) for name, text in step.get("with", {}).items()}
        if action.startswith("$/"):
            return self._composite(self.course / action[2:], given, contexts, here, step.get("id", ""))
        if action == "actions/checkout":
            shutil.copytree(self.course, here, dirs_exist_ok=True)
        elif action == "actions/upload-artifact":
            self._copy(Path(given["path"]), self.home / "artifacts" / given["name"])
        elif action == "actions/download-artifact":
            self._copy(self.home / "artifacts" / given["name"], Path(given["path"]))
        else:
            assert action == "actions/setup-python", action
        return True

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        """As artifacts do: empty folders are lost."""
        for file in [source] if source.is_file() else [path for path in source.rglob("*") if path.is_file()]:
            place = target / (file.name if file == source else file.relative_to(source))
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)

    def _composite(self, folder: Path, given: dict[str, str], contexts: Contexts, here: Path, name: str) -> bool:
        action = yaml.safe_load((folder / "action.yml").read_text())
        defaults = {key: filled(str(one.get("default", "")), contexts) for key, one in action["inputs"].items()}
        github = {**self.github, "action_path": str(folder), "workspace": str(here)}
        inner = {**contexts, "github": github, "inputs": {**defaults, **given}, "steps": {}}
        done = self._all(action["runs"]["steps"], inner, here)
        outputs = {key: filled(one["value"], inner) for key, one in action.get("outputs", {}).items()}
        contexts["steps"][name] = {"outputs": outputs}
        return done

    def _run(self, step: dict[str, Any], contexts: Contexts, here: Path) -> bool:
        files = {name: self.home / f"file.{name.lower()}" for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("")
        script = self.home / "script.sh"
        script.write_text(step["run"])
        variables = {name: filled(str(text), contexts) for name, text in step.get("env", {}).items()}
        done = subprocess.run(
            [*SHELLS[step.get("shell", "")], str(script)],
            cwd=filled(step.get("working-directory", str(here)), contexts), capture_output=True,
            env={**self._environment(here), **{name: str(file) for name, file in files.items()}, **variables},
        )  # fmt: skip
        outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
        text = (done.stdout + done.stderr).decode()
        self.steps.append(Step(step["name"], done.returncode, text, files["GITHUB_STEP_SUMMARY"].read_text(), outputs))
        self.executed.add(step["run"])
        if "id" in step:
            contexts["steps"][step["id"]] = {"outputs": outputs}
        return done.returncode == 0

    def _environment(self, here: Path) -> dict[str, str]:
        """What a runner sets, and nothing of the machine that runs the tests."""
        event = self.home / "event.json"
        event.write_text(json.dumps(self.payload))
        programs = f"{self.home / 'stubs'}:{Path(sys.executable).parent}:{os.defpath}:/usr/bin:/bin"
        return {
            "PATH": programs, "HOME": str(self.home), "PYTHONPATH": str(REPO), "LANG": "C.UTF-8", "CI": "true",
            "GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(here), "GITHUB_EVENT_PATH": str(event),
            "RUNNER_TEMP": str(self.home / "temp"), "ACTIONS_RUNTIME_TOKEN": TOKEN,
            **{f"GITHUB_{name.upper()}": text for name, text in self.github.items() if isinstance(text, str) and name != "token"},
        }  # fmt: skip
