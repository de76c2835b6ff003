"""What is told and fetched: one comment, statuses, limits of size, roster and server; the token is nobody's to read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from grader.actions import collect, handover, page, publish
from grader.actions.api import Api
from grader.actions.event import Event, event
from grader.actions.runner import MOST_LINES, output, quietly
from grader.errors import GitHubRefused, KataError
from tests.actions.github import TOKEN, GitHub, archive
from tests.reports_other.attempts import GOLDEN, attempt, check

HERE = Event("org/kata-ana", "a" * 40, "kata-ana", pull=7)


@pytest.fixture
def api(github: GitHub) -> Api:
    return Api(github.url, TOKEN, pauses=(0, 0))


def test_the_comment_is_found_again_behind_a_hundred_others(api: Api, github: GitHub) -> None:
    github.comments += [{"id": n, "user": {"type": "User"}, "body": "hello"} for n in range(130)]
    for _ in range(3):
        publish.put_comment(api, HERE, [GOLDEN["mixed"]], "en")
    assert len(github.comments) == 131 and github.comments[130]["body"].startswith(page.MARK)


def test_a_learners_comment_with_our_mark_is_left_alone(api: Api, github: GitHub) -> None:
    """Who wrote a comment can change it: ours must not end in theirs."""
    github.comments += [{"id": 0, "user": {"type": "User"}, "body": page.MARK}, {"id": 1, "user": None, "body": None}]
    publish.put_comment(api, HERE, [GOLDEN["passed"]], "en")
    assert github.comments[0]["body"] == page.MARK and len(github.comments) == 3


def test_a_comment_and_a_summary_fit_and_say_what_was_cut() -> None:
    loud = attempt(*(check(n, "failed", 1, said="é`" * 50_000) for n in range(1, 200)))
    shown = page.comment([loud] * 5, HERE.commit, "en")
    assert len(shown.encode()) <= 65_536 and shown.rstrip().endswith("too long for a summary.")
    assert len(page.page([loud] * 10, "es").encode()) <= 1 << 20


def test_a_comment_that_almost_fits_is_measured_with_its_head() -> None:
    """Every length around the limit: what stands above the tables counts."""
    cut = 0
    for checks in (16, 17, 18):
        for more in range(0, 3_500, 50):
            said = ["x" * 3_500] * checks + ["y" * more]
            one = attempt(*(check(n, "failed", said=text) for n, text in enumerate(said, 1)))
            shown = page.comment([one], HERE.commit, "en")
            assert len(shown) <= page.COMMENT_LIMIT
            cut += "y" * more not in shown
    assert 0 < cut < 210  # some fitted, some did not


def test_nobody_is_called_by_a_name_in_a_table() -> None:
    """GitHub looks for @names in what Markdown made."""
    shown = page.page([attempt(check(1, "timeout", said="no answer @team #7"), student="@team")], "en")
    tables = [line for line in shown.splitlines() if line.startswith(("|", "#"))]
    assert not any("@" in line or "&#64;t" in line or "&#35;7" in line for line in tables)


@pytest.mark.parametrize(
    ("name", "state"), [("passed", "success"), ("mixed", "failure"), ("broken", "error"), ("missing", None)]
)
def test_states(name: str, state: str | None, api: Api, github: GitHub) -> None:
    """A broken attempt is an error and has no points; what was never begun has no status."""
    publish.status(api, HERE.repository, HERE.commit, GOLDEN[name], "en")
    assert [body["state"] for _, body in github.statuses] == [state] * (state is not None)
    assert all(body["description"].startswith("-") == (name == "broken") for _, body in github.statuses)


def test_a_server_in_trouble_is_asked_again_and_a_refusal_is_not(api: Api, github: GitHub) -> None:
    github.archives["org/a"] = archive({})
    path = "/repos/org/a/commits/HEAD"
    github.troubles[path] = [502, 500]
    assert api.text(path, collect.SHA_ONLY)
    github.troubles[path] = [500] * 3
    with pytest.raises(GitHubRefused, match="code 500") as refused:
        api.text(path, collect.SHA_ONLY)
    assert not refused.value.final and TOKEN not in str(refused.value)
    before = len(github.asked)
    with pytest.raises(GitHubRefused, match="code 404"):
        api.text("/repos/org/b/commits/HEAD", collect.SHA_ONLY)
    assert len(github.asked) == before + 1


def test_a_redirect_goes_without_the_token(api: Api, github: GitHub, tmp_path: Path) -> None:
    github.archives["org/a"] = archive({"a": "b"})
    collect.take(api, "org/a", "a" * 40, tmp_path / "a")
    assert (tmp_path / "a" / collect.ARCHIVE).read_bytes() == github.archives["org/a"]
    assert [(path, bool(held)) for _, path, held in github.asked] == [
        ("/repos/org/a/tarball/" + "a" * 40, True),
        ("/elsewhere/org/a", False),
    ]


def test_a_token_does_not_travel_in_the_clear() -> None:
    for url in ("http://github.example/api", "file:///etc", "ftp://x"):
        with pytest.raises(KataError):
            Api(url, TOKEN)


def test_an_archive_that_is_too_large_is_missing_with_the_reason(
    api: Api, github: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collect, "ARCHIVE_LIMIT", 10)
    github.archives["org/a"] = archive({"a": "b"})
    [taken] = collect.collect(api, [collect.Wanted("ana", "org/a")], tmp_path / "in")
    assert taken.commit == "" and "413" in taken.reason
    assert list((tmp_path / "in/ana").iterdir()) == []


@pytest.mark.parametrize(
    "row",
    [
        "../ana,org/a",
        "ana,org/../a",
        "ana,org",
        "ana,org/a?x=1",
        ",org/a",
        "ana,",
        "03_adam,org/a",
        "solutions,org/a",
        ".ana,org/a",
        "a\x1bna,org/a",
        "ana ,",
    ],
)
def test_a_roster_with_a_bad_row_is_refused_with_its_line(row: str, tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_text(f"student,repository\nok,org/ok\n{row}\n")
    with pytest.raises(KataError, match="line 3"):
        collect.roster(file)


def test_a_roster_names_each_student_once_and_a_ref_if_wanted(tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_bytes("\ufeffref,student,repository\nhand-in,Íñigo O'Neil,org/a\n,ben,org/b\n".encode())
    assert collect.roster(file) == [collect.Wanted("Íñigo O'Neil", "org/a", "hand-in"), collect.Wanted("ben", "org/b")]
    file.write_text("student,repository\nana,org/a\nana,org/b\n")
    with pytest.raises(KataError, match="twice"):
        collect.roster(file)


def test_what_is_handed_over_comes_back(tmp_path: Path) -> None:
    handover.write(GOLDEN.values(), tmp_path / "attempts.json")
    assert handover.read(tmp_path / "attempts.json") == list(GOLDEN.values())


FORGED: dict[str, Mapping[str, Any]] = {
    "more than all points": {"score": 99.0}, "no number": {"score": True}, "not finite": {"max_score": float("inf")},
    "another exercise": {"exercise": "../../x"}, "an unknown outcome": {"outcome": "excellent"}, "a field of its own": {"cost": 1},
    "a number for a name": {"student": 7}, "a huge text": {"seed": "x" * 30_000}, "no checks": {"checks": None}, "broken with points": {"outcome": "broken", "score": 3},
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_what_is_forged_is_told_to_nobody(name: str, tmp_path: Path) -> None:
    """Who breaks out of the wall can write this file; it stays a list of attempts within their limits, or is refused."""
    file = tmp_path / "attempts.json"
    handover.write([GOLDEN["passed"]], file)
    [facts] = json.loads(file.read_text())
    file.write_text(json.dumps([{**facts, **FORGED[name]}]))
    with pytest.raises(KataError, match="nothing was told"):
        handover.read(file)


@pytest.mark.parametrize("content", ["", "{}x", "[1]", "null", "[" * 100_000, '[{"checks": []}]'])
def test_what_is_no_list_of_attempts_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "attempts.json").write_text(content)
    with pytest.raises(KataError, match="nothing was told"):
        handover.read(tmp_path / "attempts.json")


@pytest.mark.parametrize("commit", ["main", "a" * 39, "../../x", "A" * 40, None])
def test_a_commit_is_forty_digits(commit: str | None) -> None:
    with pytest.raises(KataError, match="does not say which commit"):
        event({"GITHUB_EVENT_NAME": "push", "GITHUB_REPOSITORY": "org/a", "GITHUB_SHA": commit})  # type: ignore[dict-item]


def test_a_payload_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    for content in ("", "[]", '{"pull_request": {"head": {"repo": {"full_name": 7}, "sha": 1}, "number": "x"}}'):
        file.write_text(content)
        with pytest.raises(KataError, match="does not say"):
            event({"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REPOSITORY": "org/a", "GITHUB_EVENT_PATH": str(file)})


def test_a_commands_lines_command_nothing_and_it_knows_no_token() -> None:
    shown: list[str] = []
    script = "printf '::error::a\\r::error::b\\n  ::error::c\\nd ##[error]e\\n\\033[31mf\\n'; env >&2; exit 7"
    runner = {
        "PATH": "/usr/bin:/bin",
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_OUTPUT": "/x",
        "ACTIONS_RUNTIME_TOKEN": TOKEN,
        "RUNNER_TEMP": "/t",
    }
    assert quietly(["bash", "-c", script], runner, shown.append) == 7
    assert all(line.startswith("| ") and "\r" not in line and "##[" not in line for line in shown)
    assert not [line for line in shown if TOKEN in line or "GITHUB_" in line or "RUNNER_" in line]


def test_a_flood_is_read_to_its_end_and_shown_in_part() -> None:
    shown: list[str] = []
    assert (
        quietly(
            ["bash", "-c", "yes ::error:: | head -n 100000; yes x | head -c 3000000 | tr -d '\\n'"],
            {"PATH": "/usr/bin:/bin"},
            shown.append,
        )
        == 0
    )
    assert len(shown) == MOST_LINES + 1 and max(map(len, shown)) < 2_100


def test_an_output_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        output("score", "1\noutcome=passed", {"GITHUB_OUTPUT": str(tmp_path / "x")})
