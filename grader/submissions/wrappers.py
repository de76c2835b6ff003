"""Where in a folder or an archive the students begin: what wraps them all is looked through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from grader.errors import BadSubmission
from grader.model import Exercise
from grader.submissions.archives import is_archive, without_suffix
from grader.submissions.exports import canvas, moodle
from grader.submissions.places import Place, place_of
from grader.submissions.trees import FILES_OF_ONE, Entry, is_noise

OF_NBGRADER = {"source", "release", "autograded", "feedback"}  # beside `submitted`
OURS = {"results", "report"}
NOT_STUDENTS = {"exercises", "solutions", "tests"}
LEVELS = 4


def entries_at(place: Place, out: Path | None = None) -> list[Entry]:
    """What lies at the top, without the folder for the results and what systems leave behind.

    `__pycache__` stays, to be told of: somebody ran code there.
    """
    entries = [
        entry
        for entry in place.tree().children(place.folder)
        if not is_noise(entry.parts[-1]) or entry.parts[-1] in ("__pycache__", "..")
    ]
    here = place.root.joinpath(*place.folder)
    if out is None or place.member or not here.is_dir():
        return entries
    return [entry for entry in entries if not _is_out(here, entry, out)]


def _is_out(here: Path, entry: Entry, out: Path) -> bool:
    """Is it the folder for the results, or does it hold that folder alone?"""
    name = entry.parts[-1]
    if out == here:
        return name in OURS or name == "scores.csv" or name.startswith("ledger.sqlite")
    path = here / name
    while entry.kind == "folder" and path in out.parents:
        if [child.name for child in path.iterdir()] not in ([], [(out.relative_to(path)).parts[0]]):
            return False
        path = path / out.relative_to(path).parts[0]
    return path == out


def class_place(place: Place, exercises: list[Exercise], out: Path | None = None) -> tuple[Place, bool]:
    """Where the students are, and whether all of it is one student's. Raises BadSubmission if it cannot be opened."""
    for _ in range(LEVELS):
        entries = entries_at(place, out)
        if _is_one(entries, exercises, loose=place.tree().packed) and not _students_in(place, entries, exercises):
            return place, True
        inner = _wrapped(place, entries, exercises)
        if inner is None:
            break
        place = inner
    return place, False


def _wrapped(place: Place, entries: list[Entry], exercises: list[Exercise]) -> Place | None:
    """The one folder or archive that everybody lies in; nbgrader's `submitted` among its other folders."""
    folders = {entry.parts[-1] for entry in entries if entry.kind == "folder"}
    if folders == {"submitted"} or ("submitted" in folders and folders & OF_NBGRADER):
        return place.down("submitted")
    holders = [entry for entry in entries if entry.kind == "folder" or _is_upload(entry)]
    if len(holders) != 1 or moodle(holders[0].parts[-1]):
        return None
    [entry] = holders
    name = entry.parts[-1]
    try:
        if entry.kind == "folder":
            return _below(place.down(name), exercises, enough=1 if name == without_suffix(place.label) else 2)
        if entry.kind == "file" and is_archive(name) and not place.tree().packed:
            inside = place.into((name,))
            if _below(inside, exercises, enough=2):
                return place_of(place.root.joinpath(*entry.parts))
    except BadSubmission:
        pass  # a student's, then, and refused
    return None


def _below(place: Place, exercises: list[Exercise], enough: int) -> Place | None:
    """The place, or the one that is all it holds, with that many students in it. A folder in another is a student's
    own, most often, unless there are several or the archive is called like it."""
    for _ in range(LEVELS):
        if _count_students(place, exercises) >= enough:
            return place
        folders = [entry for entry in entries_at(place) if entry.kind == "folder"]
        if len(folders) != 1:
            break
        place = place.down(folders[0].parts[-1])
    return None


def _is_one(entries: list[Entry], exercises: list[Exercise], loose: bool) -> bool:
    """Is this what one student hands in? `loose`: a file of an exercise's name counts, as it does not in a class's
    folder, where it is nobody's."""
    folders = {entry.parts[-1] for entry in entries if entry.kind == "folder"}
    files = {entry.parts[-1] for entry in entries if entry.kind == "file"}
    if any(exercise.name in folders for exercise in exercises) or "exercises" in folders:
        return True
    return loose and not folders and any(exercise.file_name in files for exercise in exercises)


def _students_in(place: Place, entries: list[Entry], exercises: list[Exercise]) -> bool:
    """Is a folder beside the exercises' a student's? Then this is a class, and somebody left an exercise in it."""
    names = {exercise.name for exercise in exercises} | NOT_STUDENTS
    return any(
        _looks_like_student(place, entry, exercises)
        for entry in entries
        if entry.kind == "folder" and entry.parts[-1] not in names
    )


def _count_students(place: Place, exercises: list[Exercise]) -> int:
    """How many entries look like a student's; 0 if the place itself does."""
    entries = entries_at(place)
    if _is_one(entries, exercises, loose=True) or _has_file(entries, exercises):
        return 0
    return sum(1 for _ in _students(place, entries, exercises))


def _students(place: Place, entries: list[Entry], exercises: list[Exercise]) -> Iterator[Entry]:
    for entry in entries:
        name = entry.parts[-1]
        if moodle(name) or _is_upload(entry) or _looks_like_student(place, entry, exercises):
            yield entry


def _is_upload(entry: Entry) -> bool:
    name = entry.parts[-1]
    return entry.kind == "file" and (canvas(name) is not None or is_archive(name))


def _looks_like_student(place: Place, entry: Entry, exercises: list[Exercise]) -> bool:
    if entry.kind != "folder":
        return False
    try:
        inside = place.tree().children(entry.parts, FILES_OF_ONE)
    except BadSubmission:
        return False
    return _is_one(inside, exercises, loose=False) or _has_file(inside, exercises)


def _has_file(entries: list[Entry], exercises: list[Exercise]) -> bool:
    names = {exercise.file_name for exercise in exercises}
    return any(entry.parts[-1] in names for entry in entries)
