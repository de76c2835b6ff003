"""Whatever learners call themselves and whatever their code says: on a page it is text, and nothing else."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt

from grader.model import Attempt, CheckResult, Exercise
from grader.reports import class_report
from grader.reports.class_report.text import visible
from tests.reports.pages import Page
from tests.reports.synthetic import HOSTILE_NAMES

OURS = {
    "html": {"lang"}, "head": set(), "meta": {"charset", "name", "content", "http-equiv"}, "title": {"data-en", "data-es"},
    "link": {"rel", "href"}, "script": {"src"}, "body": {"class"}, "a": {"href", "class"}, "header": {"class"}, "nav": set(),
    "main": {"id", "tabindex"}, "footer": set(), "section": {"id", "class", "aria-labelledby"}, "div": {"class", "tabindex", "role", "aria-labelledby", "aria-label"},
    "h1": set(), "h2": {"id"}, "p": {"class", "hidden"}, "dl": {"class"}, "dt": set(), "dd": set(), "ul": {"class"}, "ol": {"class"}, "li": {"class"},
    "table": {"class"}, "caption": {"class"}, "thead": set(), "tbody": set(), "tr": {"id"}, "th": {"scope", "class", "data-kind"},
    "td": {"class", "data-value"}, "button": {"type", "class", "data-language", "lang", "hidden"}, "span": {"class", "lang", "id", "role", "aria-hidden"},
    "b": {"class"}, "i": {"class"}, "small": set(), "bdi": set(), "code": {"class"}, "pre": {"lang"}, "details": {"class"}, "summary": set(),
    "svg": {"class", "aria-hidden", "width", "height"}, "rect": {"class", "x", "y", "width", "height", "rx"},
    "label": {"for"}, "input": {"id", "type", "autocomplete", "spellcheck"},
}  # fmt: skip


def every_page(report: Path) -> list[Path]:
    pages = sorted(report.rglob("*.html"))
    assert len(pages) == 1 + 2 + 60
    return pages


def test_no_page_has_an_element_or_attribute_that_is_not_ours(report: Path) -> None:
    for file in every_page(report):
        for tag, attributes in Page(file).elements:
            assert tag in OURS, (file, tag)
            assert set(attributes) <= OURS[tag], (file, tag, attributes)


def test_the_only_script_is_ours_and_every_link_stays_in_the_report(report: Path) -> None:
    for file in every_page(report):
        for tag, attributes in Page(file).elements:
            if tag == "script":
                assert str(attributes["src"]).endswith("assets/report.js")
            link = attributes.get("src") or attributes.get("href") or ""
            assert ":" not in link, (file, link)
            path = unquote(link.split("#")[0])
            assert not path or (file.parent / path).resolve().is_relative_to(report.resolve())
            assert not path or (file.parent / path).is_file(), (file, link)


def test_no_page_holds_an_address_or_a_sign_that_cannot_be_seen(report: Path) -> None:
    """The policy forbids everything but the two files of ours; names of other machines are text in a name at most."""
    for file in [*every_page(report), *report.glob("assets/*")]:
        text = file.read_text("utf-8")
        assert not re.search(r"(?:src|href|url)\s*[=(]\s*[\"']?\s*(?:https?:|//)", text)
        assert text.replace("\n", "").isprintable() or file.suffix == ".css", file
        assert all(len(line) < 40_000 for line in text.split("\n")), file
    assert "default-src 'none'" in (report / "index.html").read_text("utf-8")


def test_every_hostile_name_can_be_read_on_its_own_page(report: Path) -> None:
    texts = [Page(file).text for file in (report / "students").iterdir()]
    for name in HOSTILE_NAMES:
        assert any(visible(name)[:100].strip() in text for text in texts), name


def test_feedback_holds_no_link_no_image_and_no_html(report: Path) -> None:
    """Markdown made of hostile texts has headings, lists, bold ids and blocks of code, and nothing else."""
    files = sorted((report / "feedback").iterdir())
    assert len(files) == 60
    reader = MarkdownIt("commonmark").enable("table").enable("strikethrough")
    for file in files:
        tokens = [
            token for outer in reader.parse(file.read_text("utf-8")) for token in (outer, *(outer.children or ()))
        ]
        kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in tokens}
        assert kinds <= {
            "heading",
            "paragraph",
            "inline",
            "text",
            "text_special",
            "bullet_list",
            "list_item",
            "strong",
            "fence",
            "softbreak",
        }, (file, kinds)
        assert sum(token.type == "heading_open" and token.tag == "h1" for token in tokens) == 1


def test_anonymous_holds_no_name_and_no_word_of_a_learner(
    hostile_class: list[Attempt], exercises: list[Exercise], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither in a file's name nor in its content; what the learner's code said may hold a name in any form."""
    by_name = {exercise.name: exercise for exercise in exercises}
    marked = [_marked(attempt) for attempt in hostile_class]
    report = class_report.write(lambda: iter(marked), by_name, tmp_path, anonymous=True).parent
    files = [file for file in report.rglob("*") if file.is_file()]
    assert len(files) == 3 + 60 + 60 + 2
    for file in files:
        content = file.name + file.read_text("utf-8")
        for canary in ("CANARY", "García", "Ünal", "passwd", "owned", "the learner's own line"):
            assert canary not in content, (file, canary)
    assert "Recognised: " in "".join(file.read_text("utf-8") for file in files)
    index = Page(report / "index.html")
    assert "Anonymous: codes stand in place of names" in index.text
    shown = [row[0] for row in index.rows if len(row) == 4 and re.fullmatch(r"[2-9A-Z]{6,}", row[0])]
    assert len(shown) == 60
    assert_orders_tell_nothing(report)


def assert_orders_tell_nothing(report: Path) -> None:
    """Every list of students is by code, and so are the files; their times are all the same."""
    for page in [report / "index.html", *(report / "exercises").iterdir()]:
        links = [
            f"{dict(found).get('href')}" if tag == "a" else tag
            for tag, found in Page(page).elements
            if tag in ("a", "ul", "table")
        ]
        for listed in " ".join(links).replace("table", "ul").split("ul"):
            codes = re.findall(r"students/(\w+)\.html", listed)
            assert codes == sorted(codes)
    for folder in (report / "students", report / "feedback"):
        assert len({file.stat().st_mtime for file in folder.iterdir()}) == 1


def _marked(attempt: Attempt) -> Attempt:
    checks = [_with_canary(check) for check in attempt.checks]
    return dataclasses.replace(attempt, student=f"CANARY {attempt.student}", checks=checks)


def _with_canary(check: CheckResult) -> CheckResult:
    messages = {language: text and text + "\n    CANARY" for language, text in check.messages.items()}
    return dataclasses.replace(check, messages=messages)
