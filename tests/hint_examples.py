"""The small examples that hints quote: read out of the text, and run with the answer and with the mistake's file."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from grader.catalog import import_file

FORM = re.compile(
    r"(?:With|Con) `(?P<code>[^`]+)`, `(?P<asked>[^`]+)` (?:is|ends in|es|acaba en) (?P<right>.+?) "
    r"(?:in right code and|en el código correcto y) (?:is |ends in |es |acaba en )?(?P<wrong>.+?) "
    r"(?:with this mistake|con este error)\. (?P<by_hand>.+)"
)
EXPERIMENT = re.compile(  # where the value of an example would be the answer itself, the frameworks are asked
    r"(?:Try|Prueba) `(?P<code>[^`]+)`: `(?P<asked>[^`]+)` (?:shows|muestra) (?P<right>.+?)\. (?P<by_hand>.+)"
)
EQUATION = re.compile(r"`([^`=]+) = ([^`=]+)`")
NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Example:
    """Code to type, what to look at afterwards, what it shows with right code and with the mistake, and why.

    An experiment asks the frameworks and not the learner's code: it shows the same with the mistake.
    """

    code: str
    asked: str
    right: str
    wrong: str
    by_hand: str

    @property
    def is_experiment(self) -> bool:
        return self.right == self.wrong


def read(hint: str) -> Example:
    if experiment := EXPERIMENT.fullmatch(hint):
        return Example(**experiment.groupdict(), wrong=experiment["right"])
    found = FORM.fullmatch(hint)
    assert found is not None, f"not of the form of an example: {hint}"
    return Example(**found.groupdict())


def outcome(file: Path, code: str, asked: str) -> str:
    """What `asked` shows after `code`, as the hints write it; an error is named by its class.

    What a framework draws is the same in each run.
    """
    names = {"np": np, **vars(import_file(file, f"hint_{file.stem}"))}
    draw_from(0)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            exec(code, names)
            return shown(eval(asked, names))
        except Exception as error:  # whatever the mistake leads to is what a learner sees
            return type(error).__name__


def draw_from(seed: int) -> None:
    """Seed the global generators of the frameworks that are imported."""
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(seed)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)


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


def outcomes(backend: str, jobs: list[tuple[Path, str, str]]) -> list[str]:
    """The outcome of each job (file, code, asked) in its own empty folder, all of them in one process of their own.

    `backend` is Keras's. A framework is imported once there, and never in the process that tests.
    """
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"  # what frameworks print goes elsewhere
        subprocess.run(
            [sys.executable, "-m", "tests.hint_examples", answer],
            input=json.dumps([[str(file), code, asked] for file, code, asked in jobs]),
            env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""},
            cwd=Path(__file__).resolve().parent.parent,
            text=True, capture_output=True, check=True, timeout=600,
        )  # fmt: skip
        found: list[str] = json.loads(answer.read_text("utf-8"))
    return found


def main(answer: Path) -> None:
    """Read jobs from stdin and write their outcomes into `answer`."""
    found = []
    for file, code, asked in json.load(sys.stdin):
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            found.append(outcome(Path(file), code, asked))
            patch.stopall()  # what an example has taken away comes back
    answer.write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
