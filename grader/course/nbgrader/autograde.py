"""What `kata nbgrader autograde` does beside `kata grade`: who handed in, nbgrader's own pass, and what it lost."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbgrader import api
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException

from grader.course.nbgrader.cells import grade_id
from grader.course.nbgrader.course import Course, exercises_of
from grader.course.nbgrader.handed_in import hand_in
from grader.course.nbgrader.verdicts import verdict
from grader.errors import KataError
from grader.locale import language, say
from grader.model import Attempt, Exercise
from grader.submissions import HandIn

FILES = 2_000  # of one submission; nbgrader copies them all
TIMESTAMP = re.compile(rb"\s*\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[ -~]{0,20}\s*")


@dataclass
class Handed:
    """An assignment's hand-ins. `odd`: students in whose folder is what nbgrader would follow or hang on."""

    hand_ins: list[HandIn]
    exercises: dict[str, Exercise]
    odd: set[str]
    notices: list[str] = field(default_factory=list)


def handed_in(course: Course, assignment: str) -> Handed:
    """Raises KataError if nbgrader does not know the assignment, or nobody handed it in."""
    try:
        with Gradebook(course.directory.db_url, course.directory.course_id) as gradebook:
            exercises = exercises_of(gradebook, assignment, course.root)
    except MissingEntry:
        raise KataError(say("nb_no_assignment", name=assignment)) from None
    if not exercises:
        raise KataError(say("nb_no_notebook", name=assignment))
    handed = Handed([], exercises, set())
    for student in students(course, assignment):
        folder = course.submitted(student, assignment)
        if _is_odd(folder):
            handed.odd.add(student)
        handed.hand_ins += [hand_in(student, folder, name, exercises, handed.notices) for name in exercises]
    if not handed.hand_ins:
        raise KataError(say("nb_nobody", folder=course.submitted("*", assignment)))
    return handed


def students(course: Course, assignment: str) -> list[str]:
    """Those who have a folder of this assignment under submitted/."""
    above = course.submitted("STUDENT", assignment)
    while above.name != "STUDENT":
        above = above.parent
    found = above.parent.iterdir() if above.parent.is_dir() else iter(())
    return sorted(place.name for place in found if course.submitted(place.name, assignment).is_dir())


def _is_odd(folder: Path) -> bool:
    """Links and pipes: nbgrader copies what they lead to, and waits at them. A time that is no text ends it."""
    files = (Path(above, name) for above, _, names in os.walk(folder) for name in names)
    if any(n >= FILES or not stat.S_ISREG(file.lstat().st_mode) for n, file in enumerate(files)):
        return True
    stamp = folder / "timestamp.txt"
    return stamp.exists() and TIMESTAMP.fullmatch(stamp.read_bytes()[:100]) is None


class _Pass(Autograde):
    """nbgrader's Autograde, which leaves out those whose folder is odd."""

    odd: set[str] = set()  # noqa: RUF012 - replaced in each instance; nbgrader's own list of this kind splits at commas

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Of those left out, too, the result of an earlier submission goes."""
        wanted = super().init_destination(assignment_id, student_id)
        return wanted and student_id not in self.odd


@contextlib.contextmanager
def _one_engine() -> Iterator[None]:
    """nbgrader opens its database a dozen times per notebook, each time with an engine that has compiled no query yet.
    Here it gets the same one each time."""
    create, engines = api.create_engine, dict[str, Any]()

    def known(url: str, **options: Any) -> Any:
        if url not in engines:
            engines[url] = create(url, **options)
        return engines[url]

    api.create_engine = known
    try:
        yield
    finally:
        api.create_engine = create


def publish(course: Course, assignment: str, handed: Handed) -> None:
    """nbgrader's own pass: feedback into the notebooks, scores into the gradebook. It names what it could not do."""
    directory = course.directory
    directory.assignment_id, directory.student_id = assignment, "*"
    converter = _Pass(coursedir=directory, config=course.config)
    converter.force, converter.odd = True, handed.odd
    with _one_engine(), warnings.catch_warnings(), contextlib.suppress(NbGraderException):  # the lost are settled below
        warnings.simplefilter("ignore")  # SQLAlchemy has things to say about nbgrader
        converter.start()


def settle(course: Course, assignment: str, handed: Handed, attempts: Iterable[Attempt]) -> list[str]:
    """Where the gradebook says something else than the attempts, it is set right. The students whom that concerned."""
    notebooks = {exercise.name: name for name, exercise in handed.exercises.items()}
    lost: dict[str, None] = {}
    with Gradebook(course.directory.db_url, course.directory.course_id) as gradebook:
        for attempt in attempts:
            if attempt.exercise in notebooks and _settle(gradebook, assignment, notebooks[attempt.exercise], attempt):
                lost[attempt.student] = None
        gradebook.db.commit()
    return list(lost)


def _settle(gradebook: Gradebook, assignment: str, notebook: str, attempt: Attempt) -> bool:
    try:
        submission = gradebook.find_submission_notebook(notebook, assignment, attempt.student)
    except MissingEntry:
        gradebook.update_or_create_student(attempt.student)
        gradebook.update_or_create_submission(assignment, attempt.student)
        submission = gradebook.find_submission_notebook(notebook, assignment, attempt.student)
    checks = {grade_id(check.id): check for check in attempt.checks}
    changed = False
    for grade in submission.grades:
        if grade.cell.cell_type != "code" or grade.name not in checks:
            continue
        score = verdict(checks[grade.name], float(grade.cell.max_score), "", language()).score
        manual = score is None or grade.manual_score is not None
        if (grade.auto_score, bool(grade.needs_manual_grade)) != (score, manual):
            grade.auto_score, grade.needs_manual_grade, changed = score, manual, True
    return changed
