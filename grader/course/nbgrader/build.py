"""Makes nbgrader's course out of exercises: source notebooks and nbgrader_config.py."""

from __future__ import annotations

import json
from pathlib import Path

from grader import catalog
from grader.course.nbgrader import cells
from grader.course.titles import without_hidden_titles
from grader.errors import BadExercise, KataError
from grader.locale import say
from grader.model import Exercise
from grader.reports.json_report import put

SET_UP = "from grader.jupyter import check, kata_check"
CONFIG = """\
# Written by `kata nbgrader build`; from now on it is yours, and another build leaves it as it is.
c = get_config()  # noqa: F821

c.CourseDirectory.course_id = {course_id!r}
c.KataExecute.root = {root!r}  # the folder with exercises/ and solutions/
c.KataExecute.language = {language!r}  # of the feedback: en or es

c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.InstantiateTests",
    "nbgrader.preprocessors.LockCells",
    "grader.course.nbgrader.clear.KataClearSolutions",  # in place of ClearSolutions: stubs that name their task
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.exporter_class = "grader.course.nbgrader.exporter.KataExporter"  # reads notebooks without trust
c.Autograde.autograde_preprocessors = [
    "grader.course.nbgrader.execute.KataExecute",  # in place of Execute: no kernel, our judge
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "grader.course.nbgrader.save.KataSaveAutoGrades",  # in place of SaveAutoGrades: what is broken has no grade
    "nbgrader.preprocessors.AssignLatePenalties",  # and no CheckCellMetadata: the exporter has made the cells anew
]
c.OverwriteCells.add_missing_cells = True
c.ExportApp.plugin_class = "grader.course.nbgrader.csv_export.CsvExport"
"""


def build(
    root: Path, exercises: list[Exercise], course: Path, assignment: str | None, language: str, force: bool
) -> list[Path]:
    """Write the course and say which files. Each exercise is an assignment of its own unless one is named.

    Raises KataError, and writes nothing, if a file is there that says something else (`force`: it is replaced).
    """
    if assignment is not None and (not assignment.strip(". ") or set(assignment) & set("+/\\")):
        raise KataError(say("nb_bad_assignment", name=assignment))
    texts: dict[Path, str] = {}
    for exercise in exercises:
        source = course / "source" / (assignment or exercise.name)
        notebook = json.dumps(notebook_of(exercise, language), ensure_ascii=False, indent=1)
        texts[source / f"{exercise.name}.ipynb"] = notebook + "\n"
        texts |= {source / name: text for name, text in _for_check(exercise).items()}
    for place, text in texts.items():
        if place.exists() and not force and place.read_text("utf-8", "replace") != text:
            raise KataError(say("nb_exists", file=place))
    config = course / "nbgrader_config.py"
    if not config.exists():
        course_id = course.resolve().name
        texts[config] = CONFIG.format(course_id=course_id, root=str(root.resolve()), language=language)
    for place, text in texts.items():
        place.parent.mkdir(parents=True, exist_ok=True)
        put(place, text)
    return list(texts)


def _for_check(exercise: Exercise) -> dict[str, str]:
    """What `check` needs beside a learner's notebook: the visible checks, as a learners' repository has them."""
    visible = {check.id for check in catalog.load_checks(exercise.folder) if check.visibility == "visible"}
    files = (file for file in sorted(exercise.folder.glob("*.py")) if file != exercise.stub)
    texts = {file.name: file.read_text("utf-8") for file in files}
    facts = (exercise.folder / "exercise.toml").read_text("utf-8")
    texts["exercise.toml"] = without_hidden_titles(facts, visible, exercise.name)
    return {f"exercises/{exercise.name}/{name}": text for name, text in texts.items()}


def notebook_of(exercise: Exercise, language: str) -> dict[str, object]:
    """How to work with it; what is needed to check; the statement; the answer; a test cell per check."""
    if exercise.solutions is None:
        raise BadExercise(f"{exercise.name}: a source notebook is made of its answer, and solutions/ is not here")
    name = f"kata-{exercise.number}"
    note = say("nb_note", language, mark=cells.mark(exercise), number=exercise.number)
    text = (exercise.solutions / exercise.file_name).read_text("utf-8")
    first = [
        cells.given(note, f"{name}-note", "markdown"),
        cells.given(SET_UP, f"{name}-set-up", "code"),
        cells.given(_statement(exercise, language), f"{name}-readme", "markdown"),
        cells.answer(text, exercise),
    ]
    return cells.notebook(first + [cells.test(check) for check in catalog.load_checks(exercise.folder)])


def _statement(exercise: Exercise, language: str) -> str:
    readme = exercise.folder / ("README.es.md" if language == "es" else "README.md")
    text = readme.read_text("utf-8").strip() if readme.is_file() else ""
    return text or f"# {exercise.title[language]}"
