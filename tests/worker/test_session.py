"""What a worker tells of errors: always something, of bounded size and fixed types, whatever its class does."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.sandbox.link import _is_error
from grader.worker.session import Session
from grader.worker.values import decode, encode


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    before = list(sys.path), list(sys.meta_path), set(sys.modules)
    yield Session(tmp_path)
    sys.path[:], sys.meta_path[:] = before[0], before[1]
    for name in set(sys.modules) - before[2]:
        del sys.modules[name]


def load(session: Session, source: str, name: str = "learners_file", forbidden: tuple[str, ...] = ()) -> dict[str, Any]:
    files = {f"{name}.py": source.encode()}
    return session.answer({"op": "load", "with": {"files": files, "main": f"{name}.py", "forbidden": list(forbidden),
                                                  "seed": 1}})  # fmt: skip


def run(session: Session, source: str, name: str = "probe") -> dict[str, Any]:
    scenarios = {"key": "k", "source": source, "support": {}}
    assert session.answer({"op": "scenarios", "with": scenarios}) == {"value": None}
    return session.answer({"op": "run", "with": {"key": "k", "name": name, "args": (), "options": {}}})


class Loops(Exception):
    def __str__(self) -> str:
        return str(self)


class Huge(Exception):
    def __str__(self) -> str:
        return "x" * 50_000_000


class Ends(Exception):
    def __str__(self) -> str:
        raise SystemExit(0)


class NoText(Exception):
    def __str__(self) -> str:
        return 3  # type: ignore[return-value]


class Nameless(type):
    @property
    def __name__(cls) -> str:  # type: ignore[override]
        raise KeyboardInterrupt


class NamelessError(Exception, metaclass=Nameless):
    pass


class Hides(Exception):
    def __getattribute__(self, name: str) -> Any:
        raise MemoryError(name)


class Lies(Exception):
    __class__ = int  # type: ignore[assignment]


def odd_syntax_error() -> SyntaxError:
    problem = SyntaxError("a" * 10_000)
    problem.lineno, problem.text, problem.filename = 10**9, ["not a text"], 7  # type: ignore[assignment]
    return problem


PROBLEMS: dict[str, Callable[[], BaseException]] = {
    "a text that never ends": lambda: Loops(),
    "a text of 50 MB": lambda: Huge(),
    "a text that ends the process": lambda: Ends(),
    "a text that is none": lambda: NoText(),
    "a class whose name cannot be read": lambda: NamelessError(),
    "an error that hides all": lambda: Hides(),
    "an error that says it is a number": lambda: Lies(),
    "a syntax error made by hand": odd_syntax_error,
    "a group": lambda: BaseExceptionGroup("a", [ValueError("b"), KeyboardInterrupt()]),
    "a long name": lambda: type("E" * 10_000, (Exception,), {})("x"),
    "a name with lines": lambda: type("E\n::error::", (Exception,), {})("x"),
    "many bases": lambda: type("E", tuple(type(f"B{i}", (Exception,), {}) for i in range(100)), {})(),
    "surrogates": lambda: ValueError("\ud800"),
    "an attribute error without a name": lambda: AttributeError("x"),
    "an attribute error with a long name": lambda: AttributeError("x", name="n" * 9999, obj=type("O" * 9999, (), {})()),
    "SystemExit": lambda: SystemExit(object()),
}


@pytest.mark.parametrize("make", PROBLEMS.values(), ids=PROBLEMS.keys())
def test_every_error_is_told_in_the_judges_format(make: Callable[[], BaseException], session: Session) -> None:
    try:
        raise make()
    except BaseException as problem:
        told = session.describe(problem)
    assert _is_error(decode(encode(told)))


def test_the_learners_deepest_line_is_told(session: Session) -> None:
    assert load(session, "def f():\n    return g()\n\ndef g():\n    raise ValueError('no')\n") == {"value": None}
    told = run(session, "def probe(module):\n    module.f()")["raised"]
    assert (told["class"], told["text"], told["file"]) == ("ValueError", "no", "learners_file.py")
    assert (told["line"], told["source"]) == (5, "raise ValueError('no')")
    assert told["bases"] == ["ValueError", "Exception", "BaseException"]


def test_an_error_of_a_traced_function_is_told_with_the_line_inside_it(session: Session) -> None:
    """The text is what TensorFlow 2.21 makes of an error while it traces; frames and the error's own words stand in it."""
    load(session, "def make(call):\n    return call(f)\n\ndef f(x):\n    return tf.cast(x, tf.flaot32)\n")
    text = f"""in user code:

    File "/worker-packages/tensorflow/map_op.py", line 161, in wrapper  *
        return func(*args)
    File "{session.folder}/learners_file.py", line 5, in f  *
        return tf.cast(x, tf.flaot32)

    AttributeError: module 'tensorflow' has no attribute 'flaot32'
      and a second line
"""
    told = run(session, f"def call(f):\n    raise AttributeError({text!r})\n\ndef probe(module):\n    module.make(call)")
    assert told["raised"]["text"] == "module 'tensorflow' has no attribute 'flaot32'\n  and a second line"
    assert (told["raised"]["line"], told["raised"]["source"]) == (5, "return tf.cast(x, tf.flaot32)")
    nothing_inside = session.describe(ValueError("in user code:\n none"))
    assert (nothing_inside["text"], nothing_inside["line"]) == ("none", None)


