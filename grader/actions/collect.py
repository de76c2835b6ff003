"""Fetches submissions as data: one archive per learner at one exact commit. No clone, hook, submodule or link."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from grader.actions.api import Api
from grader.actions.event import COMMIT, REPOSITORY, STUDENT
from grader.errors import GitHubRefused, KataError
from grader.locale import say

ARCHIVE = "submission.tar.gz"
ARCHIVE_LIMIT = 64 << 20  # of one student, as `kata grade` takes it
SHA_ONLY = "application/vnd.github.sha"
COLUMNS = ("student", "repository", "commit")


@dataclass(frozen=True)
class Wanted:
    student: str
    repository: str
    ref: str = "HEAD"  # the default branch


@dataclass(frozen=True)
class Taken:
    """`commit` is empty and `reason` says why, if the repository could not be had."""

    student: str
    repository: str
    commit: str
    reason: str = ""


def roster(file: Path) -> list[Wanted]:
    """A CSV with the columns student, repository and, if wanted, ref. Raises KataError with the line at fault."""
    try:
        rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"), newline="")))
    except (OSError, ValueError, csv.Error) as problem:
        raise KataError(say("bad_template", file=file, problem=problem)) from None
    found: list[Wanted] = []
    for line, row in enumerate(rows, 2):
        one = Wanted(*((row.get(name) or "").strip() for name in ("student", "repository", "ref")))
        if not (STUDENT.fullmatch(one.student) and REPOSITORY.fullmatch(one.repository)):
            raise KataError(say("actions_bad_roster", file=file, line=line))
        if one.student in {other.student for other in found}:
            raise KataError(say("actions_roster_twice", file=file, line=line, student=one.student))
        found.append(one if one.ref else Wanted(one.student, one.repository))
    if not found:
        raise KataError(say("actions_bad_roster", file=file, line=1))
    return found


def collect(api: Api, wanted: list[Wanted], out: Path) -> list[Taken]:
    """OUT/<student>/, with the archive or, where the repository cannot be had, nothing: `kata grade` calls it missing.

    Raises GitHubRefused if the server is in trouble: nobody loses points for that.
    """
    return [_taken(api, one, out / one.student) for one in wanted]


def _taken(api: Api, one: Wanted, folder: Path) -> Taken:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ARCHIVE).unlink(missing_ok=True)  # of an earlier run
    try:
        commit = api.text(f"/repos/{one.repository}/commits/{quote(one.ref, safe='')}", SHA_ONLY)
        if not COMMIT.fullmatch(commit):
            raise KataError(say("actions_no_event"))
        take(api, one.repository, commit, folder)
    except GitHubRefused as refused:
        if not refused.final or refused.code == 401:  # our token, then, and no learner's fault
            raise
        return Taken(one.student, one.repository, "", str(refused))
    return Taken(one.student, one.repository, commit)


def take(api: Api, repository: str, commit: str, folder: Path) -> None:
    """The archive of a commit. In the base repository a fork's commits are known too."""
    folder.mkdir(parents=True, exist_ok=True)
    api.download(f"/repos/{repository}/tarball/{commit}", folder / ARCHIVE, ARCHIVE_LIMIT)


def write_commits(taken: list[Taken], file: Path) -> None:
    text = io.StringIO(newline="")
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(COLUMNS)
    lines.writerows([one.student, one.repository, one.commit] for one in taken)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text.getvalue(), "utf-8")


def read_commits(file: Path) -> dict[str, tuple[str, str]]:
    """student -> (repository, commit), of those that could be had."""
    try:
        rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8"), newline="")))
        found = {row["student"]: (row["repository"], row["commit"]) for row in rows if row["commit"]}
        if all(REPOSITORY.fullmatch(place) and COMMIT.fullmatch(commit) for place, commit in found.values()):
            return found
    except (OSError, ValueError, KeyError, TypeError, csv.Error):
        pass
    raise KataError(say("bad_template", file=file, problem=", ".join(COLUMNS)))
