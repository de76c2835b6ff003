"""The proof of an exercise: a fault for each rule that is broken, and none where none is."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from grader import catalog
from grader.course.proof import Proof, prove
from grader.errors import BadExercise
from grader.sandbox.plain import PlainWorkers
from tests.course_copy import Course, copy_to

FEW = "3 mistakes; write at least 6"  # the toy course is smaller than an exercise may be
TEXT = """    if isinstance(x, str):
        raise TypeError(f"x is a text: {x!r}")
"""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    copied = copy_to(tmp_path)
    edit(copied.exercise / "exercise.toml", "deadline = 2", "deadline = 20")  # a machine may be busy
    return copied


@pytest.fixture
def proven(course: Course, source: Any, cache: Any) -> Any:
    def run(*seeds: str) -> Proof:
        return prove(catalog.load(course.exercise), source, cache, list(seeds or ["seed"]))

    return run


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def write(file: Path, body: str, docstring: str = '"""A mistake."""\n') -> None:
    file.write_text(f"{docstring}\n\ndef double(x):\n{body}", "utf-8")


def test_the_toy_course_is_proven_but_for_its_few_mistakes(proven: Any) -> None:
    proof = proven("one", "two", "three")
    assert proof.faults == [FEW]
    assert proof.summary() == "90_double: 1 faults; 3 checks, 4 right answers, 3 mistakes"
    rows = [re.split(r"\s+", row) for row in proof.matrix().splitlines()]
    assert rows == [
        ["90_double", "1", "2", "3"],
        ["stub", "o", "o", "o", "0.0"],
        ["double", ".", ".", ".", "20.0"],
        ["alternative/division", ".", ".", ".", "20.0"],
        ["alternative/numpy_call", ".", ".", ".", "20.0"],
        ["alternative/sum", ".", ".", ".", "20.0"],
        ["mistake/accepts_text", ".", ".", "n", "16.0"],
        ["mistake/adds_two", "n", "n", "w", "4.0"],
        ["mistake/in_place", ".", "n", ".", "12.0"],
    ]


def stub_out_of_step(course: Course) -> None:
    course.write("x = 1\n")


def stub_that_is_something(course: Course) -> None:
    edit(course.solutions / "double.py", "SOLUTION 90.1 twice x", "SOLUTION -")


def wrong_answer(course: Course) -> None:
    edit(course.solutions / "double.py", "return 2 * x", "return 2.0 * x if hasattr(x, 'shape') else 6.0")


def wrong_alternative(course: Course) -> None:
    write(course.solutions / "alternatives" / "sum.py", TEXT + "    return x + x + 1e-6\n")


def too_few_alternatives(course: Course) -> None:
    (course.solutions / "alternatives" / "sum.py").unlink()


def mistake_that_is_right(course: Course) -> None:
    write(course.solutions / "mistakes" / "adds_two.py", TEXT + "    return x + x\n")


def mistake_that_differs_each_time(course: Course) -> None:
    body = "    import time\n    return x + time.perf_counter_ns() % 1000\n"
    write(course.solutions / "mistakes" / "in_place.py", body)


def mistake_that_is_two(course: Course) -> None:
    write(course.solutions / "mistakes" / "twin.py", TEXT + "    return 2 + x\n")


def mistake_without_docstring(course: Course) -> None:
    write(course.solutions / "mistakes" / "in_place.py", TEXT + "    x *= 2\n    return x\n", docstring="")


def mistake_that_is_no_python(course: Course) -> None:
    (course.solutions / "mistakes" / "in_place.py").write_text('"""Wrong."""\ndef (')


def check_that_catches_nothing_of_it(course: Course) -> None:
    edit(course.exercise / "test_double.py", '@catches("adds_two")', '@catches("adds_two", "in_place")')


def check_that_catches_nobody(course: Course) -> None:
    edit(course.exercise / "test_double.py", '@catches("adds_two")', '@catches("adds_tow")')


def check_that_breaks(course: Course) -> None:
    edit(course.solutions / "test_double_hidden.py", "submission.error(", "submission.error(1 / 0, ")


def check_that_speaks_english_alone(course: Course) -> None:
    """One key has a Spanish twin and one has none."""
    edit(course.solutions / "test_double_hidden.py", '"result"', '"the result"')
    edit(course.solutions / "test_double_hidden.py", '"argument": x', '"x afterwards": x')
    edit(course.solutions / "scenarios.py", '"result"', '"the result"')
    edit(course.solutions / "scenarios.py", '"argument"', '"x afterwards"')
    (course.solutions / "words.toml").write_text('"the result" = "el resultado"', "utf-8")


def check_that_passes_everything(course: Course) -> None:
    edit(course.exercise / "test_double.py", "    assert submission", "    submission.seed == submission")


@pytest.mark.parametrize(
    ("harm", "faults"),
    [
        (stub_out_of_step, ["the stub is out of step with the answer; run `kata dev sync 90`"]),
        (stub_that_is_something, ["the stub is `failed` in 90.1, not `not_attempted`: Twice a small number."]),
        (wrong_answer, ["double should be right (seed seed), 90.1 is failed: Twice a small number."]),
        (wrong_alternative, ["alternative/sum should be right (seed seed), 90.1 is failed"]),
        (too_few_alternatives, ["2 alternatives; write at least 3"]),
        (mistake_that_is_right, ["adds_two scores 20.0; a check should reject it",
                                 "90.1 says that it catches adds_two, and passes it"]),
        (mistake_that_differs_each_time, ["in_place is not recognised as itself, but as nothing"]),
        (mistake_that_is_two, ["adds_two is also taken for ['twin']: they must differ on a check, or be one",
                               "twin is also taken for ['adds_two']", "write [misconceptions.twin]"]),
        (mistake_without_docstring, ["mistakes/in_place.py: its docstring should say what it does"]),
        (mistake_that_is_no_python, ["mistakes/in_place.py: its docstring should say what it does"]),
        (check_that_catches_nothing_of_it, ["90.1 says that it catches in_place, and passes it"]),
        (check_that_catches_nobody, ["90.1 catches adds_tow, which is no file in mistakes/"]),
        (check_that_breaks, ["double should be right (seed seed), 90.3 is broken", "accepts_text: 90.3 is broken",
                             "accepts_text scores None; a check should reject it"]),
        (check_that_speaks_english_alone, ["'x afterwards' is English in a Spanish message; write its words in [words], "
                                           "or in solutions/90_double/words.toml if only hidden checks say it"]),
        (check_that_passes_everything, ["90.1 says that it catches adds_two, and passes it"]),
    ],
)  # fmt: skip
def test_each_rule_has_its_fault(harm: Any, faults: list[str], course: Course, proven: Any) -> None:
    harm(course)
    found = proven().faults
    for fault in faults:
        assert any(fault in line for line in found), found


def test_each_rule_on_texts_has_its_fault(course: Course, proven: Any) -> None:
    """All at once: points, ids, titles, hints, misconceptions, empty texts, placeholders, READMEs, differences."""
    toml = course.exercise / "exercise.toml"
    edit(toml, '"90.2" = ', '"90.7" = ')
    edit(toml, '[[hints]]\nen = "By two."\nes = "Por dos."\n', "")
    edit(toml, "[misconceptions.in_place]", "[misconceptions.in_palce]")
    edit(toml, 'title.es = "acepta texto"', 'title.es = " "')
    edit(toml, 'en = "Multiply."', 'en = "Multiply {this}."')
    edit(course.solutions / "test_double_hidden.py", '@points(4, id="90.3"', '@points(5, id="90.1"')
    (course.exercise / "README.es.md").unlink()
    (course.solutions / "differences.es.md").write_text("# Diferencias\n", "utf-8")
    assert {
        "the points sum to 21; they must sum to 20",
        "the id 90.1 is used twice",
        "90.2: write its Spanish title in [checks]",
        "[checks] has a title for 90.7, which is no check",
        "[checks] has a title for 90.3, which is no check",
        "2 hints; write 3, from vague to concrete",
        "write [misconceptions.in_place]",
        "[misconceptions.in_palce] has no file in mistakes/",
        "a text is empty or its placeholders differ: 'accepts text'",
        "a text is empty or its placeholders differ: 'Multiply {this}.'",
        "write README.es.md",
        "differences.md is in one language only; write differences.md and differences.es.md, or none",
        FEW,
    } <= set(proven().faults)


def test_an_answer_that_is_right_on_some_seeds_only_is_found(course: Course, proven: Any) -> None:
    sometimes = "return 2 * x if not hasattr(x, 'shape') or x.sum() > 0 else x"
    edit(course.solutions / "double.py", "return 2 * x", sometimes)
    proof = proven(*"abcdefgh")
    wrong = [fault for fault in proof.faults if fault.startswith("double should be right (seed ")]
    assert 0 < len(wrong) < 8


class Unfenced(PlainWorkers):
    """Says that it holds a fence, and holds none."""

    fence_names = ("landlock",)


def test_a_worker_that_can_open_the_solutions_is_a_fault(course: Course, cache: Any) -> None:
    for folder in ("mistakes", "alternatives"):
        shutil.rmtree(course.solutions / folder)  # each would be run
    found = prove(catalog.load(course.exercise), Unfenced(), cache, ["seed"]).faults
    for file in ("double.py", "test_double_hidden.py", "scenarios.py"):
        assert f"a worker can open {course.solutions / file}" in found


def test_each_file_is_told_when_it_was_tried(course: Course, source: Any, cache: Any) -> None:
    """Whoever interrupts a proof knows how far it came, and what took long."""
    told: list[str] = []
    proof = prove(catalog.load(course.exercise), source, cache, ["one", "two"], tell=told.append)
    learned = [line for line in told if " learned mistake/" in line]
    told = [line for line in told if line not in learned]
    names = [line.rpartition(" of 20, ")[0].rpartition(": ")[0].removeprefix("90_double ") for line in told]
    assert [line.split()[2].rstrip(":") for line in learned] == [name for name in names if name.startswith("mistake/")]
    assert sorted(set(names)) == sorted(proof.attempts)
    assert names.count("double") == 2, "once for each seed"
    assert all(re.fullmatch(r"90_double \S+: [\d.]+ of 20, \d+\.\d s", line) for line in told)


def test_without_solutions_nothing_can_be_proven(course: Course, source: Any, cache: Any) -> None:
    course.solutions.rename(course.root / "elsewhere")
    with pytest.raises(BadExercise, match="solutions/90_double is not here"):
        prove(catalog.load(course.exercise), source, cache, ["seed"])
