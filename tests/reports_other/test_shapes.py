"""What each format does that no schema says: limits, order, places, escapes."""

from __future__ import annotations

import html

import pytest

from grader.reports import classroom50, prairielearn, summary, workflow_commands
from grader.reports.text import happened, number, one_line, out_of, plain, to_read
from tests.reports_other import read
from tests.reports_other.attempts import GOLDEN, attempt, check


def test_numbers_have_a_point_no_exponent_and_no_dust() -> None:
    seen = [number(value) for value in (0, 4.0, 2.6667, 0.1, 100000.25, 1e7, -0.0, 20)]
    assert seen == ["0", "4", "2.6667", "0.1", "100000.25", "10000000", "0", "20"]


def test_people_read_two_decimals_and_never_full_marks_by_rounding() -> None:
    assert [out_of(score, 20) for score in (0, 5.1667, 12.5, 2.6667, 20.0, 20)] == [
        "0/20", "5.17/20", "12.5/20", "2.67/20", "20/20", "20/20",
    ]  # fmt: skip
    assert [out_of(19.9967, 20), out_of(0.9999, 1), out_of(0.3333, 0.3333)] == ["19.99/20", "0.99/1", "0.33/0.33"]
    assert [to_read(3.6667, 20), to_read(0.0, 0.0)] == ["3.67", "0"]


def test_plain_text_is_cut_where_one_sees_it() -> None:
    assert plain("\x1b[1;31mred\x1b[0m\x1b]0;title\x07 \ud800\0") == "red \ufffd\ufffd"
    assert plain("x" * 50, 20) == "x" * 16 + " […]"
    assert plain("\x1b[m" * 1000 + "x", 20).endswith(" […]")
    assert one_line("a\n  b\tc") == "a b c"


def test_what_happened_is_neither_the_call_nor_the_place() -> None:
    timeout = next(one for one in GOLDEN["mixed"].checks if one.outcome == "timeout")
    assert happened(timeout, "en") == "no answer within 5 s: is there a loop that never ends?"


def test_a_megabyte_of_text_fits_everywhere() -> None:
    """PrairieLearn discards more than 1 MiB, Actions drops it; whole checks stay, their messages are cut."""
    loud = attempt(*(check(n, "failed", 1, said="é" * 1_000_000) for n in range(1, 200)))
    text = prairielearn.write(loud, "en")
    assert len(text.encode()) <= 1 << 20
    assert len(read.strict(text)["tests"]) == 199
    shown = summary.write([loud] * 50, "en")
    assert len(shown.encode()) <= 1 << 20
    assert shown.count("| ✗ |") == 199 * 50


def test_a_summary_too_long_for_tables_is_the_overview_and_says_so() -> None:
    class_ = [attempt(check(1, "failed"), student=f"{i}" * 30) for i in range(12_000)]
    shown = summary.write(class_, "es")
    assert len(shown.encode()) <= 1 << 20
    assert shown.rstrip().endswith("El resto es demasiado largo para un resumen.")


def test_a_summary_of_several_begins_with_all_of_them() -> None:
    shown = summary.write([GOLDEN["passed"], GOLDEN["broken"]], "en")
    assert shown.startswith(
        "| student | exercise | points |  |\n| --- | --- | --- | --- |\n| ana | 03_adam | 5/5 | passed |\n| ana | 03_adam | - | grader's fault |\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "[x](http://e.org)",
        "<img src=x>",
        "www.e.org",
        "@team",
        "_a_",
        "`x`",
        "a|b",
        "http://e.org",
        "#12",
        "**b**",
        "~~s~~",
        "&lt;",
    ],
)
def test_no_markup_of_a_students_name_survives(text: str) -> None:
    """Each sign that means something is written by its number, and reads the same."""
    row = summary.write([attempt(check(1, "passed", 4), student=text)] * 2, "en").splitlines()[2]
    cell = row.split(" | ")[0].removeprefix("| ")
    assert html.unescape(cell).replace("\u200b", "") == text  # a mention is broken up, invisibly
    assert not set(cell) & set("[]<>@`*|:~") and "www." not in cell and "_a" not in cell


def test_at_most_ten_annotations_worst_first() -> None:
    mixed = attempt(*(check(n, "failed") for n in range(1, 15)), check(15, "crashed"))
    found = read.commands(workflow_commands.write([mixed, GOLDEN["missing"]], "en"))
    assert len(found) == 10
    assert found[0][1]["title"].startswith("03.15")


@pytest.mark.parametrize(
    ("last", "place"),
    [
        ("    Look at helper.py:3  x = 1", ("helper.py", "3")),
        ("    Look at sub/helper.py:3  x = 1", ("sub/helper.py", "3")),
        ("    Look at ../../etc.py:3  x", ("adam.py", "")),
        ("    Look at a/../../etc.py:3  x", ("adam.py", "")),
        ("        Look at other.py:3  x", ("adam.py", "")),
        ("    look at other.py:3  x", ("adam.py", "")),
    ],
)
def test_an_annotation_is_where_our_last_line_says(last: str, place: tuple[str, str]) -> None:
    """Words of the learner's, which are indented further, point nowhere; no name leads out of the exercise's folder."""
    one = check(1, "failed", said=f"what happened\n{last}", line=None)
    assert workflow_commands.place(one, "adam.py") == place


def test_no_text_of_the_learners_starts_a_command() -> None:
    text = workflow_commands.write([attempt(check(1, "failed", said="\r\n::add-mask::x\n##[error]y%0A::z"))], "en")
    assert text.count("\n") == 1
    assert text.count("::") == 2
    assert "##[" not in text
    assert "%250A" in text


def test_xml_names_what_it_cannot_write() -> None:
    said = read.xml(read.written("junit", attempt(check(1, "failed", said="a\x07b\0c\ud800\uffff\u202e"))) or "")
    failure = said.find(".//failure")
    assert failure is not None
    assert "a#x07b#x00c#xD800#xFFFF#x202E" in str(failure.text)


def test_classroom50_fills_in_what_its_runner_says() -> None:
    said = read.strict(read.written("classroom50", GOLDEN["passed"]) or "")
    assert (said["classroom"], said["owner"], said["commit"]) == ("dl101", "ana", "https://example.org/c/1")
    assert said["datetime"] == "2026-11-23T04:05:06Z"


@pytest.mark.parametrize(
    ("scores", "whole"),
    [((4 / 3, 4 / 3, 4 / 3), [2, 1, 1]), ((8 / 3, 8 / 3), [3, 2]), ((3.5, 3.5), [3, 3]), ((0.4, 0.4), [0, 0])],
)
def test_whole_points_go_to_the_largest_remainders(scores: tuple[float, ...], whole: list[int]) -> None:
    """But never make a check full that did not pass: 3.5 and 3.5 of 4 are 6, not 7."""
    checks = [check(n, "failed", score) for n, score in enumerate(scores, 1)]
    assert classroom50.whole_points(checks) == whole
