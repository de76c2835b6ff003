"""In place of nbgrader's SaveAutoGrades: what our judge did not judge has no grade, and is flagged for a person."""

from __future__ import annotations

from typing import Any

from nbgrader.preprocessors import SaveAutoGrades
from nbgrader.utils import is_solution

from grader.course.nbgrader.execute import SCORES


class KataSaveAutoGrades(SaveAutoGrades):
    """A test cell that KataExecute did not write (it was switched off, say) would have full marks."""

    def _add_score(self, cell: Any, resources: Any) -> None:
        super()._add_score(cell, resources)
        id = cell.metadata["nbgrader"]["grade_id"]
        if cell.cell_type == "code" and not is_solution(cell) and resources.get(SCORES, {}).get(id) is None:
            grade = self.gradebook.find_grade(id, self.notebook_id, self.assignment_id, self.student_id)
            grade.auto_score, grade.needs_manual_grade = None, True
            self.gradebook.db.commit()
