"""Each format as it is, to the byte: what changes here changes what other people's systems read.

python -m tests.reports_other.test_golden      writes the files anew; read the difference before it is committed
"""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from grader.model import Attempt
from grader.reports import canvas, moodle
from tests.reports_other import read
from tests.reports_other.attempts import GOLDEN
from tests.reports_other.schemas import JSON_SCHEMAS

FOLDER = Path(__file__).parent / "golden"
ENDINGS = {"junit": ".xml", "summary": ".md", "annotations": ".txt", "canvas": ".csv", "moodle": ".csv"}
SINGLE = [name for name in read.WRITERS if name not in ("canvas", "moodle")]


def class_of() -> list[Attempt]:
    return [Attempt(**{**vars(attempt), "student": f"00{i}{name}"}) for i, (name, attempt) in enumerate(GOLDEN.items())]


def expected() -> dict[str, str | None]:
    """File name -> text; None where there is no file."""
    found = {
        f"{name}.{kind}{ENDINGS.get(name, '.json')}": read.written(name, attempt)
        for name in SINGLE
        for kind, attempt in GOLDEN.items()
    }
    found["summary.es.md"] = read.written("summary", GOLDEN["mixed"], "es")
    found["canvas.csv"] = canvas.write(class_of(), "03_adam").text
    found["moodle.csv"] = moodle.write(class_of(), "en").text
    return found


@pytest.mark.parametrize("name", expected())
def test_the_file_is_the_golden_one(name: str) -> None:
    text = expected()[name]
    place = FOLDER / name
    assert text == (place.read_bytes().decode("utf-8") if place.exists() else None)


def test_only_a_broken_attempt_has_no_file_and_only_where_that_is_the_rule() -> None:
    assert [name for name, text in expected().items() if text is None] == [
        "gradescope.broken.json",
        "classroom50.broken.json",
    ]
    assert {file.name for file in FOLDER.iterdir()} == {name for name, text in expected().items() if text is not None}


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.json")), ids=lambda file: file.name)
def test_golden_json_fits_the_schema(file: Path) -> None:
    jsonschema.validate(read.strict(file.read_text()), JSON_SCHEMAS[file.name.partition(".")[0]])


if __name__ == "__main__":
    for name, text in expected().items():
        if text is not None:
            (FOLDER / name).write_bytes(text.encode("utf-8"))
