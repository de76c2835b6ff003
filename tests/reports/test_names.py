"""What a student is called: files that no name can lead astray, codes that nobody can turn back."""

from __future__ import annotations

import csv
import stat
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import KataError
from grader.reports.class_report.names import CODES_FILE, KEY_FILE, codes, file_names
from tests.reports.synthetic import HOSTILE_NAMES


def test_plain_names_are_kept() -> None:
    assert file_names(["ana", "björn", "s-0012"]) == {"ana": "ana", "björn": "björn", "s-0012": "s-0012"}


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_name_is_one_safe_part_of_a_path(name: str) -> None:
    (file,) = file_names([name]).values()
    assert not set(file) & set("/\\:*?\"<>|\n%#&'")
    assert file.isprintable()
    assert file[0] not in "-."
    assert len(f"{file}.html".encode()) < 200
    assert file.lower() != "con"


@given(st.lists(st.text(), unique=True))
def test_no_two_names_share_a_file(names: list[str]) -> None:
    """On file systems too that fold case, or compose accents."""
    folded = [unicodedata.normalize("NFKC", file).casefold() for file in file_names(names).values()]
    assert len(set(folded)) == len(names)


def test_a_name_that_imitates_another_ones_file_gets_its_own() -> None:
    """In whatever order they come."""
    assert file_names(["ana", "Ana"])["Ana"].startswith("Ana-")
    first = file_names(["Ana", "ana"])["ana"]
    assert first.startswith("ana-")
    names = file_names(["Ana", "ana", first])
    assert len({file.casefold() for file in names.values()}) == 3


def test_codes_stay_the_same_in_a_folder_and_differ_between_folders(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    first = codes(["ana", "bea"], tmp_path / "one")
    assert codes(["ana", "bea"], tmp_path / "one") == first
    assert codes(["ana", "bea", "new"], tmp_path / "one")["bea"] == first["bea"]
    assert not set(codes(["ana", "bea"], tmp_path / "two").values()) & set(first.values())


def test_every_student_has_a_code_of_their_own(tmp_path: Path) -> None:
    students = [f"student {i}" for i in range(5000)]
    assert len(set(codes(students, tmp_path).values())) == 5000


def test_the_list_of_codes_lies_beside_the_report_for_its_owner_alone(tmp_path: Path) -> None:
    known = codes(["ana", '=b"\n', "\udcff"], tmp_path)
    rows = list(csv.reader((tmp_path / CODES_FILE).open(encoding="utf-8")))
    assert rows[0] == ["code", "student"]
    assert {row[0]: row[1] for row in rows[1:]} == {
        known["ana"]: "ana",
        known['=b"\n']: "'=b\"⟨LF⟩",
        known["\udcff"]: "⟨U+DCFF⟩",
    }
    for name in (KEY_FILE, CODES_FILE):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_a_key_that_is_no_key_is_not_used(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text("")
    with pytest.raises(KataError, match="is not the key"):
        codes(["ana"], tmp_path)
