"""Hostile and broken archives: each is refused with a reason, nothing is written anywhere, and the rest is read."""

from __future__ import annotations

import io
import tarfile
import time
import tracemalloc
import zipfile
from pathlib import Path
from random import Random

import pytest

from grader.errors import KataError
from grader.model import Exercise
from grader.submissions import find
from tests.submissions.archives_to_read import ATTACKS, GOOD, GOOD_ZIP, ZEROS
from tests.submissions.conftest import See
from tests.submissions.making import CODE, member, patched, tar_with, tarred, write, zipped


@pytest.mark.parametrize("name", ATTACKS)
def test_a_hostile_archive_costs_nobody_but_its_student(name: str, tmp_path: Path, see: See) -> None:
    """It is refused with the reason, within seconds and without filling the memory."""
    content, reason = ATTACKS[name]
    suffix = "tar.gz" if name.startswith(("tar", "gzip")) else "zip"
    folder = write(tmp_path / "class", {f"eve.{suffix}": content, "ana/double.py": CODE})
    before = sorted(tmp_path.rglob("*"))
    tracemalloc.start()
    began = time.perf_counter()
    seen = see(folder)
    seconds, (_, peak) = time.perf_counter() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert reason in seen.refused["eve"]
    assert seen.refused["eve"].isprintable()
    assert seen.code == {"ana": CODE}
    assert seconds < 30  # 1 where nothing else runs
    assert peak < 80 << 20
    assert sorted(tmp_path.rglob("*")) == before
    assert not Path("/tmp/slipped.py").exists()


@pytest.mark.parametrize("name", [name for name in ATTACKS if "bomb" not in name])
def test_in_an_archive_of_all_too(name: str, tmp_path: Path, see: See) -> None:
    """There too a name does not matter: tar files are called zip."""
    content, reason = ATTACKS[name]
    pack = tarred if name.startswith("tar") else zipped
    archive = tmp_path / "class.archive"
    archive.write_bytes(pack({"eve.zip": content, "ana/double.py": CODE, "ben.zip": GOOD_ZIP}))
    seen = see(archive)
    assert reason in seen.refused["eve"]
    assert seen.code == {"ana": CODE, "ben": CODE}


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (member("eve/../../slipped.py"), "leads elsewhere"),
        (member("eve/" + "x" * 5000), "too long"),
        (member("eve/link", tarfile.SYMTYPE, linkname="/etc"), "holds a link"),
        (member("eve/zero", tarfile.CHRTYPE), "no regular file"),
    ],
)
def test_an_odd_member_of_a_class_costs_its_student_alone(
    odd: tarfile.TarInfo, reason: str, tmp_path: Path, see: See
) -> None:
    archive = tmp_path / "class.tgz"
    archive.write_bytes(tar_with(odd, files={"eve/double.py": CODE, "ana/double.py": CODE}))
    seen = see(archive)
    assert reason in seen.refused["eve"]
    assert seen.code == {"ana": CODE}


@pytest.mark.parametrize("name", ["../slipped.py", "/tmp/slipped.py", "C:/slipped.py"])
def test_a_member_of_nobody_is_ignored_and_told(name: str, tmp_path: Path, see: See) -> None:
    archive = tmp_path / "class.tgz"
    archive.write_bytes(tar_with(member(name), files={"ana/double.py": CODE, "ben/double.py": CODE}))
    seen = see(archive)
    assert set(seen.code) == {"ana", "ben"}
    assert len(seen.notices) == 1


def test_a_student_with_a_bomb_in_the_archive_of_all(tmp_path: Path, see: See) -> None:
    """A zip's members are read one by one, so that what one student packed is not the others' loss."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ana/double.py", CODE)
        archive.writestr("eve/double.py", CODE)
        with archive.open("eve/zeros", "w") as file:
            for _ in range(300):
                file.write(ZEROS)
    (tmp_path / "class.zip").write_bytes(buffer.getvalue())
    seen = see(tmp_path / "class.zip")
    assert "more than 256 MiB" in seen.refused["eve"]
    assert seen.code == {"ana": CODE}


def test_an_odd_member_of_canvas_costs_its_student_alone(tmp_path: Path, see: See) -> None:
    """There all students' files lie in one folder."""
    files = {
        "ana_1_11_double.py": CODE,
        "eve_2_12_double.py": CODE,
        "leo_3_13_work.zip": GOOD_ZIP,
        "mia_4_14_work.zip": b"",
    }
    archive = patched(zipped(files), b"eve_2_12_double.py", 6, "<H", 1)
    (tmp_path / "class.zip").write_bytes(patched(archive, b"mia_4_14_work.zip", 6, "<H", 1))
    seen = see(tmp_path / "class.zip")
    assert seen.code == {"ana": CODE, "leo": CODE}
    assert "password" in seen.refused["eve"]
    assert "password" in seen.refused["mia"]


