"""What checks say in words, in the learner's language: keys, texts, yes and no, cases and calls."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from grader.judge import words
from grader.judge.matchers import Mismatch, close_to, equal_to, raised
from grader.judge.message import explain
from grader.model import Check, Exercise, Finding

WORDS = {
    "every sample once": "cada muestra una vez",
    "the last step {}": "el último paso {}",
    "step {}, parameter {}": "paso {}, parámetro {}",
    "step {}": "paso {}",
    "batches": "lotes",
    "two paths": "dos caminos",
    "too little": "demasiado poco",
    "right": "lo correcto",
    "a sum reused": "una suma usada dos veces",
    "graph": "grafo",
    "{}  # twice": "{}  # dos veces",
    "a loader": "un loader",
}


def test_a_hostile_text_is_read_once_whatever_its_words_hold(toy: Exercise) -> None:
    """With a regular expression of eight holes this would not end."""
    holes = dataclasses.replace(toy, words={" of ".join(["{}"] * 8) + "!": "¡" + " de ".join(["{}"] * 8) + "!"})
    assert words.put("1 of 2 of 3 of 4 of 5 of 6 of 7 of 8!", holes, "es") == "¡1 de 2 de 3 de 4 de 5 de 6 de 7 de 8!"
    assert not words.are_words(" of " * 5000, holes)


@pytest.fixture
def spoken(toy: Exercise) -> Exercise:
    return dataclasses.replace(toy, words=WORDS)


def said(got: Any, matcher: Any, exercise: Exercise, language: str, hidden: bool = False, **facts: Any) -> str:
    """The lines of the message that say what happened."""
    with pytest.raises(Mismatch) as caught:
        matcher.compare(got)
    finding = caught.value.finding
    title = {"en": "A fact.", "es": "Un hecho."}
    check = Check("90.1", "test", title, 4, "hidden" if hidden else "visible", "", (), (), lambda: None, ({}, {}))
    text = explain(Finding(finding.kind, finding.facts | facts), check, exercise, (), {}, language)
    return "\n".join(line.strip() for line in text.splitlines()[1:])


def both(got: Any, matcher: Any, exercise: Exercise, **more: Any) -> list[str]:
    return [said(got, matcher, exercise, language, **more) for language in ("en", "es")]


@pytest.mark.parametrize(
    ("text", "spanish"),
    [
        ("step 2", "paso 2"),
        ("step 2, parameter 0", "paso 2, parámetro 0"),
        ("the last step 3", "el último paso 3"),
        ("step {0} of {}", "paso {0} of {}"),
        ("a step 2", "a step 2"),
        ("p.grad", "p.grad"),
        ("", ""),
    ],
)
def test_a_text_with_words_is_put_in_them_and_every_other_stays(text: str, spanish: str, spoken: Exercise) -> None:
    """`{}` is any text, taken over as it is; of entries that fit the first one counts."""
    assert words.put(text, spoken, "es") == spanish
    assert words.put(text, spoken, "en") == text
    assert words.are_words(text, spoken) == (spanish != text)


def test_a_place_of_several_parts_is_put_part_by_part_and_keeps_its_indices(spoken: Exercise) -> None:
    assert both({"step 2": {"batches": [[0, 1]]}}, equal_to({"step 2": {"batches": [[0, 3]]}}), spoken) == [
        "step 2 › batches[0][1]:  got 1, expected 3",
        "paso 2 › lotes[0][1]:  da 1 y se esperaba 3",
    ]
    assert both([1], equal_to([2]), spoken) == ["[0]:  got 1, expected 2", "[0]:  da 1 y se esperaba 2"]


def test_a_fact_in_words_holds_or_does_not_and_code_is_true_or_false(spoken: Exercise) -> None:
    assert both({"every sample once": False}, equal_to({"every sample once": True}), spoken) == [
        "every sample once:  no; expected: yes",
        "cada muestra una vez:  no; se esperaba: sí",
    ]
    assert both({"x is None": True}, equal_to({"x is None": False}), spoken) == [
        "x is None:  got True, expected False",
        "x is None:  da True y se esperaba False",
    ]
    assert both(True, equal_to(False), spoken) == ["got True, expected False", "da True y se esperaba False"]


def test_a_text_in_words_has_no_quotes_and_code_has(spoken: Exercise) -> None:
    assert both({"two paths": "too little"}, equal_to({"two paths": "right"}), spoken) == [
        "two paths:  too little; expected: right",
        "dos caminos:  demasiado poco; se esperaba: lo correcto",
    ]
    assert both({"two paths": "KeyError"}, equal_to({"two paths": "right"}), spoken) == [
        "two paths:  KeyError; expected: right",
        "dos caminos:  KeyError; se esperaba: lo correcto",
    ]
    assert both("float32", equal_to("float64"), spoken) == [
        "got 'float32', expected 'float64'",
        "da 'float32' y se esperaba 'float64'",
    ]


def test_what_came_in_place_of_an_error_is_put_in_words(spoken: Exercise) -> None:
    expected = raised(ValueError)
    finding = expected.difference("a loader")
    assert finding is not None
    check = Check("90.1", "test", {"en": "A", "es": "B"}, 4, "visible", "", (), (), lambda: None, ({},))
    texts = [explain(finding, check, spoken, (), {}, language).splitlines()[1].strip() for language in ("en", "es")]
    assert texts == ["no ValueError was raised; got a loader", "no se lanzó ValueError; dio un loader"]


def test_a_case_in_words_stands_without_its_name_and_a_call_keeps_its_code(spoken: Exercise) -> None:
    case = {"graph": "a sum reused", "dtype": "float16", "size": 3, "rows": [1, 2]}
    assert both(1, equal_to(2), spoken, case=case) == [
        "Case:  a sum reused, dtype = 'float16', size = 3\ngot 1, expected 2",
        "Caso:  una suma usada dos veces, dtype = 'float16', size = 3\nda 1 y se esperaba 2",
    ]
    assert words.case({"graph": "x + x"}, spoken, "es") == "grafo = 'x + x'"
    assert both(1, equal_to(2, call="opt.step()  # twice"), spoken) == [
        "Try:  opt.step()  # twice\ngot 1, expected 2",
        "Prueba:  opt.step()  # dos veces\nda 1 y se esperaba 2",
    ]


def test_a_hidden_check_says_yes_no_and_its_own_words_and_no_number(spoken: Exercise) -> None:
    """Where the exercise does not allow numbers, a text that the learner's code may have chosen is left out."""
    quiet = dataclasses.replace(spoken, hidden_numbers=False)

    def hidden(got: Any, expected: Any, key: str) -> str:
        return said({key: got}, equal_to({key: expected}), quiet, "en", hidden=True)

    assert hidden(False, True, "every sample once") == "every sample once:  no; expected: yes"
    assert hidden("too little", "right", "two paths") == "two paths:  too little; expected: right"
    assert hidden("E3.1", "right", "two paths") == "two paths:  …; expected: right"
    assert hidden("too little", "3.14", "two paths") == "two paths:  too little; expected: …"
    assert hidden("a", "b", "two paths") == "two paths:  the result differs from the reference"


def test_words_that_a_learner_chose_are_made_harmless(spoken: Exercise) -> None:
    assert said({"two paths": "\x1b[31m"}, equal_to({"two paths": "right"}), spoken, "en") == (
        "two paths:  \ufffd[31m; expected: right"
    )


def test_numbers_keep_their_sentences(spoken: Exercise) -> None:
    assert both({"step 1": 1.0}, close_to({"step 1": 2.0}), spoken) == [
        "step 1:  got 1, expected 2",
        "paso 1:  da 1 y se esperaba 2",
    ]
