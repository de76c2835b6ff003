"""Which file of a student is an exercise's. Of several, the newest counts and the others are told of."""

from __future__ import annotations

import calendar
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.errors import BadSubmission
from grader.locale import say
from grader.model import Exercise
from grader.submissions.archives import is_archive
from grader.submissions.layouts import Source, When, set_aside
from grader.submissions.notebooks import NOTEBOOK_BYTES, SUFFIX, exercises_named
from grader.submissions.places import Place
from grader.submissions.trees import REFUSED, Entry, Parts, Tree, refusal, shown, wrong_kind

NOTEBOOKS, ARCHIVES = 50, 5  # of one student, that are looked into for what they may be
AT_ONCE = 2.0  # seconds: a zip's dates are no finer, and a clone writes its files in any order
WRAPPERS = 3  # folders around a hand-in that are looked through
OTHER_EXERCISE = re.compile(r"\d\d_")
Beside = tuple[tuple[str, Parts], ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a hand-in is: a file of a place. `beside` names the files that go with it, where they are not those of its
    folder. `refused` says why it cannot be taken, `whole` that nothing of this student can."""

    place: Place | None = None
    path: Parts = ()
    beside: Beside | None = None
    refused: str = ""
    whole: bool = False


@dataclass(frozen=True)
class _Candidate:
    entry: Entry
    base: Parts
    order: int
    wrong: str = ""


@dataclass(frozen=True)
class _Found:
    """What one source has for an exercise."""

    source: Source
    origin: Origin
    when: When


_Named = tuple[str, _Found]  # with the exercise's name


def choose(student: str, sources: list[Source], exercises: list[Exercise], notices: list[str]) -> dict[str, Origin]:
    """The student's hand-ins by the exercise's name; those of which there is nothing are not in it."""
    told: dict[str, None] = {}  # each once, in order
    every = [one for source in sources for one in _look_into(student, source, exercises, told)]
    found: dict[str, list[_Found]] = {}
    for name, one in _without_data(student, every, told):
        found.setdefault(name, []).append(one)
    chosen: dict[str, Origin] = {}
    for name, several in found.items():
        several.sort(key=lambda one: (one.when, one.source.place.member == ()))
        chosen[name] = several[-1].origin
        for other in several[:-1]:
            told[set_aside(student, several[-1].source.label, other.source.label)] = None
    notices += told
    return chosen


def _without_data(student: str, every: list[_Named], told: dict[str, None]) -> list[_Named]:
    """Without the refused archives that may be data, if the student handed in anything sound."""
    sound = [one for one in every if not (one[1].source.optional and one[1].origin.whole)]
    if not any(not found.origin.whole for _, found in sound):
        return every
    for _, found in every:
        if found.source.optional and found.origin.whole:
            told[say("set_aside_refused", student=shown(student), reason=found.origin.refused)] = None
    return sound


def _look_into(
    student: str, source: Source, exercises: list[Exercise], told: dict[str, None], nested: bool = True
) -> Iterator[_Named]:
    """Each exercise that the source has, or all of them with the reason for which it is refused."""
    try:
        if source.refused:
            raise BadSubmission(source.refused)
        tree = source.place.tree()
        if objection := _objection(source, tree):
            raise BadSubmission(objection)
        entries = list(_entries(source, tree))
    except BadSubmission as problem:
        origin = Origin(refused=str(problem), whole=True)
        yield from ((exercise.name, _Found(source, origin, source.when)) for exercise in exercises)
        return
    finder = _Finder(source, tree, exercises)
    matches = finder.matches(entries)
    for exercise in exercises:
        if exercise.name in matches:
            yield exercise.name, finder.best(student, matches[exercise.name], told)
    if not matches and nested and source.files is None:
        for inner in _archives_in(source, entries):
            yield from _look_into(student, inner, exercises, told, nested=False)
    for name in finder.unknown:
        told[say("notebook_of_nothing", student=shown(student), file=shown("/".join(name)))] = None


def _objection(source: Source, tree: Tree) -> str:
    """Why nothing of it is taken. Of loose files in an archive of all, each student answers for their own."""
    if source.files is None:
        return tree.objection(source.place.folder)
    odd = [entry for _, entry in source.files if tree.packed and entry.kind in REFUSED]
    return refusal(odd[0], tree.label) if odd else ""


def _entries(source: Source, tree: Tree) -> Iterable[Entry]:
    if source.files is None:
        return tree.walk(source.place.folder)
    return [Entry((name,), entry.kind, entry.size, entry.when) for name, entry in source.files]


def _archives_in(source: Source, entries: list[Entry]) -> Iterator[Source]:
    """The archives that lie in a student's folder: learners upload one, and the export makes the folder around it."""
    archives = [entry for entry in entries if len(entry.parts) <= 2 and is_archive(entry.parts[-1])]
    for entry in archives[:ARCHIVES]:
        label = "/".join((source.label, *entry.parts))
        try:
            if entry.kind != "file":
                raise BadSubmission(wrong_kind(entry.kind, entry.parts[-1]))
            yield Source(label, source.place.into(entry.parts), (entry.when,), optional=True)
        except BadSubmission as problem:
            yield Source(label, source.place, (entry.when,), refused=str(problem), optional=True)


class _Finder:
    """Looks for the exercises' files among the entries of one source."""

    def __init__(self, source: Source, tree: Tree, exercises: list[Exercise]) -> None:
        self.source, self.tree, self.exercises = source, tree, exercises
        self.unknown: list[Parts] = []
        self._looked_into = 0
        self._by_file = _grouped((exercise.file_name, exercise) for exercise in exercises)
        self._by_folder = {exercise.name: exercise for exercise in exercises}
        stems = [(stem + SUFFIX, exercise) for exercise in exercises for stem in (exercise.slug, exercise.name)]
        self._by_notebook = _grouped(stems)

    def matches(self, entries: list[Entry]) -> dict[str, list[_Candidate]]:
        found: dict[str, list[_Candidate]] = {}
        for entry in entries:
            for exercise, candidate in self._match(entry):
                if len(candidate.base) <= WRAPPERS:
                    found.setdefault(exercise.name, []).append(candidate)
        return found

    def _match(self, entry: Entry) -> Iterator[tuple[Exercise, _Candidate]]:
        parents, name = entry.parts[:-1], entry.parts[-1]
        if entry.kind in ("link", "closed") and (name in self._by_folder or name == "exercises"):
            wrong = wrong_kind(entry.kind, name)
            for exercise in [self._by_folder[name]] if name in self._by_folder else self.exercises:
                yield exercise, _Candidate(entry, parents, 9, wrong)
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
                yield exercise, _Candidate(entry, base, order, wrong)

    def _match_notebook(self, entry: Entry) -> Iterator[tuple[Exercise, _Candidate]]:
        parents, name = entry.parts[:-1], entry.parts[-1]
        wrong = "" if entry.kind == "file" else wrong_kind(entry.kind, name)
        if parents and parents[-1] in self._by_folder:
            exercise = self._by_folder[parents[-1]]
            base, _ = _base(parents, exercise)
            is_meant = name in self._by_notebook or exercise in self._marked(entry)
            yield exercise, _Candidate(entry, base, 3 if is_meant else 5, wrong)
        elif name in self._by_notebook:
            for exercise in self._by_notebook[name]:
                yield exercise, _Candidate(entry, parents, 4, wrong)
        else:
            marked = self._marked(entry)
            if not marked and len(self.exercises) > 1:
                self.unknown.append(entry.parts)
            for exercise in marked or (self.exercises if len(self.exercises) == 1 else []):
                yield exercise, _Candidate(entry, parents, 4 if marked else 6, wrong)

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

    def best(self, student: str, candidates: list[_Candidate], told: dict[str, None]) -> _Found:
        """The upper ones first; of those the newest, and of those made at once the one in the more exact place."""
        upper = min(len(candidate.base) for candidate in candidates)
        near = [candidate for candidate in candidates if len(candidate.base) == upper]
        sound = [candidate for candidate in near if not candidate.wrong] or near[:1]
        named = [candidate for candidate in sound if candidate.order < 5] or sound
        when = {id(one): self._when(one.entry) if len(named) > 1 else one.entry.when for one in named}
        newest = max(when.values())
        at_once = [one for one in named if when[id(one)] >= newest - AT_ONCE]
        best = min(at_once, key=lambda one: (one.order, -when[id(one)]))
        for other in named:
            if other is not best:
                told[set_aside(student, "/".join(best.entry.parts), "/".join(other.entry.parts))] = None
        files = self.source.files
        beside = None if files is None else tuple((name, entry.parts) for name, entry in files)
        origin = Origin(self.source.place, self.path(best.entry.parts), beside, best.wrong)
        own = self.source.place.member != () or files is not None
        return _Found(self.source, origin, self.source.when if own else (when[id(best)],))

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
