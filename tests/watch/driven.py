"""kata watch in a terminal that is none: what a test types, saves and sees."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable

from textual.pilot import Pilot

from grader.watch.app import WatchApp
from grader.watch.session import Session
from tests.course_copy import Course
from tests.sandbox.processes import are_gone, descendants
from tests.watch.conftest import until

LOOP = "while True:\n    pass\n"
WIDE, SMALL = (120, 30), (40, 12)


class Driven:
    """The program in a terminal that is none."""

    def __init__(self, app: WatchApp, pilot: Pilot[None], course: Course) -> None:
        self.app, self.pilot, self.course = app, pilot, course

    @property
    def text(self) -> str:
        """What is on the screen now."""
        lines = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in lines)

    async def see(self, *words: str) -> None:
        """Wait until all of them are on the screen."""
        try:
            await until(lambda: all(word in self.text for word in words), lambda: self.pilot.pause(0.01))
        except AssertionError:
            raise AssertionError(f"not seen: {words}\n{self.text}") from None

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    def save(self, code: str, name: str = "90_double") -> None:
        """As editors do: another file, renamed."""
        file = self.course.root / "exercises" / name / f"{name[3:]}.py"
        beside = file.with_name(".saving")
        beside.write_text(code, "utf-8")
        os.replace(beside, file)


def drive(
    course: Course, steps: Callable[[Driven], Awaitable[None]], size: tuple[int, int] = WIDE, start: str = "", language: str = "en"
) -> None:  # fmt: skip
    before = descendants()

    async def main() -> None:
        box: list[WatchApp] = []
        session = Session(course.root, start, language, lambda: box[0].refresh_all())
        box.append(WatchApp(session))
        async with box[0].run_test(size=size) as pilot:
            await steps(Driven(box[0], pilot, course))

    asyncio.run(main())
    assert are_gone(descendants() - before), "something was left running"
