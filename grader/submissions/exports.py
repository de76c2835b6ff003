"""How Moodle and Canvas name what they export, as their own code does it (examples in docs/submissions.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass

# "Ana Ruiz_101_assignsubmission_file_": mod/assign/classes/downloader.php. A team without a group has no number.
# Without folders a file's name follows.
MOODLE = re.compile(r"(?P<name>.+?)(_(?P<id>\d+))?_assignsubmission_[a-z]+_?(?P<file>.*)", re.DOTALL)
# "ruizana_LATE_101_5001_adam.py": lib/content_zipper.rb; the numbers are the user's and the upload's.
CANVAS = re.compile(r"(?P<name>.+?)(_late)?_(?P<id>\d+)_(?P<upload>\d+)_(?P<file>.+)", re.DOTALL | re.IGNORECASE)
CANVAS_ANONYMOUS = re.compile(r"(LATE_)?(?P<name>anon_[^_]+)_(?P<upload>\d+)_(?P<file>.+)", re.DOTALL)
# adam-1.py is uploaded after adam.py; from the eighth on Canvas writes a UUID. Data keep the name that code opens.
AGAIN = re.compile(
    r"(?P<stem>.+)-((?P<count>\d{1,4})|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})(?P<suffix>\.(py|ipynb|zip|tgz|tar(\.\w+)?))"
)
MANY = 9_999.0


@dataclass(frozen=True)
class Label:
    """What an export's name says: whose it is, and of a loose file its own name and how new it is."""

    name: str
    id: str
    file: str = ""
    when: tuple[float, ...] = ()


def moodle(name: str) -> Label | None:
    found = MOODLE.fullmatch(name)
    return Label(found["name"], found["id"] or "", found["file"]) if found else None


def canvas(name: str) -> Label | None:
    """Of two files with one name the one with the higher count is newer, then the one with the higher upload."""
    anonymous = CANVAS_ANONYMOUS.fullmatch(name)
    found = anonymous or CANVAS.fullmatch(name)
    if not found:
        return None
    again = AGAIN.fullmatch(found["file"])
    file = again["stem"] + again["suffix"] if again else found["file"]
    count = float(again["count"] or MANY) if again else 0.0
    return Label(found["name"], "" if anonymous else found["id"], file, (count, float(found["upload"][:15])))
