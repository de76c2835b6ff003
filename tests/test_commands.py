"""The `kata` commands as people use them: what they print, what they write, how they end."""

from __future__ import annotations

import csv
import importlib
import json
import os
import re
from pathlib import Path

import click
import jsonschema
import pytest
from click.testing import CliRunner

import grader.reports
from grader import catalog
from grader.cli import COMMANDS
from grader.errors import KataError
from tests.course_copy import Course, copy_to
from tests.test_plugin import ADDS_TWO, ANSWER

SCHEMA = json.loads(Path(grader.reports.__file__).with_name("attempt.schema.json").read_text())


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return copy_to(tmp_path)


def test_help_gives_an_example_in_both_languages(course: Course) -> None:
    """Each command's --help ends with an example, in the learner's language."""
    names = ("list", "check", "trace", "show", "hint", "solution", "reset", "doctor", "grade", "report", "export", "autograder")
    for name in (*names, "release", "update", "seal", "watch"):
        assert "Example: kata " + name in course.run("kata", name, "--help").stdout
        assert "Ejemplo: kata " + name in course.run("kata", name, "--help", language="es").stdout


ENGLISH_OF_CLICK = re.compile(r"Usage|Options|Commands|COMMAND|ARGS|Show th|required|\\b(DIR|FILE|LEVEL|TEXT)\\b")


def test_the_frame_of_a_help_is_in_the_learners_language(course: Course) -> None:
    """Headings, placeholders and click's own options of every command, and of the commands below it."""
    whole = course.run("kata", "--help", language="es").stdout
    assert whole.startswith("Uso: kata [OPCIONES] [ORDEN] [ARGUMENTOS]...\n")
    assert "\nOpciones:\n  --version   Muestra la versión.\n" in whole
    assert "\nÓrdenes:\n  watch     Corrige tu archivo cada vez que lo guardas\n" in whole
    assert "\nÓrdenes para quien enseña:\n  grade " in whole
    runner = CliRunner(env={"KATA_LANG": "es"})
    for name in COMMANDS:
        found = importlib.import_module(f"grader.cli.{name}").command
        below = found.commands if isinstance(found, click.Group) and name != "dev" else {}  # authors read English
        ways = [[], *([one] for one in below)]
        for way in ways:
            said = runner.invoke(found, [*way, "--help"]).stdout
            assert not ENGLISH_OF_CLICK.search(said), said
            assert "Uso: " in said and "Muestra esta ayuda." in said
    release = runner.invoke(importlib.import_module("grader.cli.release").command, ["--help"]).stdout
    assert "--out CARPETA " in release and "[obligatoria]" in release
    assert "--out DIR " in course.run("kata", "release", "--help").stdout
    assert course.run("kata", "--version", language="es").stdout == f"kata {grader.__version__}\n"


def test_check_ends_with_0_when_all_pass_and_1_otherwise(course: Course) -> None:
    course.write(ANSWER)
    assert course.run("kata", "check", "90").returncode == 0
    course.write(ADDS_TWO)
    done = course.run("kata", "check", "90")
    assert done.returncode == 1
    assert "Recognised: adds_two" in done.stdout


def test_wrong_use_ends_with_2_and_a_sentence(course: Course) -> None:
    for line in (["check", "77"], ["nothing"], ["hint", "90", "9"], ["grade", "nowhere", "--out", "x"]):
        done = course.run("kata", *line)
        assert done.returncode == 2, line
        assert "Traceback" not in done.stderr
        assert done.stderr


