"""Who handed in what: every layout of the contract, the exports of Moodle and Canvas, nbgrader's folders."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from grader.errors import KataError
from grader.model import Exercise
from grader.submissions import find, handed_in, read
from tests.submissions.conftest import See
from tests.submissions.making import CODE, answer, cell, changed_at, notebook, tarred, write, zipped

ANA, BEN = b"# ana\n" + CODE, b"# ben\n" + CODE
TOGETHER = {"ana/90_double/double.py": ANA, "ben/double.py": BEN, "eva/exercises/90_double/double.py": CODE}
PACKED = {
    "zip": zipped,
    "tar.gz": tarred,
    "tar": lambda f: tarred(f, "w"),
    "tar.bz2": lambda f: tarred(f, "w:bz2"),
    "tar.xz": lambda f: tarred(f, "w:xz"),
}


def test_the_three_layouts_of_folders(tmp_path: Path, see: See) -> None:
    seen = see(write(tmp_path, TOGETHER))
    assert seen.code == {"ana": ANA, "ben": BEN, "eva": CODE}
    assert seen.notices == []


@pytest.mark.parametrize("suffix", PACKED)
@pytest.mark.parametrize("wrapped", ["", "class/", "downloads/2026/"])
def test_one_archive_for_all(tmp_path: Path, see: See, suffix: str, wrapped: str) -> None:
    """Given as the argument, with or without a folder around everybody."""
    archive = tmp_path / f"class.{suffix}"
    archive.write_bytes(PACKED[suffix]({wrapped + name: content for name, content in TOGETHER.items()}))
    assert see(archive).code == {"ana": ANA, "ben": BEN, "eva": CODE}


@pytest.mark.parametrize("suffix", PACKED)
@pytest.mark.parametrize(
    "place",
    [
        "double.py",
        "90_double/double.py",
        "exercises/90_double/double.py",
        "ana-work-1a2b3c4/exercises/90_double/double.py",
        "my homework/double.py",
    ],
)
def test_one_archive_per_student(tmp_path: Path, see: See, suffix: str, place: str) -> None:
    """The archive's name is the student's, whatever wraps its content, as in the tarballs of GitHub."""
    (tmp_path / f"ana.{suffix}").write_bytes(PACKED[suffix]({place: ANA, "README.md": b""}))
    write(tmp_path, {"ben/double.py": BEN})
    assert see(tmp_path).code == {"ana": ANA, "ben": BEN}


@pytest.mark.parametrize("place", ["double.py", "90_double/double.py", "work/double.py"])
def test_a_class_of_one_archive(tmp_path: Path, see: See, place: str) -> None:
    (tmp_path / "ana.zip").write_bytes(zipped({place: ANA}))
    assert see(tmp_path).code == {"ana": ANA}


@pytest.mark.parametrize("suffix", PACKED)
def test_archives_of_students_in_an_archive_of_all(tmp_path: Path, see: See, suffix: str) -> None:
    archive = tmp_path / f"all.{suffix}"
    archive.write_bytes(
        PACKED[suffix](
            {
                "ana.zip": zipped({"double.py": ANA}),
                "ben.tar.gz": tarred({"90_double/double.py": BEN}),
                "broken.zip": b"PK",
            }
        )
    )
    seen = see(archive)
    assert seen.code == {"ana": ANA, "ben": BEN}
    assert "broken.zip cannot be unpacked" in seen.refused["broken"]


def test_an_archive_of_all_that_lies_in_the_folder(tmp_path: Path, see: See) -> None:
    (tmp_path / "class.tgz").write_bytes(tarred(TOGETHER))
    assert see(tmp_path).code == {"ana": ANA, "ben": BEN, "eva": CODE}


def test_what_one_student_hands_in_may_be_the_argument(tmp_path: Path, see: See) -> None:
    """A clone, or a student's archive, is a class of one."""
    clone = write(tmp_path / "ana-clone", {"exercises/90_double/double.py": ANA, "README.md": b"", "docs/x.md": b""})
    assert see(clone).code == {"ana-clone": ANA}
    (tmp_path / "ana.zip").write_bytes(zipped({"double.py": ANA}))
    assert see(tmp_path / "ana.zip").code == {"ana": ANA}


def test_an_exercise_left_in_the_class_folder_does_not_make_it_a_student(tmp_path: Path, see: See) -> None:
    seen = see(write(tmp_path, {"90_double/double.py": CODE, "ana/double.py": ANA}))
    assert seen.code["ana"] == ANA


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


