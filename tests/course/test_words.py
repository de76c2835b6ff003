"""No message in Spanish has English words of a check: what `kata dev check` sees, and what stands in the files."""

from __future__ import annotations

import ast
import dataclasses
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader import catalog
from grader.course.words import has_remark, is_code, untranslated
from grader.judge.matchers import close_to, equal_to, raised
from grader.judge.trace import Kept
from grader.judge.words import are_words, parts
from grader.model import Exercise

ROOT = Path(__file__).parents[2]
EXERCISES = catalog.folders(ROOT)


@pytest.mark.parametrize(
    "text",
    [
        "a.grad", "v0", "x.mean(0)", "(2, 3) @ (3, 4)", "lr=3, eps=2.5", "Linear(3, 2, bias=False).bias is None",
        "KeyError", "float64 (2, 3)", "0.weight", "U(±1/√in)", "x, y", "1 / x", "** -2", "[3]", "", "batches",
    ],
)  # fmt: skip
def test_code_and_single_words_need_no_spanish(text: str) -> None:
    assert is_code(text)


@pytest.mark.parametrize(
    "text",
    [
        "every sample once", "step 1, parameter 0", "k has a grad", "x is a Tensor", "p.grad is None after zero_grad",
        "a in order", "shuffled, cached", "1 forward: y", "x.sum() of (2, 3)", "as it was", "not sorted yet", "p.grad is kept",
    ],
)  # fmt: skip
def test_sentences_are_no_code(text: str) -> None:
    assert not is_code(text)


def test_a_call_may_hold_words_beside_its_code() -> None:
    assert not has_remark("[x for x in range(3) if x not in seen]; loss = lambda v: v if v else 0")
    assert has_remark("step()  # twice")
    assert has_remark("layer(x) with x of shape (3, 2)")
    assert has_remark("f(x); weights and biases are in the check")


def kept_of(*pairs: tuple[Any, Any]) -> Kept:
    kept = Kept()
    kept.compared = list(pairs)
    return kept


def test_keys_texts_cases_and_calls_without_spanish_words_are_named(toy: Exercise) -> None:
    spoken = dataclasses.replace(toy, words={"in order": "en orden", "epoch {}": "época {}"})
    expected = {"in order": True, "epoch 1": {"read at once": [1, "as it was"]}, "p.grad": 1.0}
    kept = kept_of(
        (expected, equal_to(expected, call="f(x)  # twice")),
        ("a learner's own words", close_to("float64", call="f(x)")),
        (1, raised(ValueError)),
    )
    assert untranslated(kept, (), spoken) == {"read at once", "as it was", "f(x)  # twice"}
    (check, *_) = catalog.load_checks(toy.folder)
    cases = ({"kind": "two numbers", "size": 1}, {"kind": "float32", "size": 2})
    assert untranslated(Kept(), [dataclasses.replace(check, cases=cases)], spoken) == {"two numbers"}
    assert untranslated(Kept(), [dataclasses.replace(check, cases=cases[:1])], spoken) == set()  # is never shown


def test_a_text_that_came_is_asked_for_only_if_it_stands_in_a_file_of_ours(toy: Exercise, tmp_path: Path) -> None:
    (tmp_path / "scenarios.py").write_text('def fate():\n    return "too little"\n')
    ours = dataclasses.replace(toy, folder=tmp_path, solutions=None)
    kept = kept_of(("too little", equal_to("right")), ("too much of it", equal_to("right")))
    assert untranslated(kept, (), ours) == {"too little"}


NEVER_SAID = {"old share", "new share", "2/(in + out)", "1/(3 in)"}  # keys of dicts that a check looks things up in
PARTS_OF_KEYS = {"(axis=None, keepdims=True)", "(axis=-1, keepdims=True)", "(axis=0, keepdims=False)"}
NAMES_IN_CODE = {"model", "optimizer"}  # keys of a checkpoint that 05's visible check saves


def written(tree: ast.AST) -> Iterator[str]:
    """The keys that a check file writes: in dicts, in what it assigns to, and its cases of text. A hole is a 7."""
    for node in ast.walk(tree):
        keys: list[ast.expr | None] = []
        if isinstance(node, ast.Dict):
            keys = list(node.keys)
        elif isinstance(node, ast.DictComp):
            keys = [node.key]
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            keys = [node.slice]
        for key in keys:
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value
            elif isinstance(key, ast.JoinedStr) and isinstance(key.values[0], ast.Constant):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in key.values)


@pytest.mark.parametrize("folder", EXERCISES, ids=lambda folder: folder.name)
def test_no_key_of_a_check_is_english_in_a_spanish_message(folder: Path) -> None:
    """As far as the files say them; `kata dev check` sees the rest, as it runs the checks."""
    exercise = catalog.load(folder)
    for visibility, file in catalog.check_files(exercise):
        spoken = as_released(exercise) if visibility == "visible" else exercise
        english = {name for name in keys_of(file) if not is_code(name) and not are_words(name, spoken)}
        assert english <= NEVER_SAID | PARTS_OF_KEYS, file


@pytest.mark.parametrize("folder", EXERCISES, ids=lambda folder: folder.name)
def test_a_visible_check_has_its_spanish_where_learners_have_it(folder: Path) -> None:
    """What is Spanish in a hidden check's message, in the words of solutions/, is so in a visible one's: one word too."""
    exercise = catalog.load(folder)
    names = keys_of(folder / f"test_{exercise.slug}.py") - NAMES_IN_CODE
    released = as_released(exercise)
    assert {name for name in names if are_words(name, exercise) and not are_words(name, released)} == set()


def as_released(exercise: Exercise) -> Exercise:
    """With the words of its exercise.toml alone: solutions/ stays with the instructor."""
    words = tomllib.loads((exercise.folder / "exercise.toml").read_text("utf-8")).get("words", {})
    return dataclasses.replace(exercise, words=words)


def keys_of(file: Path) -> set[str]:
    return {name for key in written(ast.parse(file.read_bytes())) for name, _ in parts(key)}


@pytest.mark.parametrize("folder", EXERCISES, ids=lambda folder: folder.name)
def test_no_case_and_no_call_that_stands_in_a_file_is_english_in_a_spanish_message(folder: Path) -> None:
    exercise = catalog.load(folder)
    kept = Kept()
    for _, file in catalog.check_files(exercise):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.keyword) and node.arg == "call" and isinstance(node.value, ast.Constant):
                kept.compared.append((1, equal_to(1, call=str(node.value.value))))
    assert untranslated(kept, catalog.load_checks(folder), exercise) == set()


TERMS = {  # what is said in Spanish as in English: names in code and files, and terms that our Spanish texts keep
    "learning rate", "learning rates", "running means", "logits of ±1000", "run 3", "my run.pt", "última época.pt",
    "str {}", "policy {}", "dataclass {}", "namedtuple {}", "KeyError: 'the second batch'",
    "{} forward: y", "{} backward: {}", "{} backward", "{} zero_grad: {}", "U(0, 1/√in)", "N(0, {})", "x: {}", "y: {}",
}  # fmt: skip


@pytest.mark.parametrize("folder", EXERCISES, ids=lambda folder: folder.name)
def test_spanish_words_are_spanish(folder: Path) -> None:
    """Of several words only known terms are the same in both languages."""
    entries = catalog.load(folder).words.items()
    assert {words for words, spanish in entries if words == spanish and not is_code(words)} <= TERMS
