"""Where a message says to look: from a traceback, a mistake, a check, or what Python says of a call; never a line that a worker invents."""

from __future__ import annotations

from typing import Any

import pytest

from grader.judge.message import explain
from grader.model import Exercise, Finding, Misconception
from tests.judge.messages import ERROR, SOURCE, check_with


@pytest.mark.parametrize(("language", "look"), [("en", "Look at"), ("es", "Mira")])
def test_a_mistake_that_knows_its_method_says_where_to_look_and_else_the_check_does(
    toy: Exercise, language: str, look: str
) -> None:
    """A line from a traceback says more than either; two mistakes in two places leave it to the check."""

    def place(*abouts: str, kind: str = "fact", **facts: Any) -> str:
        texts = {"en": "t", "es": "t"}
        known = [Misconception(str(i), texts, texts, 1, about=about) for i, about in enumerate(abouts)]
        files = {"double.py": SOURCE}
        said = explain(Finding(kind, facts), check_with("hidden", "double"), toy, known, files, language)
        return said.splitlines()[-1].strip()

    assert place("Box.get") == place("Box.get", "Box.get") == f"{look} double.py:5  Box.get"
    assert place() == place("") == place("Box.get", "Box") == f"{look} double.py:9  double"
    assert place("Box.get", kind="error", **ERROR) == f"{look} double.py:10  return 3 * x"


NOT_AS_THE_TASK_SAYS = {
    "en": "It is called as the task says. Has one of its arguments another name or place, or is one missing (self too)?",
    "es": "Se llama como dice la tarea. ¿Tiene alguno de sus argumentos otro nombre u otro lugar, o falta alguno "
    "(también self)?",
}


@pytest.mark.parametrize("language", ["en", "es"])
def test_arguments_that_do_not_fit_lead_to_the_function_that_has_them(toy: Exercise, language: str) -> None:
    """Nothing of the learner's ran, so there is no line; Python's text names the function, and the check another."""

    def said(kind: str = "error", line: int | None = None, **facts: Any) -> list[str]:
        facts = {**ERROR, "class": "TypeError", "line": line, "expected": "ValueError", **facts}
        text = explain(Finding(kind, facts), check_with("visible", "double"), toy, (), {"double.py": SOURCE}, language)
        return [line.strip() for line in text.splitlines()[2:]]

    look = {"en": "Look at", "es": "Mira"}[language]
    unexpected = "Box.get() got an unexpected keyword argument 'x'"
    question = NOT_AS_THE_TASK_SAYS[language]
    assert said(text=unexpected) == [unexpected, question, f"{look} double.py:5  Box.get"]
    assert said("raised_other", got="TypeError", text=unexpected)[1:] == [question, f"{look} double.py:5  Box.get"]
    assert said(text="Box() takes no arguments")[1:] == [question, f"{look} double.py:4  Box"]
    elsewhere = [f"{look} double.py:9  double"]
    for other in ("int() argument must be a string", "Box.nothing() takes 1", "unsupported operand", ""):
        assert said(text=other)[-1:] == elsewhere
        assert question not in said(text=other)
    within = said(line=10, text=unexpected)
    assert (within[0], within[-1]) == (unexpected, f"{look} double.py:10  return 3 * x")
    assert question not in within
    assert question not in said(text=unexpected, **{"class": "ValueError"})


def test_what_a_class_lacks_is_missing_in_the_class(toy: Exercise) -> None:
    def place(owner: str) -> str:
        finding = Finding("no_attribute", {**ERROR, "line": None, "owner": owner, "missing": "put"})
        text = explain(finding, check_with("visible", "double"), toy, (), {"double.py": SOURCE}, "en")
        return text.splitlines()[-1].strip()

    assert place("Box") == "Look at double.py:4  Box"
    assert place("Other") == "Look at double.py:9  double"


def test_the_line_is_read_from_the_submission_and_not_taken_from_the_worker(toy: Exercise) -> None:
    """A worker may claim any line, file or source; what is not in the submission is not shown."""

    def place(**facts: Any) -> str:
        finding = Finding("error", {**ERROR, "source": "hidden input 31", **facts})
        files = {"double.py": SOURCE, "helper.py": b"one\n\xff\x1b[31m two\n"}
        return explain(finding, check_with("hidden", "double"), toy, (), files, "en").splitlines()[-1].strip()

    assert place() == "Look at double.py:10  return 3 * x"
    assert place(file="helper.py", line=2) == "Look at helper.py:2  ��[31m two"
    for lie in ({"line": 11}, {"line": -1}, {"line": 10**100}, {"file": "/etc/passwd", "line": 1}, {"file": "31"}):
        assert place(**lie) == "Look at double.py:9  double"
