"""The exports of Moodle and Canvas, and nbgrader's folders: names and numbers in them say whose a file is and how new."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.model import Exercise
from tests.submissions.conftest import See
from tests.submissions.making import CODE, answer, cell, changed_at, notebook, tarred, write, zipped

ANA, BEN = b"# ana\n" + CODE, b"# ben\n" + CODE


MOODLE = "_assignsubmission_file_"


@pytest.mark.parametrize("pack", ["folder", "zip"])
def test_moodle_with_folders(tmp_path: Path, see: See, pack: str) -> None:
    """`Full Name_number_assignsubmission_file_`, newer ones without the last underscore; a learner's upload may be an archive."""
    files = {
        f"Ana Ruiz_101{MOODLE}/double.py": ANA,
        "José Ñandú_102_assignsubmission_file/work.zip": zipped({"90_double/double.py": BEN}),
        f"Zoë_O'Neil_103{MOODLE}/deep/double.py": CODE,
        "Ana Ruiz_101_assignsubmission_onlinetext_/onlinetext.html": b"<p>done</p>",
    }
    path = write(tmp_path / "class", files)
    if pack == "zip":
        path = tmp_path / "class.zip"
        path.write_bytes(zipped(files))
    seen = see(path)
    assert seen.code == {"Ana Ruiz": ANA, "José Ñandú": BEN, "Zoë_O'Neil": CODE}


def test_moodle_without_folders(tmp_path: Path, see: See) -> None:
    files = {
        f"Ana Ruiz_101{MOODLE}double.py": ANA,
        f"Ana Ruiz_101{MOODLE}helper.py": b"h",
        f"Ben_102{MOODLE}w.tgz": tarred({"double.py": BEN}),
    }
    seen = see(write(tmp_path, files))
    assert seen.files["Ana Ruiz"] == {"double.py": ANA, "helper.py": b"h"}
    assert seen.code["Ben"] == BEN


def test_two_people_of_one_name_are_two(tmp_path: Path, see: See) -> None:
    """Nobody's work counts as an older one of somebody else."""
    seen = see(write(tmp_path, {f"Ana Ruiz_101{MOODLE}/double.py": ANA, f"Ana Ruiz_102{MOODLE}/double.py": BEN}))
    assert seen.code == {"Ana Ruiz_101": ANA, "Ana Ruiz_102": BEN}
    assert len(seen.notices) == 1
    assert "Several students are called Ana Ruiz" in seen.notices[0]


def test_the_same_person_twice_in_moodle(tmp_path: Path, see: See) -> None:
    """One number, two folders: the newest counts."""
    old, new = f"Ana Ruiz_101{MOODLE}", f"Ana Ruiz_101{MOODLE} (1)"
    write(tmp_path, {f"{old}/double.py": ANA, f"{new}/double.py": BEN})
    changed_at(tmp_path / old / "double.py", 1_000)
    changed_at(tmp_path / new / "double.py", 2_000)
    seen = see(tmp_path)
    assert seen.code == {"Ana Ruiz": BEN}
    assert seen.notices == [f"Ana Ruiz: {new} counts, being the newest; {old} was set aside"]


@pytest.mark.parametrize("pack", ["folder", "zip"])
def test_canvas(tmp_path: Path, see: See, pack: str) -> None:
    """`name_user_upload_file`, with LATE where it was; all of one student's files go together."""
    files = {
        "ruizana_101_5001_double.py": ANA,
        "ruizana_101_5002_helper.py": b"h",
        "nandujose_LATE_102_5003_double.py": BEN,
        "oneilzoe_103_5004_work-2.zip": zipped({"x/double.py": CODE}),
        "grades.csv": b"",
    }
    path = write(tmp_path / "class", files)
    if pack == "zip":
        path = tmp_path / "submissions.zip"
        path.write_bytes(zipped(files))
    seen = see(path)
    assert seen.files == {
        "ruizana": {"double.py": ANA, "helper.py": b"h"},
        "nandujose": {"double.py": BEN},
        "oneilzoe": {"double.py": CODE},
    }
    assert len(seen.notices) == 1
    assert "grades.csv" in seen.notices[0]


def test_canvas_resubmissions(tmp_path: Path, see: See) -> None:
    """adam-2.py is newer than adam-1.py, and adam.py is the first; a file's date says nothing there."""
    names = [
        "r_1_5001_double.py",
        "r_LATE_1_5002_double-1.py",
        "r_LATE_1_5003_double-2.py",
        "r_LATE_1_5010_double-10.py",
    ]
    write(tmp_path, {name: name.encode() for name in names})
    for i, name in enumerate(names):
        changed_at(tmp_path / name, 9_000 - i)
    seen = see(tmp_path)
    assert seen.code == {"r": b"r_LATE_1_5010_double-10.py"}
    assert len(seen.notices) == 3
    assert (
        "r: r_LATE_1_5010_double-10.py counts, being the newest; r_LATE_1_5003_double-2.py was set aside"
        in seen.notices
    )


