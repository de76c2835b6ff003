"""Which known mistake is it? The one that gives the very same trace on the check. No source is read."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from grader.judge.cache import MISSING, ValueCache, key_of
from grader.judge.trace import Trace, same
from grader.model import Check, Exercise

MAY_BE_OUR_FAULT = ("broken", "crashed", "timeout", "memory")  # a worker that could not start looks like this

MOST_SEARCHES = 6  # checks that no mistake explains, after which no further one is searched among all of them

# Runs one check on the files of a mistake: (outcome, the traces of its cases)
RunCheck = Callable[[dict[str, bytes], Check], tuple[str, list[Trace]]]


class Diagnosis:
    """The traces of an exercise's mistakes for one seed, made when first asked for and kept on disk."""

    def __init__(self, exercise: Exercise, seed: str, cache: ValueCache, run_check: RunCheck) -> None:
        self.exercise, self._seed, self._cache, self._run_check = exercise, seed, cache, run_check
        folder = exercise.solutions / "mistakes" if exercise.solutions else None
        self.files = sorted(folder.glob("*.py")) if folder else []

    def behaviour(self, mistake: Path, check: Check) -> tuple[str, list[Trace]]:
        """(outcome, traces) of a mistake's file on a check."""
        content = mistake.read_bytes()
        key = key_of("mistake", content, _everything(self.exercise), check.id, self._seed)
        known = self._cache.get(key)
        if known is MISSING:
            known = self._run_check({self.exercise.file_name: content}, check)
            self._cache.put(key, known, on_disk=known[0] not in MAY_BE_OUR_FAULT)
        outcome, traces = known
        return outcome, traces

    def name(
        self, failing: Sequence[tuple[Check, list[Trace]]], all_traces: Sequence[tuple[Check, list[Trace]]]
    ) -> dict[str, list[str]]:
        """Check id -> the misconceptions it shows.

        A mistake fits if it loses the check with an equal trace and loses no check that the learner passed. Of several
        that fit, those that fit the most failing checks stay. A trace of errors alone says little (any crash looks like
        another), so there the mistake must agree on every check; a process that ended says nothing.
        """
        lost = {check.id for check, _ in failing}
        passed = [check for check, _ in all_traces if check.id not in lost]
        found: dict[str, list[Path]] = {}
        likely: list[Path] = []  # what explained an earlier check is tried first: running all mistakes costs a second
        searches = 0
        for check, traces in sorted(failing, key=lambda one: _only_errors(one[1])):  # values say more than errors
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

    def _fitting(self, mistakes: list[Path], check: Check, traces: list[Trace], passed: list[Check]) -> list[Path]:
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


def misconception_of(mistake: Path) -> str:
    """`no_eps__in_floats.py` is a variant of `no_eps`: the same belief, seen in another style."""
    return mistake.stem.partition("__")[0]


def _only_errors(traces: list[Trace]) -> bool:
    """Does no failing case show a compared value?"""
    return not any(kind == "value" for trace in traces for kind, _ in trace)


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
