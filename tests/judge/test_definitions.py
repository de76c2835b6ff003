"""What a learner's file defines: where a name stands, which may be meant for a missing one, and no source that does harm."""

from __future__ import annotations

import pytest

from grader.judge.definitions import definition, nearest
from tests.judge import messages

SOURCE = b"""import numpy as np

def doble(x):
    return x

class adam:
    def setp(self):
        pass

    zero_grads = None
"""


@pytest.mark.parametrize(
    ("missing", "owner", "said"),
    [
        ("Adam", "", "Lo que más se le parece ahí es `adam`, en la línea 6."),
        ("double", "", "Lo que más se le parece ahí es `doble`, en la línea 3."),
        ("step", "adam", "Lo que más se le parece ahí es `setp`, en la línea 7."),
        ("zero_grad", "adam", "Lo que más se le parece ahí es `zero_grads`, en la línea 10."),
        ("state_dict", "adam", "¿Se borró, o tiene otro nombre? El README dice cómo se llama cada cosa."),
        ("step", "", "¿Se borró, o tiene otro nombre? El README dice cómo se llama cada cosa."),  # a method is not at the top
        ("step", "ndarray", ""),
        ("adam", "", ""),  # it is there, and was taken away when it ran
    ],
)
def test_the_most_similar_name_of_its_place_is_named(missing: str, owner: str, said: str) -> None:
    assert nearest(SOURCE, missing, owner, "es") == said


def test_of_very_many_names_the_first_are_compared() -> None:
    source = b"".join(b"a%d = 0\n" % number for number in range(1_500))
    assert nearest(source + b"steps = 0\n", "step", "", "en").startswith("Was it deleted")
    assert "`steps`" in nearest(b"steps = 0\n" + source, "step", "", "en")


def test_a_file_without_any_name_may_have_been_saved_empty() -> None:
    for source in (b"", b"# only a remark\n", b'"""Words."""\n'):
        assert nearest(source, "Adam", "", "en") == "That file defines nothing: was it saved empty?"
    assert nearest(b"def f(:", "Adam", "", "en") == ""


@pytest.mark.parametrize(
    ("dotted", "line"), [("double", 9), ("Box", 4), ("Box.get", 5), ("Box.nothing", 4), ("nothing", None), ("", None)]
)
def test_a_definition_is_found_as_far_as_it_goes(dotted: str, line: int | None) -> None:
    assert definition(messages.SOURCE, dotted) == line
    assert definition(messages.SOURCE, dotted, whole=True) == (None if dotted == "Box.nothing" else line)


@pytest.mark.parametrize(
    "source",
    [
        b"\0", b"def f(:", b"\xff\xfe", b"# coding: nobody-knows\nx", b"# coding: utf-16\nx", b"(" * 100_000,
        b"-" * 100_000 + b"1", b"x" + b".a" * 100_000, b"x = " + b"[" * 5000 + b"]" * 5000,
        b"if 1:\n" + b" if 1:\n" * 200, b"f" + b"()" * 50_000, b"", b"\xef\xbb\xbf", b"1" * 10_000, b"\x0c\n\\\n",
    ],
    ids=lambda source: ascii(source[:20]),
)  # fmt: skip
@pytest.mark.filterwarnings("error")
def test_a_source_that_cannot_be_parsed_has_no_lines_and_does_no_harm(source: bytes) -> None:
    assert definition(source, "double") is None


@pytest.mark.filterwarnings("error")
def test_what_python_would_warn_of_is_not_told_to_the_judge() -> None:
    assert definition(b"def double(x):\n    return '\\d' is 1\n", "double") == 1
