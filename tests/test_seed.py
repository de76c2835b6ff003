"""Every trap of the lesson's own code is taught where docs/seed.md says, by a mistake whose message says it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TABLE = (ROOT / "docs" / "seed.md").read_text("utf-8")
MISTAKES = re.findall(r"^\|.*\| (\d\d) `(\w+)`(?:: (.*))? \|$", TABLE, re.M)
READMES = re.findall(r"^\|.*\| (\d\d) README `([^`]+)` \|$", TABLE, re.M)


def folder_of(number: str, part: str) -> Path:
    found = list((ROOT / part).glob(f"{number}_*"))
    assert len(found) == 1
    return found[0]


def test_every_row_names_a_mistake_or_a_readme() -> None:
    """Else a row that the other tests do not understand would be tested by none."""
    rows = [line for line in TABLE.splitlines() if line.startswith("|")][2:]
    assert len(rows) == len(MISTAKES) + len(READMES)


@pytest.mark.parametrize(("number", "mistake", "message"), MISTAKES)
def test_a_traps_mistake_is_rejected_and_says_what_is_wrong(number: str, mistake: str, message: str) -> None:
    """The file is there, so `kata dev check` proves that it is recognised; the learner reads this in two languages."""
    exercise = folder_of(number, "exercises")
    solutions = folder_of(number, "solutions")
    assert (solutions / "mistakes" / f"{mistake}.py").is_file()
    texts = tomllib.loads((exercise / "exercise.toml").read_text("utf-8"))["misconceptions"][mistake]
    assert not message or texts["title"]["en"] == message
    assert all(texts[part][language].strip() for part in ("title", "explanation") for language in ("en", "es"))


@pytest.mark.parametrize(("number", "code"), READMES)
def test_a_readme_shows_what_to_write_instead(number: str, code: str) -> None:
    folder = folder_of(number, "exercises")
    assert all(code in (folder / name).read_text("utf-8") for name in ("README.md", "README.es.md"))
