"""The class in a terminal: no exercise is lost, however narrow the terminal, however many exercises and long their outcomes."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.model import Attempt
from grader.reports.class_table import print_class
from tests.reports.small_class import attempt, check

NUMBERS = [f"{n:02}" for n in range(1, 13)]
NOT_ATTEMPTED = {"en": ["not", "attempted"], "es": ["sin", "empezar"]}
TIMEOUT = {"en": ["timeout"], "es": ["tiempo", "agotado"]}


def printed(attempts: list[Attempt], capsys: pytest.CaptureFixture[str], columns: int) -> list[str]:
    """The tables' lines, with nothing after them but the count and the places."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(columns))
        print_class(attempts, Path("out"))
    lines = capsys.readouterr().out.splitlines()
    end = next(i for i, line in enumerate(lines) if line.startswith(f"{len(attempts)} result"))
    return lines[:end]


def tables(lines: list[str]) -> list[list[str]]:
    """Tables are parted by an empty line."""
    return [block.split("\n") for block in "\n".join(line.rstrip() for line in lines).split("\n\n")]


def begun_and_not(exercises: list[str]) -> list[Attempt]:
    return [
        attempt(student, check("90.1", outcome, 10 if outcome == "passed" else 0), exercise=f"{number}_toy")
        for student, outcome in (("ana", "passed"), ("benito", "not_attempted"))
        for number in exercises
    ]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("columns", [40, 80, 132, 300])
def test_every_exercise_has_its_column(
    language: str, columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Twelve exercises, and a student who has begun none of them: what does not fit is in a second table."""
    monkeypatch.setenv("KATA_LANG", language)
    lines = printed(begun_and_not(NUMBERS), capsys, columns)
    assert max(map(len, lines)) <= columns
    made = tables(lines)
    assert [number for table in made for number in table[0].split()[1:]] == NUMBERS
    assert len(made) == {"en": {40: 6, 80: 2, 132: 2, 300: 1}, "es": {40: 4, 80: 2, 132: 1, 300: 1}}[language][columns]
    for table in made:
        exercises = len(table[0].split()) - 1
        assert table[1].split() == ["ana", *["10"] * exercises]
        words = " ".join(table[2:]).split()
        assert words[0] == "benito" and sorted(words[1:]) == sorted(["0", *NOT_ATTEMPTED[language]] * exercises)


def test_what_fits_on_a_line_is_not_broken(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("KATA_LANG", "en")
    assert tables(printed(begun_and_not(["01", "02"]), capsys, 80)) == [
        [
            "student                    01               02",
            "ana                        10               10",
            "benito        0 not attempted  0 not attempted",
        ]
    ]


def test_a_terminal_narrower_than_a_column_shows_it_all_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The lines are longer than it then."""
    monkeypatch.setenv("KATA_LANG", "en")
    words = [[line.split() for line in table] for table in tables(printed(begun_and_not(["01", "02"]), capsys, 20))]
    assert words == [
        [["student", number], ["ana", "10"], ["benito", "0", "not"], ["attempted"]] for number in ("01", "02")
    ]


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_long_name_takes_no_exercise_away(
    language: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is folded, whole, within its own column, and no word of an outcome is cut."""
    monkeypatch.setenv("KATA_LANG", language)
    name = "maria-del-carmen-fernandez-de-la-vega-y-castellanos-2026"
    class_ = [attempt(name, check("90.1", "timeout", 0), exercise=f"{number}_toy") for number in NUMBERS]
    made = tables(printed(class_, capsys, 80))
    assert [number for table in made for number in table[0].split()[1:]] == NUMBERS
    for table in made:
        exercises = len(table[0].split()) - 1
        names = len(table[0]) - exercises * len("  timeout")  # the width of the first column
        assert "".join(line[:names].strip() for line in table[1:]) == name
        rest = " ".join(line[names:] for line in table[1:]).split()
        assert sorted(rest) == sorted(["0", *TIMEOUT[language]] * exercises)


def test_an_exercise_that_a_student_does_not_have_leaves_its_cell_empty(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KATA_LANG", "en")
    both = [
        attempt("ana", check("90.1", "passed", 10), exercise="02_toy"),
        attempt("benito", check("90.1", "failed", 2.5), exercise="01_toy"),
    ]
    assert tables(printed(both, capsys, 80)) == [
        ["student        01  02", "ana                10", "benito        2.5"]
    ]
