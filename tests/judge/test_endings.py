"""Endings: each outcome of the contract from a submission, or a check, that deserves it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.errors import LearnerRaised
from grader.judge.attempt import Judging, judge
from grader.judge.endings import classify
from grader.sandbox.runtimes import missing
from tests.judge.toys import RIGHT, body, check_of, passes

ENDINGS = {
    "failed": [body("return 3 * x"), body("return None"), body("return Exception")],
    "error": [
        body("return x.nothing"),
        body("raise KeyboardInterrupt"),
        body("return double(x)"),
        body("raise type('OddError', (BaseException,), {'__str__': lambda self: 1 / 0})()"),
        "x = 1",
        "def double(:",
        "import nobody_wrote_this\n" + RIGHT,
        "raise StopIteration",
        "\0",
    ],
    "timeout": [body("while True: pass"), "while True: pass", body("import time; time.sleep(100)")],
    "memory": [body("return bytearray(1 << 40)"), body("raise MemoryError"), "x = bytearray(1 << 40)\n" + RIGHT],
    "crashed": [
        body("import os; os._exit(0)"),
        body("import os; os._exit(9)"),
        body("import os; os.abort()"),
        body("raise SystemExit"),
        "import sys; sys.exit('I quit')",
        body("import ctypes; ctypes.string_at(0)"),
        body("import os; os.write(3, bytes(100)); return 2 * x"),
        body("import os; os.closerange(0, 100); return 2 * x"),
    ],
    "forbidden": [body("import torch; return 2 * x"), "from torch import nn\n" + RIGHT],
    "not_attempted": [body("raise NotImplementedError('90.1 twice x')"), "raise NotImplementedError"],
}


@pytest.mark.parametrize(("outcome", "code"), [(outcome, code) for outcome, codes in ENDINGS.items() for code in codes])
def test_each_way_to_end_has_its_outcome(outcome: str, code: str, judged: Any) -> None:
    """Not one of them costs another check its chance, is the grader's fault, or gives a point."""
    attempt = judged(code, deadline=0.5 if outcome == "timeout" else 20.0)
    last = "not_attempted" if outcome == "not_attempted" else "waiting"  # nobody has begun what it tests either
    assert [check.outcome for check in attempt.checks] == [outcome, outcome, last]
    assert attempt.outcome == outcome
    assert (attempt.score, attempt.max_score) == (0.0, 20.0)
    assert all(check.messages["en"] and check.messages["es"] for check in attempt.checks)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (body("import os; os._exit(3)"), "left with exit code 3"),
        (body("import os; os.write(3, bytes(100)); return 2 * x"), "sent something that is not an answer"),
        (body("import ctypes; ctypes.string_at(0)"), "ended by SIGSEGV"),
        (body("raise SystemExit"), "left the process with SystemExit"),
        (body("raise RuntimeError('you tried: not enough memory')"), "more memory than there is"),
        (body("return x.nothing"), "the code raised AttributeError"),
        (body("return None"), "the type is None, expected float"),
        ("def double(:", "Python cannot read the file"),
        ("x = 1", "double.py does not define `double`"),
        ("from torch import nn", "building what `torch` has"),
        ("import no_such_thing", "there is no `no_such_thing` where your file is checked"),
        (body("while True: pass"), "no answer within 0.5 s"),
        (body("raise NotImplementedError('90.1 twice x')"), "still to write: 90.1 twice x"),
    ],
)
def test_each_way_to_end_is_told_in_its_own_words(code: str, said: str, judged: Any) -> None:
    attempt = judged(code, deadline=0.5 if "while" in code else 20.0)
    assert said in attempt.checks[0].messages["en"]


@pytest.mark.parametrize("code", ["import numpy.nothing_there", "x = nobody", "1 / 0", body("return nobody")])
def test_the_call_is_shown_of_code_that_was_called_and_not_of_a_file_that_could_not_be_read(
    code: str, judged: Any
) -> None:
    message = judged(code).checks[0].messages["en"]
    assert ("Try:" in message) == ("return" in code)


