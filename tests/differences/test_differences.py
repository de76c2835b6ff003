"""What `kata solution` says that each framework does differently is so: measured in torch, Keras on TensorFlow and JAX."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.differences.facts import FACTS, SETTINGS

ROOT = Path(__file__).parent.parent.parent
FOLDERS = sorted(file.parent for file in ROOT.glob("solutions/*/differences.md"))  # not every exercise need have one
NAMES = ("differences.md", "differences.es.md")
MISSING = [name for name in ("tensorflow", "keras", "jax", "tensorboard") if importlib.util.find_spec(name) is None]
DECIMAL = re.compile(r"-?\d+\.\d+(?![\d)])|\d+e-\d+")


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """All measurements, from one process: the frameworks are imported once, and nothing of them stays here."""
    if MISSING:
        pytest.skip(f"extras that are not installed: {', '.join(MISSING)}")
    script = [sys.executable, str(Path(__file__).with_name("measure.py"))]
    ran = subprocess.run(script, cwd=tmp_path_factory.mktemp("differences"), capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr[-3000:]
    found: dict[str, dict[str, Any]] = json.loads(ran.stdout.partition("MEASURED")[2])
    return found


def shown(found: Any, fact: Any) -> Any:
    """The measurement as the text would write it: with as many digits as the fact has."""
    if isinstance(fact, list):
        return [shown(one, other) for one, other in zip(found, fact, strict=True)]
    if isinstance(fact, str) and isinstance(found, float):
        return f"{found:.{len(fact.partition('.')[2])}f}"
    return found


def texts(folder: Path) -> list[str]:
    return [(folder / name).read_text("utf-8") for name in NAMES]


def statements(text: str) -> list[str]:
    """Each point of a list and each paragraph, but no line that only leads to a list."""
    blocks = re.split(r"\n(?=- )|\n\n", text.partition("\n")[2].strip())
    joined = [" ".join(block.split()) for block in blocks]
    return [block for block in joined if not re.fullmatch(r"\*\*[^*]+\*\*[^.]*", block) and not block.endswith(":")]


def test_each_text_has_its_facts() -> None:
    assert [folder.name[:2] for folder in FOLDERS] == sorted(FACTS)


@pytest.mark.parametrize("number", FACTS)
def test_each_fact_is_what_the_frameworks_do(measured: dict[str, dict[str, Any]], number: str) -> None:
    facts = {words: fact for words, (_, fact) in FACTS[number].items()}
    found = {words: measured[number][name] for words, (name, _) in FACTS[number].items()}
    assert {words: shown(found[words], fact) for words, fact in facts.items()} == facts
    assert set(measured[number]) == {name for name, _ in FACTS[number].values()}, "measured for nothing"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_statement_holds_a_measured_fact(folder: Path) -> None:
    """No point and no paragraph without one, and no fact whose words are not there."""
    english, words = texts(folder)[0], FACTS[folder.name[:2]]
    assert [one for one in statements(english) if not any(fact in one for fact in words)] == []
    assert [fact for fact in words if fact not in " ".join(english.split())] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_no_text_quotes_a_number_that_is_not_measured(folder: Path) -> None:
    """Each decimal is in the words of a fact, or a setting of its example."""
    known = SETTINGS.get(folder.name[:2], set()) | set(DECIMAL.findall(" ".join(FACTS[folder.name[:2]])))
    assert set(DECIMAL.findall(texts(folder)[0])) <= known


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_both_languages_say_the_same_things(folder: Path) -> None:
    """As many topics and points in both, the same numbers, errors and code, no line wider than a screen of 130."""
    english, spanish = texts(folder)
    for pattern in (r"^\*\*", r"^- "):
        assert len(re.findall(pattern, english, re.M)) == len(re.findall(pattern, spanish, re.M)), pattern
    for pattern in (DECIMAL, re.compile(r"\b\w*Error\b"), re.compile(r"\b\d+\b"), re.compile(r"`[^`]+`")):
        assert sorted(pattern.findall(english)) == sorted(pattern.findall(spanish)), pattern
    assert max(map(len, (english + spanish).splitlines())) <= 130
