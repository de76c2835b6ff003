"""What opens over the verdict: a page to read, hints, exercises to choose from, a question. Escape closes it."""

from __future__ import annotations

from typing import ClassVar

from rich.syntax import Syntax
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static

from grader.locale import say
from grader.model import Exercise
from grader.watch import text
from grader.watch.session import Session

BESIDE_A_ROW = 4  # columns: a list's margins and its scroll bar
STYLE = """
{name} VerticalScroll {{ padding: 0 1; }}
{name} .head {{ width: 100%; height: auto; text-style: reverse bold; }}
{name} .foot {{ width: 100%; height: auto; text-style: reverse; }}
"""


class Over(ModalScreen[None]):
    """Lies over the verdict: its head says how the newest save fares; the keys of the verdict work from here too."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "dismiss(None)", show=False),
        *(Binding(key, f"instead('{name}')", show=False) for key, name in text.KEYS.items() if name != "quit"),
        Binding("question_mark,f1", "instead('help')", show=False),
    ]

    def __init__(self, session: Session, head: str = "") -> None:
        super().__init__()
        self._session, self._words = session, head

    @property
    def _head(self) -> Static:
        return Static(self.head(self.app.size.width), classes="head", id="head", markup=False)

    def head(self, width: int) -> str:
        session = self._session
        return text.ends(self._words or text.title(session), text.status(session.verdict, session.language), width)

    def refresh_head(self) -> None:
        """Said again: something was saved, or time has passed."""
        for head in self.query("#head").results(Static):
            head.update(self.head(self.app.size.width))

    async def action_instead(self, name: str) -> None:
        self.dismiss(None)
        self.app.call_later(self.app.run_action, f"do_{name}")


class Page(Over):
    """A text to scroll through."""

    CSS = STYLE.format(name="Page")

    def __init__(self, session: Session, body: str | Text, head: str = "", code: bool = False) -> None:
        super().__init__(session, head)
        self._body, self._code = body, code

    def compose(self) -> ComposeResult:
        yield self._head
        with VerticalScroll():
            if self._code:
                code = Syntax(str(self._body), "python", theme="ansi_dark", background_color="default", word_wrap=True)
                yield Static(code)
            else:
                yield Static(Text(self._body) if isinstance(self._body, str) else self._body)
        yield Static(say("watch_close", self._session.language), classes="foot", markup=False)


class Hints(Over):
    """The hints taken so far; h takes the next."""

    CSS = STYLE.format(name="Hints")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("h", "more", show=False)]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._level = session.hint_taken or 1

    def compose(self) -> ComposeResult:
        yield self._head
        with VerticalScroll():
            yield Static(id="hints", markup=False)
        yield Static(id="more", classes="foot", markup=False)

    def on_mount(self) -> None:
        self._show()

    def action_more(self) -> None:
        if self._session.hint(self._level + 1):
            self._level += 1
            self._show()
            self.query_one(VerticalScroll).scroll_end(animate=False)

    def _show(self) -> None:
        hints = [self._session.hint(level) for level in range(1, self._level + 1)]
        shown = [self._session.hints_about] if self._session.hints_about else []
        shown += [f"{level}. {hint}" for level, hint in enumerate(filter(None, hints), 1)]
        language = self._session.language
        self.query_one("#hints", Static).update(Text("\n\n".join(shown) or say("watch_no_hint", language)))
        more = self._session.has_hint(self._level + 1)
        self.query_one("#more", Static).update(Text(say("watch_more_hints" if more else "watch_last_hint", language)))


class Choice(ModalScreen[Exercise]):
    """The exercises, to go to one of them."""

    CSS = STYLE.format(name="Choice") + "Choice OptionList { border: none; height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,l", "dismiss(None)", show=False),
        Binding("j", "down", show=False),
        Binding("k", "up", show=False),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def compose(self) -> ComposeResult:
        room = self.app.size.width - BESIDE_A_ROW
        rows = [text.exercise_row(self._session, number, room) for number in range(len(self._session.exercises))]
        yield Static(text.tally(self._session), classes="head", markup=False)
        yield OptionList(*map(Text, rows), markup=False)
        yield Static(say("watch_choose", self._session.language), classes="foot", markup=False)

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.highlighted = self._session.exercises.index(self._session.exercise)
        options.focus()

    def action_down(self) -> None:
        self.query_one(OptionList).action_cursor_down()

    def action_up(self) -> None:
        self.query_one(OptionList).action_cursor_up()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._session.exercises[event.option_index])


class Question(ModalScreen[bool]):
    """Yes or no; anything but a yes is a no."""

    CSS = STYLE.format(name="Question")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,s", "dismiss(True)", show=False),
        Binding("n,escape,enter,q", "dismiss(False)", show=False),
    ]

    def __init__(self, question: str, keys: str) -> None:
        super().__init__()
        self._question, self._keys = question, keys

    def compose(self) -> ComposeResult:
        yield Static(self._question, classes="head", markup=False)
        yield Static(self._keys, markup=False)
