"""Facts to HTML: what each template needs, in the order in which it shows it. The templates hold no arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grader.locale import say
from grader.model import LANGUAGES, OUTCOMES, Attempt, CheckResult
from grader.reports.class_report import text
from grader.reports.class_report.facts import ClassFacts, Item, Result, Sheet, total
from grader.reports.class_report.messages import Message
from grader.reports.class_report.statistics import ENOUGH, histogram, mean, median
from grader.reports.terminal import SIGNS
from grader.reports.text import out_of, to_read

TOP, NAMED = 15, 60  # rows of the index's lists; names below a misconception
MARKS = {  # letters of the heat map, explained below it
    "error": "E", "timeout": "T", "memory": "M", "crashed": "C", "forbidden": "X", "waiting": "W",
    "not_attempted": "○", "missing": "–", "broken": "!",
}  # fmt: skip


class Book:
    """All pages of a report. `shown`: what each student is called in it; `files`: the name of the student's page."""

    def __init__(
        self, facts: ClassFacts, shown: dict[str, str], files: dict[str, str], message: Message, language: str,
        anonymous: bool,
    ) -> None:  # fmt: skip
        self.facts, self.shown, self.files, self.message = facts, shown, files, message
        self.language, self.anonymous = language, anonymous
        self._templates = _environment()
        self._parts: Any = self._templates.get_template("parts.html").module
        self._lines: dict[tuple[str, str, Markup, float, float], Markup] = {}

    def _render(self, template: str, root: str, title: Callable[[str], str], **values: Any) -> str:
        titles = {language: text.visible(title(language)) for language in LANGUAGES}
        return self._templates.get_template(template).render(
            root=root, titles=titles, language=self.language, anonymous=self.anonymous, **values
        )

    def index(self) -> str:
        return self._render(
            "index.html",
            "",
            lambda language: say("report_class", language),
            runs={name: [value for value in values if value] for name, values in self.facts.runs.items()},
            unfenced="" in self.facts.runs["fence"],
            broken=[
                (self._link(student, "students/"), name)
                for student, name in sorted(self.facts.broken, key=lambda one: (self.shown[one[0]], one[1]))
            ],
            figures=self._class_figures(),
            bars=self._bars(
                [share for row in self._rows if (share := row["share"]) is not None],
                missing=sum(row["share"] is None and not row["broken"] for row in self._rows),
                broken=sum(row["share"] is None and row["broken"] for row in self._rows),
            ),
            sheets=list(self.facts.sheets.values()),
            summaries=[_summary(sheet) for sheet in self.facts.sheets.values()],
            failing=self._failing(),
            mistakes=self._mistakes(),
            copies=[(sheet, self._copies(sheet, "students/")) for sheet in self.facts.sheets.values()],
            rows=self._rows,
            marks={outcome: mark for outcome, mark in MARKS.items() if self._seen(outcome)},
            enough=ENOUGH,
        )

    def _seen(self, outcome: str) -> bool:
        return any(sheet.count(outcome) for sheet in self.facts.sheets.values())

    def _class_figures(self) -> list[tuple[str, str]]:
        results = [result for sheet in self.facts.sheets.values() for result in sheet.results.values()]
        shares = [row["share"] for row in self._rows if row["share"] is not None]
        return [
            ("report_students", str(len(self.facts.students))),
            ("report_exercises", str(len(self.facts.sheets))),
            ("report_handed_in", f"{sum(r.outcome != 'missing' for r in results)}/{len(results)}"),
            ("report_all_passed_class", str(sum(r.outcome == "passed" for r in results))),
            ("report_median_class", text.percent(median(shares))),
            ("report_broken", str(len(self.facts.broken))),
        ]

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        """A row of the heat map for each student, by the name (or code) that is shown."""
        return [self._row(student) for student in sorted(self.facts.students, key=lambda student: self.shown[student])]

    def _row(self, student: str) -> dict[str, Any]:
        results = self.facts.results(student)
        score, of = total(results.values())
        counted = of > 0 and any(result.outcome != "missing" for result in results.values() if result.score is not None)
        broken = any(result.score is None for result in results.values())
        return {
            "link": self._link(student, "students/"),
            "cells": [_cell(results.get(name)) for name in self.facts.sheets],
            "total": text.number(score) if counted else "" if broken else "–",
            "of": text.number(of) if broken and counted else "",
            "share": score / of if counted else None,
            "broken": broken,
        }

    def _bars(self, shares: list[float], **others: int) -> dict[str, Any]:
        """A bar for each tenth of the points, and one for each outcome that is no number of points."""
        counts = histogram(shares)
        highest = max(*counts, *others.values(), 1)
        return {
            "tenths": [(10 * i, count, round(100 * count / highest, 1)) for i, count in enumerate(counts)],
            "others": [(name, MARKS[name], n, round(100 * n / highest, 1)) for name, n in others.items() if n],
        }

    def _failing(self) -> list[tuple[Sheet, Item]]:
        """The checks that the greatest share of those who tried did not pass."""
        items = [(sheet, item) for sheet in self.facts.sheets.values() for item in sheet.items.values() if item.failing]
        return sorted(items, key=lambda one: (-one[1].failing / len(one[1].shares), one[1].id))[:TOP]

    def _mistakes(self) -> list[dict[str, Any]]:
        found = [mistake for sheet in self.facts.sheets.values() for mistake in self._of_sheet(sheet, "students/")]
        return sorted(found, key=lambda one: (-one["count"], one["id"]))[:TOP]

    def _of_sheet(self, sheet: Sheet, folder: str) -> list[dict[str, Any]]:
        """The misconceptions seen in an exercise, the most common first, with who showed them."""
        found = []
        for id, students in sorted(sheet.misconceptions.items(), key=lambda one: (-len(one[1]), one[0])):
            known = sheet.exercise.misconceptions.get(id) if sheet.exercise else None
            found.append({
                "sheet": sheet, "id": id, "share": len(students) / max(1, len(sheet.tried)),
                "title": text.titled(known.title) if known else "",
                "explanation": text.titled(known.explanation) if known else "",
                **self._who(students, folder),
            })  # fmt: skip
        return found

    def _copies(self, sheet: Sheet, folder: str) -> list[dict[str, Any]]:
        groups = [self._who(group, folder) for group in sheet.copies()]
        return sorted(groups, key=lambda group: (-group["count"], group["who"]))

    def _who(self, students: list[str], folder: str) -> dict[str, Any]:
        """Some students, in the order of what they are called here: that of the ledger would tell names."""
        ordered = sorted(students, key=lambda student: self.shown[student])
        return {
            "count": len(ordered),
            "who": [self._link(student, folder) for student in ordered[:NAMED]],
            "more": max(0, len(ordered) - NAMED),
        }

    def exercise(self, sheet: Sheet) -> str:
        slow = sheet.slow()
        scores = [result.score for result in sheet.tried if result.score is not None]
        return self._render(
            "exercise.html",
            "../",
            lambda language: f"{sheet.number} · {sheet.title[language]}",
            sheet=sheet,
            figures=[
                ("report_handed_in", f"{len(sheet.results) - sheet.count('missing')}/{len(sheet.results)}"),
                ("report_tried", str(len(sheet.tried))),
                ("report_all_passed", str(sheet.count("passed"))),
                ("report_median", f"{text.number(median(scores))}/{text.number(sheet.max_score)}"),
                ("report_mean", f"{text.number(mean(scores))}/{text.number(sheet.max_score)}"),
                ("report_broken", str(sheet.count("broken"))),
            ],
            bars=self._bars(
                sheet.shares,
                not_attempted=sheet.untouched,
                missing=sheet.count("missing"),
                broken=sheet.count("broken"),
            ),
            items=[(item, _outcomes(item), slow[id]) for id, item in sheet.items.items()],
            mistakes=self._of_sheet(sheet, "../students/"),
            copies=self._copies(sheet, "../students/"),
            rows=[
                {"link": self._link(student, "../students/"), "result": sheet.results[student],
                 "cell": _cell(sheet.results[student])}
                for student in sorted(sheet.results, key=lambda student: self.shown[student])
            ],
            enough=ENOUGH,
        )  # fmt: skip

    def student(self, student: str, attempts: list[Attempt]) -> str:
        """A page that names nobody else: it can be printed or handed out."""
        score, of = total(self.facts.results(student).values())
        return self._render(
            "student.html",
            "../",
            lambda language: text.name_of(self.shown[student]),
            name=text.name_of(self.shown[student], 200),
            score=to_read(score, of),
            of=text.number(of, 2),
            chapters=[self._chapter(attempt) for attempt in attempts],
        )

    def _chapter(self, attempt: Attempt) -> dict[str, Any]:
        sheet = self.facts.sheets[attempt.exercise]
        untouched = attempt.outcome == "missing"
        checks = attempt.checks[:1] if untouched else attempt.checks
        return {
            "sheet": sheet,
            "attempt": attempt,
            "missing": untouched,
            "passed": attempt.count("passed"),
            "kind": _cell(sheet.results[attempt.student])["kind"],
            "checks": [self._check(attempt, check) for check in checks],
        }

    def _check(self, attempt: Attempt, check: CheckResult) -> tuple[str, Markup, Markup]:
        """(outcome, what stands in the first line, the message)"""
        outcome = check.outcome if check.outcome in OUTCOMES else "broken"
        line = self._line(check.id, outcome, text.titled(check.title), check.score, check.max_score)
        return outcome, line, self._message(attempt, check)

    def _line(self, id: str, outcome: str, title: Markup, score: float, max_score: float) -> Markup:
        """The line of a check. A class has few different ones, so each is rendered once."""
        key = (id, outcome, title, score, max_score)
        if key not in self._lines:
            points = out_of(score, max_score)
            sign = SIGNS.get(outcome, "✘")
            line = self._parts.check_line(id=text.visible(id), outcome=outcome, title=title, points=points, sign=sign)
            self._lines[key] = Markup(line)
        return self._lines[key]

    def _message(self, attempt: Attempt, check: CheckResult) -> Markup:
        if check.outcome == "passed":
            return Markup("")
        return text.block({
            language: text.message_lines(self.message(attempt, check, language), check.title.get(language, ""))
            for language in LANGUAGES
        })  # fmt: skip

    def _link(self, student: str, folder: str) -> Markup:
        shown = text.bdi(text.name_of(self.shown[student]))
        return Markup('<a href="{}{}.html">{}</a>').format(folder, quote(self.files[student]), shown)


