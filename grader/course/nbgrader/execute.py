"""In place of nbgrader's Execute: no kernel; what our judge found is written into each test cell."""

from __future__ import annotations

import traceback
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution
from traitlets import Bool, Unicode

from grader.course.nbgrader.cells import grade_id
from grader.course.nbgrader.course import Course, exercises_of
from grader.course.nbgrader.handed_in import hand_in
from grader.course.nbgrader.results import attempt_for
from grader.course.nbgrader.verdicts import Verdict, verdict
from grader.errors import KataError
from grader.locale import language, say
from grader.model import Attempt

SCORES = "kata_scores"  # in nbgrader's resources: by grade_id; None for what has no grade


class KataExecute(NbGraderPreprocessor):
    """Silence would be full marks, and an exception would keep the old grade: each test cell is written, always."""

    root = Unicode("", help="The folder with exercises/ and solutions/.").tag(config=True)
    language = Unicode("", help="Of the feedback: en or es.").tag(config=True)
    trust_submissions = Bool(False, help="Judge without a fence where this machine has none.").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        said = self.language or language()
        attempt, reason = self._attempt(resources["nbgrader"], said)
        checks = {grade_id(check.id): check for check in attempt.checks} if attempt else {}
        scores: dict[str, float | None] = {}
        for cell in nb.cells:
            if cell.cell_type != "code":
                continue
            cell.outputs, cell.execution_count = [], None
            if is_grade(cell) and not is_solution(cell):
                facts = cell.metadata["nbgrader"]
                found = verdict(checks.get(facts["grade_id"]), float(facts["points"]), reason, said)
                scores[facts["grade_id"]] = found.score
                cell.outputs = outputs_of(found)
        resources[SCORES] = scores
        return nb, resources

    def _attempt(self, facts: dict[str, str], said: str) -> tuple[Attempt | None, str]:
        """The attempt, or why there is none: then no cell of the notebook gets a grade."""
        try:
            course = Course.of(self.parent.parent)
            with Gradebook(facts["db_url"]) as gradebook:
                exercises = exercises_of(gradebook, facts["assignment"], course.root)
            if facts["notebook"] not in exercises:
                return None, say("nb_not_ours", said)
            submitted = course.submitted(facts["student"], facts["assignment"])
            handed = hand_in(facts["student"], submitted, facts["notebook"], exercises, [])
            return attempt_for(handed, course.results(facts["assignment"]), self.trust_submissions), ""
        except KataError as problem:
            return None, str(problem)
        except Exception as problem:
            self.log.error(traceback.format_exc())
            return None, say("broken", said, text=f"{type(problem).__name__}: {problem}"[:500])


def outputs_of(found: Verdict) -> list[Any]:
    """Exactly what nbgrader reads a score from: no stderr, no error, and no HTML, which its pages show as it is."""
    value = repr(found.score if found.score is not None else 0.0)
    return [
        nbformat.v4.new_output("stream", name="stdout", text=found.text),
        nbformat.v4.new_output("execute_result", data={"text/plain": value}, execution_count=None),
    ]
