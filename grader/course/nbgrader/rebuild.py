"""A submission's notebook, made anew: the cells that were given out, in their order, with the learner's answers in
them. Of the learner's file nothing is kept but the text of the cells that are theirs to write: no metadata, no outputs,
no cells of their own (a `<script>` in a markdown cell would run in the page of whoever grades)."""

from __future__ import annotations

from typing import Any

import nbformat
from nbgrader.api import Gradebook

from grader.course.nbgrader.cells import KERNEL, answer_id
from grader.errors import BadSubmission
from grader.submissions import HandIn
from grader.submissions.notebooks import NOTEBOOK_BYTES, answer_cells, cells_of, grade_id_of, source_of

SHOWN = 100_000  # characters of a cell: the feedback's colours take seconds for more


def rebuilt(gradebook: Gradebook, notebook: str, assignment: str, hand_in: HandIn) -> Any:
    known = gradebook.find_notebook(notebook, assignment)
    points = {cell.name: float(cell.max_score) for cell in (*known.grade_cells, *known.task_cells)}
    kinds = {
        "grade": {cell.name for cell in known.grade_cells},
        "solution": {cell.name for cell in known.solution_cells},
        "task": {cell.name for cell in known.task_cells},
    }
    written = _written(hand_in, notebook)
    made = nbformat.v4.new_notebook(metadata={"kernelspec": KERNEL})
    for cell in known.source_cells:
        facts: dict[str, Any] = {kind: cell.name in names for kind, names in kinds.items()}
        facts |= {"schema_version": 3, "grade_id": cell.name, "cell_type": cell.cell_type, "locked": bool(cell.locked)}
        facts |= {"checksum": cell.checksum} | ({"points": points[cell.name]} if cell.name in points else {})
        text = cell.source if cell.locked else written.get(cell.name, cell.source)
        make = nbformat.v4.new_code_cell if cell.cell_type == "code" else nbformat.v4.new_markdown_cell
        made.cells.append(make(text or "", id=cell.name[:64], metadata={"nbgrader": facts}))
    return made


def _written(hand_in: HandIn, notebook: str) -> dict[str, str]:
    """What the learner wrote, by the ids of the cells. Where nothing can be read, the reason stands in the answer."""
    exercise = hand_in.exercise
    name = f"{notebook}.ipynb"
    texts: dict[str, str] = {}
    try:
        content = _content(hand_in)
        for cell in cells_of(content, name):
            texts[grade_id_of(cell)] = clean(source_of(cell))  # of equal ids the last one counts, as in nbgrader
        answers = [source for _, source in answer_cells(content, exercise, name)]
        texts[answer_id(exercise)] = clean("\n\n".join(answers))
    except BadSubmission as problem:
        texts[answer_id(exercise)] = f"# {problem}"
    return texts


def _content(hand_in: HandIn) -> bytes:
    origin = hand_in.origin
    if origin is None or origin.place is None or origin.refused:
        raise BadSubmission(origin.refused if origin else f"{hand_in.exercise.name}.ipynb")
    return origin.place.tree().read(origin.path, NOTEBOOK_BYTES)


def clean(text: str) -> str:
    """What can be written in UTF-8 and in HTML, and is no longer than a person reads."""
    if len(text) > SHOWN:
        text = f"{text[:SHOWN]}\n# […] (+{len(text) - SHOWN})"
    return "".join(c if c in "\n\t" or (ord(c) >= 32 and not 0xD800 <= ord(c) < 0xE000) else "\ufffd" for c in text)
