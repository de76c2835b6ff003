"""What tests of messages share: an exercise's texts, a learner's file, what is read of a finding."""

from __future__ import annotations

import dataclasses
from typing import Any

from grader.judge.message import explain
from grader.model import Check, Exercise, Finding

TITLE = {"en": "Twice a number.", "es": "El doble de un número."}
SOURCE = b"""import numpy as np


class Box:
    def get(self):
        return 1


def double(x):
    return 3 * x
"""
ERROR = {"class": "KeyError", "text": "'a'", "line": 10, "file": "double.py", "missing": None, "owner": ""}


def check_with(visibility: str = "visible", about: str = "") -> Check:
    return Check("90.1", "test", TITLE, 4, visibility, about, (), (), lambda: None, ({},))


def said(
    kind: str, facts: dict[str, Any], toy: Exercise, language: str = "en", *,
    visibility: str = "visible", numbers: bool = True,
) -> str:  # fmt: skip
    """What the learner reads after the title."""
    exercise = dataclasses.replace(toy, hidden_numbers=numbers)
    text = explain(Finding(kind, facts), check_with(visibility), exercise, (), {"double.py": SOURCE}, language)
    title, _, rest = text.partition("\n")
    assert title == TITLE[language]
    return "\n".join(line[4:].rstrip() for line in rest.splitlines())