@pytest.mark.parametrize(
    ("line", "language", "said"),
    [
        (["check"], "en", "kata: NN is missing. Example: kata check 03"),
        (["hint"], "es", "kata: Falta NN. Ejemplo: kata hint 03"),
        (["grade", "in"], "es", "kata: Falta --out. Ejemplo: kata grade"),
        (["chek", "03"], "en", "kata: There is no command `chek`. Did you mean: kata check\n"),
        (["chek", "03"], "es", "kata: No existe la orden `chek`. ¿Querías decir esta? kata check\n"),
        (["03"], "en", "kata: There is no command `03`. Did you mean: kata check 03\n"),
        (["help"], "en", "kata: There is no command `help`. Did you mean: kata --help\n"),
        (["next"], "en", "kata: There is no command `next`. Did you mean: kata list\n"),
        (["text"], "en", "kata: There is no command `text`. All of them: kata --help\n"),
        (["xyz"], "en", "kata: There is no command `xyz`. All of them: kata --help\n"),
        (["hint", "90", "x"], "en", "kata: [LEVEL] has to be a whole number. Example: kata hint 03\n"),
        (["hint", "90", "x"], "es", "kata: [NIVEL] tiene que ser un número entero. Ejemplo: kata hint 03\n"),
        (["check", "90", "--all"], "es", "kata: No existe la opción --all. Todas: kata check --help"),
        (["check", "90", "91"], "es", "kata: Sobra algo en esta orden. Ejemplo: kata check 03"),
        (["check", "90", "--submission"], "es", "kata: A --submission le falta su valor, que va detrás.\n"),
        (["reset", "90", "--yes=no"], "es", "kata: --yes no lleva ningún valor.\n"),
        (["reset", "90", "--yes=no"], "en", "kata: --yes takes no value.\n"),
        (["grade", "in", "--out", "x", "--jobs", "0"], "es", "kata: --jobs tiene que ser un número entero, 1 o más. Ejemplo: "),
        (["grade", "in", "--out", "x", "--deadline", "-1"], "es", "kata: --deadline tiene que ser un número, 0 o más. Ejemplo: "),
        (["export", "in", "--out", "x", "--format", "pdf"], "es", "kata: --format tiene que ser una de estas palabras: "),
        (["nbgrader", "autograde", "nowhere", "ps1"], "es", "kata: El valor de CURSO no sirve aquí. Ejemplo: "),
        (["actions", "nothing"], "es", "kata: kata actions no tiene la orden `nothing`. Todas: kata actions --help\n"),
    ],
)
def test_wrong_use_is_answered_in_the_learners_language(course: Course, line: list[str], language: str, said: str) -> None:
    done = course.run("kata", *line, language=language)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(said)


