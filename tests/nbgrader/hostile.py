"""Notebooks that learners should not hand in: what each does to a released notebook with a wrong answer in it."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.nbgrader.classroom import RIGHT, WRONG, Notebook, answer_of, grade_cells_of, nbgrader_of

FULL = {"output_type": "execute_result", "data": {"text/plain": "8.0"}, "metadata": {}, "execution_count": 1}


def inflate_points(notebook: Notebook) -> None:
    for cell in grade_cells_of(notebook):
        nbgrader_of(cell)["points"] = 1000
    nbgrader_of(answer_of(notebook)).update(grade=True, points=1000)


def replace_tests(notebook: Notebook) -> None:
    for cell in grade_cells_of(notebook):
        cell["source"] = "8.0"
        nbgrader_of(cell)["locked"] = False
        nbgrader_of(cell).pop("checksum")


def fake_outputs(notebook: Notebook) -> None:
    for cell in grade_cells_of(notebook):
        cell["outputs"] = [FULL]


def duplicate_tests(notebook: Notebook) -> None:
    for cell in grade_cells_of(notebook):
        notebook["cells"].append(copy.deepcopy(cell) | {"source": "8.0", "outputs": [FULL], "id": f"x{cell['id']}"})


def flip_flags(notebook: Notebook) -> None:
    for cell in grade_cells_of(notebook):
        nbgrader_of(cell).update(grade=False, solution=False, locked=False)


def turn_tests_into(kind: str) -> Callable[[Notebook], None]:
    def change(notebook: Notebook) -> None:
        for cell in grade_cells_of(notebook):
            cell["cell_type"] = kind
            del cell["outputs"], cell["execution_count"]

    return change


def delete_tests(notebook: Notebook) -> None:
    notebook["cells"] = [cell for cell in notebook["cells"] if not nbgrader_of(cell).get("grade")]


def delete_all(notebook: Notebook) -> None:
    notebook["cells"] = []


def rename_ids(notebook: Notebook) -> None:
    for number, cell in enumerate(grade_cells_of(notebook)):
        nbgrader_of(cell)["grade_id"] = f"mine-{number}"


def take_a_test_id(notebook: Notebook) -> None:
    tests = grade_cells_of(notebook)
    notebook["cells"] = [cell for cell in notebook["cells"] if cell is not tests[0]]
    mine = {**nbgrader_of(answer_of(notebook)), "grade_id": "kata-90-1"}
    notebook["cells"].append({**tests[0], "source": "8.0", "metadata": {"nbgrader": mine}})


def other_schema(notebook: Notebook) -> None:
    for version, cell in zip((1, 99, "3"), grade_cells_of(notebook), strict=True):
        nbgrader_of(cell).update(schema_version=version, points=-1)


def odd_metadata(notebook: Notebook) -> None:
    for odd, cell in zip(([1], "text", None), grade_cells_of(notebook), strict=True):
        cell["metadata"]["nbgrader"] = odd


def planted_metadata(notebook: Notebook) -> None:
    scores = {"kata-90-1": 8.0, "kata-90-2": 8.0, "kata-90-3": 4.0}
    notebook["metadata"].update(kata_scores=scores, kata={"score": 20}, nbgrader={"score": 20})
    for cell in notebook["cells"]:
        cell["metadata"].update(kata={"outcome": "passed", "score": 8.0}, kata_scores=scores)


def other_kernel(name: str) -> Callable[[Notebook], None]:
    def change(notebook: Notebook) -> None:
        notebook["metadata"]["kernelspec"] = {"name": name, "display_name": name, "language": name}
        notebook["metadata"]["language_info"] = {"name": name}

    return change


def old_format(notebook: Notebook) -> None:
    notebook["nbformat"] = 3
    notebook["worksheets"] = [{"cells": notebook.pop("cells")}]


def answers(code: str) -> Callable[[Notebook], None]:
    def change(notebook: Notebook) -> None:
        answer_of(notebook)["source"] = code

    return change


def script(notebook: Notebook) -> None:
    notebook["cells"].append({"cell_type": "markdown", "metadata": {}, "id": "s", "source": "<script>owned()</script>"})


def many_cells(notebook: Notebook) -> None:
    notebook["cells"] += [{"cell_type": "code", "source": "1", "metadata": {}}] * 20_000


# name -> (what is done to the notebook with the wrong answer, points of 20)
CHANGES: dict[str, tuple[Callable[[Notebook], object], float]] = {
    "inflate": (inflate_points, 4),
    "replace": (replace_tests, 4),
    "fake": (fake_outputs, 4),
    "duplicate": (duplicate_tests, 4),
    "flip": (flip_flags, 4),
    "raw": (turn_tests_into("raw"), 4),
    "markdown": (turn_tests_into("markdown"), 4),
    "delete-tests": (delete_tests, 4),
    "delete-all": (delete_all, 0),
    "rename-ids": (rename_ids, 4),
    "take-id": (take_a_test_id, 4),
    "schema": (other_schema, 4),
    "odd-metadata": (odd_metadata, 4),
    "planted": (planted_metadata, 4),
    "no-kernel": (other_kernel("no_such_kernel"), 4),
    "bash": (other_kernel("bash"), 4),
    "format-3": (old_format, 0),
    "shell": (answers("# kata 90\n!touch PWNED\n" + RIGHT), 0),
    "magic": (answers("%%bash\ntouch PWNED"), 0),
    "hang": (answers("# kata 90\nwhile True: pass"), 0),
    "leave": (answers("# kata 90\nimport os\nos._exit(0)"), 0),
    "script": (script, 4),
    "many-cells": (many_cells, 0),
    "long": (answers("# kata 90\n" + "x = 1\n" * 2_000_000), 0),
    "not-text": (answers("# kata 90\nx = '\udc80\x00\x1b[31m'\n" + WRONG), 0),
}
# name -> bytes that are no notebook: 0 points, and the reason in each cell
NO_NOTEBOOKS: dict[str, bytes] = {
    "cut-off": b'{"cells": [{"cell_type": "co',
    "empty": b"",
    "binary": bytes(range(256)) * 10,
    "deep": b"[" * 200_000,
    "other-shape": b'{"cells": 5, "metadata": [], "nbformat": 99, "nbformat_minor": -1}',
    "huge": b'{"cells": [' + b'{"cell_type":"code"},' * 1_000_000 + b'{"cell_type":"code"}]}',
}


def hand_all_in(hand_in: Callable[[str, Any], Path], wrong: Notebook) -> dict[str, float]:
    """Each as the student of that name. Returns the points that each has to get."""
    for name, (change, _) in CHANGES.items():
        notebook = copy.deepcopy(wrong)
        change(notebook)
        hand_in(name, json.dumps(notebook).encode())
    for name, content in NO_NOTEBOOKS.items():
        hand_in(name, content)
    link = hand_in("link", b"")
    link.unlink()
    link.symlink_to("/etc/passwd")
    pipe = hand_in("pipe", b"")
    pipe.unlink()
    os.mkfifo(pipe)
    points = {name: points for name, (_, points) in CHANGES.items()}
    return points | dict.fromkeys((*NO_NOTEBOOKS, "link", "pipe"), 0.0)


def hand_in_what_nbgrader_cannot_take(hand_in: Callable[..., Path], wrong: Notebook) -> dict[str, float]:
    """What plain nbgrader follows, hangs on, skips or gives up at: `kata nbgrader autograde` keeps it away from it."""
    content = json.dumps(wrong).encode()
    (hand_in("stamp", content).parent / "timestamp.txt").write_bytes(b"\xff the day before yesterday")
    (hand_in("endless", content).parent / "data.bin").symlink_to("/dev/zero")
    os.mkfifo(hand_in("waiting", content).parent / "data.txt")
    hand_in("renamed", content, name="90_double (1)")
    return dict.fromkeys(("stamp", "endless", "waiting", "renamed"), 4.0)
