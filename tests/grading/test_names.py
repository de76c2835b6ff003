"""A student's name becomes one part of a path, whatever it is, and no two students share one."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.reports.json_report import file_name

NAMES = [
    "Ana",
    "ana ruiz",
    "Ñandú",
    "..",
    ".",
    "a/b",
    "a_b",
    "a\nb",
    "x" * 300,
    "x" * 301,
    "é" * 150,
    "\udcff",
    "日本" * 90,
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_can_be_a_folder(name: str, tmp_path: Path) -> None:
    folder = tmp_path / file_name(name)
    folder.mkdir()
    assert folder.parent == tmp_path


def test_different_names_are_different_folders() -> None:
    assert len({file_name(name) for name in NAMES}) == len(NAMES)


def test_an_ordinary_name_stays_as_it_is() -> None:
    assert file_name("Ñandú Pérez") == "Ñandú Pérez"
