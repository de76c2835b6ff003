"""The submission as a check sees it: runs, errors, new processes, processes that end, files that stay or go."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.errors import BadExercise, LearnerRaised, WorkerDied, WorkerTimeout
from grader.judge import trace
from grader.judge.cache import ValueCache
from grader.judge.matchers import Raised
from grader.judge.submission import Submission
from grader.model import Exercise

VISIBLE = """
import os
from pathlib import Path

def give(module, *values, **options):
    return [values, options]

def call(module, name, *values):
    return getattr(module, name)(*values)

def count(module):
    module.COUNT += 1
    return module.COUNT

def write(module, text):
    Path("kept").write_text(text)

def write_and_die(module, text, code=9):
    write(module, text)
    if code is not None:
        os._exit(code)
    return "alive"

def files(module):
    return sorted(path.name for path in Path(".").iterdir() if path.suffix != ".py")

def has_module(module):
    return module is not None

def hang(module):
    while True: pass

def can_import(module, name):
    import importlib.util
    return importlib.util.find_spec(name) is not None

def helped(module):
    import helper
    return helper.answer()

def shared(module):
    return "visible"
"""
HIDDEN = "def shared(module):\n    return 'hidden'\n\ndef secret(module):\n    return 'secret'\n"
LEARNER = """
COUNT = 0
def fail(kind, text): raise kind(text) if isinstance(kind, type) else __builtins__[kind](text)
def hang():
    while True: pass
def say(text): print(text)
"""


@pytest.fixture
def exercise(toy: Exercise, tmp_path: Path) -> Exercise:
    folder, solutions = tmp_path / "exercise", tmp_path / "solutions"
    for place, text in ((folder, VISIBLE), (solutions, HIDDEN)):
        place.mkdir()
        (place / "scenarios.py").write_text(text)
    (folder / "helper.py").write_text("def answer():\n    return 42\n")
    return dataclasses.replace(toy, folder=folder, solutions=solutions, support=("helper.py",))


Opened = Callable[..., Submission]


@pytest.fixture
def opened(exercise: Exercise, source: Any, cache: ValueCache) -> Iterator[Opened]:
    """Makes submissions in the middle of a visible check."""
    made: list[Submission] = []

    def make(code: str = LEARNER, visibility: str = "visible", seconds: float = 20.0) -> Submission:
        made.append(Submission(exercise, {"double.py": code.encode()}, source, cache, seed=1))
        made[-1].begin(visibility, seconds)
        return made[-1]

    yield make
    for submission in made:
        submission.close()


def test_values_go_in_and_come_out_rebuilt(opened: Opened) -> None:
    x = np.arange(3, dtype=np.float32)
    (got,), options = opened().run("give", x, key=(1, [None, b"x"]))
    assert got is not x
    assert got.dtype == np.float32
    assert got.tolist() == [0, 1, 2]
    assert options == {"key": (1, [None, b"x"])}


def test_a_worker_lives_on_until_it_is_restarted(opened: Opened) -> None:
    submission = opened()
    assert [submission.run("count"), submission.run("count")] == [1, 2]
    submission.begin("hidden", 20.0)
    assert submission.run("count") == 3
    submission.restart()
    assert submission.run("count") == 1


def test_files_stay_over_a_restart_only_if_wanted(opened: Opened) -> None:
    submission = opened()
    submission.run("write", "text")
    submission.restart(keep_files=True)
    assert submission.run("files") == ["kept"]
    submission.restart()
    assert submission.run("files") == []


def test_a_killed_process_leaves_its_files_to_the_next(opened: Opened) -> None:
    submission = opened()
    assert submission.killed("write_and_die", "text") == "killed"
    assert submission.run("files") == ["kept"]
    assert submission.run("count") == 1


def test_a_scenario_that_did_not_end_its_process_gives_its_value(opened: Opened) -> None:
    """And its files are treated as ever."""
    submission = opened()
    submission.run("count")
    assert submission.killed("write_and_die", "text", code=None) == "alive"
    assert submission.run("count") == 2
    submission.restart()
    assert submission.run("files") == []


def test_a_process_that_ended_otherwise_was_not_killed(opened: Opened) -> None:
    with pytest.raises(WorkerDied) as caught:
        opened().killed("write_and_die", "text", code=3)
    assert (caught.value.code, caught.value.signal) == (3, 0)


def test_files_of_a_process_that_ended_otherwise_wait_for_nobody(opened: Opened) -> None:
    """Not after their check: what waits keeps a warm parent alive that has been replaced."""
    submission = opened()
    with pytest.raises(WorkerDied):
        submission.killed("write_and_die", "text", code=3)
    submission.begin("visible", 20.0)
    assert submission._source.warm(submission.runtime).kept == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("leave", [lambda s: s.killed("write_and_die", "text"), lambda s: s.restart(keep_files=True)])
def test_files_do_not_reach_the_next_check(leave: Any, opened: Opened) -> None:
    """Also where the check ended before it came to look at them."""
    submission = opened()
    submission.run("write", "text")
    leave(submission)
    submission.begin("visible", 20.0)
    assert submission.run("files") == []


def test_after_a_crash_or_a_hang_the_next_run_has_a_new_process(opened: Opened) -> None:
    submission = opened()
    submission.run("count")
    with pytest.raises(WorkerDied):
        submission.run("write_and_die", "text", 1)
    assert submission.run("count") == 1
    assert submission.run("files") == []
    submission.begin("visible", 0.3)
    with pytest.raises(WorkerTimeout) as caught:
        submission.run("call", "hang")
    assert caught.value.seconds == 0.3
    submission.begin("visible", 20.0)
    assert submission.run("count") == 1


def test_all_runs_of_a_check_share_its_time(opened: Opened) -> None:
    submission = opened(seconds=20.0)
    submission.run("count")
    first = submission.spent
    assert first > 0
    submission.run("count")
    assert submission.spent > first
    submission._time.left = 0.0
    with pytest.raises(WorkerTimeout) as caught:
        submission.run("count")
    assert caught.value.seconds == 20.0


@pytest.mark.parametrize("code", ["raise ValueError", "def f(:", "import os; os._exit(2)", "raise NotImplementedError"])
def test_a_file_that_cannot_be_loaded_is_loaded_once(
    code: str, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what it raised is nobody's expected error."""
    submission = opened(code)
    problems = []
    for run in (submission.run, submission.error, submission.killed, submission.run):
        seen = trace.start()
        with pytest.raises((LearnerRaised, WorkerDied)) as caught:
            run("count")
        problems.append(caught.value)
        assert len(seen) == 1
        monkeypatch.setattr(submission, "_source", None)  # from now on nothing is opened
    assert len({id(problem) for problem in problems}) == 1


