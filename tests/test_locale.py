"""The catalogues: the same in both languages, complete, and with nothing that nobody says."""

from __future__ import annotations

import ast
import re
import string
from functools import cache
from pathlib import Path

import pytest

import grader
from grader.cli import COMMANDS
from grader.cli.words import PLACEHOLDERS
from grader.locale import catalogue, language, say
from grader.model import LANGUAGES, OUTCOMES
from grader.sandbox.fences import INNER_LAYERS
from grader.side_by_side.cells import WORDED
from grader.watch.text import KEYS

SOURCES = sorted(Path(grader.__file__).parent.rglob("*.py"))
LAYERS = ("bubblewrap", *INNER_LAYERS)
BUILT = {  # keys that code puts together
    *(f"outcome_{outcome}" for outcome in OUTCOMES),
    *(f"several_{outcome}" for outcome in ("failed", "error", "missing", "waiting", "crashed", "forbidden", "timeout", "memory")),
    *(f"{kind}_{layer}" for layer in LAYERS for kind in ("layer", "cure")),
    *(f"help_{command}" for command in COMMANDS),
    *(f"placeholder_{word.lower()}" for word in PLACEHOLDERS),
    *(f"{kind}_{name}" for name in KEYS.values() for kind in ("key", "watch_key")),
    *(f"trace_{kind}" for kind in WORDED),
    *(f"hint_level_{level}" for level in (2, 3)),
    *(f"report_run_{name}" for name in ("seed", "versions", "fence")),
}


def constants(argument: ast.expr) -> set[str]:
    """The strings that an argument of a call may be: itself, or either side of a conditional."""
    if isinstance(argument, ast.IfExp):
        return constants(argument.body) | constants(argument.orelse)
    return {argument.value} if isinstance(argument, ast.Constant) else set()


def first_arguments(*functions: str, under: str = "") -> set[str]:
    """The keys that code hands to these functions, in all files or in one folder."""
    calls = (node for tree in trees(under) for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args)
    name_of = {ast.Attribute: "attr", ast.Name: "id"}
    named = (call for call in calls if getattr(call.func, name_of.get(type(call.func), ""), "") in functions)
    return {key for call in named for key in constants(call.args[0])}


@cache
def trees(under: str = "") -> list[ast.Module]:
    return [ast.parse(file.read_text("utf-8")) for file in SOURCES if f"/{under}" in str(file)]


def every_string() -> set[str]:
    """The strings of all sources, and those of the report's templates."""
    constants_ = (node for tree in trees() for node in ast.walk(tree) if isinstance(node, ast.Constant))
    templates = (file.read_text("utf-8") for file in Path(grader.__file__).parent.rglob("templates/*.html"))
    of_templates = (words for text in templates for words in re.findall(r'"(\w+)"', text))
    return {node.value for node in constants_ if isinstance(node.value, str)} | set(of_templates)


def keys_of_templates() -> set[str]:
    """The keys that a template hands to `both` or to a macro that does, as far as they are written out."""
    templates = (file.read_text("utf-8") for file in Path(grader.__file__).parent.rglob("templates/*.html"))
    return {key for text in templates for key in re.findall(r'"(report_\w+|points|no_score|outcome_\w+)"', text)}


def finding_kinds() -> set[str]:
    """The kinds of findings that the judge makes."""
    computed = {"died_by_signal", "wrote_on_channel", "left", "refused", "missing"}  # chosen before the call
    assert computed <= every_string()
    return first_arguments("Finding", "_fail", under="judge/") | computed


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_keys_in_the_same_order() -> None:
    assert list(catalogue("en")) == list(catalogue("es"))


@pytest.mark.parametrize("key", catalogue("en"))
def test_both_languages_fill_in_the_same_facts(key: str) -> None:
    texts = [catalogue(name)[key] for name in LANGUAGES]
    assert all(text.strip() for text in texts)
    assert placeholders(texts[0]) == placeholders(texts[1])


def test_every_key_that_code_says_exists() -> None:
    said = first_arguments("say", "Finding") | finding_kinds()
    assert len(said) > 30
    assert not said - set(catalogue("en"))
    assert not BUILT - set(catalogue("en"))
    assert not keys_of_templates() - {"report_run_", "outcome_"} - set(catalogue("en"))


def test_every_key_is_said_somewhere() -> None:
    ones = {f"{key}_one" for key, text in catalogue("en").items() if "{count}" in text}  # where one is counted
    assert not set(catalogue("en")) - every_string() - BUILT - ones


def test_texts_are_friendly_and_short() -> None:
    """No "just", no "simply", none of the signs that a text ends in by accident."""
    for text in catalogue("en").values():
        assert not {"just", "simply", "obviously"} & set(text.lower().split())
    for text in catalogue("es").values():
        assert not {"simplemente", "obviamente"} & set(text.lower().split())


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "en"),
        ({"LANG": "es_ES.UTF-8"}, "es"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"KATA_LANG": "es", "LANG": "en_US.UTF-8"}, "es"),
        ({"KATA_LANG": "ES"}, "es"),
        ({"KATA_LANG": "tlh", "LANG": "es_MX"}, "es"),
        ({"LC_ALL": "C", "LANG": "es_ES"}, "en"),
        ({"LC_ALL": "es_AR", "LANG": "en_US"}, "es"),
        ({"LC_MESSAGES": "es_ES", "LANG": "en_US"}, "es"),
        ({"LC_ALL": "", "LANG": "es_ES"}, "es"),
    ],
)
def test_the_language_is_the_persons(variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KATA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language() == expected
    assert say("fact") == catalogue(expected)["fact"]


def test_what_is_filled_in_is_not_read_as_a_pattern() -> None:
    assert say("error", "en", **{"class": "{0.__class__} %s {"}) == "the code raised {0.__class__} %s {"
