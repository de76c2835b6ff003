"""Attempts to write: four that the golden files show, sixty of every kind, and any that hypothesis can think of."""

from __future__ import annotations

import random

from hypothesis import strategies as st

from grader.model import OUTCOMES, Attempt, CheckResult, worst


def check(
    n: int, outcome: str, score: float = 0.0, points: float = 4, said: str = "what happened", *,
    visibility: str = "visible", line: int | None = 7, misconceptions: tuple[str, ...] = (),
) -> CheckResult:  # fmt: skip
    titles = {"en": f"Fact {n} | holds, for *all* x < 3.", "es": f"El hecho {n} se cumple."}
    places = {"en": f"\n    Look at adam.py:{line}  m = 0", "es": f"\n    Mira adam.py:{line}  m = 0"} if line else {}
    messages = {
        name: "" if outcome == "passed" else f"{title}\n    {said}{places.get(name, '')}"
        for name, title in titles.items()
    }
    hint = 2 if misconceptions else None
    return CheckResult(
        f"03.{n}", titles, visibility, outcome, score, points, messages, list(misconceptions), hint, 0.125 * n
    )


def attempt(*checks: CheckResult, student: str = "ana", exercise: str = "03_adam") -> Attempt:
    outcome = worst([one.outcome for one in checks])
    score = None if outcome == "broken" else round(sum(one.score for one in checks), 4)
    return Attempt(
        student, exercise, outcome, score, sum(one.max_score for one in checks), sum(one.seconds for one in checks), "seed",
        "0.1.0", {"python": "3.11.7"}, "ab" * 32, ["seccomp"], list(checks),
    )  # fmt: skip


ENDINGS = (
    ("error", "the code raised ValueError\n        betas: 0.9", 12),
    ("timeout", "Try:  adam.Adam([p]).step()\n    no answer within 5 s: is there a loop that never ends?", 7),
    ("memory", "it needed more memory than there is for it", 30),
    ("crashed", "the process was ended by SIGSEGV", None),
    ("forbidden", "this exercise is about building what `torch.optim` has; here it may not be imported", 1),
    ("waiting", "waits for 03.2", None),
    ("not_attempted", "still to write: step", None),
)
MISSING = "there is no file adam.py"
GOLDEN = {
    "mixed": attempt(
        check(1, "passed", 4),
        check(2, "failed", 1.3333, said="got 1,5; expected 2\n    `rm -rf` ```\n    ::error::x%0A", misconceptions=("eps_inside_root",)),
        *(check(n, outcome, said=said, visibility="hidden", line=line) for n, (outcome, said, line) in enumerate(ENDINGS, 3)),
    ),
    "passed": attempt(check(1, "passed", 4), check(2, "passed", 1, points=1, visibility="hidden")),
    "missing": attempt(check(1, "missing", said=MISSING, line=None), check(2, "missing", said=MISSING, line=None)),
    "broken": attempt(check(1, "passed", 4), check(2, "broken", said="the grader is at fault here", line=None)),
}  # fmt: skip


def sixty() -> list[Attempt]:
    """Six of each of the ten kinds of ending, and full and partial points, always the same."""
    draw = random.Random(60)
    found = []
    for i in range(60):
        kind = OUTCOMES[i % len(OUTCOMES)]
        if kind in ("passed", "missing"):
            checks = [check(n, kind, 4 * (kind == "passed")) for n in range(1, 6)]
        else:
            milder = ("passed", "not_attempted", "waiting", "failed")
            others = [draw.choice(milder[: milder.index(kind) if kind in milder else 4]) for _ in range(5)]
            outcomes = [*others, kind]
            parts = {"passed": lambda: 4.0, "failed": lambda: round(4 * draw.randrange(3) / 3, 4)}
            checks = [check(n, o, parts.get(o, lambda: 0.0)()) for n, o in enumerate(outcomes, 1)]
        found.append(attempt(*checks, student=f"s{i:02}"))
    return found


nasty = st.one_of(
    st.text(st.characters(), max_size=60),
    st.text(st.characters(categories=["Cs", "Cc"]), max_size=20),
    st.sampled_from([
        "nan", "-inf", "\x00", "\ud800", "\x1b[31mred\x1b]0;t\x07", "]]>", "<script>", "::error::x", "##[error]", "```\n", "a|b",
        "=cmd()", "\r\n::stop-commands::x", "%0A", "x" * 1_000_000, '"', "\n" * 50, "\x85\u2028", "[a](http://b)", "@all #1", "\ufeff",
    ]),
)  # fmt: skip


@st.composite
def checks(draw: st.DrawFn) -> CheckResult:
    outcome = draw(st.sampled_from(OUTCOMES))
    points = draw(st.sampled_from([0, 1, 4, 2.5, 20]))
    share = 1.0 if outcome == "passed" else draw(st.sampled_from([0.0, 1 / 3, 0.5])) * (outcome == "failed")
    text = st.fixed_dictionaries({"en": nasty, "es": nasty})
    return CheckResult(
        draw(st.sampled_from(["03.1", "03.2a"])), draw(text), draw(st.sampled_from(["visible", "hidden"])), outcome,
        round(points * share, 4), points, draw(text), draw(st.lists(nasty, max_size=2)), draw(st.none() | st.integers(1, 3)),
        draw(st.floats(0, 1000)),
    )  # fmt: skip


@st.composite
def any_attempt(draw: st.DrawFn) -> Attempt:
    made = attempt(*draw(st.lists(checks(), max_size=4)), student=draw(nasty))
    made.seed = draw(nasty)
    return made
