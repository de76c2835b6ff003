"""Other systems' formats by name, for `kata export`: some take one attempt, some all, some all of one exercise."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from grader.model import Attempt
from grader.reports import classroom50, exercism, gradescope, junit, prairielearn, summary, workflow_commands

Single = Callable[[Attempt, str], str | None]  # None: this attempt may not be published (broken)
Together = Callable[[Sequence[Attempt], str], str]


def _classroom50(attempt: Attempt, language: str) -> str | None:
    return classroom50.write(attempt, language, os.environ, datetime.now(UTC))


SINGLE: dict[str, tuple[Single, str]] = {  # with the ending of the file's name
    "classroom50": (_classroom50, ".json"),
    "exercism": (exercism.write, ".json"),
    "gradescope": (gradescope.write, ".json"),
    "junit": (junit.write, ".xml"),
    "prairielearn": (prairielearn.write, ".json"),
}
TOGETHER: dict[str, Together] = {"annotations": workflow_commands.write, "summary": summary.write}
GRADEBOOKS = ("canvas", "moodle")
NAMES = tuple(sorted([*SINGLE, *TOGETHER, *GRADEBOOKS]))
