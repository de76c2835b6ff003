"""What the hints of 01 to 04 quote is what the answer and the mistake's own file give on their example."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader import catalog
from grader.judge.definitions import definition
from grader.model import LANGUAGES, Exercise, Misconception
from tests.hint_examples import outcome, read, strange_numbers, wrong_equations

ROOT = Path(__file__).resolve().parent.parent
NAMES = "01_autograd", "02_linear", "03_adam", "04_dataloader"
EXERCISES = [catalog.load(ROOT / "exercises" / name) for name in NAMES]
KNOWN = [
    pytest.param(exercise, known, id=f"{exercise.number}-{known.id}")
    for exercise in EXERCISES
    for known in exercise.misconceptions.values()
    if not known.hints[1]["en"].startswith("Let p.data be")  # test_hints_03.py has these
]
CONDESCENDING = {"just", "simply", "easy", "easily", "simplemente", "fácil", "fácilmente"}


@pytest.mark.parametrize(("exercise", "known"), KNOWN)
def test_an_example_gives_what_it_quotes_and_is_the_same_in_both_languages(
    exercise: Exercise, known: Misconception
) -> None:
    english, spanish = (read(known.hints[1][language]) for language in ("en", "es"))
    parts = "code", "asked", "right", "wrong"
    assert [getattr(english, part) for part in parts] == [getattr(spanish, part) for part in parts]
    answers = ROOT / "solutions" / exercise.name
    assert english.right == outcome(answers / exercise.file_name, english.code, english.asked)
    assert english.wrong == outcome(answers / "mistakes" / f"{known.id}.py", english.code, english.asked)
    assert english.right != english.wrong


STYLES = [
    pytest.param(exercise, known, variant, id=f"{exercise.number}-{variant.stem}")
    for exercise, known in (param.values for param in KNOWN)
    if exercise.number not in ("01", "02")  # 12 styles there need an example of their own
    and known.id != "arguments_not_checked"  # a style for each argument: no example shows them all
    for variant in sorted((ROOT / "solutions" / exercise.name / "mistakes").glob(f"{known.id}__*.py"))
]


@pytest.mark.parametrize(("exercise", "known", "variant"), STYLES)
def test_an_example_goes_wrong_in_every_style_of_the_mistake(
    exercise: Exercise, known: Misconception, variant: Path
) -> None:
    example = read(known.hints[1]["en"])
    assert outcome(variant, example.code, example.asked) != example.right


@pytest.mark.parametrize(("exercise", "known"), KNOWN)
def test_what_is_computed_by_hand_is_right(exercise: Exercise, known: Misconception) -> None:
    for language in LANGUAGES:
        example = read(known.hints[1][language])
        assert not wrong_equations(example.by_hand)
        assert not strange_numbers(example)


@pytest.mark.parametrize(("exercise", "known"), KNOWN)
def test_the_first_asks_and_no_hint_is_code(exercise: Exercise, known: Misconception) -> None:
    assert known.hints[0]["en"].endswith("?")
    assert known.hints[0]["es"].endswith("?") and "¿" in known.hints[0]["es"]
    for language in LANGUAGES:
        words = set(re.findall(r"\w+", " ".join(text[language] for text in known.hints).lower()))
        assert not CONDESCENDING & words
        assert "=" not in (known.hints[0][language] + known.hints[2][language]).replace("+=", "")


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.number)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_hint_serves_two_mistakes(exercise: Exercise, language: str) -> None:
    texts = [hint[language] for known in exercise.misconceptions.values() for hint in known.hints]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.number)
def test_where_a_mistake_says_to_look_is_a_function_of_the_stub(exercise: Exercise) -> None:
    source = exercise.stub.read_bytes()
    for known in exercise.misconceptions.values():
        if known.about:
            name = known.about.split(".")[-1]
            line = definition(source, known.about)
            assert line is not None and f"def {name}(".encode() in source.splitlines()[line - 1], known.about


@pytest.mark.parametrize(("exercise", "known"), KNOWN)
def test_an_explanation_asks_the_question_that_leads_on(exercise: Exercise, known: Misconception) -> None:
    """What a learner reads in the message itself, before any hint."""
    assert "?" in known.explanation["en"]
    assert "¿" in known.explanation["es"] and "?" in known.explanation["es"]
