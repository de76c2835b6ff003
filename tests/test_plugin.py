"""`pytest exercises/NN` as a learner, an instructor and an editor use it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.course_copy import Course, copy_to

ANSWER = "def double(x):\n    if isinstance(x, str):\n        raise TypeError(f'no text: {x}')\n    return x + x\n"
ADDS_TWO = "def double(x):\n    if isinstance(x, str):\n        raise TypeError(f'no text: {x}')\n    return 2 + x\n"
NO_TEXT_CHECK = "def double(x):\n    return x + x\n"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return copy_to(tmp_path)


def test_a_right_file_passes_with_full_score(course: Course) -> None:
    """All checks, visible and hidden, run from a prefix of the folder's name; the exit status is 0."""
    course.write(ANSWER)
    done = course.run("pytest", "exercises/90")
    assert done.returncode == 0
    assert "90 · Twice as much" in done.stdout
    assert "20/20 points" in done.stdout
    assert "4 passed" in done.stdout


def test_what_the_code_printed_in_the_first_failing_check_is_shown(course: Course) -> None:
    """To look at a value, a print is enough; control characters stay out of the terminal."""
    course.write(
        "print('at import')\n" + ADDS_TWO.replace("    return", "    print('x is', x, '\\x1b[31m')\n    return")
    )
    done = course.run("pytest", "exercises/90")
    assert "  What the code printed in 90.1:\n    x is 3.0 \ufffd[31m\n" in done.stdout
    done = course.run("pytest", "exercises/90", language="es")
    assert "Lo que el código imprimió en 90.1:\n    x is 3.0" in done.stdout
    course.write(ANSWER.replace("    return", "    print('not shown')\n    return"))
    assert "not shown" not in course.run("pytest", "exercises/90").stdout


def test_the_learners_file_stands_for_its_exercise(course: Course) -> None:
    """What an editor's "run this file" gives to pytest, and a learner to kata."""
    course.write(ANSWER)
    assert "20/20 points" in course.run("pytest", "exercises/90_double/double.py").stdout
    assert "20/20 points" in course.run("kata", "check", "exercises/90_double/double.py").stdout


def test_the_stub_scores_nothing_quietly_and_says_where_to_begin(course: Course) -> None:
    """No failure is shown in full for a file that nobody has begun."""
    done = course.run("pytest", "exercises/90_double")
    assert done.returncode == 1
    assert "0/20 points" in done.stdout
    assert "Nothing is written yet. Begin at exercises/90_double/double.py:6" in done.stdout
    assert "Traceback" not in done.stdout
    assert "still to write" not in done.stdout


def test_only_the_first_failure_is_shown_in_full(course: Course) -> None:
    """The fact, the call, got and expected, the misconception, the hint, the place; then a line per check."""
    course.write(ADDS_TWO)
    done = course.run("pytest", "exercises/90")
    block = done.stdout[done.stdout.index("90 · Twice") :].splitlines()
    assert [line.rstrip() for line in block[:10]] == [
        "90 · Twice as much                                                 4/20 points",
        "  ✘ 90.1 Twice a small number.                                             4/8",
        "        Try:  double(3.0)",
        "        got 5, expected 6",
        "        Recognised: adds_two - adds two",
        "            2 + 2 is 2 * 2; what about 3?",
        "        Hint: kata hint 90 2",
        "        Look at double.py:1  double",
        "  ✘ 90.2 Twice every element, and the argument is as it was.               0/8",
        "  · 90.3 A text is a TypeError that names it. (waits for 90.1)             0/4",
    ]
    assert block[10] == "  Your values beside the reference's: kata trace 90 90.1"


def test_an_error_shows_the_call_too(course: Course) -> None:
    """Also one with a case: the call says what the case does."""
    course.write(ANSWER.replace("x + x", "x + y"))
    done = course.run("pytest", "exercises/90")
    block = done.stdout[done.stdout.index("90 · Twice") :].splitlines()
    assert [line.rstrip() for line in block[2:7]] == [
        "        Try:  double(2.0)",
        "        the code raised NameError",
        "            name 'y' is not defined",
        "        Nothing is called `y` here: a typing error, or has it to be imported or given a value?",
        "        Look at double.py:4  return x + y",
    ]


