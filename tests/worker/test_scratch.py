"""Scratch folders in which hostile code has been: all of it goes, and nothing else does."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.worker.scratch import remove, too_full


def deep(folder: Path) -> None:
    """Far beyond the recursion limit and the longest path."""
    home = os.getcwd()
    os.chdir(folder)
    for number in range(sys.getrecursionlimit() + 500):
        os.mkdir("a long name of a folder")
        os.chdir("a long name of a folder")
        if number % 100 == 0:
            Path("file").touch()
    os.chdir(home)


def wide(folder: Path) -> None:
    for number in range(300):
        (folder / f"folder {number}" / "inner").mkdir(parents=True)
        (folder / f"folder {number}" / "inner" / "file").touch()


def locked(folder: Path) -> None:
    """No right to look in, to go through or to change."""
    for mode in (0o000, 0o100, 0o200, 0o400, 0o500):
        inner = folder / f"{mode:o}" / "inner"
        inner.mkdir(parents=True)
        (inner / "file").touch(0)
        inner.chmod(mode)
        inner.parent.chmod(mode)


def odd_names(folder: Path) -> None:
    for name in (b"-rf", b"\n", b"\xff\xfe", b"*", b"a" * 255, b"0-0", b" ", b".hidden", b"=cmd|'C'!A0"):
        os.mkdir(os.path.join(os.fsencode(folder), name))
        os.mkdir(os.path.join(os.fsencode(folder), name, name))


def links(folder: Path) -> None:
    outside = folder.parent / "outside"
    (folder / "to a folder").symlink_to(outside)
    (folder / "inner").mkdir()
    (folder / "inner" / "to a folder").symlink_to(outside)
    (folder / "to a file").symlink_to(outside / "file")
    (folder / "to nothing").symlink_to("nothing")
    (folder / "to itself").symlink_to("to itself")
    os.link(outside / "file", folder / "the same file")
    os.mkfifo(folder / "fifo")


@pytest.mark.parametrize("make", [deep, wide, locked, odd_names, links])
def test_everything_goes_and_nothing_outside(make: Callable[[Path], None], tmp_path: Path) -> None:
    folder, outside = tmp_path / "scratch", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir(0o750)
    (outside / "file").write_text("kept")
    make(folder)
    assert remove(str(folder))
    assert os.listdir(tmp_path) == ["outside"]
    assert os.listdir(outside) == ["file"]
    assert (outside / "file").read_text() == "kept"
    assert outside.stat().st_mode & 0o777 == 0o750


def test_a_folder_that_is_not_there_is_removed(tmp_path: Path) -> None:
    assert remove(str(tmp_path / "none"))


def test_a_link_in_its_place_is_removed_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "scratch").symlink_to(tmp_path / "outside")
    assert remove(str(tmp_path / "scratch"))
    assert os.listdir(tmp_path) == ["outside"]


def test_a_file_in_its_place_is_not_a_folder(tmp_path: Path) -> None:
    (tmp_path / "scratch").touch()
    assert not remove(str(tmp_path / "scratch"))


def test_it_says_when_the_time_was_too_short(tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    wide(tmp_path / "scratch")
    assert not remove(str(tmp_path / "scratch"), seconds=0)
    assert remove(str(tmp_path / "scratch"))


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    deep(tmp_path / "scratch")
    before = os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else []
    remove(str(tmp_path / "scratch"))
    assert len(os.listdir("/proc/self/fd") if before else []) == len(before)


def test_full_is_more_files_or_more_bytes_than_allowed(tmp_path: Path) -> None:
    wide(tmp_path)
    assert not too_full(str(tmp_path), 900, 1 << 30)
    assert too_full(str(tmp_path), 899, 1 << 30)
    (tmp_path / "data").write_bytes(bytes(1 << 20))
    assert too_full(str(tmp_path), 10_000, 1 << 19)


def test_what_a_file_takes_counts_and_not_what_it_says(tmp_path: Path) -> None:
    with open(tmp_path / "holes", "wb") as file:
        file.truncate(1 << 30)
    assert not too_full(str(tmp_path), 10, 1 << 20)


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "up").symlink_to("/")
    assert not too_full(str(tmp_path), 1, 1 << 20)


@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may look into every folder")
def test_a_folder_that_hides_its_content_counts_as_full(tmp_path: Path) -> None:
    (tmp_path / "hidden").mkdir(0o300)
    assert too_full(str(tmp_path), 10, 1 << 20)


def test_a_folder_deeper_than_any_path_counts_as_full(tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    deep(tmp_path / "scratch")
    assert too_full(str(tmp_path / "scratch"), 10_000, 1 << 30)
    assert remove(str(tmp_path / "scratch"))
