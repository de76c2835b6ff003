"""Messages: learners' text made harmless; hidden checks keep still."""

from __future__ import annotations

from typing import Any

import pytest

from grader.judge.message import clean, explain
from grader.model import Exercise, Finding
from tests.judge.messages import ERROR, check_with, said

HOSTILE = [
    ("\x1b[31mred\x1b[0m", "�[31mred�[0m"),
    ("\x1b]0;title\x07", "�]0;title�"),
    ("a\u202eb\u2066c\u200b\ufeff", "a�b�c��"),
    ("a\0b\r\b\x7f\x9b", "a�b����"),
    ("tab\tand\nline", "tab    and\nline"),
    ("\ud800", "�"),
    ("\u2028\u0085", "��"),
    ("{class} %s $HOME ñ 漢", "{class} %s $HOME ñ 漢"),
]


@pytest.mark.parametrize(("text", "harmless"), HOSTILE, ids=ascii)
def test_learners_text_cannot_command_a_terminal_or_turn_lines_around(text: str, harmless: str, toy: Exercise) -> None:
    assert clean(text) == harmless
    message = said("error", {**ERROR, "class": text, "text": text}, toy)
    assert harmless.splitlines()[0] in message
    assert all(c == "\n" or c.isprintable() for c in message)
    message.encode()


def test_colours_of_an_errors_text_are_left_out(toy: Exercise) -> None:
    """torch writes parts of its messages in bold, and what is left of that says nothing."""
    assert "    do trust it" in said("error", {**ERROR, "text": "do \x1b[1mtrust\x1b[0m it"}, toy).splitlines()
    assert "    �[2J�[31" in said("error", {**ERROR, "text": "\x1b[2J\x1b[31\nm"}, toy).splitlines()


def test_huge_text_is_cut_visibly(toy: Exercise) -> None:
    assert clean("x" * 1000) == "x" * 1000
    assert clean("x" * 1001) == "x" * 1000 + " […]"
    assert len(said("error", {**ERROR, "class": "C" * 10_000, "text": "t\n" * 100_000}, toy)) < 2500
    assert said("error", {**ERROR, "text": "t\n" * 50}, toy).count("    t\n") == 6


NUMBERS = {"got": "3.14", "expected": "2.72", "index": "[0]", "count": 1, "total": 2}
LISTS = {"all_got": "[3.14]", "all_expected": "[2.72]"}


@pytest.mark.parametrize("kind", ["value", "number", "values", "not_finite"])
def test_hidden_checks_show_numbers_only_where_the_exercise_allows_it(kind: str, toy: Exercise) -> None:
    facts = {**NUMBERS, **LISTS, "where": "step 2", "call": "double(3)"}
    kept = said(kind, facts, toy, visibility="hidden", numbers=False)
    assert kept == "step 2:  the result differs from the reference"
    shown = said(kind, facts, toy, visibility="hidden", numbers=True)
    assert "3.14" in shown
    assert "Try:" not in shown


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("error", {"text": "inputs are 0.3141"}),
        ("error", {"class": "E3_1415"}),
        ("error", {"text": "x" * 5000 + "31 41"}),
        ("raised_other", {"got": "E31", "expected": "ValueError"}),
        ("raised_without", {"text": "31", "missing": "lr", "expected": "ValueError"}),
        ("no_attribute", {"missing": "a31", "owner": "Adam"}),
        ("no_attribute", {"missing": "a", "owner": "Adam31"}),
        ("no_name", {"missing": "a31"}),
        ("no_module", {"module": "a31"}),
        ("exit", {"class": "E31"}),
        ("syntax", {"text": "31"}),
        ("forbidden", {"text": "31"}),
        ("memory", {"text": "31"}),
        ("not_attempted", {"text": "31"}),
        ("not_raised", {"got": "array([31])", "got_type": "numpy.ndarray", "expected": "ValueError"}),
        ("type", {"got": "learners.T31", "expected": "float"}),
        ("keys", {"got": "['31']", "expected": "['a']"}),
    ],
)
@pytest.mark.parametrize("numbers", [True, False])
def test_hidden_checks_show_no_learners_text_with_numbers(kind: str, facts: Any, numbers: bool, toy: Exercise) -> None:
    """The learner's code sees a hidden check's inputs, and words that it chooses must not carry them out.

    Where the exercise allows numbers, a value that was given in place of an error may be shown, as other values are.
    """
    message = said(kind, {**ERROR, **facts, "line": None}, toy, visibility="hidden", numbers=numbers)
    assert "31" not in message or (numbers and kind == "not_raised")
    assert message


def test_hidden_checks_show_learners_text_without_numbers_and_the_stubs_own(toy: Exercise) -> None:
    assert "axis error" in said("error", {**ERROR, "text": "axis error 1"}, toy, visibility="hidden")
    stub = b'raise NotImplementedError("90.1 twice x")\n'
    finding = Finding("not_attempted", {**ERROR, "line": None, "text": "90.1 twice x"})
    shown = explain(finding, check_with("hidden"), toy, (), {"double.py": stub}, "en")
    assert shown.endswith("still to write: 90.1 twice x")