def test_a_full_score_says_what_is_next(course: Course) -> None:
    """After all the checks, of one exercise alone; with --submission it is not the learner's own file."""
    course.write(ANSWER)
    solution = "  Our solution beside yours: kata solution 90\n  Every exercise is passed.\n"
    assert solution in course.run("pytest", "exercises/90").stdout
    assert "kata solution" not in course.run("pytest", "exercises/90", "-k", "90.1").stdout
    assert "kata solution" not in course.run("pytest", "exercises/90", "--submission", str(course.exercise / "double.py")).stdout


def test_spanish_is_spoken_when_asked_for(course: Course) -> None:
    course.write(ADDS_TWO)
    done = course.run("pytest", "exercises/90", language="es")
    assert "4/20 puntos" in done.stdout
    assert "da 5 y se esperaba 6" in done.stdout
    assert "Reconocido: adds_two - suma dos" in done.stdout


def test_another_file_is_graded_with_submission(course: Course, tmp_path: Path) -> None:
    other = tmp_path / "of_ana.py"
    other.write_text(ANSWER)
    done = course.run("pytest", "exercises/90", "--submission", str(other))
    assert done.returncode == 0
    assert "20/20 points" in done.stdout


def test_quiet_shows_the_score_and_the_first_failure(course: Course) -> None:
    course.write(ADDS_TWO)
    done = course.run("pytest", "exercises/90", "-q")
    assert "4/20 points" in done.stdout
    assert "✘ 90.1" in done.stdout
    assert "90.2" not in done.stdout


def test_k_runs_some_checks_and_says_so(course: Course) -> None:
    course.write(ANSWER)
    for chosen in ("small_number", "90.1"):
        done = course.run("pytest", "exercises/90", "-k", chosen)
        assert done.returncode == 0
        assert "8/8 points" in done.stdout
    assert "checks run: 1 of 3" in done.stdout


def test_k_that_chooses_nothing_is_told_what_there_is(course: Course) -> None:
    said = {"en": "No check fits that choice. There are: 90.1, 90.2, 90.3.", "es": "Hay estas: 90.1, 90.2, 90.3."}
    for language, words in said.items():
        assert words in course.run("pytest", "exercises/90", "-k", "nosuch", language=language).stdout


def test_x_stops_at_the_first_failure(course: Course) -> None:
    course.write(NO_TEXT_CHECK.replace("x + x", "0.0"))
    done = course.run("pytest", "exercises/90", "-x")
    assert done.returncode == 1
    assert "1 failed" in done.stdout
    assert "90.2" not in done.stdout


def test_one_check_runs_by_its_node_id(course: Course) -> None:
    """As an editor's test explorer calls pytest."""
    course.write(ANSWER)
    done = course.run("pytest", "exercises/90_double/test_double.py::test_a_small_number[2.0]", "-v")
    assert done.returncode == 0
    assert "1 passed" in done.stdout


def test_collecting_starts_no_worker_and_lists_node_ids(course: Course) -> None:
    done = course.run("pytest", "exercises", "--collect-only", "-q")
    assert done.returncode == 0
    assert "exercises/90_double/test_double.py::test_a_small_number[2.0]" in done.stdout
    assert "solutions/90_double/test_double_hidden.py::test_text" in done.stdout
    assert "points" not in done.stdout


def test_junit_xml_says_what_the_terminal_says(course: Course, tmp_path: Path) -> None:
    """A failure carries the learner's message; a waiting check is skipped."""
    course.write(ADDS_TWO)
    course.run("pytest", "exercises/90", "--junitxml", str(tmp_path / "out.xml"))
    cases = {case.get("name"): case for case in ElementTree.parse(tmp_path / "out.xml").iter("testcase")}
    failure = cases["test_a_small_number[3.0]"].find("failure")
    assert failure is not None
    assert "got 5, expected 6" in (failure.text or "")
    assert cases["test_text"].find("skipped") is not None