def test_helpers_and_data_come_along_ours_do_not(tmp_path: Path, see: See) -> None:
    files = {
        "double.py": CODE,
        "helper.py": b"h",
        "data/table.csv": b"1",
        "test_double.py": b"t",
        "exercise.toml": b"t",
        "README.md": b"",
        "old.ipynb": b"{}",
        "__pycache__/double.pyc": b"",
        ".git/config": b"",
        "double.py.swp|": b"",
    }
    expected = {"double.py": CODE, "helper.py": b"h", "data/table.csv": b"1"}
    write(tmp_path / "ana" / "90_double", files)
    (tmp_path / "ben.zip").write_bytes(zipped({f"90_double/{name}": content for name, content in files.items()}))
    assert see(tmp_path).files == {"ana": expected, "ben": expected}


def test_another_exercises_folder_is_not_searched(tmp_path: Path, see: See) -> None:
    assert see(write(tmp_path, {"ana/91_triple/double.py": CODE, "ana/91_triple/triple.py": CODE})).nothing == ["ana"]


def test_loose_files_are_ignored_once_and_nobody_is_called_so(tmp_path: Path, see: See) -> None:
    files = {
        "double.py": CODE,
        "notes.txt": b"",
        "__pycache__/x.pyc": b"",
        ".DS_Store": b"",
        ".git/config": b"",
        "__MACOSX/ana/._double.py": b"",
        "ana/double.py": ANA,
    }
    write(tmp_path, files)
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(tmp_path / "socket"))
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    seen = see(tmp_path)
    assert seen.code == {"ana": ANA}
    assert seen.notices == [
        f"Ignored in {tmp_path.name}, because it is neither a student's folder nor an archive: __pycache__, dangling, double.py, notes.txt, pipe, … (+1)"
    ]


def test_the_folder_for_the_results_is_no_student(tmp_path: Path, see: See) -> None:
    write(tmp_path, {"ana/double.py": ANA, "out/scores.csv": b"", "all/run1/scores.csv": b""})
    assert set(see(tmp_path, ignore=tmp_path / "out").nothing) == {"all"}
    assert set(see(tmp_path, ignore=tmp_path / "all" / "run1").nothing) == {"out"}
    write(
        tmp_path,
        {"results/ana/90_double.json": b"{}", "report/index.html": b"", "scores.csv": b"", "ledger.sqlite-wal": b""},
    )
    seen = see(tmp_path, ignore=tmp_path)
    assert set(seen.nothing) == {"all", "out"}
    assert seen.notices == []


def test_links_are_never_followed(tmp_path: Path, see: See) -> None:
    """Neither a student's folder, nor an exercise's, nor a file; each is told."""
    elsewhere = write(tmp_path / "elsewhere", {"90_double/double.py": CODE})
    folder = tmp_path / "class"
    (folder / "ben").mkdir(parents=True)
    (folder / "eva").mkdir()
    (folder / "ana").symlink_to(elsewhere)
    (folder / "ben" / "90_double").symlink_to(elsewhere / "90_double")
    (folder / "eva" / "double.py").symlink_to(elsewhere / "90_double" / "double.py")
    (folder / "leo.zip").symlink_to(elsewhere)
    seen = see(folder)
    assert seen.files == {}
    assert {name: text.split(";")[0] for name, text in seen.refused.items()} == {
        "ana": "ana is a link", "ben": "90_double is a link", "eva": "double.py is a link", "leo": "leo.zip is a link",
    }  # fmt: skip


def test_what_is_no_file_is_called_what_it_is(tmp_path: Path, see: See) -> None:
    write(tmp_path, {"ana/double.py/readme": b"", "eva/90_double/double.py": b"#" * (2 << 20)})
    (tmp_path / "ben" / "double.py").mkdir(parents=True)
    (tmp_path / "leo").mkdir()
    os.mkfifo(tmp_path / "leo" / "double.py")
    (tmp_path / "mia.zip").write_bytes(zipped({"double.py/readme": b""}))
    seen = see(tmp_path)
    assert {name: text.split(";")[0] for name, text in seen.refused.items()} == {
        "ana": "double.py is a folder", "ben": "double.py is a folder", "leo": "double.py is a pipe, a socket or a device",
        "eva": "double.py is larger than 1 MiB", "mia": "double.py is a folder",
    }  # fmt: skip


