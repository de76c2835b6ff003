"""Folders with spaces and accents, files as Windows's editors write them, terminals that lack our signs."""

from __future__ import annotations

import io
import os
import tomllib
from pathlib import Path

import pytest

from grader.locale.narrow import INSTEAD, let_streams_narrow
from tests.course_copy import TOY, copy_to
from tests.doors.test_elsewhere import ROOT, SYSTEMS, seen_on, variables
from tests.test_plugin import ADDS_TWO, ANSWER

ACCENTS = "def double(x):\n    if isinstance(x, str):\n        raise TypeError(f'no text, ñandú: {x}')\n    return 2 * x\n"
WRITTEN = {
    "CRLF": ANSWER.replace("\n", "\r\n").encode(),
    "CR": ANSWER.replace("\n", "\r").encode(),
    "BOM": b"\xef\xbb\xbf" + ANSWER.encode(),
    "BOM and CRLF": b"\xef\xbb\xbf" + ACCENTS.replace("\n", "\r\n").encode(),
    "tabs": ANSWER.replace("    ", "\t").encode(),
    "no line at its end": ANSWER.rstrip("\n").encode(),
    "latin-1, and says so": b"# -*- coding: latin-1 -*-\n" + ACCENTS.encode("latin-1"),
    "cp1252 with CRLF, and says so": b"# coding: cp1252\r\n" + ACCENTS.replace("\n", "\r\n").encode("cp1252"),
    "prints anything": b"print('\\u2714 \\xf1 \\u5b66')\n" + ANSWER.encode(),
}
UNREADABLE = {
    "latin-1": ACCENTS.encode("latin-1"),
    "UTF-16, as Windows's Notepad once did": ANSWER.encode("utf-16"),
    "tabs and spaces": b"def double(x):\n\tif x is None:\n        return 0\n\treturn 2 * x\n",
}


@pytest.mark.parametrize("system", ["", SYSTEMS[0]], ids=["here", SYSTEMS[0]])
def test_a_file_is_judged_however_its_lines_and_letters_are_written(system: str, tmp_path: Path) -> None:
    """Full marks for the same code; where Python cannot read it, a sentence. By forked workers and by spawned ones."""
    files = WRITTEN | UNREADABLE
    given = {name: (str(TOY / "exercises/90_double"), {"double.py": content.decode("latin-1")}) for name, content in files.items()}
    seen = seen_on(system, given, tmp_path)["attempts"]
    assert {name: seen[name]["score"] for name in WRITTEN} == dict.fromkeys(WRITTEN, 20)
    for name in UNREADABLE:
        said = seen[name]["checks"][0]["messages"]["en"]
        assert "Python cannot read the file" in said, name
        assert ("it is not in UTF-8" in said) == (name != "tabs and spaces"), name


@pytest.mark.parametrize("system", ["", SYSTEMS[0]], ids=["here", SYSTEMS[0]])
def test_folders_may_have_any_names(system: str, tmp_path: Path) -> None:
    """The course's, the user's and the temp folder's: spaces, accents, an apostrophe, another script."""
    home = tmp_path / "José Núñez's 学生"
    temp = home / "AppData" / "Local" / "Temp ñ"
    temp.mkdir(parents=True)
    course = copy_to(home / "mis ejercicios (1) & más")
    course.write(ADDS_TWO)
    places = {"HOME": str(home), "USERPROFILE": str(home), "TMPDIR": str(temp), "TEMP": str(temp), "TMP": str(temp)}
    for line in (("pytest", "exercises/90"), ("kata", "check", "90"), ("kata", "watch", "90", "--plain")):
        done = course.run(*line, **variables(system), **places)
        assert "Recognised: adds_two" in done.stdout, done.stdout + done.stderr
        assert "double.py:" in done.stdout
    course.write(ANSWER)
    assert "20/20 points" in course.run("pytest", "exercises/90", **variables(system), **places).stdout
    assert os.listdir(temp) == []


@pytest.mark.parametrize("encoding", ["cp1252:strict", "ascii"])
def test_a_terminal_that_lacks_our_signs_gets_worse_ones(encoding: str, tmp_path: Path) -> None:
    """What is piped on Windows is cp1252. Nothing ends in an error, and the words stay readable."""
    course = copy_to(tmp_path)
    course.write("print('\\u2714 \\u5b66')\n" + ADDS_TWO)
    variables = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    lines = ("check", "90"), ("doctor",), ("watch", "90", "--plain")
    for line in lines:
        done = course.run("kata", *line, language="es", encoding="latin-1", **variables)
        assert "Traceback" not in done.stdout + done.stderr, done.stderr
        assert done.stdout, line
    done = course.run("pytest", "exercises/90", language="es", encoding="latin-1", **variables)
    small = {"ascii": "pequeno", "cp1252:strict": "pequeño"}[encoding]
    number = {"ascii": "numero", "cp1252:strict": "número"}[encoding]
    assert f"  x 90.1 El doble de un {number} {small}." in done.stdout
    assert "\n    + ?" in done.stdout  # what the code printed


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("ascii", "+ x o - ... -> Que pequeno? <= x"), ("cp1252", "+ x o · … -> ¿Qué pequeño? <= ×"), ("utf-8", "✔ ✘ ○ · … → ¿Qué pequeño? ≤ ×")],
)  # fmt: skip
def test_only_what_cannot_be_encoded_is_replaced(encoding: str, said: str) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    let_streams_narrow(stream)
    print("✔ ✘ ○ · … → ¿Qué pequeño? ≤ ×", file=stream, end="")
    stream.flush()
    assert stream.buffer.getvalue().decode(encoding) == said  # type: ignore[attr-defined]


def test_every_sign_of_our_texts_has_a_worse_one() -> None:
    """No question mark in our own sentences: each letter and sign of both catalogues can be put in ASCII."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    let_streams_narrow(stream)
    for language in ("en", "es"):
        texts = tomllib.loads((ROOT / "grader" / "locale" / f"{language}.toml").read_text("utf-8"))
        lost = {character for text in texts.values() for character in text if not character.isascii()}
        stream.write("".join(sorted(lost)))
    stream.flush()
    assert "?" not in stream.buffer.getvalue().decode("ascii")  # type: ignore[attr-defined]
    assert all(sign.isascii() for sign in INSTEAD.values())


def test_a_stub_whose_lines_windows_ended_is_the_original_still(tmp_path: Path) -> None:
    """Git on Windows checks files out so: there is nothing to reset, and nothing is kept as a backup."""
    course = copy_to(tmp_path)
    stub = course.exercise / "double.py"
    stub.write_bytes(stub.read_bytes().replace(b"\n", b"\r\n"))
    assert course.run("kata", "reset", "90", "--yes").stdout == "double.py is the original already.\n"
    assert list(course.exercise.glob("*.backup")) == []


def test_nothing_is_read_or_written_in_the_systems_own_encoding(tmp_path: Path) -> None:
    """Python warns where a file is opened without one: on Windows it would be cp1252, and accents would be lost."""
    course = copy_to(tmp_path)
    course.write(ADDS_TWO)
    strict = {"PYTHONWARNDEFAULTENCODING": "1", "PYTHONWARNINGS": "error::EncodingWarning:grader"}
    for line in (("list",), ("check", "90"), ("hint", "90"), ("doctor",), ("reset", "90", "--yes")):
        done = course.run("kata", *line, **strict)
        assert "EncodingWarning" not in done.stdout + done.stderr, done.stderr
