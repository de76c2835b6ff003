"""Attempts: how outcomes, points and time add up, and what an attempt records."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from grader.checks import close_to, needs
from grader.judge import attempt as attempt_module
from grader.judge.attempt import Judging, digest
from grader.model import OUTCOMES, Check, worst
from tests.judge.toys import RIGHT, body, check_of, passes


def test_right_code_passes_everything(judged: Any) -> None:
    attempt = judged(RIGHT)
    assert (attempt.outcome, attempt.score, attempt.max_score) == ("passed", 20.0, 20.0)
    assert [(check.outcome, check.score, check.messages["en"]) for check in attempt.checks] == [
        ("passed", 8.0, ""), ("passed", 8.0, ""), ("passed", 4.0, ""),
    ]  # fmt: skip


def test_a_need_that_names_no_check_is_broken(toy: Any, judged: Any) -> None:
    needy = check_of(toy, needs("test_nowhere")(lambda submission: None))
    assert judged(RIGHT, (needy,)).outcome == "broken"


def test_waiting_is_passed_on_and_tells_for_whom(toy_checks: Any, judged: Any) -> None:
    """A check that waits for one that waits does not run either."""
    last = dataclasses.replace(toy_checks[2], id="90.9", name="last", needs=(toy_checks[2].name,))
    attempt = judged(body("return x + 2"), (*toy_checks, last))
    assert [check.outcome for check in attempt.checks] == ["failed", "failed", "waiting", "waiting"]
    assert attempt.checks[2].messages["en"].endswith("waits for 90.1")
    assert attempt.checks[3].messages["en"].endswith("waits for 90.3")


def test_cases_share_their_checks_points(judged: Any) -> None:
    """x + 2 is right for one of the two cases; the message is that of the wrong one."""
    attempt = judged(body("return x + 2"))
    assert (attempt.checks[0].outcome, attempt.checks[0].score, attempt.checks[0].max_score) == ("failed", 4.0, 8)
    assert "double(3.0)" in attempt.checks[0].messages["en"]
    assert attempt.score == 4.0


def test_thirds_of_points_add_up_to_whole_ones(toy: Any, judged: Any) -> None:
    @pytest.mark.parametrize("x", [1.0, 2.0, 3.0])
    def thirds(submission: Any, x: float) -> None:
        assert submission.run("doubled", x) == close_to(2 * x)

    assert judged(RIGHT, (check_of(toy, thirds, 2),)).score == 2.0
    assert judged(body("return x + 2"), (check_of(toy, thirds, 2),)).score == 0.6667


def test_the_worst_case_decides_a_check_and_the_worst_check_the_attempt(judged: Any) -> None:
    code = body("if isinstance(x, str): raise SystemExit", "return x + 2 if x == 2.0 else 1 / 0")
    attempt = judged(code)
    assert [check.outcome for check in attempt.checks] == ["error", "error", "waiting"]
    assert attempt.outcome == "error"


def test_the_order_of_outcomes_is_the_contracts() -> None:
    order = "broken forbidden crashed memory timeout error failed waiting not_attempted missing passed".split()
    assert list(OUTCOMES) == order
    for i, outcome in enumerate(order):
        assert worst(order[i:][::-1]) == outcome
    assert worst(["passed", "passed"]) == "passed"


def test_a_crash_costs_one_check_and_the_next_has_a_new_process(judged: Any) -> None:
    code = "import os\nruns = 0\n" + body(
        "global runs; runs += 1", "if runs > 1: os._exit(1)", "return 2 * x",
    )  # fmt: skip
    attempt = judged(code)
    assert [(check.outcome, check.score) for check in attempt.checks] == [("crashed", 4), ("passed", 8), ("waiting", 0)]


def test_checks_after_the_attempts_time_are_not_reached(judged: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first check takes what there is; the others say so and have no time of their own."""
    monkeypatch.setattr(attempt_module, "ATTEMPT_SECONDS", 0.4)
    attempt = judged(body("while True: pass"))
    assert [check.outcome for check in attempt.checks] == ["timeout", "timeout", "waiting"]
    assert "no answer within 0.4 s" in attempt.checks[0].messages["en"]
    assert "not reached: the submission had 0.4 s in all" in attempt.checks[1].messages["en"]


def test_only_the_learners_time_counts(toy: Any, judged: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reference that has to import its framework first may take longer than the check's deadline."""
    clock = [0.0]

    def slow_reference(submission: Any) -> None:
        assert submission.run("doubled", 1.0) == close_to(2.0)
        clock[0] += 1000.0
        assert submission.run("doubled", 1.0) == close_to(2.0)

    monkeypatch.setattr("grader.judge.submission.time.monotonic", lambda: clock[0])
    assert judged(RIGHT, (check_of(toy, slow_reference),)).outcome == "passed"


def test_time_that_ran_out_in_one_check_is_not_held_against_the_next(toy: Any, judged: Any) -> None:
    """A new process that could not be loaded any more for lack of time says nothing about the file."""

    def runs_out(submission: Any) -> None:
        submission.run("doubled", 1.0)
        submission.restart()
        submission._time.left = 0.0
        submission.run("doubled", 1.0)

    attempt = judged(RIGHT, (check_of(toy, runs_out), check_of(toy, passes)))
    assert [check.outcome for check in attempt.checks] == ["timeout", "passed"]


def test_the_same_submission_gets_the_same_result_a_hundred_times(judged: Any) -> None:
    """Everything but the seconds: scores, messages, names, digest."""

    def result() -> dict[str, Any]:
        attempt = dataclasses.asdict(judged(body("return x + 2"), name=True)) | {"seconds": 0}
        attempt["checks"] = [check | {"seconds": 0} for check in attempt["checks"]]
        return attempt

    first = result()
    assert first["checks"][0]["misconceptions"] == ["adds_two"]
    assert all(result() == first for _ in range(99))


def test_random_inputs_depend_on_seed_check_and_case_alone(toy: Any, toy_checks: Any) -> None:
    nothing: Any = None
    judging = [Judging(toy, toy_checks, {}, source=nothing, cache=nothing, seed=seed) for seed in "aab"]
    visible, hidden, _ = toy_checks

    def draw(i: int, check: Check, case: int = 0) -> float:
        return float(judging[i].rng(check, check.cases[case]).normal())

    assert draw(0, visible) == draw(0, visible) == draw(1, visible)
    assert len({draw(0, visible), draw(2, visible), draw(0, visible, 1), draw(0, hidden)}) == 4


def test_an_attempt_records_what_it_was_made_with(judged: Any, source: Any) -> None:
    attempt = judged(RIGHT, seed="the seed")
    assert attempt.exercise == "90_double"
    assert attempt.seed == "the seed"
    assert {"python", "numpy"} <= set(attempt.versions)
    assert attempt.fence == list(source.fence_names)
    assert attempt.submission_sha256 == digest({"double.py": RIGHT.encode()}) != digest({"double.py": b""})


def test_names_and_contents_of_files_do_not_run_together_in_the_digest() -> None:
    files = [{"a": b"bc"}, {"ab": b"c"}, {"a": b"b", "c": b""}, {}, None]
    assert len({digest(given) for given in files}) == 5