def test_an_endless_recursion_is_told(session: Session) -> None:
    load(session, "def f():\n    return f()\n")
    told = run(session, "def probe(module):\n    module.f()")["raised"]
    assert (told["class"], told["line"]) == ("RecursionError", 2)


def test_a_name_that_the_file_lacks_is_told(session: Session) -> None:
    load(session, "")
    told = run(session, "def probe(module):\n    module.f()")["raised"]
    assert (told["missing"], told["owner"]) == ("f", "")


def test_an_attribute_that_an_object_lacks_is_told_with_its_class(session: Session) -> None:
    load(session, "class A:\n    pass\n")
    told = run(session, "def probe(module):\n    module.A().step()")["raised"]
    assert (told["missing"], told["owner"]) == ("step", "A")


def test_a_file_that_does_not_parse_is_told_with_its_line(session: Session) -> None:
    told = load(session, "x = 1\ndef f(:\n")["raised"]
    assert (told["class"], told["line"], told["file"]) == ("SyntaxError", 2, "learners_file.py")


def test_leaving_the_process_is_told_as_an_error(session: Session) -> None:
    assert load(session, "import sys\nsys.exit(0)\n")["raised"]["class"] == "SystemExit"


@pytest.mark.parametrize("how", ["import wanted", "import wanted.a", "from wanted import a", "__import__('wanted')"])
def test_what_the_exercise_asks_to_build_is_forbidden(how: str, session: Session) -> None:
    assert load(session, how, forbidden=("wanted",))["raised"]["class"] == "ForbiddenImport"


def test_a_forbidden_name_does_not_forbid_its_like(session: Session) -> None:
    assert load(session, "import json.decoder as part\n", forbidden=("jso", "wanted")) == {"value": None}


def test_files_beside_it_are_found_and_stand_in_for_no_library(session: Session, tmp_path: Path) -> None:
    files = {"main_file.py": b"import colorsys, helper_file\nX = helper_file.X, colorsys.rgb_to_hsv",
             "helper_file.py": b"X = 3", "colorsys.py": b"1 / 0", "data/a.txt": b"x"}  # fmt: skip
    request = {"files": files, "main": "main_file.py", "forbidden": [], "seed": 1}
    assert session.answer({"op": "load", "with": request}) == {"value": None}
    assert (tmp_path / "data/a.txt").read_bytes() == b"x"


def test_an_unknown_operation_is_an_error_and_no_end(session: Session) -> None:
    assert "raised" in session.answer({"op": "eval", "with": {}})