def test_in_process_breakpoint_and_pdb_reach_the_learners_code(course: Course) -> None:
    """--pdb opens at the learner's own line, with the learner's variables."""
    course.write("def double(x):\n    secret = 41\n    return secret / 0\n")
    done = course.run("pytest", "exercises/90", "--pdb", "--in-process", "-x", "-k", "small_number")
    assert "return secret / 0" in done.stdout
    assert "ZeroDivisionError" in done.stdout


def test_in_process_gives_the_same_score(course: Course) -> None:
    course.write(ADDS_TWO)
    done = course.run("pytest", "exercises/90", "--in-process")
    assert "4/20 points" in done.stdout
    assert "got 5, expected 6" in done.stdout


def test_submission_with_several_exercises_is_a_sentence(course: Course) -> None:
    for folder in ("exercises", "solutions"):
        (course.root / folder / "90_double").rename(course.root / folder / "91_double")
    copy_to(course.root / "again")
    for folder in ("exercises", "solutions"):
        (course.root / "again" / "course" / folder / "90_double").rename(course.root / folder / "90_double")
    done = course.run("pytest", "exercises", "--submission", "exercises/90_double/double.py")
    assert done.returncode == 4
    assert "--submission goes with one exercise" in done.stdout + done.stderr


def test_prints_of_a_visible_check_are_shown_on_demand(course: Course) -> None:
    """pytest's own way to see output: -rA or --tb=short with the captured section."""
    course.write("def double(x):\n    print('seen', x)\n    return 0.0\n")
    done = course.run("pytest", "exercises/90", "--tb=short", "-k", "small_number")
    assert "seen 2.0" in done.stdout


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("", "double.py does not define `double`"),
        ("def double(x:\n    return x\n", "Python cannot read the file"),
        ("def double(x):\n    while True:\n        pass\n", "no answer within 2 s"),
        ("while True:\n    pass\n", "no answer within 2 s"),
        ("def double(x):\n    return input()\n", "EOFError"),
        ("def double(x):\n    print('x' * 1_000_000)\n    return 0.0\n", "got 0, expected 4"),
        ("import os\n\n\ndef double(x):\n    os._exit(0)\n", "left with exit code 0"),
        ("import torch\n", "here it may not be used"),
        ("def double(x):\n    return [1.0] * 10**10\n", "more memory"),
        ("\ufeffdef double(x):\n    return 'text'\n", "the type is str, expected float"),
    ],
    ids=["empty", "syntax", "loop", "loop at import", "input", "1 MB", "exit", "forbidden", "memory", "BOM"],
)
def test_odd_files_get_a_message_that_a_beginner_understands(course: Course, code: str, words: str) -> None:
    course.write(code)
    done = course.run("pytest", "exercises/90")
    assert done.returncode == 1
    assert words in done.stdout
    assert "Traceback" not in done.stdout


def test_a_file_in_another_encoding_is_an_error_of_reading(course: Course) -> None:
    (course.exercise / "double.py").write_bytes("def double(x):\n    return 'año'\n".encode("latin-1"))
    done = course.run("pytest", "exercises/90")
    assert "Python cannot read the file: it is not in UTF-8" in done.stdout


def test_a_missing_file_is_named(course: Course) -> None:
    (course.exercise / "double.py").unlink()
    done = course.run("pytest", "exercises/90")
    assert done.returncode == 1
    assert "there is no file double.py" in done.stdout


def test_a_fault_of_a_check_is_broken_and_costs_nothing(course: Course) -> None:
    """No score is shown, and the message says whose fault it is."""
    file = course.solutions / "test_double_hidden.py"
    file.write_text(file.read_text().replace("    x = rng.normal(size=(3, 2))\n", "    x = rng.nothing_like_this()\n"))
    course.write(ANSWER)
    done = course.run("pytest", "exercises/90")
    assert done.returncode == 1
    assert "no score" in done.stdout
    assert "the grader is at fault here, not your code" in done.stdout


