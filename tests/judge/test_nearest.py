"""A name that is looked for and not there: the one in the learner's file that may be meant is named with its line."""

from __future__ import annotations

import pytest

from grader.judge.nearest import nearest

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


def test_a_file_without_any_name_may_have_been_saved_empty() -> None:
    for source in (b"", b"# only a remark\n", b'"""Words."""\n'):
        assert nearest(source, "Adam", "", "en") == "That file defines nothing: was it saved empty?"
    assert nearest(b"def f(:", "Adam", "", "en") == ""
