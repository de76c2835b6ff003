"""A class that nobody taught: attempts with every outcome, every misconception, and hostile texts, without running the grader.

    python -m tests.reports.synthetic DIR [STUDENTS]     writes DIR/ledger.sqlite

Students have an ability and checks a difficulty, so that the statistics look like those of a class.
"""

from __future__ import annotations

import hashlib
import math
import random
import sys
from collections.abc import Iterator
from pathlib import Path

from grader import __version__, catalog
from grader.judge.message import explain
from grader.ledger import Ledger
from grader.model import LANGUAGES, Attempt, Check, CheckResult, Exercise, Finding, worst

ROOT = Path(__file__).resolve().parent.parent.parent
FIRST = "Ada Bruno Carmen Dmitri Elif Fátima Gaël Hana Iker Jana Kofi Lucía Mei Noor Olu Paz Quim Rosa Søren Tariq Uma Víctor Wei Ximena Yara Zoë".split()
LAST = "Aguilar Baptiste Castro Dvořák Eriksen Ferrari García Hoang Ito Jensen Kowalski López Müller Nguyen Okafor Pérez Quispe Rossi Silva Tanaka Ünal Vidal Weber Xu Yıldız Zapata".split()
SCRIPT = "<script>document.title='owned'</script>"
IMAGE = '"><img src=x onerror="document.title=\'owned\'">'
HOSTILE_NAMES = (
    SCRIPT[:60], "../../../etc/passwd", "..", "\x1b[31mred\x1b[0m", "ana\u202egnp.exe", "שלום עולם", "محمد علی", "李小龍", "a" * 250,
    "=cmd|' /C calc'!A0", "ana\udcff", "Ana", "ANA", "ana", "CON", "`rm` [x](http://evil.example) ![i](http://evil.example/i.png)", "#hash?query=%2e",
    "  ", "new\nline", "'\"onmouseover=alert(1) x='", "{{ 7*7 }} {% raw %}", "z\u0301\u0302\u0303\u0304algo",
)  # fmt: skip
HOSTILE_TEXTS = (
    SCRIPT, IMAGE, "</pre></li></section><h1>100/100</h1>", "\x1b[2J\x1b[31mall green\x1b[0m", "\u202edessap\u202c \u2066x\u2069", "x" * 100_000,
    "\n".join(["many"] * 5000), "```\n# not a heading\n[x](javascript:alert(1))\n```", "\ud800 \x00 \x9b31m", "{{ 7*7 }}", "javascript:alert(1)//",
    "<!-- -->\u2028<b>bold</b>&amp;&lt;", "مرحبا 3 < 5",
)  # fmt: skip
SOURCE = b"class Adam:\n    def step(self):\n        m = self.beta * m  # the learner's own line\n"


def attempts(students: int, exercises: list[Exercise], seed: int = 0, hostile: bool = True) -> Iterator[Attempt]:
    """Every student's attempt at every exercise, in the ledger's order."""
    draw = random.Random(seed)
    names = _names(students, hostile)
    hard = {check.id: draw.gauss(-0.7, 0.9) for exercise in exercises for check in catalog.load_checks(exercise.folder)}
    for place, name in enumerate(sorted(names, key=lambda name: name.encode("utf-8", "surrogateescape"))):
        ability = draw.gauss(0, 1.1)
        for exercise in exercises:
            yield _attempt(name, exercise, ability, hard, draw, hostile and name in HOSTILE_NAMES, place)


def _names(students: int, hostile: bool) -> list[str]:
    usual = [f"{first} {last}" for last in LAST for first in FIRST]
    usual += [f"student-{i:04}" for i in range(len(usual), students)]
    extra = list(HOSTILE_NAMES[:students]) if hostile else []
    return extra + random.Random(1).sample(usual, students - len(extra))