def test_an_expected_error_comes_as_a_value_and_a_return_as_itself(opened: Opened) -> None:
    submission = opened()
    error = submission.error("call", "fail", "ValueError", "lr is -1")
    assert isinstance(error, Raised)
    assert (error.kind, error.text, error.place["line"]) == ("ValueError", "lr is -1", 3)
    assert submission.error("give", 1) == [(1,), {}]


@pytest.mark.parametrize("kind", ["NotImplementedError", "MemoryError", "SystemExit"])
def test_some_errors_are_never_the_expected_one(kind: str, opened: Opened) -> None:
    """The stub's, the lack of memory and leaving are outcomes of their own."""
    with pytest.raises(LearnerRaised):
        opened().error("call", "fail", kind, "text")


def test_a_name_that_is_not_defined_is_never_the_expected_error(opened: Opened) -> None:
    """AttributeError may be what a check expects of the learner's code, but not that this code is missing."""
    with pytest.raises(LearnerRaised) as caught:
        opened().error("call", "nobody_wrote_this")
    assert caught.value.error["missing"] == "nobody_wrote_this"
    assert isinstance(opened().error("call", "fail", "AttributeError", "text"), Raised)


def test_problems_are_recorded_in_the_trace(opened: Opened) -> None:
    submission = opened()
    seen = trace.start()
    submission.run("count")
    submission.error("call", "fail", "ValueError", "text")
    for name in ("fail", "nobody_wrote_this"):
        with pytest.raises(LearnerRaised):
            submission.run("call", name, "KeyError", "text")
    with pytest.raises(WorkerDied):
        submission.error("write_and_die", "text", 1)
    assert seen == [("raised", "ValueError"), ("raised", "KeyError"), ("raised", "AttributeError"), ("ended", "died")]


