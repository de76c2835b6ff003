"""GitHub's REST interface, as little of it as is needed. The token is in one header and in no message."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any

from grader.errors import GitHubRefused, KataError
from grader.locale import say

ANSWER_LIMIT = 16 << 20
SECONDS = 60
JSON = "application/vnd.github+json"
GONE = (401, 403, 404, 409, 410, 422, 451)  # asking again changes nothing


class Api:
    """`pauses`: seconds before each further try when the server is in trouble."""

    def __init__(self, url: str, token: str, pauses: tuple[float, ...] = (2, 10)) -> None:
        if not url.startswith(("https://", "http://127.0.0.1:")):  # a token never travels in the clear
            raise KataError(say("actions_no_event"))
        self._url, self._token, self._pauses = url.rstrip("/"), token, pauses

    @classmethod
    def of(cls, runner: Mapping[str, str]) -> Api:
        """As the runner's environment says: GITHUB_API_URL and GITHUB_TOKEN."""
        if not runner.get("GITHUB_TOKEN"):
            raise KataError(say("actions_no_token"))
        return cls(runner.get("GITHUB_API_URL") or "https://api.github.com", runner["GITHUB_TOKEN"])

    def json(self, method: str, path: str, body: Any = None) -> Any:
        return json.loads(self._ask(method, path, JSON, body))

    def text(self, path: str, accept: str) -> str:
        return self._ask("GET", path, accept).decode("ascii", "replace").strip()

    def download(self, path: str, file: Path, limit: int) -> None:
        """Into a file. Raises GitHubRefused with code 413 if it is longer than `limit`."""
        content = self._ask("GET", path, JSON, limit=limit)
        file.write_bytes(content)

    def _ask(self, method: str, path: str, accept: str, body: Any = None, limit: int = ANSWER_LIMIT) -> bytes:
        for pause in (*self._pauses, None):
            try:
                return self._try(method, path, accept, body, limit)
            except GitHubRefused as refused:
                if pause is None or refused.final:
                    raise
                time.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _try(self, method: str, path: str, accept: str, body: Any, limit: int) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data, {"Accept": accept}, method=method)
        request.add_header("User-Agent", "gradkata")
        request.add_header("X-GitHub-Api-Version", "2022-11-28")
        request.add_unredirected_header("Authorization", f"Bearer {self._token}")  # a redirect goes without it
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                return _bounded(answer, method, path, limit)
        except urllib.error.HTTPError as problem:
            with problem:
                # A spent allowance is told with 403 as well, and is no answer about the repository.
                spent = problem.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in problem.headers
            raise _refused(method, path, problem.code, problem.code in GONE and not spent) from None
        except (OSError, HTTPException):
            raise _refused(method, path, 0, False) from None


def _bounded(answer: HTTPResponse, method: str, path: str, limit: int) -> bytes:
    content = answer.read(limit + 1)
    if len(content) > limit:
        raise _refused(method, path, 413, True)
    return content


def _refused(method: str, path: str, code: int, final: bool) -> GitHubRefused:
    return GitHubRefused(say("actions_refused", method=method, path=path, code=code or "-"), code, final)
