"""The screen's end of the process that grades (judging.py): started when first needed, and anew if it ended."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from grader.locale import say
from grader.model import Exercise

LONGEST_LINE = 64 << 20
END_SECONDS = 3.0
OWN_GROUP = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)  # what Windows has in place of sessions
Event = dict[str, Any]


class Judge:
    """Asks for attempts; `told` is called with each event of the newest one."""

    def __init__(self, told: Callable[[Event], None]) -> None:
        self._told = told
        self._number = 0
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    async def ask(
        self, exercise: Exercise, files: dict[str, bytes] | None, refused: str, language: str, width: int
    ) -> None:
        """Grade these files; tables have so many columns. What was being graded is stopped."""
        self._number += 1
        request = {
            "number": self._number, "folder": str(exercise.folder), "refused": refused, "width": width,
            "language": language,
            "files": None if files is None else {name: base64.b64encode(part).decode() for name, part in files.items()},
        }  # fmt: skip
        async with self._turn:
            process = await self._running(language)
            assert process.stdin is not None
            with contextlib.suppress(ConnectionError):  # `_read` tells of its end
                process.stdin.write(json.dumps(request).encode() + b"\n")
                await process.stdin.drain()

    async def _running(self, language: str) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            pipe = asyncio.subprocess.PIPE
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "grader.watch.judging", stdin=pipe, stdout=pipe, stderr=pipe,
                limit=LONGEST_LINE, start_new_session=True, creationflags=OWN_GROUP,  # Ctrl-C is the screen's to handle
                env={**os.environ, "KATA_LANG": language},
            )  # fmt: skip
            self._reading = asyncio.create_task(self._read(self._process))
        return self._process

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None and process.stderr is not None
        errors = asyncio.create_task(_last_line(process.stderr))
        async for line in process.stdout:
            event = json.loads(line)
            if event["number"] == self._number:
                self._told(event)
        last = await errors
        await process.wait()
        if process is self._process:
            self._told({"number": self._number, "event": "problem", "text": say("watch_ended", problem=last)})

    async def start_anew(self) -> None:
        """For an exercise whose own files have changed: the process has read the old ones."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()
            try:
                await asyncio.wait_for(process.wait(), END_SECONDS)
            except TimeoutError:
                process.kill()
                await process.wait()

    async def close(self) -> None:
        """Its end, and that of all it started."""
        await self.start_anew()
        if self._reading is not None:
            await asyncio.wait([self._reading], timeout=END_SECONDS)


async def _last_line(stream: asyncio.StreamReader) -> str:
    """The stream is read to its end, so that nobody waits for it to be read."""
    last = b""
    while part := await stream.read(1 << 16):
        last = (last + part)[-1000:]
    lines = last.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "?"
