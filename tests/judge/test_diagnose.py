"""Diagnosis: an equal trace names the mistake, several that fit are all named, a plain difference has no name."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader import catalog
from grader.checks import close_to, points, raised
from grader.judge.cache import ValueCache
from grader.judge.diagnose import Diagnosis, misconception_of
from grader.model import LEARNER_SEED, Check, Exercise

SEEN = [("value", 4.0)]
RIGHT = [("value", 1.0)]
PASSED = ("passed", RIGHT)


def check_(id: str) -> Check:
    return Check(id, "test", {"en": "", "es": ""}, 4, "visible", "", (), (), lambda: None, ({},))


class Played:
    """A diagnosis whose mistakes behave as the test says: mistake -> check id -> trace, or (outcome, trace)."""

    def __init__(self, toy: Exercise, folder: Path, behaviour: dict[str, dict[str, Any]]) -> None:
        self.behaviour, self.runs = behaviour, 0
        self.cache = ValueCache(folder / "cache")
        self.exercise = dataclasses.replace(toy, solutions=folder / "solutions")
        for name in behaviour:
            file = folder / "solutions" / "mistakes" / f"{name}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f'"""{name}"""')

    def run(self, files: dict[str, bytes], checks: Sequence[Check]) -> Any:
        self.runs += 1
        name = files["double.py"].decode().strip('"')
        seen = {check.id: self.behaviour[name][check.id] for check in checks}
        return {
            id: (seen[0], [seen[1]]) if isinstance(seen, tuple) else ("failed", [seen]) for id, seen in seen.items()
        }

    def name(
        self, failed: dict[str, Any], passed: dict[str, Any] | None = None, seed: str = "seed",
        not_begun: dict[str, Any] | None = None,
    ) -> Any:  # fmt: skip
        """Check id -> names, for an attempt with these traces."""
        failing, right, others = (
            [(check_(id), [trace]) for id, trace in (some or {}).items()] for some in (failed, passed, not_begun)
        )
        diagnosis = Diagnosis(self.exercise, seed, self.cache, self.run)
        return diagnosis.name(failing, [check for check, _ in right], failing + right + others)


@pytest.fixture
def played(toy: Exercise, tmp_path: Path) -> Any:
    return lambda behaviour: Played(toy, tmp_path, behaviour)


def test_the_mistake_with_the_same_trace_is_named(played: Any) -> None:
    ours = played({"a": {"1": SEEN}, "b": {"1": [("value", 5.0)]}})
    assert ours.name({"1": SEEN}) == {"1": ["a"]}
    assert ours.name({"1": [("value", 4.0 * (1 + 1e-13))]}) == {"1": ["a"]}


def test_a_trace_of_its_own_has_no_name(played: Any) -> None:
    ours = played({"a": {"1": SEEN}})
    assert ours.name({"1": [("value", 4.1)]}) == {"1": []}
    assert ours.name({"1": [*SEEN, *SEEN]}) == {"1": []}


def test_two_mistakes_that_fit_equally_are_both_named_in_order(played: Any) -> None:
    assert played({"b": {"1": SEEN}, "a": {"1": SEEN}}).name({"1": SEEN}) == {"1": ["a", "b"]}


def test_the_mistake_that_fits_more_checks_is_preferred(played: Any) -> None:
    """`b` looks the same on the first check only."""
    ours = played({"a": {"1": SEEN, "2": SEEN}, "b": {"1": SEEN, "2": [("value", 7.0)]}})
    assert ours.name({"1": SEEN, "2": SEEN}) == {"1": ["a"], "2": ["a"]}
    assert ours.name({"1": SEEN, "2": [("value", 7.0)]}) == {"1": ["b"], "2": ["b"]}
    assert ours.name({"1": SEEN, "2": [("value", 8.0)]}) == {"1": ["a", "b"], "2": []}


def test_variants_of_one_belief_have_one_name(played: Any) -> None:
    ours = played({"a__in_floats": {"1": SEEN}, "a": {"1": SEEN}})
    assert ours.name({"1": SEEN}) == {"1": ["a"]}
    assert misconception_of(Path("mistakes/a__in_floats.py")) == misconception_of(Path("a.py")) == "a"


def test_a_mistake_that_passes_a_check_explains_no_failure_of_it(played: Any) -> None:
    """A plain assert leaves no trace, passed or failed."""
    ours = played({"a": {"1": []}, "b": {"1": ("passed", [])}})
    assert ours.name({"1": []}) == {"1": ["a"]}


FAULTS = [("failed", 1), ("error", 1), ("broken", 2), ("crashed", 2), ("timeout", 2), ("memory", 2)]


@pytest.mark.parametrize(("outcome", "runs"), FAULTS)
def test_what_may_have_been_our_fault_is_not_remembered(outcome: str, runs: int, played: Any, tmp_path: Path) -> None:
    ours = played({"a": {"1": (outcome, SEEN)}})
    ours.name({"1": SEEN})
    ours.cache = ValueCache(tmp_path / "cache")
    ours.name({"1": SEEN})
    assert ours.runs == runs


CRASH = [("raised", "KeyError")]


def test_a_crash_alone_is_named_only_if_the_mistake_agrees_on_every_check(played: Any) -> None:
    """Any crash looks like another; here the passed checks decide."""
    ours = played({"a": {"1": CRASH, "2": PASSED}, "b": {"1": CRASH, "2": [("value", 9.0)]}})
    assert ours.name({"1": CRASH}, {"2": RIGHT}) == {"1": ["a"]}
    assert ours.name({"1": CRASH, "2": [("value", 5.0)]}) == {"1": [], "2": []}
    assert ours.name({"1": []}, {"2": RIGHT}) == {"1": []}


NAN = [("value", {"a": np.array([np.nan, np.inf]), "b": float("nan")})]


def test_nothing_but_nan_is_named_only_if_the_mistake_agrees_on_every_check(played: Any) -> None:
    """There are many ways to divide by zero."""
    ours = played({"a": {"1": NAN, "2": PASSED}, "b": {"1": NAN, "2": [("value", 9.0)]}})
    assert ours.name({"1": NAN}, {"2": RIGHT}) == {"1": ["a"]}
    assert ours.name({"1": NAN, "2": [("value", 5.0)]}) == {"1": [], "2": []}


def test_a_mistake_that_loses_a_check_which_was_passed_is_not_named(played: Any) -> None:
    """Who makes that mistake fails wherever it fails."""
    ours = played({"a": {"1": SEEN, "2": PASSED}, "b": {"1": SEEN, "2": [("value", 9.0)]}})
    assert ours.name({"1": SEEN}, {"2": RIGHT}) == {"1": ["a"]}


def test_a_check_that_is_not_begun_rules_no_mistake_out(played: Any) -> None:
    """Who writes one function after the other has the mistake named in the first; of a crash that says too little."""
    ours = played({"a": {"1": SEEN, "2": [("value", 9.0)]}, "b": {"1": CRASH, "2": [("value", 9.0)]}})
    stub = {"2": [("raised", "NotImplementedError")]}
    assert ours.name({"1": SEEN}, not_begun=stub) == {"1": ["a"]}
    assert ours.name({"1": CRASH}, not_begun=stub) == {"1": []}


def test_a_process_that_ended_has_no_name(played: Any) -> None:
    """One death looks like another, and it may have been ours."""
    ours = played({"a": {"1": [("ended", "died")]}})
    assert ours.name({"1": [("ended", "died")]}) == {"1": []}


def test_a_mistake_is_run_once_per_check_and_seed_and_then_remembered(played: Any) -> None:
    ours = played({"a": {"1": SEEN}, "b": {"1": CRASH}})
    for _ in range(3):
        ours.name({"1": SEEN})
    assert ours.runs == 2
    ours.name({"1": SEEN}, seed="another")
    assert ours.runs == 4


def test_one_run_of_a_mistake_serves_all_failing_checks(played: Any) -> None:
    """A worker costs more than a check."""
    ours = played({"a": {"1": SEEN, "2": SEEN}, "b": {"1": CRASH, "2": SEEN}})
    assert ours.name({"1": SEEN, "2": SEEN}) == {"1": ["a"], "2": ["a"]}
    assert ours.runs == 2


@pytest.mark.parametrize(("seed", "runs"), [("a class's", 2), (LEARNER_SEED, 3)])
def test_in_a_class_the_second_run_of_a_mistake_is_on_all_checks(played: Any, seed: str, runs: int) -> None:
    """Of a thousand students somebody fails each check; a learner alone waits for what failed and nothing else."""
    ours = played({"a": {"1": CRASH, "2": CRASH, "3": CRASH}})
    for id in ("1", "2", "3"):
        ours.name({id: SEEN}, {other: RIGHT for other in "123" if other != id}, seed)
    assert ours.runs == runs


def test_a_mistake_is_run_again_when_it_or_a_check_changes(played: Any) -> None:
    ours = played({"a": {"1": SEEN}})
    ours.name({"1": SEEN})
    (ours.exercise.solutions / "test_double_hidden.py").write_text("# changed")
    ours.exercise = dataclasses.replace(ours.exercise)  # an exercise is read once in a run
    ours.name({"1": SEEN})
    assert ours.runs == 2
    (ours.exercise.solutions / "double.py").write_text("# the answer is no part of a trace")
    ours.exercise = dataclasses.replace(ours.exercise)
    ours.name({"1": SEEN})
    assert ours.runs == 2


def test_without_solutions_nothing_is_named(toy: Exercise, tmp_path: Path) -> None:
    exercise = dataclasses.replace(toy, solutions=None)
    nothing: Any = None
    diagnosis = Diagnosis(exercise, "", ValueCache(tmp_path / "cache"), nothing)
    assert diagnosis.name([(check_("1"), [SEEN])], [], []) == {"1": []}


def test_a_learners_own_version_of_a_mistake_is_recognised(judged: Any) -> None:
    """Other code, the same values. The message names the mistake and the number of its hint."""
    attempt = judged("two = 1 + 1\ndef double(x):\n    return two + x\n", name=True)
    named = {check.id: (check.misconceptions, check.hint) for check in attempt.checks}
    assert named == {"90.1": (["adds_two"], 2), "90.2": (["adds_two"], 2), "90.3": ([], None)}
    assert "Recognised: adds_two - adds two" in attempt.checks[0].messages["en"]
    assert "Reconocido: adds_two - suma dos" in attempt.checks[0].messages["es"]
    assert "kata hint 90 2" in attempt.checks[1].messages["en"]


@pytest.mark.parametrize(
    "code",
    [
        "def double(x):\n    return 3 * x\n",
        "def double(x):\n    raise ValueError\n",
        "def double(x):\n    if isinstance(x, str): raise TypeError(x)\n    return 2 * x\n",
        "def double(x):\n    raise NotImplementedError\n",
    ],
)
def test_other_wrong_code_right_code_and_the_stub_have_no_name(code: str, judged: Any) -> None:
    assert [check.misconceptions for check in judged(code, name=True).checks] == [[], [], []]


def test_in_a_check_that_expects_an_error_what_comes_instead_is_the_trace(toy: Exercise, judged: Any) -> None:
    """`accepts_text` is named although the trace holds no number of the learner's."""

    def refuses_text(submission: Any) -> None:
        """A text is refused."""
        assert submission.run("doubled", 1.0) == close_to(2.0)
        assert submission.error("doubled", "word") == raised(TypeError)

    check = catalog.make_check(toy, "visible", points(20, id="90.7")(refuses_text))
    accepts = judged("def double(x):\n    return x * 2\n", (check,), name=True).checks[0]
    assert (accepts.outcome, accepts.misconceptions) == ("failed", ["accepts_text"])
