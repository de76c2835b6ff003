"""What is told to GitHub: a commit status per exercise, one comment per pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from grader.actions.api import Api
from grader.actions.event import Event
from grader.actions.page import MARK, comment, points
from grader.locale import say
from grader.model import Attempt

DESCRIPTION_LIMIT = 140  # characters; a longer one is refused
PAGES = 20  # of a hundred comments each, in which ours is looked for


def status(api: Api, repository: str, commit: str, attempt: Attempt, language: str) -> bool:
    """False for what was never begun: a course of thirty exercises is no wall of red."""
    if attempt.outcome in ("missing", "not_attempted"):
        return False
    body = {
        "state": {"passed": "success", "broken": "error"}.get(attempt.outcome, "failure"),
        "context": f"kata/{attempt.exercise}",
        "description": f"{points(attempt)} · {say('outcome_' + attempt.outcome, language)}"[:DESCRIPTION_LIMIT],
    }
    api.json("POST", f"/repos/{repository}/statuses/{commit}", body)
    return True


def put_comment(api: Api, event: Event, attempts: Sequence[Attempt], language: str) -> None:
    """Ours is written anew where it is there already, so that a request with fifty pushes has one."""
    text = {"body": comment(attempts, event.commit, language)}
    base = f"/repos/{event.repository}/issues"
    ours = next((one["id"] for one in _comments(api, event) if _is_ours(one)), None)
    if ours is None:
        api.json("POST", f"{base}/{event.pull}/comments", text)
    else:
        api.json("PATCH", f"{base}/comments/{int(ours)}", text)


def _comments(api: Api, event: Event) -> Iterator[dict[str, Any]]:
    for page in range(1, PAGES + 1):
        path = f"/repos/{event.repository}/issues/{event.pull}/comments?per_page=100&page={page}"
        found = api.json("GET", path)
        yield from found
        if len(found) < 100:
            return


def _is_ours(one: dict[str, Any]) -> bool:
    """The mark alone proves nothing: a learner can write it, and could change later what we put there."""
    is_bot = (one.get("user") or {}).get("type") == "Bot"
    return is_bot and str(one.get("body") or "").startswith(MARK)