def test_an_unreadable_folder_is_told(tmp_path: Path, see: See, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"ana/double.py": ANA, "ben/double.py": BEN})
    scandir = os.scandir

    def refusing(path: str) -> object:
        if str(path).endswith("ana"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    write(tmp_path, {"eva/90_double/ana/x": b""})
    monkeypatch.setattr(os, "scandir", refusing)
    seen = see(tmp_path)
    assert seen.refused == {"ana": "ana cannot be read (Permission denied)"}
    assert seen.code == {"ben": BEN}
    assert seen.nothing == ["eva"]


def test_an_unreadable_folder_of_an_exercise_is_told(tmp_path: Path, see: See, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"ana/90_double/double.py": ANA})
    scandir = os.scandir

    def refusing(path: str) -> object:
        if str(path).endswith("90_double"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert see(tmp_path).refused == {"ana": "90_double is a folder that cannot be opened; its permissions forbid it"}


NAMES = [
    "Ana María Ñ",
    "José",
    "José",
    "ANA",
    "ana",
    "李雷",
    "a b  c",
    "x" * 240,
    "=1+1",
    "ana'); --",
    "a\nb",
    "…",
    "-rf",
]


@pytest.mark.parametrize("pack", ["folder", "zip", "tar.gz"])
def test_names_of_all_kinds(tmp_path: Path, see: See, pack: str) -> None:
    """Names that a person or a system may find alike stay apart."""
    files = {f"{name}/double.py": name.encode() for name in NAMES}
    path = write(tmp_path / "class", files)
    if pack != "folder":
        path = tmp_path / f"class.{pack}"
        path.write_bytes(PACKED[pack](files))
    assert see(path).code == {name: name.encode() for name in NAMES}


def test_names_that_are_no_text(tmp_path: Path, see: See) -> None:
    for raw in (b"ana\xff", b"ana\xfe"):
        folder = tmp_path / os.fsdecode(raw)
        folder.mkdir()
        (folder / "double.py").write_bytes(raw)
    assert set(see(tmp_path).code.values()) == {b"ana\xff", b"ana\xfe"}


@pytest.mark.parametrize(
    "content",
    [b"", b"\xef\xbb\xbfx = 1", "x = 'ñ'".encode("utf-16"), b"# -*- coding: latin-1 -*-\nx = '\xf1'", b"\0" * 100],
)
def test_a_file_is_passed_as_it_is(tmp_path: Path, see: See, content: bytes) -> None:
    write(tmp_path, {"ana/double.py": content})
    (tmp_path / "ben.zip").write_bytes(zipped({"double.py": content}))
    (tmp_path / "eva.tgz").write_bytes(tarred({"double.py": content}))
    assert set(see(tmp_path).code.values()) == {content}
    assert len(see(tmp_path).code) == 3


def test_no_student_is_an_error_in_a_sentence(tmp_path: Path, toy: Exercise) -> None:
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "empty", tmp_path / "nowhere", write(tmp_path / "loose", {"notes.txt": b""})):
        with pytest.raises(KataError):
            find(path, [toy])


def test_every_student_has_every_exercise_in_order(tmp_path: Path, toy: Exercise, other: Exercise) -> None:
    write(tmp_path, {"ben/double.py": BEN, "ana/notes.txt": b""})
    hand_ins = find(tmp_path, [toy, other]).hand_ins
    assert [(h.student, h.exercise.name, h.origin is None) for h in hand_ins] == [
        ("ana", "90_double", True), ("ana", "91_triple", True), ("ben", "90_double", False), ("ben", "91_triple", True),
    ]  # fmt: skip
    assert handed_in(hand_ins) == {"90_double"}


def test_a_refused_archive_does_not_bring_in_exercises(tmp_path: Path, toy: Exercise, other: Exercise) -> None:
    """It is refused for those that others handed in; if there are no others, for all."""
    (tmp_path / "ana.zip").write_bytes(b"no zip")
    assert handed_in(find(tmp_path, [toy, other]).hand_ins) == {"90_double", "91_triple"}
    write(tmp_path, {"ben/double.py": BEN})
    assert handed_in(find(tmp_path, [toy, other]).hand_ins) == {"90_double"}


def test_one_file_or_notebook_of_a_learner(tmp_path: Path, toy: Exercise) -> None:
    """What `kata check --submission` and `pytest --submission` read: a file of another name is taken alone."""
    write(tmp_path, {"double.py": CODE, "helper.py": b"h", "mine.py": ANA, "p.ipynb": NB})
    assert read(tmp_path / "double.py", toy) == {"double.py": CODE, "helper.py": b"h", "mine.py": ANA}
    assert read(tmp_path / "mine.py", toy) == {"double.py": ANA}
    assert b"return 2 * x" in read(tmp_path / "p.ipynb", toy)["double.py"]