def _attempt(
    name: str, exercise: Exercise, ability: float, hard: dict[str, float], draw: random.Random, hostile: bool, place: int
) -> Attempt:  # fmt: skip
    checks = catalog.load_checks(exercise.folder)
    kind = draw.choices(
        ("usual", "missing", "stub", "syntax", "forbidden", "hang", "crash", "memory", "broken", "right"),
        (70, 8, 4, 2, 1, 2, 1.5, 1, 0.6, 10),
    )[0]
    results = []
    for check in checks:
        outcome, finding = _outcome(kind, check, ability - hard[check.id], draw)
        if outcome not in ("passed", "missing", "waiting") and hostile:
            finding = Finding(
                "error",
                {
                    "class": draw.choice(HOSTILE_TEXTS)[:300],
                    "text": draw.choice(HOSTILE_TEXTS),
                    "line": 3,
                    "file": None,
                },
            )
        results.append(_result(check, exercise, outcome, finding, hostile, draw))
    outcome = worst([result.outcome for result in results])
    digest = (
        "" if kind == "missing" else hashlib.sha256(f"{name}{exercise.name}".encode("utf-8", "replace")).hexdigest()
    )
    if kind == "right" and place % 3 == 0:
        digest = hashlib.sha256(exercise.name.encode()).hexdigest()  # the same file from several
    return Attempt(
        name, exercise.name, outcome, None if outcome == "broken" else round(sum(r.score for r in results), 4),
        sum(check.points for check in checks), round(sum(r.seconds for r in results), 3), "synthetic", __version__,
        {"python": "3.11.2", "numpy": "2.4.6", "torch": "2.13.0"}, digest,
        ["bubblewrap", "limits", "capabilities", "landlock", "seccomp"], results,
    )  # fmt: skip


def _outcome(kind: str, check: Check, margin: float, draw: random.Random) -> tuple[str, Finding | None]:
    facts = {"file": "adam.py", "line": 3, "text": "name 'm' is not defined", "class": "NameError"}
    if kind == "missing":
        return "missing", Finding("missing", {"file": "adam.py"})
    if kind == "stub":
        return "not_attempted", Finding("not_attempted", {**facts, "text": "step"})
    if kind == "syntax":
        return "error", Finding("syntax", {**facts, "text": "invalid syntax"})
    if kind == "forbidden":
        return "forbidden", Finding("forbidden", {**facts, "text": "torch"})
    if kind == "memory":
        return "memory", Finding("memory", facts)
    if kind == "broken" and draw.random() < 0.2:
        return "broken", Finding("broken", {"text": "KeyError: 'torch_steps'"})
    if kind == "right" or draw.random() < 1 / (1 + math.exp(-1.4 * margin)):
        return "passed", None
    if check.needs and draw.random() < 0.4:
        return "waiting", Finding("waiting", {"id": check.id})
    if kind == "hang":
        return "timeout", Finding("timeout", {"seconds": 5.0})
    if kind == "crash":
        return "crashed", Finding("died_by_signal", {"signal": 11, "code": 0})
    return draw.choices(
        (
            ("failed", Finding("values", {"where": "step 2, parameter 0", "count": 4, "total": 4, "index": "[2]", "got": "-0.1437", "expected": "-0.0912"})),
            ("failed", Finding("shape", {"got": "(3, 1)", "expected": "(3,)"})),
            ("error", Finding("error", facts)),
            ("not_attempted", Finding("not_attempted", {**facts, "text": "state_dict"})),
            ("timeout", Finding("timeout", {"seconds": 5.0})),
        ),
        (60, 15, 15, 8, 2),
    )[0]  # fmt: skip


def _result(
    check: Check, exercise: Exercise, outcome: str, finding: Finding | None, hostile: bool, draw: random.Random
) -> CheckResult:
    named: list[str] = []
    if outcome == "failed" and check.catches and draw.random() < 0.7:
        weights = [1 / (i + 1) for i in range(len(check.catches))]
        named = draw.choices(check.catches, weights)
    known = [exercise.misconceptions[id] for id in named if id in exercise.misconceptions]
    files = {exercise.file_name: SOURCE, "adam.py": SOURCE}
    messages = {language: explain(finding, check, exercise, known, files, language) for language in LANGUAGES}
    if hostile and outcome not in ("passed", "missing"):  # what `explain` cleans comes through here as it is
        messages = {language: text + "\n    " + draw.choice(HOSTILE_TEXTS) for language, text in messages.items()}
    share = 1.0 if outcome == "passed" else draw.choice((0, 0, 0, 0.5)) if outcome == "failed" else 0.0
    seconds = 5.0 if outcome == "timeout" else draw.lognormvariate(-3.5, 0.6) * (40 if check.id.endswith("7") else 1)
    return CheckResult(
        check.id, check.title, check.visibility, outcome, round(check.points * share, 4), check.points, messages,
        named, known[0].hint if known else None, round(seconds, 3),
    )  # fmt: skip


def write_ledger(folder: Path, students: int, hostile: bool = True) -> None:
    ledger = Ledger(folder)
    ledger.begin("synthetic", resume=False)
    ledger._file.execute("PRAGMA synchronous=OFF")  # nothing of this has to survive a power cut
    ledger._file.execute("BEGIN")
    for attempt in attempts(students, catalog.all_exercises(ROOT), hostile=hostile):
        ledger.put(attempt, "key")
    ledger._file.execute("COMMIT")
    ledger.close()


if __name__ == "__main__":
    write_ledger(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 300)
