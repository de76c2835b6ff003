"""Reads submissions for `nbgrader autograde` without trust: there is none that it cannot turn into a sound notebook.

nbgrader itself stops at broken JSON, an odd kernel, a flipped flag or a foreign id, and the learner's old grade stays;
one cell of a newer format ends the run for everybody.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook

from grader.course.nbgrader.course import Course, exercises_of
from grader.course.nbgrader.handed_in import hand_in
from grader.course.nbgrader.rebuild import rebuilt


class KataExporter(NotebookExporter):
    """The parent is nbgrader's Autograde, which reads each submission once to make it sound and once to grade it."""

    def from_filename(self, filename: str, resources: Any = None, **options: Any) -> Any:
        facts = (resources or {}).get("nbgrader", {})
        course = Course.of(self.parent)
        submitted = course.submitted(facts["student"], facts["assignment"])
        if Path(filename).parent.resolve() != submitted.resolve():  # of the file itself it may be a link
            return super().from_filename(filename, resources=resources, **options)
        with Gradebook(facts["db_url"]) as gradebook:
            exercises = exercises_of(gradebook, facts["assignment"], course.root)
            if facts["notebook"] not in exercises:  # a notebook that was not made by us
                return super().from_filename(filename, resources=resources, **options)
            handed = hand_in(facts["student"], submitted, facts["notebook"], exercises, [])
            notebook = rebuilt(gradebook, facts["notebook"], facts["assignment"], handed)
        resources["metadata"] = {"name": facts["notebook"], "path": str(submitted)}
        # nbgrader's sanitizers have nothing to mend in what was made a moment ago
        self._preprocessors: list[Any] = []
        return super().from_notebook_node(notebook, resources=resources, **options)