def test_data_beside_an_answer_in_canvas(tmp_path: Path, see: See) -> None:
    """Uploaded after it and no archive at all: the answer counts. Data keep their names."""
    write(
        tmp_path,
        {
            "ana_1_11_double.py": ANA,
            "ana_1_12_data.zip": b"broken",
            "ana_1_13_data-2.csv": b"2",
            "ben_2_14_work.zip": b"broken",
        },
    )
    seen = see(tmp_path)
    assert seen.files == {"ana": {"double.py": ANA, "data-2.csv": b"2"}}
    assert "ben_2_14_work.zip cannot be unpacked" in seen.refused["ben"]
    assert seen.notices[0].startswith("ana: ana_1_12_data.zip cannot be unpacked")


def test_canvas_without_names_and_after_the_eighth_time(tmp_path: Path, see: See) -> None:
    """An anonymous assignment; and Canvas' way of counting on."""
    files = {
        "anon_aB3xY_5001_double.py": ANA, "LATE_anon_Zz9Qk_5002_double.py": BEN,
        "r_7_5003_double-7.py": b"7", "r_7_5004_double-0b6ad1f8-3f4f-4a0e-9d7b-6f0f3f0c2a11.py": b"8",
        "s_8_5005_work-1.tar.gz": tarred({"double.py": CODE}), "s_8_5006_work.tar.gz": b"older",
    }  # fmt: skip
    assert see(write(tmp_path, files)).code == {"anon_aB3xY": ANA, "anon_Zz9Qk": BEN, "r": b"8", "s": CODE}


def test_moodle_teams(tmp_path: Path, see: See) -> None:
    """A team's folder has the group's name and number; that of those without a group has no number."""
    seen = see(
        write(
            tmp_path,
            {"Group A_7_assignsubmission_file/double.py": ANA, "Default group_assignsubmission_file_/double.py": BEN},
        )
    )
    assert seen.code == {"Group A": ANA, "Default group": BEN}


NB = notebook(answer("def double(x): return 2 * x"))


@pytest.mark.parametrize("root", ["", "submitted/", "course/submitted/"])
def test_nbgrader(tmp_path: Path, see: See, root: str) -> None:
    """`submitted/<student>/<assignment>/*.ipynb`: the marks in the notebook say which exercise it is for."""
    files = {
        f"{root}ana/ps1/problem1.ipynb": NB,
        f"{root}ana/ps1/timestamp.txt": b"2026-02-02 15:58:23 UTC",
        f"{root}00123/ps1/problem1.ipynb": NB,
    }
    if root == "submitted/":
        files |= {"source/ps1/problem1.ipynb": NB, "gradebook.db": b"", "autograded/ana/ps1/problem1.ipynb": NB}
    seen = see(write(tmp_path / "class", files) / root.removesuffix("submitted/"))
    assert set(seen.files) == {"ana", "00123"}
    assert b"return 2 * x" in seen.code["ana"]


def test_the_timestamp_of_nbgrader_says_which_is_newest(tmp_path: Path, see: See) -> None:
    new, old = notebook(answer("new = 1")), notebook(answer("old = 1"))
    write(
        tmp_path,
        {
            "ana/ps1/p.ipynb": new,
            "ana/ps1/timestamp.txt": b"2026-02-03 10:00:00.123 UTC",
            "ana/ps1_early/p.ipynb": old,
            "ana/ps1_early/timestamp.txt": b"2026-02-02 10:00:00 UTC",
        },
    )
    changed_at(tmp_path / "ana/ps1/p.ipynb", 1_000)
    seen = see(tmp_path)
    assert b"new = 1" in seen.code["ana"]
    assert seen.notices == ["ana: ps1/p.ipynb counts, being the newest; ps1_early/p.ipynb was set aside"]


@pytest.mark.parametrize(
    "name", ["double.ipynb", "90_double.ipynb", "90_double/anything.ipynb", "exercises/90_double/my work.ipynb"]
)
def test_a_notebook_is_known_by_its_place(tmp_path: Path, see: See, name: str) -> None:
    assert (
        b"return 2"
        in see(write(tmp_path, {f"ana/{name}": notebook(cell("def double(x):\n  return 2 * x"))})).code["ana"]
    )


def test_a_notebook_of_nothing_is_told_of(tmp_path: Path, see: See, toy: Exercise) -> None:
    """If only one exercise is graded, it is for that one."""
    write(tmp_path, {"ana/homework.ipynb": notebook(cell("def double(x): return 2 * x"))})
    seen = see(tmp_path)
    assert seen.nothing == ["ana"]
    assert "homework.ipynb was ignored" in seen.notices[0]
    assert b"return 2" in see(tmp_path, [toy]).code["ana"]
