"""In place of nbgrader's ClearSolutions: what a learner gets is our stub, in which each gap names its task."""

from __future__ import annotations

from typing import Any

from nbgrader.preprocessors import ClearSolutions

from grader.course.nbgrader.cells import ANSWER
from grader.course.stub import without_solution


class KataClearSolutions(ClearSolutions):
    """Cells of others are cleared as nbgrader does it. A region `BEGIN SOLUTION -` of ours leaves nothing at all, where
    nbgrader would put a `raise` at the top of the module."""

    def preprocess_cell(self, cell: Any, resources: Any, cell_index: int) -> Any:
        id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if not ANSWER.fullmatch(id):
            return super().preprocess_cell(cell, resources, cell_index)
        cell.source = without_solution(cell.source.splitlines(), id).rstrip("\n")
        return cell, resources
