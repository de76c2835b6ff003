"""The values in the hints of the exercises with Keras, TensorFlow, JAX and TensorBoard are those of their examples.

All examples of a framework run in one process, started at the first test that asks for one of them.
"""

from __future__ import annotations

import ast
import importlib.util
import re
from functools import cache
from pathlib import Path

import pytest

from grader import catalog
from grader.judge.definitions import definition
from grader.model import LANGUAGES, Exercise, Misconception
from tests.hint_examples import outcomes, read, strange_numbers, wrong_equations

ROOT = Path(__file__).resolve().parent.parent
BACKENDS = {
    "18_keras_layer": "tensorflow",
    "19_gradient_tape": "tensorflow",
    "20_tf_data": "tensorflow",
    "21_jax_functional": "jax",
    "22_same_model_twice": "torch",
    "24_logging_and_debugging": "torch",
}
EXERCISES = [catalog.load(ROOT / "exercises" / name) for name in BACKENDS]
KNOWN = [
    pytest.param(exercise, known, id=f"{exercise.number}-{known.id}")
    for exercise in EXERCISES
    for known in exercise.misconceptions.values()
    if known.hints
]
TOO_LARGE = {"small_buffer__of_a_million"}  # an example would need more samples than anybody wants to wait for
STYLES = [
    pytest.param(exercise, known, style, id=f"{exercise.number}-{style.stem}")
    for exercise, known in (param.values for param in KNOWN)
    for style in sorted((ROOT / "solutions" / exercise.name / "mistakes").glob(f"{known.id}__*.py"))
    if style.stem not in TOO_LARGE
]
ABOUT_DIFFERENCES = {  # 22's answers about the frameworks: a value of `differences()` in a hint would be the answer
    "same_batchnorm_assumed", "batchnorm_momentum_same", "running_variance_same", "gelu_by_tanh", "adam_eps_same",
    "adam_eps_place_same", "weight_decay_same", "step_count_same", "lr_same",
}  # fmt: skip
EXTRAS = {"tensorflow": ["tensorflow"], "jax": ["jax"], "torch": ["keras", "tensorboard"]}  # what the examples import
CONDESCENDING = {"just", "simply", "easy", "easily", "simplemente", "fácil", "fácilmente"}


def answer_of(exercise: Exercise) -> Path:
    return ROOT / "solutions" / exercise.name / exercise.file_name


def mistake_of(exercise: Exercise, known: Misconception) -> Path:
    return ROOT / "solutions" / exercise.name / "mistakes" / f"{known.id}.py"


@cache
def all_of(backend: str) -> dict[tuple[Path, str], str]:
    """What each file shows on each mistake's example, for every exercise of a backend."""
    cases = [
        (file, known.id, example)
        for exercise, known in (param.values for param in KNOWN)
        if BACKENDS[exercise.name] == backend
        for example in [read(known.hints[1]["en"])]
        for file in [
            answer_of(exercise),
            mistake_of(exercise, known),
            *(style for _, other, style in (param.values for param in STYLES) if other is known),
        ]
    ]
    shown = outcomes(backend, [(file, example.code, example.asked) for file, _, example in cases])
    return {(file, id): value for (file, id, _), value in zip(cases, shown, strict=True)}


def shows(exercise: Exercise, file: Path, known: Misconception) -> str:
    backend = BACKENDS[exercise.name]
    if missing := [name for name in EXTRAS[backend] if importlib.util.find_spec(name) is None]:
        pytest.skip(f"extras that are not installed: {', '.join(missing)}")
    return all_of(backend)[file, known.id]


@pytest.mark.parametrize(("exercise", "known"), KNOWN)
def test_an_example_gives_what_it_quotes(exercise: Exercise, known: Misconception) -> None:
    example = read(known.hints[1]["en"])
    assert shows(exercise, answer_of(exercise), known) == example.right
    assert shows(exercise, mistake_of(exercise, known), known) == example.wrong
    assert example.is_experiment == (known.id in ABOUT_DIFFERENCES)


@pytest.mark.parametrize(("exercise", "known", "style"), STYLES)
def test_an_example_goes_wrong_in_every_style_of_the_mistake(
    exercise: Exercise, known: Misconception, style: Path
) -> None:
    assert shows(exercise, style, known) != read(known.hints[1]["en"]).right


@pytest.mark.parametrize(("exercise", "known"), KNOWN)
def test_an_example_is_the_same_in_both_languages(exercise: Exercise, known: Misconception) -> None:
    english, spanish = (read(known.hints[1][language]) for language in ("en", "es"))
    parts = "code", "asked", "right", "wrong"
    assert [getattr(english, part) for part in parts] == [getattr(spanish, part) for part in parts]


def test_the_models_of_an_example_are_alive_whatever_they_draw() -> None:
    """Of 4 hidden units none is above 0 in one draw of a hundred; the model's outputs are its last bias then, and what an
    example compares is the same with its mistake. An example for smaller ones writes their last layer itself."""
    hidden = {
        known.id: int(sizes.split(",")[4])
        for exercise, known in (param.values for param in KNOWN)
        for example in [read(known.hints[1]["en"])]
        for sizes in re.findall(r"build_(?:torch|keras)\(([\d, ]+)", example.code)
        if "last.bias.data" not in example.code
    }
    assert len(hidden) > 20
    assert {id: units for id, units in hidden.items() if units < 64} == {}


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
        assert "=" not in known.hints[0][language] + known.hints[2][language]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.number)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_hint_serves_two_mistakes(exercise: Exercise, language: str) -> None:
    texts = [hint[language] for known in exercise.misconceptions.values() for hint in known.hints]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.number)
def test_where_a_mistake_says_to_look_is_defined_in_the_stub(exercise: Exercise) -> None:
    source = exercise.stub.read_bytes()
    for known in exercise.misconceptions.values():
        if known.about:
            name = known.about.split(".")[-1]
            line = definition(source, known.about)
            assert line is not None and f"def {name}(".encode() in source.splitlines()[line - 1], known.about


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.number)
def test_where_a_mistake_says_to_look_is_where_its_files_differ_from_the_answer(exercise: Exercise) -> None:
    right = functions(answer_of(exercise))
    for known in exercise.misconceptions.values():
        first = mistake_of(exercise, known)
        for file in [first, *first.parent.glob(f"{known.id}__*.py")] if known.about else []:
            assert functions(file).get(known.about) != right.get(known.about), (file.name, known.about)


def functions(file: Path) -> dict[str, str]:
    """The code of each function and method, without its docstring and comments."""
    found = {}
    for node in ast.parse(file.read_text("utf-8")).body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
        for part in inside:
            if isinstance(part, ast.FunctionDef):
                code = part.body[1:] if ast.get_docstring(part) else part.body
                found[prefix + part.name] = ast.unparse(part.args) + "\n" + "\n".join(map(ast.unparse, code))
    return found


@pytest.mark.parametrize(("exercise", "known"), KNOWN)
def test_an_explanation_asks_the_question_that_leads_on(exercise: Exercise, known: Misconception) -> None:
    """What a learner reads in the message itself, before any hint."""
    assert "?" in known.explanation["en"]
    assert "¿" in known.explanation["es"] and "?" in known.explanation["es"]
