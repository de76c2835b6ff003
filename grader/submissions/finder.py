"""Looks for the exercises' files among the entries of one source, and says which of several is meant."""

from __future__ import annotations

import calendar
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.errors import BadSubmission
from grader.model import Exercise
from grader.submissions.layouts import Source
from grader.submissions.notebooks import NOTEBOOK_BYTES, SUFFIX, exercises_named
from grader.submissions.trees import Entry, Parts, Tree, wrong_kind

NOTEBOOKS = 50  # of one student, that are looked into for what they may be
AT_ONCE = 2.0  # seconds: a zip's dates are no finer, and a clone writes its files in any order
WRAPPERS = 3  # folders around a hand-in that are looked through
OTHER_EXERCISE = re.compile(r"\d\d_")


@dataclass(frozen=True)
class Candidate:
    """An entry that may be an exercise's. `base` is the folder it counts as lying in; the lower `order`, the more exact
    its place is: 0 to 2 for a .py, 3 and 4 for a notebook that is meant, from 5 on for one that may be."""

    entry: Entry
    base: Parts
    order: int
    wrong: str = ""


class Finder:
    """Looks for the exercises' files among the entries of one source."""

    def __init__(self, source: Source, tree: Tree, exercises: list[Exercise]) -> None:
        self.source, self.tree, self.exercises = source, tree, exercises
        self.unknown: list[Parts] = []
        self._looked_into = 0
        self._by_file = _grouped((exercise.file_name, exercise) for exercise in exercises)
        self._by_folder = {exercise.name: exercise for exercise in exercises}
        stems = [(stem + SUFFIX, exercise) for exercise in exercises for stem in (exercise.slug, exercise.name)]
        self._by_notebook = _grouped(stems)

    def matches(self, entries: list[Entry]) -> dict[str, list[Candidate]]:
        found: dict[str, list[Candidate]] = {}
        for entry in entries:
            for exercise, candidate in self._match(entry):
                if len(candidate.base) <= WRAPPERS:
                    found.setdefault(exercise.name, []).append(candidate)
        return found

    def _match(self, entry: Entry) -> Iterator[tuple[Exercise, Candidate]]:
        parents, name = entry.parts[:-1], entry.parts[-1]
        if entry.kind in ("link", "closed") and (name in self._by_folder or name == "exercises"):
            wrong = wrong_kind(entry.kind, name)
            for exercise in [self._by_folder[name]] if name in self._by_folder else self.exercises:
                yield exercise, Candidate(entry, parents, 9, wrong)
        elif name.endswith(SUFFIX) and entry.kind != "folder":
            yield from self._match_notebook(entry)
        for depth, part in enumerate(entry.parts):
            is_folder = depth < len(parents) or entry.kind == "folder"
            for exercise in self._by_file.get(part, ()):
                base, order = _base(entry.parts[:depth], exercise)
                if order == 2 and OTHER_EXERCISE.match("".join(base[-1:])):
                    continue  # another exercise's folder
                kind = "folder" if is_folder else entry.kind
                wrong = "" if kind == "file" else wrong_kind(kind, part)
                yield exercise, Candidate(entry, base, order, wrong)

    def _match_notebook(self, entry: Entry) -> Iterator[tuple[Exercise, Candidate]]:
        parents, name = entry.parts[:-1], entry.parts[-1]
        wrong = "" if entry.kind == "file" else wrong_kind(entry.kind, name)
        if parents and parents[-1] in self._by_folder:
            exercise = self._by_folder[parents[-1]]
            base, _ = _base(parents, exercise)
            is_meant = name in self._by_notebook or exercise in self._marked(entry)
            yield exercise, Candidate(entry, base, 3 if is_meant else 5, wrong)
        elif name in self._by_notebook:
            for exercise in self._by_notebook[name]:
                yield exercise, Candidate(entry, parents, 4, wrong)
        else:
            marked = self._marked(entry)
            if not marked and len(self.exercises) > 1:
                self.unknown.append(entry.parts)
            for exercise in marked or (self.exercises if len(self.exercises) == 1 else []):
                yield exercise, Candidate(entry, parents, 4 if marked else 6, wrong)

    def _marked(self, entry: Entry) -> list[Exercise]:
        """The exercises that the marks in a notebook name."""
        if entry.kind != "file" or len(entry.parts) > WRAPPERS + 1 or self._looked_into >= NOTEBOOKS:
            return []
        self._looked_into += 1
        try:
            named = exercises_named(self.tree.read(self.path(entry.parts), NOTEBOOK_BYTES))
        except BadSubmission:
            return []
        return [exercise for exercise in self.exercises if exercise.number in named]

    def path(self, parts: Parts) -> Parts:
        """Where an entry is in the tree."""
        if self.source.files is not None:
            return next(entry.parts for name, entry in self.source.files if name == parts[0])
        return (*self.source.place.folder, *parts)

    def pick(self, candidates: list[Candidate]) -> tuple[Candidate, float, list[Candidate]]:
        """The one that counts, its date, and those that are set aside.

        The upper ones first; of those the newest, and of those made at once the one in the more exact place.
        """
        upper = min(len(candidate.base) for candidate in candidates)
        near = [candidate for candidate in candidates if len(candidate.base) == upper]
        sound = [candidate for candidate in near if not candidate.wrong] or near[:1]
        meant = [candidate for candidate in sound if candidate.order < 5] or sound
        when = {id(one): self._when(one.entry) if len(meant) > 1 else one.entry.when for one in meant}
        newest = max(when.values())
        at_once = [one for one in meant if when[id(one)] >= newest - AT_ONCE]
        best = min(at_once, key=lambda one: (one.order, -when[id(one)]))
        return best, when[id(best)], [one for one in meant if one is not best]

    def _when(self, entry: Entry) -> float:
        """nbgrader writes the time of a submission beside it; else it is when the file was changed."""
        if self.source.files is not None:
            return entry.when
        try:
            stamp = self.tree.read(self.path((*entry.parts[:-1], "timestamp.txt")), 100)
            return float(calendar.timegm(time.strptime(stamp.decode("ascii")[:19], "%Y-%m-%d %H:%M:%S")))
        except (BadSubmission, ValueError, KeyError, OverflowError):
            return entry.when


def _grouped(pairs: Iterable[tuple[str, Exercise]]) -> dict[str, list[Exercise]]:
    groups: dict[str, list[Exercise]] = {}
    for name, exercise in pairs:
        groups.setdefault(name, []).append(exercise)
    return groups


def _base(parents: Parts, exercise: Exercise) -> tuple[Parts, int]:
    """The folder that a hand-in counts as lying in, and how exact its place is: NN_slug/, exercises/NN_slug/, loose."""
    if parents[-1:] != (exercise.name,):
        return parents, 2
    if parents[-2:-1] == ("exercises",):
        return parents[:-2], 1
    return parents[:-1], 0
