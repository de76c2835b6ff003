"""Which known mistake is it? The one that gives the very same trace on the check. No source is read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from grader.judge.cache import MISSING, ValueCache, key_of
from grader.judge.trace import Trace, same
from grader.model import Check, Exercise

# Runs one check on the files of a mistake: (outcome, the traces of its cases)
RunCheck = Callable[[dict[str, bytes], Check], tuple[str, list[Trace]]]


class Diagnosis:
    """The traces of an exercise's mistakes for one seed, made when first asked for and kept on disk."""

    def __init__(self, exercise: Exercise, seed: str, cache: ValueCache, run_check: RunCheck) -> None:
        self.exercise, self._seed, self._cache, self._run_check = exercise, seed, cache, run_check
        folder = exercise.solutions / "mistakes" if exercise.solutions else None
        self.mistakes = {file.stem: file for file in sorted(folder.glob("*.py"))} if folder else {}

    def behaviour(self, mistake: str, check: Check) -> tuple[str, list[Trace]]:
        """(outcome, traces) of a mistake on a check."""
        content = self.mistakes[mistake].read_bytes()
        key = key_of("mistake", content, _everything(self.exercise), check.id, self._seed)
        known = self._cache.get(key)
        if known is MISSING:
            known = self._run_check({self.exercise.file_name: content}, check)
            self._cache.put(key, known)
        outcome, traces = known
        return outcome, traces

    def candidates(self, check: Check, traces: list[Trace]) -> list[str]:
        """The mistakes whose traces on this check equal these."""
        return [mistake for mistake in self.mistakes if same(self.behaviour(mistake, check)[1], traces)]

    def name(self, failing: Sequence[tuple[Check, list[Trace]]], all_traces: Sequence[tuple[Check, list[Trace]]]) -> dict[str, list[str]]:
        """Check id -> the misconceptions it shows.

        Of several that fit one check, those that fit the most failing checks stay. A trace of errors alone says little
        (any crash looks like another), so there the mistake must agree on every check of the attempt.
        """
        found = {check.id: self.candidates(check, traces) for check, traces in failing}
        fits = {mistake: sum(mistake in names for names in found.values()) for names in found.values() for mistake in names}
        result = {}
        for check, traces in failing:
            names = found[check.id]
            if _only_errors(traces):
                names = [name for name in names if self._agrees(name, all_traces)]
            most = max((fits[name] for name in names), default=0)
            result[check.id] = [name for name in names if fits[name] == most]
        return result

    def _agrees(self, mistake: str, all_traces: Sequence[tuple[Check, list[Trace]]]) -> bool:
        return all(same(self.behaviour(mistake, check)[1], traces) for check, traces in all_traces)


def _only_errors(traces: list[Trace]) -> bool:
    """Does no failing case show a compared value?"""
    return not any(kind == "value" for trace in traces for kind, _ in trace)


@cache
def _everything(exercise: Exercise) -> str:
    """A digest of all that decides a mistake's trace besides its own file: checks, scenarios, references, support files."""
    digest = hashlib.sha256()
    folders: list[Path | None] = [exercise.folder, exercise.solutions]
    for folder in folders:
        for file in sorted(folder.glob("*.py")) if folder else ():
            if file.name != exercise.file_name:
                digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()
