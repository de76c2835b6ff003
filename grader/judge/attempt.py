"""Judges one submission: runs its checks, classifies how each ended, names mistakes, adds up."""

from __future__ import annotations

import dataclasses
import hashlib
import platform
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader import __version__
from grader.judge import trace
from grader.judge.cache import ValueCache, framework_version
from grader.judge.call import call_shown
from grader.judge.diagnose import MAY_BE_OUR_FAULT, Diagnosis
from grader.judge.endings import classify
from grader.judge.message import explain
from grader.judge.references import Reference
from grader.judge.shipped import Behaviour
from grader.judge.submission import Submission
from grader.model import LANGUAGES, Attempt, Check, CheckResult, Exercise, Finding, Misconception, worst
from grader.sandbox import WorkerSource
from grader.sandbox.runtimes import RUNTIMES

SHOWS_ITS_CALL = ("error", "no_attribute", "timeout", "memory", "died_by_signal", "left", "exit")  # kinds of findings
OF_THE_FILE = ("syntax", "not_utf8", "no_name")  # kinds of findings that are the same in every case
NAMES_ITS_CASE = ("failed", "error", "timeout", "memory", "crashed")
ATTEMPT_SECONDS = 120.0  # of the learner's code, in all checks together
PATIENCE_LEFT = 0.1  # share of the deadline that checks have after one has hung: a learner waits seconds, not minutes
NAMED = ("failed", "error", "timeout", "crashed")  # outcomes that a known mistake may explain


@dataclass
class CaseResult:
    outcome: str
    finding: Finding | None = None
    trace: trace.Trace = field(default_factory=list)
    seconds: float = 0.0
    problem: BaseException | None = None