def _cell(result: Result | None) -> dict[str, Any]:
    """What a cell shows: a score and a letter, and a shade from 0 (nothing) to 5 (full marks)."""
    if result is None:
        return {"kind": "none", "score": "", "mark": "…", "value": ""}
    mark = MARKS.get(result.outcome, "")
    if result.score is None or result.outcome == "missing":
        return {"kind": "bad" if result.score is None else "gone", "score": "", "mark": mark, "value": ""}
    share = result.share or 0
    shade = 5 if share >= 1 else 0 if share <= 0 else 1 + min(3, int(share * 4))
    return {"kind": f"h{shade}", "score": to_read(result.score, result.max_score), "mark": mark, "value": result.score}


def _outcomes(item: Item) -> list[tuple[str, int]]:
    return [(name, count) for name, count in item.outcomes.most_common() if name != "passed"]


def _summary(sheet: Sheet) -> dict[str, Any]:
    shares = sheet.shares
    counts = histogram(shares)
    highest = max(*counts, 1)
    return {
        "sheet": sheet,
        "handed_in": len(sheet.results) - sheet.count("missing"),
        "tried": len(sheet.tried),
        "passed": sheet.count("passed"),
        "broken": sheet.count("broken"),
        "mean": mean(shares),
        "median": median(shares),
        "spark": [(10 * i, round(30 * count / highest, 1), count) for i, count in enumerate(counts)],
    }


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        both=text.both, titled=text.titled, number=text.number, percent=text.percent, visible=text.visible, quote=quote
    )
    return environment
