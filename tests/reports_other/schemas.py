"""The other systems' formats, as FORMATS.md says them, to hold our files against. Ours are stricter where a default would do harm."""

from __future__ import annotations

from typing import Any

TEXT, NUMBER, TEXTS = {"type": "string"}, {"type": "number"}, {"type": "array", "items": {"type": "string"}}
POINTS = {"type": "number", "minimum": 0}
WHOLE = {"type": "integer", "minimum": 0}


def exactly(required: dict[str, Any], more: bool = False, **optional: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [*required],
        "properties": {**required, **optional},
        "additionalProperties": more,
    }


VISIBILITY = {"enum": ["visible", "hidden", "after_due_date", "after_published"]}
ONLY_TEXT = {"const": "text"}
GRADESCOPE = exactly(
    {
        "score": POINTS, "execution_time": POINTS, "output": TEXT, "output_format": ONLY_TEXT, "test_output_format": ONLY_TEXT,
        "test_name_format": ONLY_TEXT, "visibility": VISIBILITY, "stdout_visibility": {"const": "hidden"},
        "extra_data": {"type": "object"},
        "tests": {
            "type": "array",
            "items": exactly(
                {
                    "number": TEXT, "name": TEXT, "name_format": ONLY_TEXT, "status": {"enum": ["passed", "failed"]},
                    "output": TEXT, "output_format": ONLY_TEXT, "tags": TEXTS, "visibility": VISIBILITY,
                    "extra_data": {"type": "object"}, "score": POINTS, "max_score": POINTS,
                },
            ),
        },
    },
)  # fmt: skip
PRAIRIELEARN = exactly(
    {
        "gradable": {"type": "boolean"}, "score": {"type": "number", "minimum": 0, "maximum": 1}, "message": TEXT,
        "output": TEXT, "format_errors": TEXTS,
        "tests": {
            "type": "array",
            "items": {
                **exactly({"name": TEXT, "description": TEXT, "points": POINTS, "max_points": POINTS, "message": TEXT}, more=True),
                "not": {"required": ["succeeded"]},
            },
        },
    },
    more=True,
) | {"not": {"required": ["succeeded"]}}  # fmt: skip
STATUS = {"enum": ["pass", "fail", "error"]}
MAYBE_TEXT = {"type": ["string", "null"]}
EXERCISM = exactly(
    {
        "version": {"const": 3}, "status": STATUS, "message": {"type": ["string", "null"], "maxLength": 65_535},
        "tests": {
            "type": "array",
            "items": exactly(
                {"name": TEXT, "status": STATUS, "message": MAYBE_TEXT},
                output={"type": ["string", "null"], "maxLength": 500}, test_code=TEXT, task_id=WHOLE,
            ),
        },
    },
)  # fmt: skip
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
CLASSROOM50 = exactly(
    {
        "schema": {"const": "classroom50/result/v1"}, "classroom": TEXT, "assignment": TEXT,
        "assignment_type": {"enum": ["individual", "group", "team"]}, "owner": TEXT, "submission": TEXT, "commit": TEXT,
        "release": TEXT, "review": TEXT, "datetime": TIME, "score": WHOLE, "max-score": WHOLE,
        "tests": {
            "type": "array",
            "minItems": 1,
            "items": exactly({"test-name": {"type": "string", "pattern": r"^.+$"}, "passed": {"type": "boolean"}, "score": WHOLE, "max-score": WHOLE}, more=True),
        },
    },
    graded_at=TIME,
    submitted_by={"type": "object"},
)  # fmt: skip
JSON_SCHEMAS = {
    "gradescope": GRADESCOPE,
    "prairielearn": PRAIRIELEARN,
    "exercism": EXERCISM,
    "classroom50": CLASSROOM50,
}
