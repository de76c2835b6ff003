"""The process that grades: the order of its events, its end, and that a newer request never waits for an older one."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable

from grader import catalog
from grader.watch.ask import Event, Judge
from tests.course_copy import Course
from tests.sandbox.processes import are_gone, descendants
from tests.test_plugin import ADDS_TWO, ANSWER
from tests.watch.conftest import until

LOOP = "while True:\n    pass\n"


class Asked:
    def __init__(self, course: Course) -> None:
        self.exercise = catalog.load(course.exercise)
        self.events: list[Event] = []
        self.judge = Judge(self.events.append)

    async def ask(self, code: str) -> None:
        self.events.clear()
        await self.judge.ask(self.exercise, {"double.py": code.encode()}, "", "en", 76)

    async def until(self, kind: str, **facts: object) -> Event:
        def found() -> list[Event]:
            return [event for event in self.events if event["event"] == kind and facts.items() <= event.items()]

        await until(found, lambda: asyncio.sleep(0.01))
        return found()[0]


def asking(course: Course, steps: Callable[[Asked], Awaitable[None]]) -> None:
    before = descendants()

    async def main() -> None:
        it = Asked(course)
        try:
            await steps(it)
        finally:
            await it.judge.close()

    asyncio.run(main())
    assert are_gone(descendants() - before), "something was left running"


def test_a_failure_is_told_before_the_others_have_run_and_the_mistake_last(course: Course) -> None:
    """The checks, each check, the attempt, the attempt with mistakes: each says what the one before said, and more."""

    async def steps(it: Asked) -> None:
        await it.ask(ADDS_TWO)
        last = await it.until("attempt", final=True)
        assert [event["event"] for event in it.events] == ["checks", "check", "check", "check", "attempt", "attempt"]
        first, early = it.events[1]["result"], it.events[4]["attempt"]["checks"][0]
        assert first == early
        assert first["misconceptions"] == []
        named = last["attempt"]["checks"][0]
        assert named["misconceptions"] == ["adds_two"]
        assert set(first["messages"]["en"].splitlines()) < set(named["messages"]["en"].splitlines())
        assert {key: first[key] for key in ("id", "outcome", "score")} == {key: named[key] for key in ("id", "outcome", "score")}

    asking(course, steps)


def test_the_verdict_is_the_one_that_kata_check_gives(course: Course) -> None:
    async def steps(it: Asked) -> None:
        await it.ask(ADDS_TWO)
        attempt = (await it.until("attempt", final=True))["attempt"]
        assert (attempt["score"], attempt["max_score"], attempt["outcome"]) == (4, 20, "failed")

    asking(course, steps)
    course.write(ADDS_TWO)
    assert "4/20 points" in course.run("kata", "check", "90").stdout


def test_a_newer_request_stops_an_endless_loop_and_so_does_the_end(course: Course) -> None:
    """The checks' deadline is 100 s. Nothing of the older request is told any more, and nobody is left running."""

    async def steps(it: Asked) -> None:
        await it.ask(LOOP)
        await it.until("checks")
        await it.ask(ANSWER)
        await it.until("attempt", final=True)
        assert {event["number"] for event in it.events} == {2}
        await it.ask(LOOP)
        await it.until("checks")

    asking(course, steps)


def test_a_process_that_was_killed_is_told_and_started_anew(course: Course) -> None:
    async def steps(it: Asked) -> None:
        await it.ask(LOOP)
        await it.until("checks")
        assert it.judge._process is not None
        os.kill(it.judge._process.pid, signal.SIGKILL)
        problem = await it.until("problem")
        assert problem["text"].startswith("The process that grades has ended")
        assert problem["text"].endswith("Save or press r to try again.")
        await it.ask(ANSWER)
        assert (await it.until("attempt", final=True))["attempt"]["outcome"] == "passed"

    asking(course, steps)


def test_an_authors_fault_is_a_sentence(course: Course) -> None:
    (course.exercise / "test_double.py").write_text("import nothing_like_this\n")

    async def steps(it: Asked) -> None:
        await it.ask(ANSWER)
        assert "No module named 'nothing_like_this'" in (await it.until("problem"))["text"]

    asking(course, steps)


def test_what_the_code_printed_in_a_visible_check_is_told_and_cut(course: Course) -> None:
    async def steps(it: Asked) -> None:
        await it.ask(ADDS_TWO.replace("    return", "    print('x' * 10_000_000)\n    return"))
        await it.until("attempt", final=True)
        printed = [event["printed"] for event in it.events if event["event"] == "check"]
        assert 0 < len(printed[0]) < 100_000
        assert printed[1:] == ["", ""]  # the others are hidden

    asking(course, steps)
