"""Which hint a learner sees next: that of the mistake which their present file shows. One place for every command.

What the last attempt recognised is kept in `.gradkata/hints.json` with the digest of the file, so that a hint is there
at once; how far a learner went with each mistake's hints stands in their progress.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from grader import progress
from grader.locale import say
from grader.model import Attempt, Exercise, Text

FILE = ".gradkata/hints.json"  # not committed: it is this machine's
LARGEST = 1 << 18  # bytes that are read


@dataclass(frozen=True)
class Seen:
    """What an attempt showed: the check that failed and the mistake recognised in it; "" where there is none.

    `solved`: every check passed, so there is nothing to give a hint about.
    """

    check: str = ""
    misconception: str = ""
    solved: bool = False


def seen_in(attempt: Attempt | None) -> Seen:
    """The first failing check in which a mistake was recognised, else the first that failed."""
    checks = attempt.checks if attempt is not None else []
    failing = [check for check in checks if check.outcome not in ("passed", "waiting", "not_attempted", "missing")]
    first = next((check for check in failing if check.misconceptions), failing[0] if failing else None)
    if first is None:
        return Seen(solved=attempt is not None and attempt.outcome == "passed")
    return Seen(first.id, next(iter(first.misconceptions), ""))


def remember(exercise: Exercise, attempt: Attempt) -> None:
    """Keep what an attempt at the learner's own file showed. What cannot be written is not worth an error."""
    if attempt.outcome == "broken":  # nothing was found out
        return
    seen = seen_in(attempt)
    file = exercise.folder.parent.parent / FILE
    known = _known(file) | {exercise.name: [attempt.submission_sha256, *astuple(seen)]}
    with contextlib.suppress(OSError):
        file.parent.mkdir(exist_ok=True)
        half = file.with_name(f"{file.name}.{os.getpid()}.half")
        half.write_text(json.dumps(known, indent=1) + "\n", "utf-8")
        os.replace(half, file)


def recall(exercise: Exercise, sha256: str) -> Seen | None:
    """What was seen in a file with this digest; None if that was another file."""
    entry = _known(exercise.folder.parent.parent / FILE).get(exercise.name)
    if not isinstance(entry, list) or [type(part) for part in entry] != [str, str, str, bool]:
        return None
    known = not entry[2] or entry[2] in exercise.misconceptions
    return Seen(*entry[1:]) if known and entry[0] == sha256 else None


def _known(file: Path) -> dict[str, Any]:
    try:
        if not file.is_file() or file.stat().st_size > LARGEST:
            return {}
        known = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return known if isinstance(known, dict) else {}


def levels(exercise: Exercise, seen: Seen) -> tuple[Text, ...]:
    """The mistake's own hints where it has some, else the exercise's."""
    misconception = exercise.misconceptions.get(seen.misconception)
    return (misconception.hints if misconception else ()) or exercise.hints


def first_level(exercise: Exercise, seen: Seen) -> int:
    """Where to begin: a mistake without hints of its own says with which of the exercise's."""
    misconception = exercise.misconceptions.get(seen.misconception)
    return min(misconception.hint, max(1, len(exercise.hints))) if misconception else 1


def taken(exercise: Exercise, seen: Seen, standing: progress.Standing) -> int:
    """The last level that was shown for this mistake; where none was, the one before the first."""
    return standing.hints.get(seen.misconception, first_level(exercise, seen) - 1)


def hint(exercise: Exercise, seen: Seen, level: int, language: str) -> str:
    """The hint of that level, from 1 on; "" where there is none."""
    texts = () if seen.solved else levels(exercise, seen)
    return texts[level - 1][language] if 1 <= level <= len(texts) else ""


def about(exercise: Exercise, seen: Seen, language: str) -> str:
    """The check and the mistake that the hints are about; "" if they are about none. Or that none are needed."""
    if seen.solved:
        return say("watch_passed", language)
    misconception = exercise.misconceptions.get(seen.misconception)
    return f"{seen.check} · {misconception.title[language]}" if misconception else ""


def what_next(exercise: Exercise, seen: Seen, level: int, language: str) -> str:
    """What the hint after this one is; "" after the last."""
    if level >= len(levels(exercise, seen)):
        return ""
    misconception = exercise.misconceptions.get(seen.misconception)
    own = misconception is not None and bool(misconception.hints)
    more = say("next_hint", language, number=exercise.number, level=level + 1)
    return f"{more} ({say(f'hint_level_{level + 1}', language)})" if own else more