def test_scenarios_are_looked_for_beside_the_check_first(opened: Opened) -> None:
    """Visible checks do not reach those in solutions/; support files are there for both."""
    visible, hidden = opened(), opened(visibility="hidden")
    assert (visible.run("shared"), hidden.run("shared"), hidden.run("secret")) == ("visible", "hidden", "secret")
    assert (visible.run("helped"), hidden.run("helped")) == (42, 42)
    with pytest.raises(BadExercise, match=r"no scenarios\.py has a function `secret`"):
        visible.run("secret")


def test_alone_runs_without_the_submission_and_is_remembered(
    opened: Opened, exercise: Exercise, cache: ValueCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = opened("raise SystemExit")
    assert submission.alone("has_module") is False
    first = submission.alone("give", np.ones(2))
    first[0][0][0] = 7
    monkeypatch.setattr(submission, "_source", type("NoWorkers", (), {"fence_names": submission._source.fence_names}))
    assert submission.alone("give", np.ones(2))[0][0].tolist() == [1, 1]


def test_a_reference_that_fails_alone_is_the_authors_fault(opened: Opened) -> None:
    with pytest.raises(BadExercise, match="count alone"):
        opened().alone("count")


def test_apart_runs_without_the_submission_and_remembers_nothing(
    opened: Opened, cache: ValueCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For values that came from the learner's code: there are as many as submissions, and they cost the check's time."""
    monkeypatch.setattr(cache, "put", None)
    submission = opened("raise SystemExit")
    assert submission.apart("has_module") is False
    assert submission.apart("give", b"bytes") == [(b"bytes",), {}]
    assert submission.spent > 0


def test_a_worker_that_dies_of_the_learners_values_is_the_submissions_own(opened: Opened) -> None:
    """Else a file that kills its reader would turn a lost score into no score."""
    submission = opened(seconds=1)
    submission.run("count")
    seen = trace.start()
    with pytest.raises(WorkerDied):
        submission.apart("write_and_die", "text", 1)
    with pytest.raises(WorkerTimeout):
        submission.apart("hang")
    assert seen == [("ended", "died"), ("ended", "timeout")]
    submission.begin("visible", 20.0)
    assert submission.run("count") == 2, "the learner's own worker lives on"


def test_a_scenario_that_raises_apart_is_the_authors_fault(opened: Opened) -> None:
    with pytest.raises(BadExercise, match="count apart"):
        opened().apart("count")


def test_what_was_printed_is_kept_also_from_a_process_that_ended(opened: Opened) -> None:
    submission = opened()
    assert submission.output() == ""
    submission.run("call", "say", "hello")
    assert submission.output() == "hello\n"
    with pytest.raises(WorkerDied):
        submission.run("write_and_die", "text", 1)
    assert submission.output() == "hello\n"


def test_another_runtime_has_a_worker_of_its_own_and_the_checks_time_is_shared(
    exercise: Exercise, source: Any, cache: ValueCache
) -> None:
    """As Keras's other backends need it. Only those that the exercise names; restarting ends them all."""
    exercise = dataclasses.replace(exercise, other_runtimes=("torch",), forbidden=())
    submission = Submission(exercise, {"double.py": LEARNER.encode()}, source, cache, seed=1)
    submission.begin("visible", 20.0)
    try:
        other = submission.on("torch")
        assert submission.on("torch") is other
        assert submission.on("numpy") is submission
        assert (submission.run("can_import", "torch"), other.run("can_import", "torch")) == (False, True)
        assert (submission.run("count"), submission.run("count"), other.run("count")) == (1, 2, 1)
        submission.restart()
        assert (submission.run("count"), other.run("count")) == (1, 1)
        submission._time.left = 0.0
        with pytest.raises(WorkerTimeout):
            other.run("count")
        with pytest.raises(BadExercise, match="`jax` is not in other_runtimes"):
            submission.on("jax")
    finally:
        submission.close()
