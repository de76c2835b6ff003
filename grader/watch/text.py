"""Everything that watch mode shows, as lines of text with a style; every sign also speaks without its colour."""

from __future__ import annotations

import textwrap
import time
from collections import Counter

from grader import progress
from grader.judge.message import clean
from grader.locale import catalogue, say
from grader.model import CheckResult, Exercise
from grader.next_steps import renamed
from grader.reports.terminal import SIGNS, STYLES, Line, where_to_begin
from grader.reports.text import out_of
from grader.watch.session import Session
from grader.watch.verdict import Row, Verdict

MOST_PRINTED = 2000  # characters of what the learner's code printed
SLOW_SECONDS = 1.0  # after which the screen says how long it has been
KEYS = {
    "h": "hint", "n": "next", "p": "previous", "l": "list", "s": "source", "v": "values", "o": "solution", "r": "run",
    "t": "language", "x": "reset", "q": "quit",
}  # fmt: skip
MAIN_KEYS = "hnplsvq"  # with words where there is no room for all


def title(session: Session) -> str:
    return f"{session.exercise.number} · {session.exercise.title[session.language]}"


def status(verdict: Verdict, language: str) -> str:
    """The score, or what is being run."""
    if verdict.attempt is not None:
        if verdict.attempt.score is None:
            return say("no_score", language)
        return say("points", language, score=out_of(verdict.attempt.score, verdict.attempt.max_score))
    if verdict.problem:
        return say("no_score", language)
    waited = f" {time.monotonic() - verdict.began:.0f} s" if is_slow(verdict) else ""
    return say("watch_running", language, id=verdict.running).strip() + waited


def is_slow(verdict: Verdict) -> bool:
    """Has it been so long that the screen should say so?"""
    return time.monotonic() - verdict.began >= SLOW_SECONDS


def body(session: Session, verdict: Verdict, chosen: str, width: int) -> list[Line]:
    """What to read first comes first: the chosen check's message, else the first failure's; then a line per check."""
    language = session.language
    if verdict.problem:
        return [(clean(verdict.problem), "red")]
    lines: list[Line] = []
    result = verdict.result(chosen)
    if verdict.passed and not chosen:
        lines += passed(session)
    elif verdict.untouched and verdict.attempt is not None and not chosen:
        lines += [(where_to_begin(session.exercise, language).strip(), "")]
    elif result is not None:
        lines += message(verdict, result, language)
    if lines:
        lines.append(("", ""))
    if verdict.attempt is not None and not verdict.final:
        lines.append((say("watch_naming", language), ""))
    lines.append((counts(verdict, language), "bold"))
    current = result.id if result is not None else ""
    rows = [_check_line(verdict, check.id, check.title[language], current) for check in verdict.checks]
    return lines + [(cut(row, width), style) for row, style in rows]


def passed(session: Session) -> list[Line]:
    """What is said when every check passes, and what is next. Nothing moves by itself."""
    language, exercise = session.language, session.exercise
    lines = [(say("watch_passed", language), "green")]
    lines.append((say("visible_only" if exercise.solutions is None else "watch_solution", language), ""))
    if (up := session.next_up) is None:
        return [*lines, (say("all_passed", language), "")]
    name = f"{up.number} · {up.title[language]}"
    beside = session.beside(1).name == up.name
    return [*lines, (say("watch_next" if beside else "watch_next_other", language, name=name), "")]


def message(verdict: Verdict, result: CheckResult, language: str) -> list[Line]:
    """The check, what happened, the numbers side by side, what the code printed."""
    head = f"{_sign(result)} {result.id} {result.title[language]}"
    if result.outcome not in ("passed", "failed", "waiting", "not_attempted"):
        head += f" [{say('outcome_' + result.outcome, language)}]"
    lines: list[Line] = [(f"{head}  {out_of(result.score, result.max_score)}", STYLES.get(result.outcome, "red"))]
    said = [_with_keys(line, verdict.exercise, language) for line in result.messages[language].splitlines()[1:]]
    if said and said[0].startswith("    " + say("call", language, call="").rstrip()):
        said = [*said[1:], said[0]]  # what to type is long, and comes after what is wrong
    lines += [(line, "") for line in said]
    if result.outcome == "missing":
        steps = [say("watch_missing", language), renamed(verdict.exercise, language)]
        lines += [(f"    {step}", "") for step in steps if step]
    lines += side_by_side(verdict.numbers.get(result.id, []), language)
    if printed := clean(verdict.printed.get(result.id, "").rstrip(), MOST_PRINTED):
        lines.append((say("printed", language, id=result.id), "bold"))
        lines += [(f"    {line}", "") for line in printed.splitlines()]
    return lines


