"""Canvas and Moodle: the instructor's own export says the ids; who is not in it, or has no score, has no row."""

from __future__ import annotations

import pytest

from grader.reports import canvas, moodle
from grader.reports.gradebook import roster
from tests.reports_other.attempts import GOLDEN, attempt, check
from tests.reports_other.read import rows

CANVAS = """\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Homework 1 (50),03_adam (77),Final Score
    Points Possible,,,,,10,20,(read only)
"Doe, Ana",901,S1,ana,A,5,,55
"Roe, =Ben",902,S2,00ben,B,,12,60
Twin,903,S3,t1,A,,,
Twin,904,S4,t2,A,,,
"""
MOODLE = """Nombre;Apellido(s);Número de ID;Dirección de correo;Tarea: x (Real);Última descarga de este curso
Ana;Doe;0017;ana@example.org;-;1763870000
Ben;Roe;0018;Ben@Example.org;7,5;1763870000
"""


def passed(student: str) -> object:
    return attempt(check(1, "passed", 4), student=student)


def test_canvas_takes_ids_and_the_assignment_from_the_export() -> None:
    """The columns of the student and one assignment; no other, no `Points Possible`, which would set the points."""
    known = roster(CANVAS)
    assert canvas.assignment(known, "03_adam") == "03_adam (77)"
    book = canvas.write([passed("ana"), passed("00ben")], "03_adam (77)", known)
    assert book.text == (
        "Student,ID,SIS User ID,SIS Login ID,Section,03_adam (77)\n"
        '"Roe, =Ben",902,S2,00ben,B,4\n'  # in the order of our names: 00ben, ana
        '"Doe, Ana",901,S1,ana,A,4\n'
    )


@pytest.mark.parametrize(
    ("name", "id"), [("ana", "901"), ("S1", "901"), ("901", "901"), ("Doe, Ana", "901"), ("t2", "904")]
)
def test_canvas_finds_a_student_by_login_sis_id_or_exact_name(name: str, id: str) -> None:
    assert [row["ID"] for row in rows(canvas.write([passed(name)], "x", roster(CANVAS)).text)] == [id]


def test_canvas_guesses_nobody() -> None:
    """A name that two have, and one that is a part of another, are left out and named."""
    book = canvas.write([passed("Twin"), passed("Ana"), passed("ANA")], "x", roster(CANVAS))
    assert rows(book.text) == []
    assert book.unknown == ["Twin", "Ana", "ANA"]


def test_moodle_finds_a_student_in_a_spanish_export() -> None:
    """The id keeps its zeros; nothing else of the export is carried over, least of all the time of the last download."""
    book = moodle.write([passed("0017"), passed("Ben@Example.org"), passed("ben@example.org")], "en", roster(MOODLE))
    assert rows(book.text) == [
        {"username": "", "idnumber": "0017", "email": "ana@example.org", "adam": "4", "adam feedback": ""},
        {"username": "", "idnumber": "0018", "email": "Ben@Example.org", "adam": "4", "adam feedback": ""},
    ]
    assert book.unknown == ["ben@example.org"]


def test_a_broken_attempt_has_no_row_and_is_counted() -> None:
    for book in (canvas.write([GOLDEN["broken"]], "x"), moodle.write([GOLDEN["broken"]], "en")):
        assert rows(book.text) == []
        assert book.broken == ["ana"]


def test_a_missing_one_has_0() -> None:
    assert rows(canvas.write([GOLDEN["missing"]], "x").text)[0]["x"] == "0"
    assert rows(moodle.write([GOLDEN["missing"]], "en").text)[0]["adam"] == "0"


def test_formulas_are_quoted_for_people_and_named_in_ids() -> None:
    book = canvas.write([passed("=1+1")], "x")
    assert rows(book.text)[0]["Student"] == "'=1+1"
    assert rows(book.text)[0]["SIS Login ID"] == "=1+1"
    assert book.formulas == ["=1+1"]
    assert moodle.write([passed("@ana")], "en").formulas == ["@ana"]


def test_what_is_no_table_is_refused() -> None:
    for text in ("", "one\n", "\0"):
        with pytest.raises(ValueError, match="no columns"):
            roster(text)
    with pytest.raises(ValueError, match="field larger"):
        roster("a,b\n" + "x" * 200_000)
