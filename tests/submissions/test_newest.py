"""Of several hand-ins of one student the newest counts, and the others are told of."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.model import Exercise
from tests.submissions.conftest import See
from tests.submissions.making import CODE, answer, cell, changed_at, notebook, tarred, write, zipped

ANA, BEN = b"# ana\n" + CODE, b"# ben\n" + CODE


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        ("double.py", "double.ipynb"),
        ("double.ipynb", "double.py"),
        ("90_double/double.py", "double.py"),
        ("double.py", "90_double/double.ipynb"),
    ],
)
def test_of_two_files_the_newest_counts(tmp_path: Path, see: See, newer: str, older: str) -> None:
    for name, when in ((newer, 2_000), (older, 1_000)):
        mark = b"x = 'newer'" if name == newer else b"x = 'older'"
        write(tmp_path, {f"ana/{name}": notebook(cell(mark.decode())) if name.endswith("ipynb") else mark})
        changed_at(tmp_path / "ana" / name, when)
    seen = see(tmp_path)
    assert b"'newer'" in seen.code["ana"]
    assert seen.notices == [f"ana: {newer} counts, being the newest; {older} was set aside"]


@pytest.mark.parametrize("newest", ["ana", "ana.zip", "ana.tar.gz"])
def test_of_a_folder_and_archives_of_one_name_the_newest_counts(tmp_path: Path, see: See, newest: str) -> None:
    """An archive is as new as the file itself says, whatever it says of its content."""
    write(tmp_path, {"ana/double.py": b"ana"})
    (tmp_path / "ana.zip").write_bytes(zipped({"double.py": b"ana.zip"}))
    (tmp_path / "ana.tar.gz").write_bytes(tarred({"double.py": b"ana.tar.gz"}))
    for name in ("ana/double.py", "ana.zip", "ana.tar.gz"):
        changed_at(tmp_path / name, 2_000 if name.split("/")[0] == newest else 1_000)
    seen = see(tmp_path)
    assert seen.code == {"ana": newest.encode()}
    assert len(seen.notices) == 2


def test_a_refused_archive_counts_if_it_is_the_newest(tmp_path: Path, see: See) -> None:
    write(tmp_path, {"ana/double.py": CODE})
    (tmp_path / "ana.zip").write_bytes(b"no zip")
    changed_at(tmp_path / "ana/double.py", 1_000)
    assert "ana.zip" in see(tmp_path).refused["ana"]
    changed_at(tmp_path / "ana.zip", 500)
    assert see(tmp_path).code == {"ana": CODE}


def test_what_was_written_at_once_is_chosen_by_its_place(tmp_path: Path, see: See) -> None:
    """A clone writes all its files in a moment, in any order."""
    write(tmp_path, {"ana/exercises/90_double/double.py": ANA, "ana/double.py": BEN})
    changed_at(tmp_path / "ana/exercises/90_double/double.py", 1_000)
    changed_at(tmp_path / "ana/double.py", 1_001)
    assert see(tmp_path).code == {"ana": ANA}


def test_a_broken_archive_of_data_does_not_cost_the_one_with_the_answer(tmp_path: Path, see: See) -> None:
    """Inside a student's folder; it is told of."""
    write(tmp_path, {"ana/work.zip": zipped({"double.py": ANA}), "ana/data.zip": b"broken", "ben/data.zip": b"broken"})
    seen = see(tmp_path)
    assert seen.code == {"ana": ANA}
    assert "data.zip cannot be unpacked" in seen.refused["ben"]
    assert len(seen.notices) == 1
    assert seen.notices[0].startswith("ana: data.zip cannot be unpacked")


@pytest.mark.parametrize("folder", ["", "90_double/"])
@pytest.mark.parametrize(("mark", "counts"), [(True, "work.ipynb"), (False, "double.py")])
def test_a_marked_notebook_is_meant_and_a_scratch_one_is_not(
    tmp_path: Path, see: See, toy: Exercise, folder: str, mark: bool, counts: str
) -> None:
    """Beside an older .py: the first is a newer hand-in, the other may be anything."""
    content = notebook(answer("new = 1") if mark else cell("new = 1"))
    write(tmp_path, {f"ana/{folder}double.py": ANA, f"ana/{folder}work.ipynb": content})
    changed_at(tmp_path / "ana" / folder / "double.py", 1_000)
    code = see(tmp_path, [toy]).code["ana"]
    assert (b"new = 1" in code) == (counts == "work.ipynb")