def test_outside_a_course_the_installed_one_is_used_or_named(course: Course) -> None:
    done = course.run("kata", "list")
    assert "90  Twice as much" in done.stdout
    assert "to begin" in done.stdout


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_list_stays_in_columns_with_a_long_title(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the course itself, whose longest title is longer than most: what comes after the titles begins in one column."""
    monkeypatch.chdir(Path(__file__).parent.parent)
    monkeypatch.setenv("KATA_LANG", language)
    titles = [exercise.title[language] for exercise in catalog.all_exercises(Path.cwd())]
    lines = CliRunner().invoke(importlib.import_module("grader.cli.list").command).stdout.splitlines()
    width = max(48, *map(len, titles))
    assert all(line[8:].startswith(f"{title:{width}} ") for line, title in zip(lines, titles, strict=False))
    assert len(lines) > len(titles)


def test_a_file_that_python_cannot_read_takes_no_hint(course: Course) -> None:
    course.write("def double(x:\n    return 2 * x\n")
    done = course.run("kata", "hint", "90", language="es")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "kata: Python no puede leer double.py; las pistas vienen después. Mira la línea con: kata check 90\n"
    course.write(ADDS_TWO)
    assert "kata hint 90" in course.run("kata", "check", "90").stdout


def test_hints_come_one_by_one(course: Course) -> None:
    assert course.run("kata", "hint", "90").stdout == "What is twice three?\nMore: kata hint 90 2\n"
    assert course.run("kata", "hint", "90", "3", language="es").stdout == "Por dos.\n"


def test_the_solution_opens_after_passing_or_on_demand(course: Course) -> None:
    closed = course.run("kata", "solution", "90")
    assert closed.returncode == 2
    assert "return 2 * x" not in closed.stdout + closed.stderr
    assert "return 2 * x" in course.run("kata", "solution", "90", "--spoil").stdout
    course.write(ANSWER)
    assert "return 2 * x" in course.run("kata", "solution", "90").stdout


def test_reset_asks_and_keeps_a_backup(course: Course) -> None:
    """Without a yes nothing changes; with it, the learner's file is kept beside the original."""
    course.write(ANSWER)
    refused = course.run("kata", "reset", "90")  # no answer on standard input
    assert refused.returncode != 0
    assert (course.exercise / "double.py").read_text() == ANSWER
    course.run("kata", "reset", "90", "--yes")
    assert "raise NotImplementedError" in (course.exercise / "double.py").read_text()
    backups = list(course.exercise.glob("double.*.backup"))
    assert [backup.read_text() for backup in backups] == [ANSWER]


def test_reset_puts_a_file_back_that_is_gone_without_asking(course: Course) -> None:
    (course.exercise / "double.py").unlink()
    done = course.run("kata", "reset", "90")
    assert (done.returncode, done.stdout) == (0, "double.py is there again, as it was given out.\n")
    assert "raise NotImplementedError" in (course.exercise / "double.py").read_text()
    assert not list(course.exercise.glob("*.backup"))


def test_where_the_original_cannot_be_put_back_a_sentence_says_why(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder in its place, a folder that is closed: nobody's fault of ours, and nothing is lost."""
    from grader.cli.reset import command
    from grader.course import stub

    monkeypatch.chdir(course.root)
    monkeypatch.setenv("KATA_LANG", "es")
    course.write(ANSWER)

    def refuse(exercise: object, text: str) -> bool:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as closed:
        closed.setattr(stub, "write", refuse)
        problem = CliRunner().invoke(command, ["90", "--yes"]).exception
        assert isinstance(problem, KataError)
        assert str(problem).startswith("No se puede escribir double.py en su carpeta (Permission denied); ")
    assert (course.exercise / "double.py").read_text() == ANSWER
    (course.exercise / "double.py").unlink()
    (course.exercise / "double.py").mkdir()
    problem = CliRunner().invoke(command, ["90", "--yes"]).exception
    assert isinstance(problem, KataError)
    assert str(problem).startswith("double.py es una carpeta. Bórrala o dale otro nombre")


def test_check_shows_what_the_code_printed_and_what_helps_next(course: Course) -> None:
    """As pytest does."""
    course.write(ADDS_TWO.replace("    return", "    print('x is', x)\n    return"))
    said = course.run("kata", "check", "90").stdout
    assert said.endswith(
        "  What the code printed in 90.1:\n    x is 3.0\n  Your values beside the reference's: kata trace 90 90.1\n"
    )


def test_doctor_names_every_layer(course: Course) -> None:
    done = course.run("kata", "doctor")
    assert done.returncode == 0
    for word in ("Python 3.", "numpy", "torch", "bubblewrap", "landlock", "seccomp", "limits", "capabilities"):
        assert word in done.stdout


def _class(course: Course) -> Path:
    """Four students in the three layouts, one of them with nothing."""
    folder = course.root / "handed in"
    for student, place, code in (
        ("ana", "90_double/double.py", ANSWER),
        ("björn", "double.py", ADDS_TWO),
        ("=carla", "exercises/90_double/double.py", "while True: pass"),
        ("dan", "notes.txt", "later"),
    ):
        file = folder / student / place
        file.parent.mkdir(parents=True)
        file.write_text(code)
    return folder


def test_grade_writes_a_row_and_a_valid_json_for_everybody(course: Course) -> None:
    """Whatever is handed in, each student has a row, and each result fits the published schema."""
    done = course.run("kata", "grade", str(_class(course)), "--out", "out", "--seed", "s")
    assert done.returncode == 0, done.stderr
    rows = {row["student"]: row for row in csv.DictReader((course.root / "out" / "scores.csv").open(encoding="utf-8"))}
    facts = {name: (row["score"], row["outcome"], row["passed"], row["failed"]) for name, row in rows.items()}
    assert facts == {
        "ana": ("20", "passed", "3", "0"),
        "björn": ("4", "failed", "0", "3"),
        "'=carla": ("0", "timeout", "0", "3"),
        "dan": ("0", "missing", "0", "3"),
    }
    results = sorted((course.root / "out" / "results").glob("*/90_double.json"))
    assert len(results) == 4
    for file in results:
        jsonschema.validate(json.loads(file.read_text()), SCHEMA)
    bjorn = json.loads((course.root / "out" / "results" / "björn" / "90_double.json").read_text())
    assert bjorn["checks"][0]["misconception"]["id"] == "adds_two"
    assert bjorn["seed"] == "s"


def test_the_same_seed_gives_the_same_results(course: Course) -> None:
    """Two runs differ in nothing but the seconds."""
    folder = str(_class(course))
    seen = []
    for out in ("one", "two"):
        course.run("kata", "grade", folder, "--out", out, "--seed", "s")
        text = (course.root / out / "results" / "björn" / "90_double.json").read_text()
        seen.append(json.loads(text, parse_float=lambda _: None))
    assert seen[0] == seen[1]


def test_a_broken_check_leaves_the_score_empty_and_is_counted(course: Course) -> None:
    file = course.solutions / "test_double_hidden.py"
    file.write_text(file.read_text().replace("rng.normal(size=(3, 2))", "rng.nothing_like_this()"))
    done = course.run("kata", "grade", str(_class(course)), "--out", "out")
    rows = {row["student"]: row for row in csv.DictReader((course.root / "out" / "scores.csv").open(encoding="utf-8"))}
    assert rows["ana"]["score"] == ""
    assert rows["ana"]["outcome"] == "broken"
    assert "that is the grader's fault" in done.stdout


def test_author_commands_keep_the_stub_in_step(course: Course) -> None:
    course.write("something else\n")
    assert "out of step" in course.run("kata", "dev", "check", "90").stderr
    assert "stub written" in course.run("kata", "dev", "sync", "90").stdout
    assert "in step" in course.run("kata", "dev", "sync", "90").stdout


def test_a_new_exercise_holds_together_and_the_proof_says_what_is_missing(course: Course) -> None:
    """Its answer passes, its stub is quiet; missing are alternatives and mistakes, which only an author can write."""
    assert course.run("kata", "dev", "new", "29_layer_norm").returncode == 0
    course.run("kata", "dev", "sync", "29")
    proof = course.run("kata", "dev", "check", "29")
    told, faults = (
        [line for line in proof.stderr.splitlines() if line.startswith("  ") == indented] for indented in (False, True)
    )
    tried = ["stub:", *["layer_norm:"] * 3, *["alternative/a_sum:"] * 3, "learned", "mistake/adds_one:"]
    assert [line.split()[1] for line in told] == tried, "right answers on three seeds"
    assert faults == [
        "  29_layer_norm: 1 alternatives; write at least 3",
        "  29_layer_norm: 1 mistakes; write at least 6",
    ]
    assert "number 29 is taken by 29_layer_norm" in course.run("kata", "dev", "new", "29_other").stderr
    assert course.run("kata", "dev", "new", "Nonsense").returncode == 2


@pytest.mark.parametrize(("language", "yes", "asked"), [("en", "y", "[y/N]"), ("es", "s", "[s/N]"), ("es", "sí", "[s/N]")])
def test_reset_asks_and_is_answered_in_the_learners_language(
    course: Course, monkeypatch: pytest.MonkeyPatch, language: str, yes: str, asked: str
) -> None:
    """Anything but a yes leaves the file as it is."""
    from grader.cli.reset import command

    monkeypatch.chdir(course.root)
    monkeypatch.setenv("KATA_LANG", language)
    stub = (course.exercise / "double.py").read_text("utf-8")
    course.write(ANSWER)
    for answer in ("\n", "no\n", "x\n"):
        done = CliRunner().invoke(command, ["90"], input=answer)
        assert asked in done.output
        assert (course.exercise / "double.py").read_text("utf-8") == ANSWER
    assert CliRunner().invoke(command, ["90"], input=f"{yes}\n").exit_code == 0
    assert (course.exercise / "double.py").read_text("utf-8") == stub


def test_folder_names_that_are_no_text_are_graded_like_others(course: Course) -> None:
    """Two names that look the same when cleaned keep a result each."""
    for raw in (b"ana\xff", b"ana\xfe", "a\u202eb".encode()):
        folder = course.root.joinpath("in", os.fsdecode(raw), "90_double")
        folder.mkdir(parents=True)
        (folder / "double.py").write_text(ANSWER)
    done = course.run("kata", "grade", "in", "--out", "out")
    assert done.returncode == 0, done.stderr
    assert len(list((course.root / "out" / "results").glob("*/90_double.json"))) == 3
    assert (course.root / "out" / "scores.csv").read_text("utf-8").count(",20,20,passed,") == 3


def test_what_is_no_regular_file_is_missing_with_the_reason(course: Course, tmp_path: Path) -> None:
    """A link is never followed, a folder or a pipe never opened; the others are graded."""
    secret = tmp_path / "secret.py"
    secret.write_text(ANSWER)
    for student in ("link", "folder", "pipe", "large", "right"):
        (course.root / "in" / student).mkdir(parents=True)
    (course.root / "in" / "link" / "double.py").symlink_to(secret)
    (course.root / "in" / "folder" / "double.py").mkdir()
    os.mkfifo(course.root / "in" / "pipe" / "double.py")
    (course.root / "in" / "large" / "double.py").write_text("#" * (2 << 20))
    (course.root / "in" / "right" / "double.py").write_text(ANSWER)
    course.run("kata", "grade", "in", "--out", "out")
    rows = {row["student"]: row["outcome"] for row in csv.DictReader((course.root / "out" / "scores.csv").open())}
    assert rows == {"link": "missing", "folder": "missing", "pipe": "missing", "large": "missing", "right": "passed"}
    result = json.loads((course.root / "out" / "results" / "link" / "90_double.json").read_text())
    assert "hand in the file itself" in result["checks"][0]["message"]
