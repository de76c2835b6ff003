"""Nothing of solutions/ leaves: lines of answers, hidden checks and mistakes are looked for in all that is given out.

Lines are compared without spaces and backslashes. What is shorter than LEAST is trivial by itself; short lines that
follow each other are looked for together. What may be seen although it also stands in solutions/NN_slug/ is listed,
line by line, in its public_lines.txt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader import catalog
from grader.course import scaffold
from grader.course.stub import cut
from grader.course.unwrap import TooDeep, texts, unwrapped
from grader.errors import KataError
from grader.locale import say

LEAST, LEAST_TOGETHER = 24, 32  # characters of a line, and of short lines together
PUBLIC = "public_lines.txt"
TRIVIAL = re.compile(
    r"(from\S+import|import)[\w.,()]*|@.*|except\w+(as\w+)?:|(\"\w+\",?)+|\w+,|\W*"
)  # and lists of names


@dataclass(frozen=True)
class Leak:
    file: str  # of what is given out
    place: str  # in solutions/
    line: str


class Secrets:
    """The lines of solutions/, each with its place."""

    def __init__(self, root: Path) -> None:
        self._lines: dict[str, tuple[str, str]] = {}  # what to look for -> its place, and how it reads
        self._heads: dict[str, list[str]] = {}
        solutions = root / "solutions"
        public: dict[str, set[str]] = {}
        stubs = {exercise.name: cut(exercise) for exercise in catalog.all_exercises(root) if exercise.solutions}
        blank = {bare(line) for text in scaffold.texts() for line in text.splitlines()}
        for file in sorted(solutions.rglob("*"), key=lambda file: (len(file.parts), file)):
            if file.is_file() and file.name != PUBLIC and "__pycache__" not in file.parts:
                name = file.relative_to(solutions).parts[0]
                if name not in public:
                    shown = stubs.get(name, "") + "\n" + _text(solutions / name / PUBLIC)
                    public[name] = blank | set(map(bare, shown.splitlines()))
                self._add(file.relative_to(root).as_posix(), _text(file), public[name], bare(stubs.get(name, "")))
        for secret in self._lines:
            self._heads.setdefault(secret[:LEAST], []).append(secret)

    def _add(self, place: str, text: str, free: set[str], stub: str) -> None:
        short: list[str] = []
        for number, line in enumerate(text.splitlines(), 1):
            secret = bare(line)
            if secret in free or TRIVIAL.fullmatch(secret):
                short = []
            elif len(secret) >= LEAST:
                if secret in stub:  # a part of a longer line there
                    continue
                self._lines.setdefault(secret, (f"{place}:{number}", line.strip()))
                short = []
            else:
                short.append(line)
                together = bare("".join(short))
                if len(together) >= LEAST_TOGETHER:
                    reading = " | ".join(map(str.strip, short))
                    self._lines.setdefault(together, (f"{place}:{number - len(short) + 1}", reading))
                    short.pop(0)

    def in_text(self, text: str) -> set[str]:
        heads, found = self._heads, set()
        dense = bare(text)
        for i in range(len(dense) - LEAST + 1):
            for secret in heads.get(dense[i : i + LEAST], ()):
                if dense.startswith(secret, i):
                    found.add(secret)
        return found

    def in_file(self, name: str, content: bytes) -> Iterator[Leak]:
        """What stands in it, in any encoding."""
        found: set[str] = set()
        seen: set[str] = set()
        try:
            for part in unwrapped(content):
                for text in texts(part):
                    if len(text) >= LEAST and text not in seen:
                        seen.add(text)
                        found |= self.in_text(text)
        except TooDeep:
            raise KataError(say("release_too_deep", file=name)) from None
        for secret in sorted(found):
            yield Leak(name, *self._lines[secret])


def leaks(files: dict[str, bytes], root: Path) -> list[Leak]:
    secrets = Secrets(root)
    return [leak for name, content in files.items() for leak in secrets.in_file(name, content)]


def refuse_leaks(found: Iterable[Leak]) -> None:
    """Raises KataError that names each line and where it stands."""
    lines = [f"  {leak.file}: {leak.place}: {leak.line}" for leak in found]
    if lines:
        raise KataError(say("release_leaks", count=len(lines), lines="\n".join(lines), public=PUBLIC))


def bare(text: str) -> str:
    return re.sub(r"[\s\\]", "", text)


def _text(file: Path) -> str:
    return file.read_bytes().decode("utf-8", "ignore") if file.is_file() else ""