class Judging:
    """One submission to one exercise: `case` runs a case of a check, `attempt` adds up what was run.

    `files`: the submission's files by name, None if there is none that can be taken (`refused` says why not).
    """

    def __init__(
        self, exercise: Exercise, checks: tuple[Check, ...], files: dict[str, bytes] | None, *,
        source: WorkerSource, cache: ValueCache, seed: str, name_mistakes: bool = True, refused: str = "",
    ) -> None:  # fmt: skip
        self._refused = refused
        self.exercise, self.checks, self.files, self.seed = exercise, checks, files, seed
        self._source, self._cache = source, cache
        self.submission = Submission(exercise, files or {}, source, cache, _number(seed))
        self.results: dict[str, list[CaseResult]] = {}
        self.printed: dict[str, str] = {}  # by visible check, what its first failing case printed
        self._diagnosis = Diagnosis(exercise, seed, cache, self.run_on_mistake) if name_mistakes else None

    def reference(self, check: Check) -> Reference:
        return Reference(self.exercise, check.visibility, self._cache)

    def rng(self, check: Check, case: dict[str, Any]) -> np.random.Generator:
        """Numbers that depend on the run's seed, the check and the case, and on nothing else."""
        return np.random.default_rng(_number(f"{self.seed}/{self.exercise.name}/{check.id}/{check.case_key(case)}"))

    def fixtures(self, check: Check, case: dict[str, Any]) -> dict[str, Any]:
        """What the check's function asks for, besides the case's own parameters."""
        make: dict[str, Callable[[], Any]] = {
            "submission": lambda: self.submission,
            "reference": lambda: self.reference(check),
            "rng": lambda: self.rng(check, case),
        }
        code = check.function.__code__
        return {name: make[name]() for name in code.co_varnames[: code.co_argcount] if name in make}

    def case(self, check: Check, case: dict[str, Any], call: Callable[[], object] | None = None) -> CaseResult:
        """Run one case. `call` runs the check function (pytest's own call, with fixtures); else that is done here."""
        printed_before = len(self.submission.output())
        result = self._before(check)
        if result is None or result.outcome == "waiting":
            ours = call is None
            if call is None:
                given, function = self.fixtures(check, case) | case, check.function

                def call() -> object:
                    return function(**given)

            result = self._run(check, call) if result is None else self._wait(result, check, call)
            if ours and result.problem is not None:  # nobody debugs it: the values in its frames go
                traceback.clear_frames(result.problem.__traceback__)
        finding = result.finding if len(check.cases) > 1 and result.outcome in NAMES_ITS_CASE else None
        if finding is not None and finding.kind not in OF_THE_FILE:
            result.finding = Finding(finding.kind, {**finding.facts, "case": case})
        self.results.setdefault(check.id, []).append(result)
        if result.outcome != "passed" and check.visibility == "visible":
            printed = self.submission.output()  # a worker that is new has printed less than the one before it
            self.printed.setdefault(check.id, printed[printed_before:] or printed)
        return result

    def _before(self, check: Check) -> CaseResult | None:
        """What is known without running anything."""
        if self.files is None:
            kind = "refused" if self._refused else "missing"
            return CaseResult("missing", Finding(kind, {"file": self.exercise.file_name, "text": self._refused}))
        for name in check.needs:
            needed = next((other for other in self.checks if other.name == name), None)
            if needed is None:
                return CaseResult("broken", Finding("broken", {"text": f"@needs names no check: {name}"}))
            if any(result.outcome != "passed" for result in self.results.get(needed.id, ())):
                return CaseResult("waiting", Finding("waiting", {"id": needed.id}))
        if self.submission.spent >= ATTEMPT_SECONDS:
            return CaseResult("timeout", Finding("not_reached", {"seconds": ATTEMPT_SECONDS}))
        return None

    def _wait(self, waiting: CaseResult, check: Check, call: Callable[[], object]) -> CaseResult:
        """A check that waits for one that nobody has begun is not begun itself, if it runs into the stub as well."""
        needed = [other.id for other in self.checks if other.name in check.needs]
        if any(
            result.outcome not in ("passed", "not_attempted") for id in needed for result in self.results.get(id, ())
        ):
            return waiting
        tried = self._run(check, call)
        return tried if tried.outcome == "not_attempted" else waiting

    def _run(self, check: Check, call: Callable[[], object]) -> CaseResult:
        began = time.monotonic()
        hung = any(result.outcome == "timeout" for results in self.results.values() for result in results)
        patience = self.exercise.deadline * (PATIENCE_LEFT if hung else 1)
        seconds = min(patience, ATTEMPT_SECONDS - self.submission.spent)
        self.submission.begin(check.visibility, seconds)
        seen = trace.start()
        problem: BaseException | None = None
        try:
            call()
        except KeyboardInterrupt:
            raise  # somebody at the keyboard of the judge
        except BaseException as caught:
            problem = caught
        outcome, finding = classify(problem, self.submission.answered)
        if finding is not None and finding.kind in SHOWS_ITS_CALL and self.submission.loaded:
            finding.facts["call"] = call_shown(check.function, problem)
        return CaseResult(outcome, finding, seen, time.monotonic() - began, problem)

    def end_all(self, outcome: str, finding: Finding) -> None:
        """Every check ends so, without being run."""
        self.results = {check.id: [CaseResult(outcome, finding)] for check in self.checks}
        self._diagnosis = None

    def run_on_mistake(self, files: dict[str, bytes], checks: Sequence[Check]) -> dict[str, Behaviour]:
        found: dict[str, Behaviour] = {}
        judging = self._bare(files)
        for check in checks:
            alone = dataclasses.replace(check, needs=())
            results = [judging.case(alone, case) for case in check.cases]
            outcome = worst([result.outcome for result in results])
            found[check.id] = outcome, [result.trace for result in results]
            if outcome in MAY_BE_OUR_FAULT:  # the checks after it have all their time
                judging.close()
                judging = self._bare(files)
        judging.close()
        return found

    def _bare(self, files: dict[str, bytes]) -> Judging:
        source, cache = self._source, self._cache
        return Judging(self.exercise, (), files, source=source, cache=cache, seed=self.seed, name_mistakes=False)

    def run_all(self) -> None:
        """Every case of every check, in order."""
        for check in self.checks:
            for case in check.cases:
                self.case(check, case)

    def attempt(self, student: str = "", name_mistakes: bool = True) -> Attempt:
        """What was run so far, added up, with mistakes named (which may take longer than all checks)."""
        self.submission.restart()  # no code of the learner's runs beside the mistakes
        ran = [check for check in self.checks if check.id in self.results]
        names = self._names(ran) if name_mistakes else {}
        checks = [self.result(check, names.get(check.id, [])) for check in ran]
        outcome = worst([check.outcome for check in checks])
        return Attempt(
            student=student,
            exercise=self.exercise.name,
            outcome=outcome,
            score=None if outcome == "broken" else tidy(sum(check.score for check in checks)),
            max_score=tidy(sum(check.max_score for check in checks)),
            seconds=round(sum(check.seconds for check in checks), 3),
            seed=self.seed,
            grader_version=__version__,
            versions={"python": platform.python_version(), **_versions(self.exercise)},
            submission_sha256=digest(self.files),
            fence=list(self._source.fence_names),
            checks=checks,
        )

    def _names(self, ran: Sequence[Check]) -> dict[str, list[str]]:
        """Check id -> the mistakes that it shows."""
        if self._diagnosis is None or not self.submission.loaded:
            return {}
        seen = [check for check in ran if self._outcome(check) != "waiting"]
        traces = [(check, [result.trace for result in self.results[check.id]]) for check in seen]
        failing = [(check, trace) for check, trace in traces if self._outcome(check) in NAMED]
        passed = [check for check in seen if self._outcome(check) == "passed"]
        return self._diagnosis.name(failing, passed, traces)

    def recognised_so_far(self, check: Check) -> list[Misconception]:
        """What that check and those before it show; nothing where mistakes would have to be run for it."""
        if self._diagnosis is None or not self._diagnosis.is_shipped:
            return []
        return self._known(self._names([one for one in self.checks if one.id in self.results]).get(check.id, []))

    def _known(self, ids: Sequence[str]) -> list[Misconception]:
        return [self.exercise.misconceptions[id] for id in ids if id in self.exercise.misconceptions]

    def _outcome(self, check: Check) -> str:
        return worst([result.outcome for result in self.results[check.id]])

    def result(self, check: Check, misconceptions: list[str]) -> CheckResult:
        """One result for a check from those of its cases, which share its points."""
        results = self.results[check.id]
        outcome = worst([result.outcome for result in results])
        first = next((result for result in results if result.outcome == outcome), results[0])
        known = self._known(misconceptions)
        messages = {
            language: explain(first.finding, check, self.exercise, known, self.files, language)
            for language in LANGUAGES
        }
        passed = sum(result.outcome == "passed" for result in results)
        return CheckResult(
            id=check.id,
            title=check.title,
            visibility=check.visibility,
            outcome=outcome,
            score=tidy(check.points * passed / len(results)),
            max_score=check.points,
            messages=messages,
            misconceptions=misconceptions,
            hint=known[0].hint if known else None,
            seconds=round(sum(result.seconds for result in results), 3),
        )

    def close(self) -> None:
        self.submission.close()


def judge(judging: Judging, student: str = "") -> Attempt:
    """Every check on one submission, in order, then the worker's end."""
    try:
        judging.run_all()
        return judging.attempt(student)
    finally:
        judging.close()


def digest(files: dict[str, bytes] | None) -> str:
    """SHA-256 over the submission's files, by name; empty if there are none."""
    if files is None:
        return ""
    content = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode("utf-8", "surrogateescape"), files[name]):
            content.update(len(part).to_bytes(8, "little") + part)
    return content.hexdigest()


def tidy(score: float) -> float:
    """Points without the dust of thirds: 2.6667, 3.0."""
    return round(float(score), 4)


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "little")


def _versions(exercise: Exercise) -> dict[str, str]:
    """Of what the workers hold, and of torch, which is most references'."""
    names = {"torch": None}
    for runtime in (exercise.runtime, *exercise.other_runtimes):
        names |= dict.fromkeys(RUNTIMES[runtime].packages if runtime in RUNTIMES else ())
    return {name: found for name in sorted(names) if (found := framework_version(name))}
