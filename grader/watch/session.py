"""Where the learner is, and what each key does. It knows no screen: `changed` is called when there is more to show."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from grader import catalog, hints, progress
from grader.course.stub import backup_name, is_original, put_back
from grader.errors import BadSubmission, KataError
from grader.locale import say
from grader.model import LANGUAGES, Exercise
from grader.progress import Standing
from grader.submissions import read
from grader.watch import place, saves
from grader.watch.ask import Event, Judge
from grader.watch.verdict import Verdict

WIDTH = 76  # fits a terminal of 80
Files = dict[str, bytes] | None


class Session:
    """One learner's session with one course."""

    def __init__(self, root: Path, start: str, language: str, changed: Callable[[], None]) -> None:
        self.root, self.language, self._changed = root, language, changed
        self.width = WIDTH  # of tables; whoever knows the screen's says so
        self.exercises = catalog.all_exercises(root)
        self.standings = progress.read(root)
        self.exercise = self._first(start)
        self.verdict = Verdict(self.exercise)
        self._graded: tuple[Exercise, Files, str] | None = None
        self._reading = asyncio.Lock()
        self._judge = Judge(self._told)
        self._contents = {exercise.name: _content(exercise) for exercise in self.exercises}

    def _first(self, start: str) -> Exercise:
        """The one asked for, else the one where the learner was, else what is next."""
        if start:
            found = catalog.resolve(self.root, start)
            return next(exercise for exercise in self.exercises if exercise.name == found.name)
        here = place.remembered(self.root)
        at = next((exercise for exercise in self.exercises if exercise.name == here), None)
        return at or self.next_up or self.exercises[0]

    @property
    def next_up(self) -> Exercise | None:
        return progress.what_next(self.exercises, self.standings)

    @property
    def standing(self) -> Standing:
        return self.standing_of(self.exercise)

    def standing_of(self, exercise: Exercise) -> Standing:
        return self.standings.get(exercise.name, Standing())

    async def run(self) -> None:
        """Until it is cancelled: grades what is there, then what is saved. Every process it started is ended."""
        try:
            await self.open(self.exercise)
            await asyncio.gather(self._follow_saves(), self._look_at_the_file())
        finally:
            await self._judge.close()

    async def _follow_saves(self) -> None:
        async for paths in saves.saved(self.root / "exercises"):
            stubs = [exercise for exercise in self.exercises if exercise.stub in paths and self._is_new(exercise)]
            if len(stubs) == 1 and stubs[0] is not self.exercise:
                await self.open(stubs[0])  # what somebody saves is what they are at
            elif any(_is_ours(path, self.exercise) for path in paths):
                await self._judge.start_anew()
                await self.grade()
            else:
                await self.look()

    async def _look_at_the_file(self) -> None:
        async for _ in saves.looks(lambda: self.exercise.stub):
            await self.look()

    def _is_new(self, exercise: Exercise) -> bool:
        """Does its file hold something else than before? A removed one is nothing to go to."""
        content = _content(exercise)
        known, self._contents[exercise.name] = self._contents[exercise.name], content
        return content is not None and content != known

    async def open(self, exercise: Exercise) -> None:
        self.exercise = exercise
        place.remember(self.root, exercise.name)
        await self.grade()

    async def look(self) -> None:
        """Grade if the files are other ones than those graded last."""
        await self.grade(again=False)

    async def grade(self, again: bool = True) -> None:
        """Grade; not `again`: if they are other ones than those graded last."""
        async with self._reading:  # what was read first is asked first
            exercise = self.exercise
            files, refused = await asyncio.to_thread(_read, exercise)
            if not again and (exercise, files, refused) == self._graded:
                return
            self._graded = exercise, files, refused
            self.verdict = Verdict(exercise)
            self._changed()
            await self._judge.ask(exercise, files, refused, self.language, self.width)

    def _told(self, event: Event) -> None:
        self.verdict.add(event)
        if event["event"] == "attempt" and self.verdict.attempt is not None:
            progress.record_attempt(self.verdict.exercise, self.verdict.attempt)
            if self.verdict.final:
                hints.remember(self.verdict.exercise, self.verdict.attempt)
            self.standings = progress.read(self.root)
        self._changed()

    def beside(self, steps: int) -> Exercise:
        """The exercise so many places further, or back; the last one's next is the first."""
        names = [exercise.name for exercise in self.exercises]
        return self.exercises[(names.index(self.exercise.name) + steps) % len(names)]

    @property
    def seen(self) -> hints.Seen:
        """What the newest attempt showed; nothing yet while the first is on its way."""
        return hints.seen_in(self.verdict.attempt)

    @property
    def hint_taken(self) -> int:
        return hints.taken(self.exercise, self.seen, self.standing)

    def hint(self, level: int) -> str:
        """The hint of that level, which is one taken from now on; "" where there is none."""
        text = hints.hint(self.exercise, self.seen, level, self.language)
        if text:
            progress.record_hint(self.exercise, level, self.seen.misconception)
            self.standings = progress.read(self.root)
        return text

    @property
    def hints_about(self) -> str:
        return hints.about(self.exercise, self.seen, self.language)

    def has_hint(self, level: int) -> bool:
        return bool(hints.hint(self.exercise, self.seen, level, self.language))

    def next_hint(self) -> str:
        """The one after the last that was taken; the last again where there is no other."""
        level = self.hint_taken + 1
        text = self.hint(level) or self.hint(level - 1)
        return "\n".join(filter(None, (self.hints_about, text)))

    def source(self, id: str) -> tuple[str, str]:
        """(where, source) of a visible check; for a hidden one a sentence in place of it."""
        about = next((check for check in self.verdict.checks if check.id == id), None)
        if about is None or not about.source:
            return "", say("watch_hidden", self.language, id=id)
        return f"exercises/{self.exercise.name}/{about.place}", about.source

    def values(self, id: str) -> list[str]:
        """The failing visible check's values beside the reference's; for others a sentence in place of them."""
        lines = self.verdict.values.get(id, {}).get(self.language)
        return lines or [say("watch_no_values", self.language, id=id)]

    def solution(self, width: int | None) -> str:
        """Our answer beside the learner's as `kata solution` shows it; a sentence in place of it until all passes."""
        if self.exercise.solutions is None:
            return say("no_solution_here", self.language)
        if not (self.verdict.passed and self.verdict.final):
            return say("watch_solution_closed", self.language)
        from grader.course.answers import of_the_learner
        from grader.course.answers_page import page  # imports what nobody needs at the start

        return page(self.exercise, of_the_learner(self.exercise), self.language, width)

    def other_language(self) -> None:
        at = LANGUAGES.index(self.language)
        self.language = os.environ["KATA_LANG"] = LANGUAGES[(at + 1) % len(LANGUAGES)]
        self._changed()

    def question(self) -> tuple[str, str]:
        """(what a reset would do, the backup's name); the name is empty where there is nothing to do."""
        name, backup = self.exercise.file_name, backup_name(self.exercise, datetime.now())
        if not self.exercise.stub.exists():
            return say("watch_ask_there_again", self.language, file=name), backup
        try:
            if is_original(self.exercise):
                return say("reset_same", self.language, file=name), ""
        except (KataError, OSError) as problem:
            return str(problem), ""
        return say("reset_ask", self.language, file=name, backup=backup), backup

    async def reset(self, backup: str) -> str:
        """Put the original back; says what was done."""
        name = self.exercise.file_name
        try:
            kept = put_back(self.exercise, backup)
        except KataError as problem:
            return str(problem)
        await self.look()
        return say("reset_done" if kept else "watch_there_again", self.language, file=name, backup=backup)


def _read(exercise: Exercise) -> tuple[Files, str]:
    """The submission's files, or why they cannot be taken."""
    file = exercise.stub
    try:
        return (read(file, exercise) if file.exists() or file.is_symlink() else None), ""
    except BadSubmission as problem:
        return None, str(problem)
    except OSError as problem:
        return None, say("unreadable", file=exercise.file_name, problem=problem.strerror or problem)


def _content(exercise: Exercise) -> bytes | None:
    try:
        return exercise.stub.read_bytes() if exercise.stub.is_file() else None
    except OSError:
        return None


def _is_ours(path: Path, exercise: Exercise) -> bool:
    """A file that the process which grades has read once and keeps."""
    return path.parent == exercise.folder and path.name in exercise.given
