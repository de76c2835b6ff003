"""Watch mode in lines: nothing moves, nothing is written over. For screen readers, pipes, small terminals."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TextIO

from grader import catalog
from grader.errors import KataError
from grader.judge.message import clean
from grader.locale import say
from grader.reports.terminal import where_to_begin
from grader.watch import text
from grader.watch.session import Session
from grader.watch.verdict import Verdict

YES = ("y", "yes", "s", "sí", "si")


class Plain:
    """Reads commands, one a line; tells each verdict once."""

    def __init__(self, root: Path, start: str, language: str, out: TextIO) -> None:
        self._out = out
        self.session = Session(root, start, language, self._changed)
        self._verdict: Verdict | None = None  # that is being told
        self._told: Counter[str] = Counter()  # lines of it
        self._done = asyncio.Event()
        self._backup = ""

    def write(self, *lines: str) -> None:
        for line in lines:
            print(line, file=self._out, flush=True)

    def _changed(self) -> None:
        """Told as soon as it is known: the first failure; then what is added to it; the score last."""
        verdict, language = self.session.verdict, self.session.language
        if verdict is not self._verdict:
            self._verdict, self._told = verdict, Counter()
            self._done.clear()
            self.write("", text.title(self.session))
        if verdict.problem:
            self._tell([clean(verdict.problem)])
        elif verdict.passed and verdict.final:
            self._tell([line for line, _ in text.passed(self.session)])
        elif verdict.untouched and verdict.attempt is not None:
            self._tell([where_to_begin(self.session.exercise, language).strip()])
        elif verdict.first is not None and not verdict.untouched:
            self._tell([line for line, _ in text.message(verdict, verdict.first, language)])
        if verdict.final and not self._done.is_set():
            if verdict.attempt is not None:
                self.write(text.counts(verdict, language))
            self.write(text.status(verdict, language))
            self._done.set()

    def _tell(self, lines: Iterable[str]) -> None:
        """What has been told of this verdict is not told again."""
        told = self._told.copy()
        for line in lines:
            told[line] -= 1
            if told[line] < 0:
                self._told[line] += 1
                self.write(line)

    async def run(self, commands: TextIO) -> None:
        """Until the commands end, and what is being graded is told."""
        lines: asyncio.Queue[str | None] = asyncio.Queue()
        threading.Thread(target=_read, args=(commands, lines, asyncio.get_running_loop()), daemon=True).start()
        self.write(say("watch_plain", self.session.language))
        running = asyncio.create_task(self.session.run())
        reading = asyncio.create_task(self._obey(lines))
        await asyncio.wait([running, reading], return_when=asyncio.FIRST_COMPLETED)
        for task in (reading, running):
            task.cancel()
        for task in (reading, running):
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _obey(self, lines: asyncio.Queue[str | None]) -> None:
        while (line := await lines.get()) is not None:
            word = line.strip().lower()
            if self._backup:
                await self._answer(word)
            elif word in ("q", *_names("quit")):
                return
            elif word:
                await self._do(word)
        await self._done.wait()

    async def _do(self, word: str) -> None:
        session, language = self.session, self.session.language
        name = next((name for key, name in text.KEYS.items() if word == key or word in _names(name)), "")
        if name == "hint":
            self.write(session.next_hint() or say("watch_no_hint", language))
        elif name in ("next", "previous"):
            await session.open(session.beside(1 if name == "next" else -1))
        elif name == "list":
            self.write(*(text.exercise_row(session, number) for number in range(len(session.exercises))))
            self.write(text.tally(session), say("watch_plain_list", language))
        elif name == "source":
            first = session.verdict.first
            self.write(*(session.source(first.id) if first else (say("watch_no_failure", language),)))
        elif name == "values":
            first = session.verdict.first
            self.write(*(session.values(first.id) if first else (say("watch_no_failure", language),)))
        elif name == "solution":
            self.write(session.solution(None))
        elif name == "run":
            await session.grade()
        elif name == "language":
            session.other_language()
            self.write(say("watch_plain", session.language))
        elif name == "reset":
            question, self._backup = session.question()
            self.write(question, *([say("watch_yes_no", language)] if self._backup else []))
        elif word[:1].isdigit():
            await self._go(word)
        else:
            self._help(word)

    async def _go(self, word: str) -> None:
        try:
            found = catalog.resolve(self.session.root, word)
        except KataError as problem:
            self.write(str(problem))
            return
        await self.session.open(next(one for one in self.session.exercises if one.name == found.name))

    async def _answer(self, word: str) -> None:
        backup, self._backup = self._backup, ""
        if word in YES:
            self.write(await self.session.reset(backup))
        else:
            self.write(say("nothing_written", self.session.language))

    def _help(self, word: str) -> None:
        language = self.session.language
        if word not in ("?", *_names("help")):
            self.write(say("watch_unknown", language, word=clean(word, 40)))
        self.write(*(f"{key}, {say('key_' + name, language)}: {say('watch_key_' + name, language)}"
                   for key, name in text.KEYS.items()))  # fmt: skip


def _names(name: str) -> list[str]:
    """A command's word in both languages."""
    return [say("key_" + name, language) for language in ("en", "es")]


def _read(commands: TextIO, lines: asyncio.Queue[str | None], loop: asyncio.AbstractEventLoop) -> None:
    """Lines from a thread: standard input may be a terminal, a pipe or a file."""
    put: Callable[[str | None], None] = lines.put_nowait
    with contextlib.suppress(RuntimeError):  # the loop is gone
        try:
            for line in commands:
                loop.call_soon_threadsafe(put, line)
        finally:
            loop.call_soon_threadsafe(put, None)


def watch(root: Path, start: str, language: str) -> None:
    async def main() -> None:
        await Plain(root, start, language, sys.stdout).run(sys.stdin)

    asyncio.run(main())