def _with_keys(line: str, exercise: Exercise, language: str) -> str:
    """Where a message names the command that shows a hint: the key that shows it here."""
    command = "    " + say("hint", language, command=f"kata hint {exercise.number}")
    return "    " + say("watch_hint", language) if line.startswith(command) else line


def side_by_side(rows: list[Row], language: str) -> list[Line]:
    """Your numbers and the reference's, those that differ marked."""
    if not rows:
        return []
    table = [("", say("watch_yours", language), say("watch_reference", language)), *(row[:3] for row in rows)]
    widths = [max(len(row[i]) for row in table) for i in range(3)]
    texts = [f"    {row[0]:>{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}" for row in table]
    return [(texts[0], ""), *((text + (" ≠" if row[3] else ""), "red" if row[3] else "")
                              for text, row in zip(texts[1:], rows, strict=True))]  # fmt: skip


def counts(verdict: Verdict, language: str) -> str:
    """12 passed, 1 failed, 3 waiting, 9 to go."""
    numbers = Counter(result.outcome for result in verdict.results.values())
    parts = [_counted(outcome, number, language) for outcome, number in numbers.items()]
    if left := len(verdict.checks) - len(verdict.results):
        parts.append(say("watch_left", language, count=left))
    return ", ".join(parts)


def _counted(outcome: str, number: int, language: str) -> str:
    """1 falla, but 2 fallan."""
    several = f"several_{outcome}"
    key = several if number != 1 and several in catalogue(language) else f"outcome_{outcome}"
    return f"{number} {say(key, language)}"


def _check_line(verdict: Verdict, id: str, title: str, current: str) -> Line:
    result = verdict.results.get(id)
    here = "›" if id == current else " "
    if result is None:
        return f"{here} … {id} {title}", ""
    return f"{here} {_sign(result)} {id} {title}", STYLES.get(result.outcome, "red")


def _sign(result: CheckResult) -> str:
    return SIGNS.get(result.outcome, "✘")


def exercises(session: Session, width: int) -> list[Line]:
    """A line per exercise: where one is, how far each is."""
    lines = []
    for exercise in session.exercises:
        standing = session.standing_of(exercise)
        here = "›" if exercise is session.exercise else " "
        name = f"{exercise.number} {exercise.title[session.language]}"
        share = f" {100 * standing.share:.0f} %" if 0 < standing.share < 1 else ""
        row = cut(f"{here} {progress.sign(exercise, standing)} {name}", width - len(share))
        lines.append((f"{row:{width - len(share)}}{share}", "green" if standing.passed else ""))
    return lines


def exercise_row(session: Session, number: int, width: int | None = None) -> str:
    """An exercise and how far it is; where there is no room for a long title, it is cut."""
    exercise = session.exercises[number]
    standing = session.standing_of(exercise)
    words = f" ({progress.in_words(exercise, standing, session.language)})"
    name = f"{progress.sign(exercise, standing)} {exercise.number} {exercise.title[session.language]}"
    return (name if width is None else cut(name, width - len(words))) + words


def tally(session: Session) -> str:
    done = sum(bool(session.standing_of(exercise).passed) for exercise in session.exercises)
    return say("watch_tally", session.language, done=done, all=len(session.exercises))


def keys(language: str, width: int) -> str:
    """The keys on one line, with as many words as there is room for."""
    more = f"? {say('key_help', language)}"
    for shown in (KEYS, MAIN_KEYS):
        line = "  ".join([*(f"{key} {say('key_' + KEYS[key], language)}" for key in shown), more])
        if len(line) <= width:
            return line
    return cut(f"{' '.join(KEYS)}  {more}", width)


def cut(line: str, width: int) -> str:
    return line if len(line) <= width else line[: max(0, width - 1)] + "…"


def ends(left: str, right: str, width: int) -> str:
    """Both ends of a line; the left one is cut where there is no room."""
    room = max(0, width - len(right) - 3)
    return f" {cut(left, room):{room}} {right} "


def wrapped(line: str, width: int) -> list[str]:
    """A long line goes on below its own beginning, a little further in."""
    indent = line[: len(line) - len(line.lstrip())]
    if len(line) <= width:
        return [line]
    return textwrap.wrap(
        line, max(width, len(indent) + 10), subsequent_indent=indent + "  ", drop_whitespace=True, tabsize=4,
        break_on_hyphens=False,
    )  # fmt: skip
