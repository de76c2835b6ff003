"""What else lies in a class's folder: links, pipes, results, leftovers, names of all kinds. None costs anybody else."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tests.submissions.conftest import See
from tests.submissions.making import CODE, tarred, write, zipped

ANA, BEN = b"# ana\n" + CODE, b"# ben\n" + CODE
TOGETHER = {"ana/90_double/double.py": ANA, "ben/double.py": BEN, "eva/exercises/90_double/double.py": CODE}
PACKED = {
    "zip": zipped,
    "tar.gz": tarred,
    "tar": lambda f: tarred(f, "w"),
    "tar.bz2": lambda f: tarred(f, "w:bz2"),
    "tar.xz": lambda f: tarred(f, "w:xz"),
}


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


@pytest.mark.parametrize("beside", ["class", "class.tgz", "submitted"])
def test_a_second_run_sees_what_the_first_saw(tmp_path: Path, see: See, beside: str) -> None:
    """The folder of results does not keep what wraps everybody from being looked through."""
    files = {"ana/double.py": ANA, "ben/double.py": BEN}
    if beside == "class.tgz":
        (tmp_path / beside).write_bytes(tarred(files))
    else:
        write(tmp_path / beside, files)
    first = see(tmp_path, ignore=tmp_path / "out")
    write(tmp_path / "out", {"scores.csv": b"", "results/ana/90_double.json": b""})
    assert see(tmp_path, ignore=tmp_path / "out") == first
    assert first.code == {"ana": ANA, "ben": BEN}


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
