"""Which known mistake is it? The one that gives the very same trace on the check. No source is read."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from grader.judge.cache import MISSING, ValueCache, key_of
from grader.judge.shipped import Behaviour, read
from grader.judge.trace import Trace, same
from grader.model import LEARNER_SEED, Check, Exercise

MAY_BE_OUR_FAULT = ("broken", "crashed", "timeout", "memory")  # a worker that could not start looks like this

MOST_SEARCHES = 6  # checks that no mistake explains, after which no further one is searched among all of them

# Runs checks on the files of a mistake: check id -> behaviour
RunChecks = Callable[[dict[str, bytes], Sequence[Check]], dict[str, Behaviour]]


class Diagnosis:
    """What an exercise's mistakes do for one seed, tried when first asked for and kept on disk.

    In a learners' repository there is nothing to try; what a release found out is read instead.
    """

    def __init__(self, exercise: Exercise, seed: str, cache: ValueCache, run_checks: RunChecks) -> None:
        self.exercise, self._seed, self._cache, self._run_checks = exercise, seed, cache, run_checks
        self._shipped = read(exercise.folder, seed) if exercise.solutions is None else {}
        self.files = list(self._shipped) or mistakes_of(exercise)

    @property
    def is_shipped(self) -> bool:
        """Is all of it here, and nothing left to run?"""
        return bool(self._shipped)

    def behaviours(self, mistake: Path, checks: Sequence[Check]) -> dict[str, Behaviour]:
        """How each of the checks ends for a mistake; those that are not known yet are run in one worker."""
        missing = [check for check in checks if not self._is_known(mistake, check)]
        found = self._run(mistake, missing) if missing else {}
        return {check.id: found.get(check.id) or self.behaviour(mistake, check) for check in checks}

    def behaviour(self, mistake: Path, check: Check) -> Behaviour:
        if self._shipped:
            return self._shipped[mistake].get(check.id, ("passed", []))  # what it ships of no check, it does not lose
        known = self._cache.get(self._key(mistake, check))
        return self._run(mistake, [check])[check.id] if known is MISSING else known

    def _learn(self, failing: Sequence[Check], others: Sequence[Check]) -> None:
        """Run each mistake, in one worker, on those of the failing checks that it has not been run on.

        In a class the second such run is on all the checks: others will fail others. Another process that grades the
        same class begins at another mistake, and each finds on disk what the other did.
        """
        if self._shipped:
            return
        begin = os.getpid() % max(1, len(self.files))
        for mistake in self.files[begin:] + self.files[:begin]:
            missing = [check for check in failing if not self._is_known(mistake, check)]
            if missing and self._seed != LEARNER_SEED and any(self._is_known(mistake, check) for check in others):
                missing += [check for check in others if check not in missing and not self._is_known(mistake, check)]
            if missing:
                self._run(mistake, missing)

    def _is_known(self, mistake: Path, check: Check) -> bool:
        return self._cache.get(self._key(mistake, check)) is not MISSING

    def _run(self, mistake: Path, checks: Sequence[Check]) -> dict[str, Behaviour]:
        found = self._run_checks({self.exercise.file_name: _content(mistake)}, checks)
        for check in checks:
            outcome = found[check.id][0]
            self._cache.put(self._key(mistake, check), found[check.id], on_disk=outcome not in MAY_BE_OUR_FAULT)
        return found

    def _key(self, mistake: Path, check: Check) -> str:
        return _key(self.exercise, mistake, check.id, self._seed)

    def name(
        self,
        failing: Sequence[tuple[Check, list[Trace]]],
        passed: Sequence[Check],
        all_traces: Sequence[tuple[Check, list[Trace]]],
    ) -> dict[str, list[str]]:
        """Check id -> the misconceptions it shows. Of all traces some may be of checks that are not begun yet.

        A mistake fits if it loses the check with an equal trace and loses no check that the learner passed. Of several
        that fit, those that fit the most failing checks stay. A trace of errors alone says little (any crash looks like
        another, and any nan), so there the mistake must agree on every check; a process that ended says nothing.
        """
        found: dict[str, list[Path]] = {}
        likely: list[Path] = []  # what explained an earlier check is tried first: running all mistakes costs a second
        searches = 0
        failing = sorted(failing, key=lambda one: _only_errors(one[1]))  # values say more than errors
        searched = [check for check, traces in failing if not _ended(traces)][:MOST_SEARCHES]
        self._learn(searched, [check for check, _ in all_traces])
        for check, traces in failing:
            found[check.id] = fits = [] if _ended(traces) else self._fitting(likely, check, traces, passed)
            if not fits and not _ended(traces) and searches < MOST_SEARCHES:
                found[check.id] = fits = self._fitting(self.files, check, traces, passed)
                searches += not fits
            if _only_errors(traces):
                found[check.id] = fits = [file for file in fits if self._agrees(file, all_traces)]
            likely += [file for file in fits if file not in likely]
        count = Counter(file for files in found.values() for file in files)
        best = {id: max((count[file] for file in files), default=0) for id, files in found.items()}
        return {
            id: sorted({misconception_of(file) for file in files if count[file] == best[id]})
            for id, files in found.items()
        }

    def _fitting(self, mistakes: list[Path], check: Check, traces: list[Trace], passed: Sequence[Check]) -> list[Path]:
        """The mistakes that lose `check` with these traces, and lose none of the checks that were passed."""
        return [
            mistake
            for mistake in mistakes
            if self._loses(mistake, check)
            and same(self.behaviour(mistake, check)[1], traces)
            and not any(self._loses(mistake, other) for other in passed)
        ]

    def _loses(self, mistake: Path, check: Check) -> bool:
        return self.behaviour(mistake, check)[0] != "passed"

    def _agrees(self, mistake: Path, all_traces: Sequence[tuple[Check, list[Trace]]]) -> bool:
        return all(same(self.behaviour(mistake, check)[1], traces) for check, traces in all_traces)


@cache
def mistakes_of(exercise: Exercise) -> list[Path]:
    return sorted((exercise.solutions / "mistakes").glob("*.py")) if exercise.solutions else []


@cache
def _key(exercise: Exercise, mistake: Path, check_id: str, seed: str) -> str:
    return key_of("mistake", _content(mistake), _everything(exercise), check_id, seed)


@cache
def _content(mistake: Path) -> bytes:
    return mistake.read_bytes()


def misconception_of(mistake: Path) -> str:
    """`no_eps__in_floats.py` is a variant of `no_eps`: the same belief, seen in another style."""
    return mistake.stem.partition("__")[0]


def _only_errors(traces: list[Trace]) -> bool:
    """Does no case show a compared value? An answer of nothing but nan and inf says as little as an error."""
    return not any(kind == "value" and _has_finite(value) for trace in traces for kind, value in trace)


def _has_finite(value: Any) -> bool:
    """Is anything in it that is not nan or inf?"""
    if isinstance(value, (list, tuple)):
        return any(map(_has_finite, value))
    if isinstance(value, dict):
        return any(map(_has_finite, value.values()))
    is_array = isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "fc"
    return bool(np.isfinite(value).any()) if is_array or isinstance(value, (float, complex)) else True


def _ended(traces: list[Trace]) -> bool:
    """Did a process end or hang?"""
    return any(kind == "ended" for trace in traces for kind, _ in trace)


@cache
def _everything(exercise: Exercise) -> str:
    """A digest of all that decides a mistake's trace besides its own file: checks, scenarios, references, support."""
    digest = hashlib.sha256()
    folders: list[Path | None] = [exercise.folder, exercise.solutions]
    for folder in folders:
        for file in sorted(folder.glob("*.py")) if folder else ():
            if file.name != exercise.file_name:
                digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()
