"""What the runner says about this run: repository, commit, pull request. A learner chooses some of the words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import KataError
from grader.locale import say

REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,99}/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
# A student's name is a folder's: none that `kata grade` would take for something else.
STUDENT = re.compile(r"(?!\d\d_|(exercises|solutions|tests|results|report|submitted)$)\w[\w.@+ '-]{0,99}(?<![ .])")
PAYLOAD_LIMIT = 32 << 20  # GitHub cuts them at 25 MB


@dataclass(frozen=True)
class Event:
    """`commit` is the learner's newest, not the merge that GitHub makes of it; `pull` is None without a request.

    `fork`: the request comes from another repository, and the token of this run may write nothing.
    """

    repository: str
    commit: str
    student: str
    pull: int | None = None
    fork: bool = False


def event(runner: Mapping[str, str]) -> Event:
    """`runner`: the environment. Raises KataError for anything that is not what GitHub writes."""
    try:
        found = _event(runner)
        if REPOSITORY.fullmatch(found.repository) and COMMIT.fullmatch(found.commit):
            return found
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise KataError(say("actions_no_event"))


def _event(runner: Mapping[str, str]) -> Event:
    repository = runner["GITHUB_REPOSITORY"]
    if not runner["GITHUB_EVENT_NAME"].startswith("pull_request"):
        return Event(repository, runner["GITHUB_SHA"], _student(repository, 2))
    request = _payload(Path(runner["GITHUB_EVENT_PATH"]))["pull_request"]
    head = request["head"]
    source = (head["repo"] or {}).get("full_name", "")  # null: the fork is gone
    fork = source != repository
    if not REPOSITORY.fullmatch(source):
        source = "ghost/" + repository.partition("/")[2]
    return Event(repository, head["sha"], _student(source, 0 if fork else 2), int(request["number"]), fork)


def _student(repository: str, part: int) -> str:
    """In an organisation the repository is called for its learner; a fork's owner is one."""
    name = repository.partition("/")[part]
    return name if STUDENT.fullmatch(name) else "learner"


def _payload(file: Path) -> Any:
    with open(file, "rb") as opened:
        return json.loads(opened.read(PAYLOAD_LIMIT))
