"""How the answers read: side by side where there is room, else one below the other; colours only on a terminal."""

from __future__ import annotations

from io import StringIO
from itertools import zip_longest

from rich.cells import cell_len, chop_cells
from rich.console import Console
from rich.markdown import Markdown
from rich.syntax import Syntax
from rich.text import Text
from rich.theme import Theme

from grader.course import answers
from grader.locale import say
from grader.model import Exercise
from grader.reports.text import plain

WIDE = 110  # columns from which two sources stand side by side
BETWEEN = " │ "
PROSE = 100  # columns at most for sentences
LIMIT = 1 << 20  # characters of a learner's file, which is read no further than this anyway


def page(exercise: Exercise, yours: str, language: str, width: int | None) -> str:
    """All of it. `width`: of a terminal, with its escape sequences; None: plain text, no line of code folded."""
    out = Console(
        file=StringIO(), width=min(width or PROSE, PROSE), force_terminal=width is not None, legacy_windows=False,
        color_system=None if width is None else "standard", highlight=False, theme=Theme({"markdown.code": "cyan"}),
    )  # fmt: skip
    for line in _lines(exercise, yours, language, width):
        out.print(line, soft_wrap=True)
    if written := answers.differences(exercise, language):
        heading, _, body = written.partition("\n")
        out.print(_heading(heading.lstrip("# ")), soft_wrap=True)
        out.print(Markdown(body))
    assert isinstance(out.file, StringIO)
    return "\n".join(line.rstrip() for line in out.file.getvalue().strip("\n").split("\n"))


def _lines(exercise: Exercise, yours: str, language: str, width: int | None) -> list[Text]:
    lines: list[Text] = []
    for part in answers.compared(exercise, yours):
        names = {"name": part.name or exercise.file_name}
        titles = [say(key, language, **names) for key in ("solution_ours", "solution_yours", "solution_same")]
        if part.is_same:
            lines += [_heading(titles[2]), *_code(part.ours, width)]
        elif part.ours and part.yours and width is not None and width >= WIDE:
            lines += _beside(titles, part, width)
        else:
            for title, code in zip(titles, (part.ours, part.yours), strict=False):
                lines += [_heading(title), *_code(code, width)] if code else []
    if (style := answers.other_style(exercise, yours)) is not None:
        lines += [_heading(say("solution_style", language, file=style.name))]
        lines += _code(answers.ours(style).splitlines(), width)
    return lines


def _heading(text: str) -> Text:
    return Text.assemble("\n", (f"── {text}", "bold"))


def _beside(titles: list[str], part: answers.Part, width: int) -> list[Text]:
    column = (width - len(BETWEEN)) // 2
    left, right = ([Text(f"── {title}", "bold"), *_code(code, column)]
                   for title, code in zip(titles, (part.ours, part.yours), strict=False))  # fmt: skip
    rows = [Text()]
    for one, other in zip_longest(left, right, fillvalue=Text()):
        row = one.copy()
        row.pad_right(column - cell_len(one.plain))
        rows.append(Text.assemble(row, (BETWEEN, "dim"), other))
    return rows


def _code(lines: list[str], width: int | None) -> list[Text]:
    look = Syntax("", "python", theme="ansi_dark", background_color="default")
    code = look.highlight(plain("\n".join(lines), LIMIT))
    code.rstrip()
    found = list(code.split("\n", allow_blank=True))
    return found if width is None else [piece for line in found for piece in _folded(line, width)]


def _folded(line: Text, width: int) -> list[Text]:
    """The line in pieces of at most that many columns; those after the first are indented further, or comments too."""
    code = line.plain.lstrip()
    indent = " " * min(len(line.plain) - len(code), width // 2)
    further = Text(f"{indent}# ", "dim") if code.startswith("#") else Text(f"{indent}    ")
    room, pieces = width, list[Text]()
    while cell_len(line.plain) > room:
        most = len(chop_cells(line.plain, room)[0])
        space = line.plain.rfind(" ", 0, most) + 1
        head, line = line.divide([space if space > most // 2 else most])
        pieces.append(further + head if pieces else head)
        room = width - len(further)
    return [*pieces, further + line if pieces else line]
