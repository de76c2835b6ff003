"""How Moodle and Canvas name what they export. docs/submissions.md shows examples of each."""

from __future__ import annotations

import re

MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_[a-z]+_?(?P<file>.*)", re.DOTALL)
CANVAS = re.compile(r"(?P<name>.+?)(_late)?_(?P<id>\d+)_(?P<upload>\d+)_(?P<file>.+)", re.DOTALL | re.IGNORECASE)
AGAIN = re.compile(r"(?P<stem>.+)-(?P<count>\d{1,4})(?P<suffix>\.[^.]+)", re.DOTALL)


def without_count(name: str) -> tuple[str, float]:
    """Canvas calls a resubmitted adam.py adam-1.py, then adam-2.py."""
    again = AGAIN.fullmatch(name)
    return (again["stem"] + again["suffix"], float(again["count"])) if again else (name, 0.0)
