"""Text on a page: a learner's is cut, made visible and escaped; ours is there in both languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from grader.reports.class_report.text import (  # fmt: skip
    LINE_LENGTH,
    LINES,
    both,
    code,
    cut,
    message_lines,
    name_of,
    number,
    percent,
    titled,
    visible,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Søren Ünal 李小龍 שלום", "Søren Ünal 李小龍 שלום"),
        ("\x1b[31mred", "⟨ESC⟩[31mred"),
        ("a\u202eb\u2066c", "a⟨U+202E⟩b⟨U+2066⟩c"),
        ("\udcff\x00\x9b\u200b\u2028", "⟨U+DCFF⟩⟨NUL⟩⟨U+009B⟩⟨U+200B⟩⟨U+2028⟩"),
        ("a\tb", "a    b"),
    ],
)
def test_what_cannot_be_seen_is_shown_by_a_sign(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_what_is_shown_can_be_printed_and_encoded(text: str) -> None:
    assert visible(text).isprintable()
    visible(text).encode()


def test_a_cut_says_how_much_is_missing() -> None:
    assert cut("abc", 3) == "abc"
    assert cut("abcde", 3) == "abc… (+2)"


def test_a_name_of_nothing_to_see_can_still_be_clicked() -> None:
    assert name_of("  ") == "⟨  ⟩"
    assert name_of("a" * 250).endswith("… (+190)")


def test_a_message_is_what_stands_below_its_title() -> None:
    assert message_lines("A fact.\n    the shape is (3,)\n        deeper", "A fact.") == [
        "the shape is (3,)",
        "    deeper",
    ]
    assert message_lines("no title", "A fact.") == ["no title"]


def test_huge_messages_are_cut_with_a_mark() -> None:
    lines = message_lines("\n".join(["x" * 10_000] * 1000), "")
    assert len(lines) == LINES + 1
    assert lines[-1] == f"… (+{1000 - LINES})"
    assert lines[0] == "x" * LINE_LENGTH + f"… (+{10_000 - LINE_LENGTH})"


def test_facts_are_escaped_in_both_languages() -> None:
    text = both("report_who", count="<b>")
    assert isinstance(text, Markup)
    assert text == '<span lang="en">&lt;b&gt; students</span><span lang="es">&lt;b&gt; estudiantes</span>'


def test_titles_are_escaped_before_backticks_become_code() -> None:
    assert code("`a < b` & <i>`x`</i>") == "<code>a &lt; b</code> &amp; &lt;i&gt;<code>x</code>&lt;/i&gt;"
    assert code("`zero_grad` is None") == "<code>zero_grad</code> is None"


def test_a_title_that_is_the_same_in_both_languages_stands_once() -> None:
    assert titled({"en": "03_adam", "es": "03_adam"}) == "03_adam"
    assert titled({"en": "only"}) == "only"


def test_numbers_have_no_dust_and_no_nan() -> None:
    assert [number(x) for x in (None, 0, 20.0, 14.6667, -0.01)] == ["–", "0", "20", "14.7", "0"]
    assert number(0.5, 2, True) == "0.50"
    assert number(-0.0, 2, True) == "0.00"
    assert (percent(None), percent(0.5)) == ("–", "50 %")