def test_a_student_with_too_many_files_in_the_archive_of_all(tmp_path: Path, see: See) -> None:
    files = {f"eve/{i}": b"" for i in range(10_000)} | {"eve/double.py": CODE, "ana/double.py": CODE}
    (tmp_path / "class.tgz").write_bytes(tarred(files))
    seen = see(tmp_path / "class.tgz")
    assert "more than 10000 files" in seen.refused["eve"]
    assert seen.code == {"ana": CODE}


@pytest.mark.parametrize("name", ["deflated", "plain_tar", "pax", "gnu", "zip64"])
def test_whatever_bytes_change_it_is_read_or_refused(name: str, tmp_path: Path, see: See) -> None:
    """A few hundred times; nothing but BadSubmission ever comes out."""
    random = Random(name)
    for _ in range(200):
        content = bytearray(GOOD[name])
        for _ in range(random.choice([1, 1, 2, 10])):
            content[random.randrange(len(content))] = random.choice(
                [0, 1, 0x2E, 0x2F, 0x38, 0x7F, 0x80, 0xFF, random.randrange(256)]
            )
        start = random.choice([0, 0, 0, random.randrange(len(content))])
        end = random.choice([len(content), len(content), random.randrange(len(content))])
        (tmp_path / "ana.zip").write_bytes(content[start:end])
        (tmp_path / "ben.zip").write_bytes(GOOD_ZIP)
        assert see(tmp_path).code["ben"] == CODE


def test_a_long_name_of_a_student_is_cut_and_stays_unique(tmp_path: Path, see: See) -> None:
    files = {"x" * 5000 + "/double.py": CODE, "x" * 4999 + "/double.py": CODE, "ana/double.py": CODE}
    (tmp_path / "class.zip").write_bytes(zipped(files))
    seen = see(tmp_path / "class.zip")
    assert len(seen.refused) == 2
    assert all(len(name) < 80 for name in seen.refused)
    assert seen.code == {"ana": CODE}


@pytest.mark.parametrize(
    "name", ["zip_cut", "zip_many", "zip_overlapping", "text", "rar", "tar_pax_bomb", "tar_cut", "tar_damaged"]
)
def test_an_archive_of_all_that_is_no_good_is_one_sentence(name: str, tmp_path: Path, toy: Exercise) -> None:
    archive = tmp_path / "class.zip"
    archive.write_bytes(ATTACKS[name][0])
    with pytest.raises(KataError, match=r"class\.zip"):
        find(archive, [toy])


@pytest.mark.parametrize("suffix", ["zip", "tar.gz"])
@pytest.mark.parametrize("name", GOOD)
def test_a_good_archive_is_read_whatever_program_made_it(name: str, suffix: str, tmp_path: Path, see: See) -> None:
    """Its name does not matter: what is inside says what it is."""
    seen = see(write(tmp_path, {f"ana.{suffix}": GOOD[name]}))
    assert seen.refused == {}
    assert seen.code == {"ana": CODE}


@pytest.mark.parametrize(
    ("raw", "name"),
    [("Ñandú".encode(), "Ñandú"), ("Ñandú".encode("cp437", "replace"), "Ñand·"), (b"Andr\x82", "André")],
)
def test_names_in_old_zips(raw: bytes, name: str, tmp_path: Path, see: See) -> None:
    """Without the flag for UTF-8 a name is UTF-8 if it can be, else of the code page of DOS."""
    if name == "Ñand·":
        raw, name = b"\xa5and\xa3", "Ñandú"
    archive = zipped({"Q" * len(raw) + "/double.py": CODE, "ana/double.py": CODE}).replace(b"Q" * len(raw), raw)
    (tmp_path / "class.zip").write_bytes(archive)
    assert set(see(tmp_path / "class.zip").code) == {name, "ana"}


def test_names_that_differ_in_case_or_composition_are_two_files(tmp_path: Path, see: See) -> None:
    files = {"double.py": CODE, "Double.py": b"D", "caf\u00e9.py": b"1", "cafe\u0301.py": b"2"}
    assert see(write(tmp_path, {"ana.zip": zipped(files)})).files == {"ana": files}


@pytest.mark.parametrize("suffix", ["zip", "tar.gz", "tar"])
def test_a_class_of_2000_in_one_archive_takes_seconds(suffix: str, tmp_path: Path, toy: Exercise) -> None:
    """Found and read; the last student costs no more than the first, and no content stays in memory."""
    files = {
        f"student {i:04}/90_double/{name}": CODE + b"# %d" % i
        for i in range(2000)
        for name in ("double.py", "a.py", "b.py")
    }
    archive = tmp_path / f"class.{suffix}"
    archive.write_bytes(zipped(files) if suffix == "zip" else tarred(files, "w:gz" if suffix == "tar.gz" else "w"))
    began = time.perf_counter()
    hand_ins = find(archive, [toy]).hand_ins
    last = hand_ins[-1].read()
    for hand_in in hand_ins:
        hand_in.read()
    assert time.perf_counter() - began < 60  # 1 to 2 where nothing else runs
    assert len(hand_ins) == 2000
    assert last["double.py"] == CODE + b"# 1999"
