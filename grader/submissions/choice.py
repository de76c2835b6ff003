"""Which of a student's hand-ins counts. Of several, the newest does and the others are told of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.errors import BadSubmission
from grader.locale import say
from grader.model import Exercise
from grader.submissions.archives import is_archive
from grader.submissions.finder import Candidate, Finder
from grader.submissions.layouts import Source, When, set_aside
from grader.submissions.places import Place
from grader.submissions.trees import REFUSED, Entry, Parts, Tree, refusal, shown, wrong_kind

ARCHIVES = 5  # in a student's folder, that are looked into
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
    finder = Finder(source, tree, exercises)
    matches = finder.matches(entries)
    for exercise in exercises:
        if exercise.name in matches:
            yield exercise.name, _best(student, finder, matches[exercise.name], told)
    if not matches and nested and source.files is None:
        for inner in _archives_in(source, entries):
            yield from _look_into(student, inner, exercises, told, nested=False)
    for name in finder.unknown:
        told[say("notebook_of_nothing", student=shown(student), file=shown("/".join(name)))] = None


def _best(student: str, finder: Finder, candidates: list[Candidate], told: dict[str, None]) -> _Found:
    best, when, others = finder.pick(candidates)
    for other in others:
        told[set_aside(student, "/".join(best.entry.parts), "/".join(other.entry.parts))] = None
    source = finder.source
    beside = None if source.files is None else tuple((name, entry.parts) for name, entry in source.files)
    origin = Origin(source.place, finder.path(best.entry.parts), beside, best.wrong)
    is_dated = source.place.member != () or source.files is not None  # as a whole
    return _Found(source, origin, source.when if is_dated else (when,))


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
