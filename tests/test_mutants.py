"""The mutation tool: what it changes, what it leaves alone, and what it says about survivors."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from grader import catalog

HERE = Path(__file__).parent
mutation = catalog.import_file(HERE / "mutation.py", "mutation")  # mutants.py imports it by this name
mutants = catalog.import_file(HERE / "mutants.py", "mutants")


def changes(source: str) -> set[str]:
    return {mutant.key[1] for mutant in mutation.mutants_of(source.encode())}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a = b + c", {"a = b - c", "pass"}),
        ("a = (b) * (c)", {"a = (b) / (c)"}),
        ("a = b ** c", {"a = b * c"}),
        ("a = b is  not None", {"a = b is None"}),
        ("a = b < c", {"a = b <= c", "a = b >= c"}),
        ("a = b and c and d", {"a = b or c and d", "a = b and c or d"}),
        ("a = 5", {"a = 6", "a = 4", "a = 0", "a = -5"}),
        ("a = True", {"a = False"}),
        ("a = not b", {"a = (b)"}),
        ("a += b", {"a -= b", "a = b", "a = a + (b)"}),
        ("f(a, b, axis=c)", {"f(b, a, axis=c)", "f(a, axis=c)", "f(a, b)"}),
        ("a = b.copy()", {"a = b"}),
        ("a = list(b)", {"a = (b)"}),
        ("a = b[c:d]", {"a = b[:d]", "a = b[c:]", "a = b[c:(d) - 1]"}),
        ("a = range(n)", {"a = range((n) + 1)", "a = range((n) - 1)"}),
        ("a = b.T", {"a = b"}),
        ("a = np.maximum(b, c)", {"a = np.minimum(b, c)"}),
        ("a = b['key']", {"a = b['other key']"}),
        ("if a: b()", {"if True: b()", "if False: b()", "if not (a): b()", "if a: pass"}),
        ("def f():\n    return a", {"return None", "pass"}),
        ("for a in b:\n    break", {"continue", "pass"}),
        ("raise ValueError(1 + 1)", {"raise TypeError(1 + 1)", "pass"}),
        ("def f(a=None): return a", {"def f(a=0): return a"}),
        ("@d\ndef f(): return a", {""}),
    ],
)
def test_each_operator_makes_its_mutants(source: str, expected: set[str]) -> None:
    assert expected <= changes(source)


LEFT_ALONE = [
    '"""Text 1."""',
    "import a",
    "raise f(1 + 1)",
    "def f(a: 'b[1]') -> 'c[2]': ...",
    'f(f"{a + 1}")',
    "A: TypeAlias = B[1]",
]


@pytest.mark.parametrize("source", LEFT_ALONE)
def test_texts_annotations_and_imports_are_left_alone(source: str) -> None:
    """What is left is at most the statement's own deletion, or another class in a raise."""
    assert changes(source) <= {"pass", "def f(a: 'b[1]') -> 'c[2]': pass", '(f"{a + 1}")', "raise ValueError(1 + 1)"}


def test_mutants_are_python_differ_and_come_in_the_same_order() -> None:
    source = (HERE / "toy_course/solutions/90_double/double.py").read_bytes()
    found = mutation.mutants_of(source)
    assert found == mutation.mutants_of(source)
    assert len({mutant.content for mutant in found}) == len({mutant.key for mutant in found}) == len(found)
    assert source not in {mutant.content for mutant in found}


def test_the_same_change_of_equal_lines_gets_a_number() -> None:
    assert {"a = b - c", "a = b - c # 2"} == {change for change in changes("a = b + c\na = b + c") if "-" in change}


@pytest.fixture
def holed(toy_root: Path, tmp_path: Path) -> Path:
    """The toy course without the check that an argument's text is refused."""
    root = Path(copytree(toy_root, tmp_path / "course"))
    hidden = root / "solutions/90_double/test_double_hidden.py"
    hidden.write_text(hidden.read_text("utf-8").partition("@points(4")[0], "utf-8")
    return root


@pytest.fixture
def told(source: Any, cache: Any) -> Any:
    """(is nothing left to do, what the tool says) of the exercise in a course."""

    def run(root: Path) -> tuple[bool, str]:
        lines: list[str] = []
        done = mutants.report(catalog.resolve(root, "90"), source, cache, "seed", None, lines.append)
        return done, "\n".join(lines)

    return run


def test_a_complete_exercise_has_no_survivor(toy_root: Path, told: Any) -> None:
    done, text = told(toy_root)
    assert done, text
    assert "14 of 14 mutants, 14 killed" in text


def test_an_answer_that_is_wrong_itself_ends_it(holed: Path, told: Any) -> None:
    answer = holed / "solutions/90_double/double.py"
    answer.write_text(answer.read_text("utf-8").replace("2 * x", "3 * x"), "utf-8")
    assert told(holed) == (False, "90_double: the answer itself is `failed` in 90.1")


def test_a_hole_is_shown_and_listing_the_survivors_closes_it(holed: Path, told: Any) -> None:
    done, text = told(holed)
    rows = [line.strip() for line in text.splitlines() if line.strip().startswith("|")]
    assert not done
    assert '| `raise TypeError(f"x is a text: {x!r}")` | `pass` |  |' in rows
    table = holed / "solutions/90_double/EQUIVALENT_MUTANTS.md"
    table.write_text("\n".join(row[:-1] + "nobody looks |" for row in rows), "utf-8")
    assert told(holed)[0]


def test_a_timeout_is_believed_at_the_exercise_s_own_deadline_only(
    holed: Path, told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However short the first deadline is, what survives does: nothing counts as killed because the machine was slow."""
    expected = told(holed)
    monkeypatch.setattr(mutants, "PATIENCE", 1e-4)
    assert told(holed) == expected


def test_entries_without_a_reason_or_a_survivor_are_reported(holed: Path, told: Any) -> None:
    table = holed / "solutions/90_double/EQUIVALENT_MUTANTS.md"
    rows = ['| `raise TypeError(f"x is a text: {x!r}")` | `pass` |  |', "| `return 2 * x` | `return 2 / x` | why |"]
    table.write_text("\n".join(rows), "utf-8")
    done, text = told(holed)
    assert not done
    assert "double.py:8 survives\n  | `raise TypeError" in text
    assert "lists what does not survive:\n  | `return 2 * x` | `return 2 / x` |" in text
