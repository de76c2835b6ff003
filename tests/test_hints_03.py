"""The numbers in 03's hints are those that the answer and the mistake's own file give on the example they name.

Here are the mistakes that one parameter and its gradients show; those that need more (a second parameter, a state that
is loaded) have code to type, and stand with the other exercises' in test_hint_examples.py.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader import catalog
from grader.catalog import import_file
from grader.judge.definitions import definition
from grader.model import LANGUAGES, Misconception

ROOT = Path(__file__).resolve().parent.parent
ADAM = catalog.load(ROOT / "exercises" / "03_adam")
ANSWERS = ROOT / "solutions" / "03_adam"
WITH_HINTS = [known for known in ADAM.misconceptions.values() if known.hints[1]["en"].startswith("Let p.data be")]
EXAMPLE = re.compile(
    r"(?:Let p\.data be|Sea p\.data) \[1\.0\], (?:with|con) `Adam\(\[p\], (?P<settings>.+)\)` (?:and the gradients|y los gradientes) (?P<grads>\[.+?\])\. "
    r"(?:After each step right code has|Tras cada paso, el código correcto tiene) (?P<right>\[.+?\]) "
    r"(?:and this mistake|y este error) (?P<wrong>\[.+?\])\. (?P<by_hand>.+)"
)


def settings_of(text: str) -> dict[str, Any]:
    call = ast.parse(f"f({text})", mode="eval").body
    assert isinstance(call, ast.Call)
    return {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in call.keywords}


def steps(file: Path, settings: dict[str, Any], grads: list[float | None]) -> str:
    """p.data after each step, as the hints write it."""
    param = SimpleNamespace(data=np.array([1.0]), grad=None)
    optimizer = import_file(file, f"hint_{file.stem}").Adam([param], **settings)
    data = []
    for grad in grads:
        param.grad = None if grad is None else np.array([float(grad)])
        with np.errstate(all="ignore"):
            optimizer.step()
        data.append(f"{param.data[0]:.4g}")
    return f"[{', '.join(data)}]"


def by_hand(settings: dict[str, Any], grads: list[float | None]) -> set[str]:
    """What somebody who computes Adam's formulas on paper writes down, and the settings."""
    m = v = largest = 0.0
    beta1, beta2 = settings.get("betas", (0.9, 0.999))
    sign, decay = -1 if settings.get("maximize") else 1, settings.get("weight_decay", 0.0)
    written = [settings["lr"], beta1, beta2, *settings.values()]
    for t, grad in enumerate((float(grad) for grad in grads if grad is not None), 1):
        grad = sign * grad
        written += [grad, grad + decay, grad - decay]  # in step 1, where the parameter is 1
        grad += decay
        fresh = (1 - beta1) * grad, (1 - beta2) * grad**2, (1 - beta1) * grad**2
        restarted = beta2 * largest + (1 - beta2) * grad**2
        m, v = beta1 * m + fresh[0], beta2 * v + fresh[1]
        largest = max(v, largest)
        corrections = 1 - beta1**t, 1 - beta2**t
        hats = m / corrections[0], v / corrections[1], largest / corrections[1]
        written += [m, v, largest, restarted, *fresh, *corrections, *hats, v**0.5, (v / corrections[1]) ** 0.5]
    return {f"{number:.4f}".rstrip("0").rstrip(".") for number in written if not isinstance(number, (bool, tuple))}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("known", WITH_HINTS, ids=lambda known: known.id)
def test_an_example_gives_the_numbers_that_it_quotes(known: Misconception, language: str) -> None:
    said = EXAMPLE.fullmatch(known.hints[1][language])
    assert said is not None, known.hints[1][language]
    settings, grads = settings_of(said["settings"]), ast.literal_eval(said["grads"])
    assert said["right"] == steps(ANSWERS / "adam.py", settings, grads)
    assert said["wrong"] == steps(ANSWERS / "mistakes" / f"{known.id}.py", settings, grads) != said["right"]
    steps_named = re.sub(
        r"(?:at|in|after|del|el|en|tras el|of) (?:step|paso) \d|steps? \d", "", said["by_hand"], flags=re.I
    )
    quoted = re.findall(r"-?\d+(?:\.\d+)?", steps_named)
    written = by_hand(settings, grads) | {"0"}
    strange = [number for number in quoted if number.removesuffix(".0") not in written]
    assert not strange, (strange, written)


@pytest.mark.parametrize("known", WITH_HINTS, ids=lambda known: known.id)
def test_the_first_asks_and_no_hint_is_code(known: Misconception) -> None:
    assert known.hints[0]["en"].endswith("?")
    assert known.hints[0]["es"].endswith("?") and "¿" in known.hints[0]["es"]
    for language in LANGUAGES:
        words = set(re.findall(r"\w+", " ".join(text[language] for text in known.hints).lower()))
        assert not {"just", "simply", "easy", "easily", "simplemente", "fácil", "fácilmente"} & words
        assert "=" not in known.hints[0][language] + known.hints[2][language]


def test_two_mistakes_in_the_same_line_have_hints_of_their_own() -> None:
    one, other = ADAM.misconceptions["beta_not_to_the_power"], ADAM.misconceptions["no_eps"]
    assert all(here[language] != there[language] for here, there in zip(one.hints, other.hints, strict=True)
               for language in LANGUAGES)  # fmt: skip


def test_every_explanation_asks_the_question_that_leads_on_and_says_where_to_look() -> None:
    source = ADAM.stub.read_bytes()
    for known in ADAM.misconceptions.values():
        assert "?" in known.explanation["en"], known.id
        assert "¿" in known.explanation["es"] and "?" in known.explanation["es"], known.id
        if known.about:
            line = definition(source, known.about)
            assert line is not None and f"def {known.about.split('.')[-1]}(".encode() in source.splitlines()[line - 1]
