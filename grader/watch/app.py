"""The full screen: the title, the exercises where there is room, the verdict, the keys. It only shows; session.py acts.

Lines go in as rich Text, never as markup, so that no bracket in a learner's message means anything.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.events import Resize
from textual.widgets import Static
from textual.worker import WorkerError

from grader.locale import say
from grader.model import Exercise
from grader.reports.terminal import Line
from grader.watch import text
from grader.watch.screens import Choice, Hints, Over, Page, Question
from grader.watch.session import Session

ROOM_FOR_LIST = 100  # columns from which the exercises are beside the verdict
LIST_WIDTH = 34
TICK_SECONDS = 0.25
READ_SECONDS = 20.0  # that a sentence stays which is on no page
BESIDE_A_PAGE = 4  # columns: its margins and its scroll bar
NARROWEST = 30  # a table has no less


def as_text(lines: list[Line], width: int) -> Text:
    """Lines with styles, folded to the width."""
    whole = Text()
    for line, style in lines:
        for part in text.wrapped(line, width):
            whole.append(part + "\n", style)
    return whole


class WatchApp(App[None]):
    """`kata watch` on a terminal."""

    ENABLE_COMMAND_PALETTE = False
    CSS = f"""
    #title {{ height: 1; text-style: reverse bold; }}
    #list {{ width: {LIST_WIDTH}; height: 100%; border-right: ascii $foreground; }}
    #verdict {{ padding: 0 1; }}
    #keys {{ height: 1; text-style: reverse; }}
    #pane {{ scrollbar-size-vertical: 1; }}
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"do_{name}", show=False) for key, name in text.KEYS.items()),
        Binding("question_mark,f1", "do_help", show=False),
        Binding("left", "choose(-1)", show=False),
        Binding("right", "choose(1)", show=False),
        Binding("escape", "choose(0)", show=False),
        Binding("space", "page", show=False),
        Binding("ctrl+c,ctrl+q", "do_quit", show=False, priority=True),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(ansi_color=True)  # the terminal's own colours, light or dark
        self.session = session
        self.shown = session.verdict  # stays until the newer one has something to say
        self.chosen = ""
        self._is_drawn = False
        self._title, self._keys = Static(id="title", markup=False), Static(id="keys", markup=False)
        self._list, self._verdict = Static(id="list", markup=False), Static(id="verdict", markup=False)
        self._pane = VerticalScroll(self._verdict, id="pane")

    def compose(self) -> ComposeResult:
        yield self._title
        yield Horizontal(self._list, self._pane)
        yield self._keys

    def on_mount(self) -> None:
        self.title = "kata"
        self._is_drawn = True
        self._pane.focus()
        self.refresh_all()
        self._work = self.run_worker(self.session.run())
        self.set_interval(TICK_SECONDS, self._tick)

    async def on_unmount(self) -> None:
        """The process that grades has ended before this one does."""
        self._work.cancel()
        with contextlib.suppress(WorkerError):
            await self._work.wait()

    def on_resize(self, event: Resize) -> None:
        self.call_after_refresh(self.refresh_all)

    def _tick(self) -> None:
        """What runs long says so."""
        if self.session.verdict.running or not self.session.verdict.checks:
            self.refresh_all()

    def refresh_all(self) -> None:
        """Show what the session knows now."""
        session, verdict = self.session, self.session.verdict
        if not self._is_drawn:
            return
        if verdict is not self.shown and (verdict.speaks or text.is_slow(verdict) or self._moved):
            self.shown, self.chosen = verdict, ""
            self._pane.scroll_home(animate=False)
        width = self.size.width
        session.width = max(NARROWEST, width - BESIDE_A_PAGE)
        self._title.update(Text(text.ends(text.title(session), text.status(verdict, session.language), width)))
        if isinstance(self.screen, Over):
            self.screen.refresh_head()
        self._list.display = width >= ROOM_FOR_LIST
        if self._list.display:
            lines = [*text.exercises(session, LIST_WIDTH - 3), ("", ""), (text.tally(session), "bold")]
            self._list.update(as_text(lines, LIST_WIDTH - 3))
        room = width - (LIST_WIDTH if self._list.display else 0) - 4
        self._verdict.update(as_text(text.body(session, self.shown, self.chosen, room), room))
        self._keys.update(Text(text.keys(session.language, width).ljust(width)))

    @property
    def _moved(self) -> bool:
        return self.shown.exercise is not self.session.exercise

    def action_choose(self, step: int) -> None:
        """Look at the check before or after; 0: back to the first failure."""
        ids = [check.id for check in self.shown.checks]
        current = self.shown.result(self.chosen)
        if step and ids:
            at = ids.index(current.id) if current is not None else -step
            self.chosen = ids[(at + step) % len(ids)]
        else:
            self.chosen = ""
        self._pane.scroll_home(animate=False)
        self.refresh_all()

    def action_page(self) -> None:
        self._pane.scroll_page_down(animate=False)

    async def action_do_next(self) -> None:
        await self._open(self.session.beside(1))

    async def action_do_previous(self) -> None:
        await self._open(self.session.beside(-1))

    async def _open(self, exercise: Exercise | None) -> None:
        if exercise is not None:
            await self.session.open(exercise)

    async def action_do_run(self) -> None:
        await self.session.grade()

    def action_do_language(self) -> None:
        self.session.other_language()

    def action_do_list(self) -> None:
        self.push_screen(Choice(self.session), self._open)

    def action_do_hint(self) -> None:
        self.push_screen(Hints(self.session), lambda _: self.refresh_all())

    def action_do_source(self) -> None:
        if id := self._current:
            where, source = self.session.source(id)
            self.push_screen(Page(self.session, source, where or id, code=bool(where)))

    def action_do_values(self) -> None:
        if id := self._current:
            self.push_screen(Page(self.session, "\n".join(self.session.values(id))))

    @property
    def _current(self) -> str:
        """The id of the check that is shown, else of the first; "" where there is none yet."""
        current = self.shown.result(self.chosen) or (self.shown.checks[0] if self.shown.checks else None)
        return current.id if current is not None else ""

    def action_do_solution(self) -> None:
        shown = Text.from_ansi(self.session.solution(self.size.width - 4))
        self.push_screen(Page(self.session, shown))

    def action_do_help(self) -> None:
        language = self.session.language
        names = [f"{key}  {say('watch_key_' + name, language)}" for key, name in text.KEYS.items()]
        self.push_screen(Page(self.session, "\n".join([*names, "", say("watch_help", language)])))

    def action_do_reset(self) -> None:
        question, backup = self.session.question()

        async def answered(yes: bool | None) -> None:
            if yes and backup:
                self.notify(await self.session.reset(backup), markup=False, timeout=READ_SECONDS)

        if backup:
            self.push_screen(Question(question, say("watch_yes_no", self.session.language)), answered)
        else:
            self.notify(question, markup=False, timeout=READ_SECONDS)

    def action_do_quit(self) -> None:
        self.exit()


def watch(root: Path, start: str, language: str) -> None:
    app: list[WatchApp] = []
    session = Session(root, start, language, lambda: app[0].refresh_all())
    app.append(WatchApp(session))
    app[0].run(mouse=False)  # the terminal's own way to mark and copy text
