"""Who handed in what: every layout of the contract, the exports of Moodle and Canvas, nbgrader's folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import KataError
from grader.model import Exercise
from grader.submissions import find, handed_in, read
from tests.submissions.conftest import See
from tests.submissions.making import CODE, answer, notebook, tarred, write, zipped

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
    write(
        tmp_path,
        {
            "double.py": CODE,
            "helper.py": b"h",
            "mine.py": ANA,
            "p.ipynb": notebook(answer("def double(x): return 2 * x")),
        },
    )
    assert read(tmp_path / "double.py", toy) == {"double.py": CODE, "helper.py": b"h", "mine.py": ANA}
    assert read(tmp_path / "mine.py", toy) == {"double.py": ANA}
    assert b"return 2 * x" in read(tmp_path / "p.ipynb", toy)["double.py"]


def test_three_folders_around_a_hand_in_are_looked_through(tmp_path: Path, see: See) -> None:
    seen = see(write(tmp_path, {"ana/1/2/3/double.py": ANA, "ben/1/2/3/4/double.py": BEN}))
    assert seen.code == {"ana": ANA}
    assert seen.nothing == ["ben"]


@pytest.mark.parametrize(("archive", "student"), [("class.zip", "ana"), ("other.zip", "class")])
def test_one_folder_in_a_folder_is_a_class_if_it_is_called_like_the_archive(
    tmp_path: Path, see: See, archive: str, student: str
) -> None:
    (tmp_path / archive).write_bytes(zipped({"class/ana/double.py": ANA}))
    assert see(tmp_path / archive).code == {student: ANA}


def test_the_only_student_of_moodle_is_no_class(tmp_path: Path, see: See) -> None:
    folder = "Ana Ruiz_1_assignsubmission_file_"
    write(tmp_path, {f"{folder}/a.zip": zipped({"double.py": ANA}), f"{folder}/b.zip": zipped({"x.txt": b""})})
    assert see(tmp_path).code == {"Ana Ruiz": ANA}