EDITORS_PLUGIN = """\
import json, os
def pytest_collection_finish(session):
    with open(os.environ["FOUND"], "w") as file:
        json.dump([[item.nodeid, os.fspath(item.path)] for item in session.items], file)
"""


def test_an_editor_runs_checks_from_a_folder_of_its_own(course: Course, tmp_path: Path) -> None:
    """As VS Code: a plugin of its own (`-p`), `--rootdir`, absolute paths; it collects, then runs one id or some."""
    course.write(ANSWER)
    elsewhere, found = tmp_path / "elsewhere", tmp_path / "found.json"
    elsewhere.mkdir()
    (elsewhere / "editors_plugin.py").write_text(EDITORS_PLUGIN)
    file = course.exercise / "test_double.py"
    hidden = course.solutions / "test_double_hidden.py"

    def pytest_says(*line: str) -> tuple[int, str, list[str]]:
        variables = {"KATA_LANG": "en", "XDG_CACHE_HOME": str(course.home), "COLUMNS": "120"}
        variables |= {"PYTHONPATH": str(elsewhere), "FOUND": str(found)}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "editors_plugin", f"--rootdir={course.root}", *line],
            cwd=elsewhere, env={**os.environ, **variables}, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        ids = json.loads(found.read_text())
        assert all(path in (str(file), str(hidden)) for _, path in ids)
        return done.returncode, done.stdout, [id for id, _ in ids]

    small = "exercises/90_double/test_double.py::test_a_small_number"
    others = "solutions/90_double/test_double_hidden.py::test_every_element"
    code, said, ids = pytest_says("--collect-only", "-q", str(course.root))
    assert (code, "4 tests collected" in said) == (0, True)
    assert ids[:3] == [f"{small}[2.0]", f"{small}[3.0]", others]
    code, said, ids = pytest_says(f"{course.root}/{small}[3.0]")
    assert (code, ids) == (0, [f"{small}[3.0]"])
    assert "1 passed" in said and "checks run: 1 of 3" in said
    code, said, ids = pytest_says(f"{course.root}/{small}", f"{course.root}/{others}")
    assert (code, len(ids)) == (0, 3)
    assert "3 passed" in said


def test_a_file_that_cannot_be_taken_is_said_by_each_check(course: Course) -> None:
    """A folder in its place: to an editor, which shows the report of one check, and in the terminal."""
    (course.exercise / "double.py").unlink()
    (course.exercise / "double.py").mkdir()
    done = course.run("pytest", "exercises/90", "--junitxml=one.xml", language="es")
    said = "double.py no se puede evaluar: double.py es una carpeta; entrega el archivo mismo"
    assert said in done.stdout
    assert "errors" not in done.stdout
    told = [case.findtext("failure", "") for case in ElementTree.parse(course.root / "one.xml").iter("testcase")]
    assert told and all(said in text for text in told)


def test_a_learners_damaged_check_file_is_a_sentence(course: Course) -> None:
    """Also beside other tests, and where an editor asks for one check; an author sees Python's own words."""
    original = course.exercise / ".original"
    original.mkdir()
    file = course.exercise / "test_double.py"
    file.write_text("def (:\n")
    assert "SyntaxError" in course.run("pytest", "exercises").stdout
    course.solutions.rename(course.root / "elsewhere")
    said = "Ese archivo venía con el curso; para tenerlo de nuevo: git checkout exercises/90_double/test_double.py"
    for line in (["exercises/90"], ["exercises"], [f"{file}::test_a_small_number"]):
        done = course.run("pytest", *line, language="es")
        assert said in done.stdout, done.stdout
        assert "in exec_module" not in done.stdout
    file.unlink()
    done = course.run("pytest", f"{file}::test_a_small_number", language="es")
    assert "test_double.py no tiene ninguna comprobación, o ya no está." in done.stderr