def test_a_missing_attribute_is_told_with_its_owner() -> None:
    facts = {"class": "AttributeError", "bases": ["AttributeError", "Exception"], "text": "", "line": None, "file": ""}
    error = {**facts, "source": "", "missing": "step", "owner": "Adam"}
    outcome, finding = classify(LearnerRaised(error))
    assert finding is not None
    assert (outcome, finding.kind, finding.facts["owner"]) == ("error", "no_attribute", "Adam")


def test_without_a_file_everything_is_missing(judged: Any) -> None:
    attempt = judged(None)
    assert {check.outcome for check in attempt.checks} == {attempt.outcome} == {"missing"}
    assert (attempt.score, attempt.submission_sha256) == (0.0, "")


def test_a_file_that_cannot_be_taken_is_missing_and_says_why(
    source: Any, cache: Any, toy: Any, toy_checks: Any
) -> None:
    judging = Judging(toy, toy_checks, None, source=source, cache=cache, seed="", refused="cell 3 has a magic")
    attempt = judge(judging)
    assert attempt.outcome == "missing"
    assert "cell 3 has a magic" in attempt.checks[0].messages["es"]


def skips(submission: Any) -> None:
    pytest.skip("not today")


def skips_after_an_answer(submission: Any) -> None:
    submission.run("doubled", 1.0)
    pytest.skip("not today")


def is_expected_to_fail(submission: Any) -> None:
    pytest.xfail("known")


def lacks_a_framework(submission: Any) -> None:
    raise missing("jax")


def stumbles(submission: Any) -> None:
    raise ZeroDivisionError


def stumbles_after_an_answer(submission: Any) -> None:
    submission.run("doubled", 1.0)
    raise OSError("disk full")


def leaves(submission: Any) -> None:
    raise SystemExit


def asks_for_no_scenario(submission: Any) -> None:
    submission.run("nobody_wrote_this")


@pytest.mark.parametrize(
    "function",
    [skips, skips_after_an_answer, is_expected_to_fail, lacks_a_framework, stumbles, stumbles_after_an_answer, leaves,
     asks_for_no_scenario],
)  # fmt: skip
def test_what_is_not_the_learners_fault_is_broken_and_publishes_no_score(function: Any, toy: Any, judged: Any) -> None:
    """A skip is never a pass (R2); a broken check leaves the points of the others as they are."""
    attempt = judged(RIGHT, (check_of(toy, function, 8), check_of(toy, passes, 12)))
    assert [check.outcome for check in attempt.checks] == ["broken", "passed"]
    assert (attempt.outcome, attempt.score, attempt.max_score) == ("broken", None, 20.0)
    assert attempt.checks[1].score == 12


def takes_parts(submission: Any) -> None:
    first, second = submission.run("doubled", 2.0)
    assert first["key"] + second.shape > 0


@pytest.mark.parametrize("value", ["1.0", "(1, 2)", "[{'key': 1}, 'text']", "({'key': 'a'}, 2)"])
def test_a_value_of_another_form_than_expected_fails_and_is_not_broken(value: str, toy: Any, judged: Any) -> None:
    """No learner's code can turn a lost score into the grader's fault."""
    assert judged(body(f"return {value}"), (check_of(toy, takes_parts),)).outcome == "failed"


def makes_a_square(submission: Any) -> None:
    np.ones((len(submission.run("doubled", 2.0)),) * 4)


def passes_it_on(submission: Any) -> None:
    submission.run("doubled", submission.run("doubled", 2.0))


@pytest.mark.parametrize("check", [makes_a_square, passes_it_on])
def test_a_value_too_large_for_what_the_check_does_with_it_fails_and_is_not_broken(
    check: Any, toy: Any, judged: Any
) -> None:
    """More memory than there is, or a request with more parts than a message may have."""
    assert judged(body("return [0] * 99_990 if isinstance(x, float) else x"), (check_of(toy, check),)).outcome == "failed"


def test_a_plain_assert_is_a_failed_fact(toy: Any, judged: Any) -> None:
    def asserts(submission: Any) -> None:
        assert submission.run("doubled", 2.0) > 100

    attempt = judged(RIGHT, (check_of(toy, asserts),))
    assert (attempt.outcome, attempt.checks[0].messages["en"]) == ("failed", "A fact.\n    this does not hold yet")
