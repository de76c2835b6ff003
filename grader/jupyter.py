"""The visible checks in a notebook: `check("03")` runs them all, `kata_check("03.2")` one, on the answer cell.

The answer is the cell that begins with `# kata 03`, as it was last run in this kernel. A kernel knows neither its file
nor its cells' metadata, and front ends tell it different things; what was run is the same in JupyterLab, VS Code and
Colab. It is judged as a file would be: behind the wall, with the messages of a terminal.
"""

from __future__ import annotations

import atexit
import html
import json
import os
import re
from functools import cache
from typing import Any

from grader import catalog
from grader.errors import BadSubmission, KataError
from grader.judge.attempt import Judging, judge
from grader.judge.cache import ValueCache
from grader.locale import language, say
from grader.model import LEARNER_SEED, Attempt, Check, Exercise
from grader.reports.terminal import Line, line_of, lines
from grader.sandbox import WorkerSource
from grader.sandbox.sources import own_workers
from grader.submissions.notebooks import module_of

COLOURS = {"green": "#0a7a2f", "yellow": "#8a6100", "red": "#b3261e", "magenta": "#8e24aa"}


class Shown:
    """What a cell shows: HTML in a notebook, the same words where there is only text."""

    def __init__(self, shown: list[Line]) -> None:
        self._lines = shown

    def __repr__(self) -> str:
        return "\n".join(text for text, _ in self._lines)

    def _repr_html_(self) -> str:
        return f'<pre class="kata" style="white-space: pre-wrap">{"<br>".join(map(_as_html, self._lines))}</pre>'


def _as_html(line: Line) -> str:
    """Every character of a text is text, whoever wrote it."""
    text, style = html.escape(line[0]), line[1]
    look = "font-weight: bold" if style == "bold" else f"color: {COLOURS.get(style, 'inherit')}"
    return f'<span style="{look}">{text}</span>' if style else text


def check(number: str = "") -> Shown:
    """The visible checks of an exercise; without a number, of the one whose answer was run last."""
    if not number:
        numbers = [match[1] for source in _history() if (match := re.match(r"\s*#\s*kata (\d+)\b", source))]
        if not numbers:
            return _only(say("nb_no_answer", mark="# kata NN"))
        number = numbers[-1]
    found = _attempt(number, None)
    return _only(found) if isinstance(found, str) else Shown(lines(*found, language()))


def kata_check(id: str) -> Shown:
    """One check. `nbgrader validate` looks for errors, so there one that is not passed raises; under nbgrader's own
    autograde all of them raise, or their silence would be full marks."""
    under = os.environ.get("NBGRADER_EXECUTION")
    if under == "autograde":
        raise RuntimeError(say("nb_wrong_grader"))
    found = _attempt(id.partition(".")[0], id)
    if isinstance(found, str):
        if under and found != say("nb_hidden", id=id):
            raise AssertionError(found)
        return _only(found)
    shown = Shown(_of_one(found[0], id))
    if under and found[0].checks[-1].outcome != "passed":
        raise AssertionError(repr(shown))
    return shown


def _only(text: str) -> Shown:
    return Shown([(text, "yellow")])


def _of_one(attempt: Attempt, id: str) -> list[Line]:
    found = next(one for one in attempt.checks if one.id == id)
    rest = found.messages[language()].splitlines()[1:]
    return [line_of(found, language()), *((line, "") for line in rest)]


def _attempt(number: str, only: str | None) -> tuple[Attempt, Exercise] | str:
    """The attempt on the visible checks (`only`: on that one and those it needs), or why there is none."""
    try:
        exercise = catalog.resolve(catalog.find_root(), number)
        visible = [one for one in catalog.load_checks(exercise.folder) if one.visibility == "visible"]
    except KataError as problem:
        return str(problem)
    if only is not None:
        wanted = next((one for one in visible if one.id == only), None)
        if wanted is None:
            return say("nb_hidden", id=only)
        visible = _with_needs(wanted, visible)
    answer = _answer(exercise)
    if answer is None:
        return say("nb_no_answer", mark=f"# kata {exercise.number}")
    source, cache = _tools()
    judging = Judging(
        exercise, tuple(visible), answer[0], source=source, cache=cache, seed=LEARNER_SEED, refused=answer[1]
    )  # fmt: skip
    return judge(judging), exercise


def _with_needs(wanted: Check, checks: list[Check]) -> list[Check]:
    """The check after those that it needs, and those that they need; they stand before it."""
    names = {wanted.name}
    for one in reversed(checks):
        if one.name in names:
            names |= set(one.needs)
    return [one for one in checks if one.name in names]


def _answer(exercise: Exercise) -> tuple[dict[str, bytes] | None, str] | None:
    """The answer as a file, or the reason why it can be none; None where no answer was run."""
    mark = re.compile(rf"\s*#\s*kata {exercise.number}\b")
    answers = [source for source in _history() if mark.match(source)]
    if not answers:
        return None
    cell = {"cell_type": "code", "source": answers[-1], "metadata": {"tags": ["answer"]}}
    content = json.dumps({"nbformat": 4, "cells": [cell]}).encode()
    try:
        return {exercise.file_name: module_of(content, exercise, "notebook")}, ""
    except BadSubmission as problem:
        return None, str(problem)


def _history() -> list[str]:
    """What was run in this kernel, as it was typed."""
    from IPython.core.getipython import get_ipython

    shell: Any = get_ipython()
    return [] if shell is None else list(shell.history_manager.input_hist_raw)


@cache
def _tools() -> tuple[WorkerSource, ValueCache]:
    """Workers and cache, kept as long as the kernel lives."""
    source = own_workers()
    atexit.register(source.close)
    return source, ValueCache()
