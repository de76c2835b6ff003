"""GitHub's server as far as we ask it, on the loopback interface: commits, archives, statuses, comments."""

from __future__ import annotations

import io
import json
import re
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "ghs_a-token-that-is-never-shown"


def sha(repository: str) -> str:
    return repository.encode().hex().ljust(40, "0")[:40]


def archive(files: dict[str, str | bytes], folder: str = "org-repo-abc1234") -> bytes:
    """As GitHub packs a commit: everything in one folder."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, text in files.items():
            content = text.encode() if isinstance(text, str) else text
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


@dataclass
class GitHub:
    """`archives`: repository -> bytes; `troubles`: path -> codes to answer with first. What was asked and told is kept."""

    archives: dict[str, bytes] = field(default_factory=dict)
    troubles: dict[str, list[int]] = field(default_factory=dict)
    comments: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    asked: list[tuple[str, str, str]] = field(default_factory=list)  # method, path, Authorization
    url: str = ""

    def answer(self, method: str, path: str, body: Any) -> tuple[int, bytes, dict[str, str]]:
        if self.troubles.get(path):
            return self.troubles[path].pop(0), b"{}", {}
        if found := re.fullmatch(r"/repos/([^/]+/[^/]+)/commits/[^/]+", path):
            known = found[1] in self.archives
            return (200, sha(found[1]).encode(), {}) if known else (404, b"{}", {})
        if found := re.fullmatch(r"/repos/([^/]+/[^/]+)/tarball/\w+", path):
            return (
                (302, b"", {"Location": f"{self.url}/elsewhere/{found[1]}"})
                if found[1] in self.archives
                else (404, b"{}", {})
            )
        if found := re.fullmatch(r"/elsewhere/(.*)", path):
            return 200, self.archives[found[1]], {}
        if found := re.fullmatch(r"/repos/([^/]+/[^/]+/)statuses/(\w+)", path):
            if len(body["description"]) > 140:
                return 422, b"{}", {}
            self.statuses.append((found[1] + found[2], body))
            return 201, b"{}", {}
        return self._about_comments(method, path, body)

    def _about_comments(self, method: str, path: str, body: Any) -> tuple[int, bytes, dict[str, str]]:
        if method == "GET" and (found := re.fullmatch(r".*/issues/\d+/comments\?per_page=100&page=(\d+)", path)):
            start = 100 * (int(found[1]) - 1)
            return 200, json.dumps(self.comments[start : start + 100]).encode(), {}
        if body is not None and len(body["body"]) > 65_536:
            return 422, b"{}", {}
        if method == "POST" and re.fullmatch(r".*/issues/\d+/comments", path):
            self.comments.append({"id": len(self.comments), "user": {"type": "Bot"}, **body})
            return 201, b"{}", {}
        if method == "PATCH" and (found := re.fullmatch(r".*/issues/comments/(\d+)", path)):
            self.comments[int(found[1])].update(body)
            return 200, b"{}", {}
        return 404, b"{}", {}


@contextmanager
def serving(github: GitHub) -> Iterator[GitHub]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            github.asked.append((self.command, self.path, self.headers.get("Authorization") or ""))
            code, text, headers = github.answer(self.command, self.path, json.loads(content) if content else None)
            self.send_response(code)
            for name, value in {**headers, "Content-Length": str(len(text))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PATCH = _answer

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        github.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield github
        finally:
            server.shutdown()
