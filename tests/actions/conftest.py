"""A class on a server of ours, and a runner with the toy course."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.actions.github import TOKEN, GitHub, serving, sha
from tests.actions.runner import REPO, Runner

Start = Callable[..., Runner]


@pytest.fixture
def github() -> Iterator[GitHub]:
    with serving(GitHub()) as server:
        yield server


@pytest.fixture
def start(tmp_path: Path, github: GitHub) -> Start:
    """start("pull_request", payload): a machine; `pip` is a stub that says what it was asked."""
    course = tmp_path / "course"
    shutil.copytree(REPO / "tests/toy_course", course)
    shutil.copytree(REPO / ".github", course / ".github")
    stub = tmp_path / "home/stubs/pip"
    stub.parent.mkdir(parents=True)
    stub.write_text('#!/bin/sh\necho "pip $*" >> "$HOME/pip.log"\n')
    stub.chmod(0o755)

    def started(event: str, payload: dict[str, Any] | None = None, repository: str = "org/kata-ana") -> Runner:
        says = {
            "event_name": event, "repository": repository, "repository_owner": repository.partition("/")[0],
            "sha": sha(repository), "api_url": github.url, "token": TOKEN, "ref": "refs/heads/$(touch pwned)::error::ref",
        }  # fmt: skip
        return Runner(tmp_path / "home", course, says, payload or {})

    return started
