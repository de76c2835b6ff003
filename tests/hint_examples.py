"""The small examples that hints quote: read out of the text, and run with the answer and with the mistake's file."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from grader.catalog import import_file

FORM = re.compile(
    r"(?:With|Con) `(?P<code>[^`]+)`, `(?P<asked>[^`]+)` (?:is|ends in|es|acaba en) (?P<right>.+?) "
    r"(?:in right code and|en el código correcto y) (?:is |ends in |es |acaba en )?(?P<wrong>.+?) "
    r"(?:with this mistake|con este error)\. (?P<by_hand>.+)"
)
EQUATION = re.compile(r"`([^`=]+) = ([^`=]+)`")
NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Example:
    """Code to type, what to look at afterwards, what it shows with right code and with the mistake, and why."""

    code: str
    asked: str
    right: str
    wrong: str
    by_hand: str


def read(hint: str) -> Example:
    found = FORM.fullmatch(hint)
    assert found is not None, f"not of the form of an example: {hint}"
    return Example(**found.groupdict())


def outcome(file: Path, code: str, asked: str) -> str:
    """What `asked` shows after `code`, as the hints write it; an error is named by its class."""
    names = {"np": np, **vars(import_file(file, f"hint_{file.stem}"))}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            exec(code, names)
            return shown(eval(asked, names))
        except Exception as error:  # whatever the mistake leads to is what a learner sees
            return type(error).__name__


def shown(value: Any) -> str:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (float, np.floating)):
        return f"{value:.4g}"
    if isinstance(value, list):
        return f"[{', '.join(shown(item) for item in value)}]"
    return str(value)


def wrong_equations(by_hand: str) -> list[str]:
    """Equations in backticks whose sides differ by more than their last digit allows."""
    return [
        f"{left} = {right}"
        for left, right in EQUATION.findall(by_hand)
        if not np.isclose(eval(left, {"np": np}), float(right), rtol=5e-4, atol=0)
    ]


def strange_numbers(example: Example) -> list[str]:
    """Numbers in the last sentences that neither an equation there nor the example has."""
    plain = EQUATION.sub("", example.by_hand)
    known = " ".join([example.code, example.asked, example.right, example.wrong,
                      *(" ".join(sides) for sides in EQUATION.findall(example.by_hand))])  # fmt: skip
    numbers = {float(number) for number in NUMBER.findall(known)}
    return [number for number in NUMBER.findall(plain) if float(number) not in numbers]
