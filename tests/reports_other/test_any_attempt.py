"""Whatever an attempt holds, each writer gives a file that the other system can read, and never raises."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings

from grader.model import Attempt
from tests.reports_other import read
from tests.reports_other.attempts import any_attempt
from tests.reports_other.schemas import JSON_SCHEMAS


def texts(value: Any) -> Iterator[str]:
    """Every text in plain JSON values, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for item in [*value, *(value.values() if isinstance(value, dict) else [])]:
            yield from texts(item)


MANY = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
CASES = ("testcase", "failure", "error", "skipped", "system-out")


@pytest.mark.parametrize("name", JSON_SCHEMAS)
@MANY
@given(attempt=any_attempt())
def test_json_is_strict_and_fits_the_schema(name: str, attempt: Attempt) -> None:
    for language in ("en", "es"):
        text = read.written(name, attempt, language)
        if text is None:
            assert attempt.outcome == "broken"
            assert name in ("gradescope", "classroom50")
        else:
            said = read.strict(text)
            jsonschema.validate(said, JSON_SCHEMAS[name])
            for value in texts(said):
                assert not set(value) & {"\0", "\x1b"}
                value.encode("utf-8")  # raises for a lone surrogate


@MANY
@given(attempt=any_attempt())
def test_xml_parses_and_its_sums_are_those_of_its_cases(attempt: Attempt) -> None:
    suite = read.xml(read.written("junit", attempt) or "").find("testsuite")
    assert suite is not None
    cases = suite.findall("testcase")
    assert int(suite.get("tests", "")) == len(cases) == max(1, len(attempt.checks))
    for plural, child in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(suite.get(plural, "")) == sum(case.find(child) is not None for case in cases)
    assert all(set(case.keys()) == {"classname", "name", "time"} for case in cases)
    assert {each.tag for case in cases for each in case.iter()} <= set(CASES)


@pytest.mark.parametrize("name", ["canvas", "moodle"])
@MANY
@given(attempt=any_attempt())
def test_tables_have_a_row_of_whole_cells_or_none(name: str, attempt: Attempt) -> None:
    """No row where there is no score: an empty cell would clear a grade."""
    found = read.rows(read.written(name, attempt) or "")
    assert len(found) == (attempt.outcome != "broken")
    for row in found:
        human = row["Student"] if name == "canvas" else row["adam feedback"]
        assert not human.startswith(("=", "+", "-", "@", "\t", "\r"))


@MANY
@given(attempt=any_attempt())
def test_annotations_are_lines_of_one_command_each(attempt: Attempt) -> None:
    text = read.written("annotations", attempt) or ""
    found = read.commands(text)
    assert len(found) <= 10
    for name, properties, message in found:
        assert name in ("error", "warning")
        assert set(properties) <= {"file", "line", "title"}
        assert properties["file"].startswith("exercises/03_adam/")
        assert len(message) <= 4_096
        assert "::" not in message
    assert "##[" not in text


@MANY
@given(attempt=any_attempt())
def test_a_summary_is_bounded_and_no_text_leaves_its_cell_or_fence(attempt: Attempt) -> None:
    """Outside the fences there is no markup but ours, and each row of a table has its columns."""
    text = read.written("summary", attempt) or ""
    assert len(text.encode()) <= 1 << 20
    fence = ""
    for line in text.split("\n"):
        if fence:
            fence = "" if line == fence else fence
        elif line.startswith("```"):
            fence = line.removesuffix("text")
        elif line.startswith("|"):
            assert line.count("|") == 5
        else:
            assert not set(line) & set("<>[]`*|@!")
            assert "&#" in line or "#" not in line.removeprefix("## ")
    assert not fence
