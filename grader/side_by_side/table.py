"""`kata trace`: a visible check as a table, a row per value, around the first that differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.judge.compared import Compared, Comparison
from grader.judge.message import clean
from grader.locale import say
from grader.reports.terminal import SIGNS, STYLES
from grader.side_by_side.cells import both, difference

FIRST, ALSO = "→", "≠"
BEFORE, AFTER = 4, 11  # rows around the first that differs
GAP = 2  # between columns
NARROWEST = 12  # of a column of values; where there is no room for that, the differences are left out
LONGEST_LABEL = 200
LINES = 3  # of a cell, about
LABEL_SHARE = 0.34  # of the width, at most


def head(compared: Compared, language: str) -> RenderableType:
    """The check's sign, id and title, as in the list of `kata check`."""
    result = compared.result
    title, style = result.title[language], STYLES.get(result.outcome, "red")
    if result.outcome not in ("passed", "failed"):
        title += f" [{say('outcome_' + result.outcome, language)}]"
    made = Table.grid(padding=(0, 1, 0, 0))
    made.add_row(Text(f"{SIGNS.get(result.outcome, '✘')} {result.id}", style), Text(title, style))
    return made


def table(compared: Compared, language: str, width: int, whole: bool = False) -> Iterator[RenderableType]:
    """The head, then the comparison to look at (all of them if `whole`), or what came in place of values."""
    yield head(compared, language)
    if reason := in_place_of_values(compared, language):
        for line in reason.splitlines():
            yield Padding(Text(line.strip()), (0, 0, 0, len(line) - len(line.lstrip())), expand=False)
        return
    shown = compared.comparisons if whole else [one for one in [compared.first] if one is not None]
    for comparison in shown:
        yield Text("")
        if comparison.case:
            yield _indented(Text(say("case", language, case=clean(comparison.case))))
        yield from _comparison(comparison, language, width - 2)
        if comparison.call and (whole or compared.result.outcome != "passed"):
            yield _indented(Text(say("call", language, call=comparison.call)))
    if others := len(compared.comparisons) - len(shown):
        name = f"kata trace {compared.check.id.partition('.')[0]} {compared.check.id}"
        yield _indented(Text(say("trace_others", language, count=others, command=name)))


def in_place_of_values(compared: Compared, language: str) -> str:
    """The message of a check that has no values to show beside each other; "" of one that has."""
    outcome, message = compared.result.outcome, compared.result.messages[language]
    differs = any(one.first is not None for one in compared.comparisons)
    return "" if outcome == "passed" or (outcome == "failed" and differs) else message.partition("\n")[2]


def _comparison(comparison: Comparison, language: str, width: int) -> Iterator[RenderableType]:
    pairs, first = comparison.pairs, comparison.first
    begin = max(0, (first or 0) - BEFORE)
    end = min(len(pairs), begin + BEFORE + 1 + AFTER)
    if begin:
        yield _indented(Text(say("trace_above", language, count=begin)))
    yield _indented(_rows(comparison, range(begin, end), language, width))
    if end < len(pairs):
        differ = sum(bool(pair.kind) for pair in pairs[end:])
        yield _indented(Text(say("trace_below", language, count=len(pairs) - end, differ=differ)))
    if first is not None:
        several = sum(bool(pair.kind) for pair in pairs[begin:end]) > 1
        legend = [f"{FIRST} {say('trace_first', language)}", f"{ALSO} {say('trace_also', language)}"]
        yield _indented(Text("   ".join(legend[: 1 + several])))


def _rows(comparison: Comparison, shown: range, language: str, width: int) -> Table:
    pairs = comparison.pairs[shown.start : shown.stop]
    heads = [say(name, language) for name in ("trace_value", "watch_yours", "watch_reference", "trace_difference")]
    labels = [clean(pair.label, LONGEST_LABEL) or say("trace_whole", language) for pair in pairs]
    differences = [difference(pair, language) for pair in pairs]
    label = max(len(heads[0]), min(_longest(labels), int(LABEL_SHARE * width)))
    last = max(len(heads[3]), _longest(differences))
    space = width - len(FIRST) - label - last - 4 * GAP
    if space < 2 * NARROWEST:  # the values come first
        space, last = space + last + GAP, 0
    values = [both(pair, LINES * space // 2) for pair in pairs]
    sides = [_longest([head, *side]) for head, side in zip(heads[1:3], zip(*values, strict=True), strict=True)]
    made = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="")
    sizes = [len(FIRST), label, *_shared(space, *sides), last]
    for name, size in zip(["", *heads], sizes, strict=True):
        if size:
            made.add_column(name, overflow="fold", width=size)
    for i, pair, name, value, by in zip(shown, pairs, labels, values, differences, strict=True):
        mark = FIRST if i == comparison.first else ALSO if pair.kind else ""
        texts = [mark, name, *value, by][: len(made.columns)]
        made.add_row(*map(Text, texts), style="red" if pair.kind else "")
    return made


def _longest(texts: Sequence[str]) -> int:
    return max(map(len, texts))


def _shared(space: int, one: int, other: int) -> tuple[int, int]:
    """The widths of two columns: each as wide as it asks for where both find room, and where one needs less than half,
    the other has the rest."""
    half = max(1, space // 2)
    if one + other <= space:
        return one, other
    return (one, space - one) if one <= half else (space - other, other) if other <= half else (half, half)


def _indented(what: RenderableType) -> Padding:
    return Padding(what, (0, 0, 0, 2), expand=False)


def as_lines(compared: Compared, language: str, width: int) -> list[str]:
    """The whole table as plain lines, for a screen that has its own way to show them."""
    console = Console(width=width, color_system=None, force_terminal=False, highlight=False)
    with console.capture() as printed:
        for part in table(compared, language, width, whole=True):
            console.print(part)
    return [line.rstrip() for line in printed.get().splitlines()]
