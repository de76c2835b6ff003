"""The errors of gradkata.

KataError                     something a person can mend; its text says what and how; exit code 2
├── UnknownExercise           no exercise, or more than one, fits a name
├── BadExercise               an author's fault: file, rule, cure
├── BadSubmission             a hand-in that cannot be read
├── FrameworkMissing          a framework that the exercise needs is not installed (broken)
├── FenceMissing              this machine cannot confine other people's code
└── GitHubRefused             GitHub's server said no, or nothing
WorkerProblem                 how a run in a worker ended without a value
├── LearnerRaised             the learner's code raised
├── WorkerTimeout             no answer before the deadline
└── WorkerDied                the process ended: a signal, an exit, or bytes that are no frame
"""

from __future__ import annotations

from typing import Any


class KataError(Exception):
    """Bad input or a bad set-up, told in a sentence."""


class UnknownExercise(KataError):
    pass


class BadExercise(KataError):
    pass


class BadSubmission(KataError):
    pass


class FrameworkMissing(KataError):
    """`package` is not installed; `extra` is the one of gradkata's that brings it."""

    def __init__(self, text: str, package: str, extra: str) -> None:
        super().__init__(text)
        self.package, self.extra = package, extra


class FenceMissing(KataError):
    pass


class GitHubRefused(KataError):
    """`code` is HTTP's, 0 without an answer; `final`: asking again would change nothing."""

    def __init__(self, text: str, code: int, final: bool) -> None:
        super().__init__(text)
        self.code, self.final = code, final


class WorkerProblem(Exception):
    """A run in a worker that gave no value."""


class LearnerRaised(WorkerProblem):
    """A structured error from the worker: class, bases, text, the learner's line. All of it is the learner's word."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["class"])
        self.error = error


class WorkerTimeout(WorkerProblem):
    def __init__(self, seconds: float) -> None:
        super().__init__(f"no answer within {seconds:g} s")
        self.seconds = seconds


class WorkerDied(WorkerProblem):
    """`signal` is 0 if the process left by itself; `code` is its exit code."""

    def __init__(self, signal: int = 0, code: int = 0, reason: str = "") -> None:
        super().__init__(reason or (f"signal {signal}" if signal else f"exit code {code}"))
        self.signal, self.code, self.reason = signal, code, reason
