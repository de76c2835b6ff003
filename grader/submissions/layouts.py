"""Whose is what: the students of a class, by the names that plain folders, Moodle, Canvas and nbgrader give them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.errors import BadSubmission
from grader.locale import say
from grader.model import Exercise
from grader.submissions.archives import is_archive, without_suffix
from grader.submissions.exports import canvas, moodle
from grader.submissions.places import Place, place_of
from grader.submissions.trees import REFUSED, Entry, has_bad_name, refusal, shown, wrong_kind
from grader.submissions.wrappers import class_place, entries_at

NAME_BYTES, LISTED = 255, 5
When = tuple[float, ...]


@dataclass(frozen=True)
class Source:
    """One thing that a student handed in: a folder, an archive, or loose files (`files`: their names, where they are).

    `refused` says why it is not even looked into; `optional`, that it is one of several things and may be data.
    `when`: its mtime; in Canvas the count and the upload's number.
    """

    label: str
    place: Place
    when: When = (0.0,)
    files: tuple[tuple[str, Entry], ...] | None = None
    refused: str = ""
    optional: bool = False


@dataclass
class Person:
    name: str
    id: str = ""
    sources: list[Source] = field(default_factory=list)


@dataclass
class _Loose:
    """A file of an export that puts all students' files into one folder."""

    name: str
    entry: Entry
    when: When


def people(folder: Path, exercises: list[Exercise], ignore: Path | None) -> tuple[dict[str, Person], list[str]]:
    """The students by the names that stand in the results, and what is to be said about the class.

    Raises BadSubmission if it cannot be opened or there is nobody.
    """
    out = ignore.resolve() if ignore else None
    place, alone = class_place(place_of(folder), exercises, out)
    if alone:
        name = without_suffix(place.label) if not place.folder else place.folder[-1]
        return {name: Person(name, sources=[Source(place.label, place)])}, []
    found: dict[tuple[str, str], Person] = {}
    loose: dict[tuple[str, str], list[_Loose]] = {}
    ignored: list[str] = []
    for entry in entries_at(place, out):
        if not _sort_in(place, entry, found, loose):
            ignored.append(entry.parts[-1])
    notices = [_say_ignored(place, ignored)] if ignored else []
    for key, files in loose.items():
        person = found.setdefault(key, Person(*key))
        person.sources += _sources_of(place, files, key[0], notices)
    if not found:
        raise BadSubmission(say("empty_class", folder=shown(str(folder), 200)))
    return _named(found.values(), notices), notices


def _sort_in(
    place: Place, entry: Entry, found: dict[tuple[str, str], Person], loose: dict[tuple[str, str], list[_Loose]]
) -> bool:
    """Give it to its student. False if it is nobody's."""
    name = entry.parts[-1]
    is_file = entry.kind not in ("folder", "link")
    in_moodle, in_canvas = moodle(name), canvas(name) if is_file else None
    if is_file and in_moodle and in_moodle.file:
        file = _Loose(in_moodle.file, entry, (entry.when,))
        loose.setdefault((in_moodle.name, in_moodle.id), []).append(file)
    elif in_canvas and not in_moodle:
        loose.setdefault((in_canvas.name, in_canvas.id), []).append(_Loose(in_canvas.file, entry, in_canvas.when))
    elif name == "__pycache__" or has_bad_name((name[:NAME_BYTES],)) or _is_nobodys(entry, place):
        return False
    else:
        plain = name if entry.kind == "folder" else without_suffix(name)
        key = (in_moodle.name, in_moodle.id) if in_moodle else (plain, "")
        found.setdefault(key, Person(*key)).sources.append(_source(place, entry))
    return True


def _is_nobodys(entry: Entry, place: Place) -> bool:
    """A loose file that is no archive, a pipe, a link that leads to no folder."""
    name = entry.parts[-1]
    if entry.kind == "folder" or is_archive(name):
        return False
    return entry.kind != "link" or (not place.tree().packed and not place.root.joinpath(*entry.parts).is_dir())


def _source(place: Place, entry: Entry) -> Source:
    name = entry.parts[-1]
    if entry.kind == "folder":
        return Source(name, place.down(name), (entry.when,))
    if entry.kind != "file":
        is_odd_member = place.tree().packed and entry.kind in REFUSED
        why = refusal(entry, place.label) if is_odd_member else wrong_kind(entry.kind, name)
        return Source(name, place, (entry.when,), refused=why)
    try:
        return Source(name, place.into((name,)), (entry.when,))
    except BadSubmission as problem:
        return Source(name, place, (entry.when,), refused=str(problem))


def _sources_of(place: Place, files: list[_Loose], student: str, notices: list[str]) -> list[Source]:
    """Archives are a source each; what else one student has is one source. Of files with one name the newest counts."""
    newest: dict[str, _Loose] = {}
    for file in sorted(files, key=lambda file: file.when):
        older = newest.get(file.name)
        if older is not None:
            notices.append(set_aside(student, file.entry.parts[-1], older.entry.parts[-1]))
        newest[file.name] = file
    archives = [file for file in newest.values() if is_archive(file.name)]
    others = tuple((file.name, file.entry) for file in newest.values() if not is_archive(file.name))
    sources = [replace(_source(place, file.entry), when=file.when, optional=len(newest) > 1) for file in archives]
    if others:
        when = max(file.when for file in newest.values() if not is_archive(file.name))
        sources.append(Source(others[-1][1].parts[-1], place, when, others))
    return sources


def set_aside(student: str, kept: str, other: str) -> str:
    return say("set_aside", student=shown(student), kept=shown(kept), other=shown(other))


def _say_ignored(place: Place, names: list[str]) -> str:
    listed = ", ".join(shown(name, 60) or "''" for name in names[:LISTED])
    more = f", … (+{len(names) - LISTED})" if len(names) > LISTED else ""
    return say("ignored", folder=shown(place.label), names=listed + more)


def _named(found: Iterable[Person], notices: list[str]) -> dict[str, Person]:
    """Students by name; where several share one, the export's numbers tell them apart."""
    persons = sorted(found, key=lambda person: (person.name, person.id))
    sharing = {name for name, count in Counter(person.name for person in persons).items() if count > 1}
    named: dict[str, Person] = {}
    for person in persons:
        name = f"{person.name}_{person.id}" if person.name in sharing and person.id else person.name
        encoded = name.encode("utf-8", "surrogatepass")
        if len(encoded) > NAME_BYTES or name in named:
            name = f"{name[:60]}-{hashlib.sha256(encoded + person.id.encode()).hexdigest()[:8]}"
        named[name] = person
    notices += [say("same_name", name=shown(name)) for name in sorted(sharing)]
    return named
