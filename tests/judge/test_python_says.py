"""What Python and the libraries say is said again in the learner's language: by what those installed here really say."""

from __future__ import annotations

import numpy as np
import pytest

from grader.judge.python_says import OF_SYNTAX, OF_THE_LINE, RAISED, of_error, of_syntax
from grader.locale import say

WRONG = {
    "<<<<<<< HEAD\nx = 1\n": "syntax_conflict",
    "```python\nx = 1\n": "syntax_fence",
    "if x:\n    pass\nelse if y:\n    pass\n": "syntax_elif",
    "if x && y:\n    pass\n": "syntax_words",
    "if !x:\n    pass\n": "syntax_words",
    "x++\n": "syntax_plus",
    "def f(x:\n    return x\n": "syntax_never_closed",
    "x = 3)\n": "syntax_unmatched",
    "x = (3]\n": "syntax_mismatch",
    "def f(x)\n    return x\n": "syntax_colon",
    "def f(x):\n\nx = 1\n": "syntax_block",
    "def f(x):\n": "syntax_block",
    "def f(x):\n    y = 1\n      z = 2\n": "syntax_indent",
    "def f(x):\n        y = 1\n    z = 2\n": "syntax_unindent",
    "def f(x):\n    if x:\n\treturn 1\n": "syntax_tabs",
    "x = 'abc\n": "syntax_quote",
    "x = '''abc\n": "syntax_quotes",
    "x = “hola”\n": "syntax_character",
    "x =\u00a03\n": "syntax_character",
    "if x = 3:\n    pass\n": "syntax_equals",
    "f(x) = 3\n": "syntax_equals",
    "x = [1 2]\n": "syntax_comma",
    "return 3\n": "syntax_outside",
    "continue\n": "syntax_outside",
    "f(a=1, 2)\n": "syntax_positional",
    "def f(a=1, b): pass\n": "syntax_default",
    "try:\n    x = 1\ny = 2\n": "syntax_try",
    "print 'x'\n": "syntax_print",
    "x = 2 *\n": "syntax_invalid",
    "x = 'hola! no' ?\n": "syntax_invalid",
}

RAISES = [
    ("nump.ones(2)", "raised_name", {"name": "nump"}),
    ("def g():\n    paso += 1\ng()", "raised_unbound", {"name": "paso"}),
    ("None + 1", "raised_none", {}),
    ("x = None\nx['a']", "raised_none", {}),
    ("None.data", "raised_none", {}),
    ("np.sqroot(2)", "raised_of_module", {"owner": "numpy", "name": "sqroot"}),
    ("from math import raiz", "raised_of_module", {"owner": "math", "name": "raiz"}),
    ("class Adam: pass\nAdam().m", "raised_attribute", {"owner": "Adam", "name": "m"}),
    ("{}['paso']", "raised_key", {"name": "'paso'"}),
    ("[][0]", "raised_index", {}),
    ("class A:\n    def f(): pass\nA().f()", "raised_self", {}),
    ("f(1, 2)", "raised_too_many", {}),
    ("f()", "raised_too_few", {}),
    ("f(y=1)", "raised_keyword", {"name": "y"}),
    ("import ayuda_que_falta", "raised_module", {"name": "ayuda_que_falta"}),
    ("from .util import x", "raised_relative", {}),
    ("def g(): g()\ng()", "raised_recursion", {}),
    ("float(np.ones(2))", "raised_scalar", {}),
    ("float(torch.ones(2))", "raised_scalar", {}),
    ("torch.ones(2).item()", "raised_scalar", {}),
    ("if np.ones(2): pass", "raised_truth", {}),
    ("if torch.ones(2): pass", "raised_truth", {}),
    ("np.ones(2) + np.ones(3)", "raised_broadcast", {}),
    ("torch.ones(2) + torch.ones(3)", "raised_broadcast", {}),
    ("np.ones((2, 3)) @ np.ones((2, 3))", "raised_matmul", {}),
    ("np.ones((2, 3)).dot(np.ones((2, 3)))", "raised_matmul", {}),
    ("torch.ones(2, 3) @ torch.ones(2, 3)", "raised_matmul", {}),
    ("x = 3\nx(2)", "raised_callable", {}),
    ("'a' - 1", "raised_operands", {}),
    ("class Tensor: pass\nTensor() * Tensor()", "raised_operator", {"owner": "Tensor", "sign": "*"}),
    ("class Tensor: pass\nTensor() ** Tensor()", "raised_operator", {"owner": "Tensor", "sign": "**"}),
    (
        "class A(torch.nn.Module):\n    def __init__(self): self.a = torch.nn.Linear(1, 1)\nA()", "raised_super", {},
    ),
    ("torch.ones(2, requires_grad=True).numpy()", "raised_detach", {}),
    ("torch.ones(2, requires_grad=True).add_(1)", "raised_leaf", {}),
    ("torch.ones(1).backward()", "raised_no_graph", {}),
]
ELSEWHERE = {
    "Expected all tensors to be on the same device, but found at least two devices, cpu and cuda:0!": "raised_devices",
    "can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() to copy the tensor first.": "raised_to_cpu",
}


def of_python(code: str) -> tuple[str, str]:
    """What this Python says of it, and the line."""
    with pytest.raises(SyntaxError) as told:
        compile(code, "double.py", "exec")
    return str(told.value.msg), (told.value.text or "").strip()


@pytest.mark.parametrize(("code", "key"), WRONG.items(), ids=list(WRONG))
def test_what_is_wrong_with_a_file_is_said_in_both_languages(code: str, key: str) -> None:
    text, source = of_python(code)
    signs = {"syntax_never_closed": "(", "syntax_unmatched": ")", "syntax_mismatch": "]"}
    for language in ("en", "es"):
        assert of_syntax(text, source, language) == say(key, language, sign=signs.get(key, ""), other="(")


@pytest.mark.parametrize(("code", "key", "facts"), RAISES, ids=[code for code, _, _ in RAISES])
def test_what_an_error_means_is_said_in_both_languages(code: str, key: str, facts: dict[str, str]) -> None:
    import torch

    names = {"__name__": "double", "np": np, "torch": torch, "f": lambda x: x}
    with pytest.raises(Exception) as told:
        exec(compile(code, "double.py", "exec"), names)
    for language in ("en", "es"):
        assert of_error(told.type.__name__, str(told.value), language) == say(key, language, **facts)


def test_each_sentence_has_such_a_file() -> None:
    assert {key for _, key in (*OF_THE_LINE, *OF_SYNTAX)} == set(WRONG.values())
    assert {key for _, key in RAISED} == {key for _, key, _ in RAISES} | set(ELSEWHERE.values())


def test_of_what_is_not_known_nothing_is_said() -> None:
    """A learner may raise SyntaxError with words of their own; Python may have new ones."""
    assert of_syntax("tú y yo", "raise SyntaxError('tú y yo')", "es") == ""
    assert of_syntax("", "", "es") == ""
    assert of_error("ValueError", "lr < 0", "es") == ""


def test_a_key_that_a_hidden_check_leaves_out_is_not_named() -> None:
    assert of_error("KeyError", "…", "en") == ""


def test_a_text_without_an_end_is_looked_at_where_it_begins() -> None:
    """It may be a learner's, and some patterns try every place for every part."""
    assert of_error("TypeError", "x" * 400 + " object is not callable", "en") == ""


def test_what_only_a_device_brings_about_is_said_too() -> None:
    """torch's words, which the simulated accelerator of 06 takes over."""
    for text, key in ELSEWHERE.items():
        assert of_error("RuntimeError", text, "es") == say(key, "es")
