"""The hostile notebooks that lie beside this repository: no points, the same maximum, the others graded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.nbgrader.classroom import RIGHT, Classroom

ATTACKS = Path(__file__).resolve().parent.parent.parent.parent / "shared" / "attacks" / "attacks.json"
pytestmark = pytest.mark.skipif(
    not ATTACKS.is_file(), reason=f"{ATTACKS} is not there: it is no part of this repository"
)


def mutated(entry: dict[str, Any], notebook: dict[str, Any]) -> bytes:
    names: dict[str, Any] = {}
    exec(entry["files"]["mutate.py"], names)
    changed = names["mutate"](notebook)
    return changed.encode() if isinstance(changed, str) else json.dumps(changed).encode()


def test_none_of_them_has_a_point(room: Classroom) -> None:
    entries = [entry for entry in json.loads(ATTACKS.read_text()) if "mutate.py" in entry["files"]]
    assert len(entries) > 5
    for entry in entries:
        room.hand_in(entry["name"], mutated(entry, room.released()))
    room.hand_in("honest", room.answered(RIGHT))
    room.run("nbgrader", "autograde", "ps1")
    assert room.totals() == {entry["name"]: 0.0 for entry in entries} | {"honest": 20.0}
