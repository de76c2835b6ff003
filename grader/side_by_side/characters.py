"""Pictures in the terminal. Each mark speaks without its colour too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.judge.message import clean
from grader.locale import say
from grader.side_by_side.cells import index, type_of
from grader.side_by_side.picture import Curve, Curves, Grids, Heat, Order, Picture

YOURS, REFERENCE, TOGETHER = "x", "o", "●"
STYLE = {YOURS: "red", REFERENCE: "cyan", TOGETHER: ""}
HEIGHT, WIDEST, AXIS = 11, 64, 11  # of a curve's canvas in characters; of the numbers beside it
MOST_ROWS, MOST_COLUMNS = 8, 8  # of an array that is written out
SHADES = " ░▒▓█"
TALLEST = 24  # rows of shades


def drawing(picture: Picture, language: str, width: int) -> Iterator[RenderableType]:
    """The picture for a terminal of that width, with what its marks mean."""
    draw: dict[type, Any] = {Curves: _curves, Order: _order, Grids: _grids, Heat: _heat}
    for part in draw[type(picture)](picture, language, width - 2):
        yield Padding(part, (0, 0, 0, 2))


def _curves(picture: Curves, language: str, width: int) -> Iterator[RenderableType]:
    for curve in picture.curves:
        name = clean(curve.name) or say("trace_whole", language)
        drawn = canvas(curve, width)
        yield Text("\n" + name, "bold")
        yield drawn
        if YOURS not in drawn.plain and _drift(curve) is not None:
            yield Text("\n" + say("show_drift", language, name=name), "bold")
            yield canvas(_drift(curve) or curve, width)
        if (first := _first(curve)) is not None:
            yield Text(say("show_first", language, place=f"{picture.along} {first}".strip()))
    if picture.left_out:
        yield Text(say("show_more_curves", language, count=picture.left_out))
    both = say("show_both", language)
    yield Text(f"\n{YOURS} {say('watch_yours', language)}   {REFERENCE} {say('watch_reference', language)}   {TOGETHER} {both}")


def _drift(curve: Curve) -> Curve | None:
    """Yours less the reference, beside a line of zeros."""
    by = np.subtract(curve.yours, curve.reference)
    return Curve(curve.name, curve.xs, by.tolist(), [0.0] * len(by)) if np.abs(np.nan_to_num(by)).any() else None


def _first(curve: Curve) -> int | None:
    """The x from which the two are not the same."""
    same = np.isclose(curve.yours, curve.reference, rtol=1e-6, atol=0, equal_nan=True)
    return curve.xs[int(np.argmin(same))] if not same.all() else None


def canvas(curve: Curve, width: int) -> Text:
    """Both curves on one grid of characters: marks at the points, dots between them."""
    columns = max(10, min(width - AXIS - 2, WIDEST))
    sides = [np.array(side, dtype=float) for side in (curve.reference, curve.yours)]
    xs = np.array(curve.xs, dtype=float)
    finite = np.concatenate([side[np.isfinite(side)] for side in sides])
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    if low == high:
        low, high = low - (abs(low) or 1) / 2, high + (abs(high) or 1) / 2
    grid = [[" "] * columns for _ in range(HEIGHT)]
    right, across = max(xs[-1] - xs[0], 1.0), columns - 1
    for mark, ys in zip((REFERENCE, YOURS), sides, strict=True):
        there = np.isfinite(ys)
        if not there.any():
            continue
        places = np.rint((xs[there] - xs[0]) / right * across).astype(int)
        rows = np.rint((high - ys[there]) / (high - low) * (HEIGHT - 1)).astype(int)
        for column in range(places[0], places[-1] + 1):
            row = int(np.rint(np.interp(column, places, rows)))
            grid[row][column] = "·" if grid[row][column] == " " else grid[row][column]
        for column, row in zip(places, rows, strict=True):
            grid[row][column] = TOGETHER if grid[row][column] in (REFERENCE, TOGETHER) and mark == YOURS else mark
    names = {0: high, HEIGHT // 2: (high + low) / 2, HEIGHT - 1: low}
    text = Text()
    for i, row in enumerate(grid):
        text.append(f"{format(names[i], '.5g') if i in names else '':>{AXIS - 1}} ┤")
        for character in row:
            text.append(character, STYLE.get(character, "dim" if character == "·" else ""))
        text.append("\n")
    first, last = str(curve.xs[0]), str(curve.xs[-1])
    text.append(" " * AXIS + "└" + "─" * columns + "\n")
    text.append(" " * (AXIS + 1) + first + " " * max(1, columns - len(first) - len(last)) + last)
    return text


def _order(picture: Order, language: str, width: int) -> Iterator[RenderableType]:
    """Blocks of cells, a batch each, as many beside each other as there is room for; ^ under what differs."""
    names = [say("watch_yours", language), say("watch_reference", language)]
    side = max(map(len, names)) + 1
    blocks = _blocks(picture)
    while blocks:
        some, used = [], side
        while blocks and (not some or used + len(blocks[0][0]) + 3 <= width):
            some.append(blocks.pop(0))
            used += len(some[-1][0]) + 3
        text = Text("\n")
        rows = zip(*some, strict=True)
        for name, row in zip(["", names[0], names[1] if picture.reference else "", ""], rows, strict=True):
            line = f"{name:{side}}│ " + " │ ".join(row) if name else " " * (side + 2) + "   ".join(row)
            if line.strip():
                text.append(line.rstrip() + "\n", "red" if "^" in line else "")
        text.rstrip()
        yield text
    if picture.left_out:
        yield Text(say("show_more_batches", language, count=picture.left_out))
    yield Text("\n" + say("show_order" if picture.reference else "show_own_order", language))


def _blocks(picture: Order) -> list[tuple[str, str, str, str]]:
    """(head, yours, reference, marks) of each batch, all of one width."""
    blocks = []
    for i, head in enumerate(picture.heads):
        mine, theirs = picture.yours[i], picture.reference[i] if picture.reference else []
        count = max(len(mine), len(theirs))
        wide = max(len(str(item)) for item in [*mine, *theirs, 0])
        cells = [[str(side[k]) if k < len(side) else "-" for k in range(count)] for side in (mine, theirs)]
        marks = ["^" if picture.reference and one != other else "" for one, other in zip(*cells, strict=True)]
        lines = [" ".join(f"{cell:>{wide}}" for cell in line) for line in (*cells, marks)]
        room = max(len(lines[0]), len(clean(head)))
        blocks.append((f"{clean(head):{room}}", f"{lines[0]:{room}}", f"{lines[1]:{room}}", f"{lines[2]:{room}}"))
    return blocks


def _grids(picture: Grids, language: str, width: int) -> Iterator[RenderableType]:
    yield Text("\n" + (clean(picture.label) or say("trace_whole", language)), "bold")
    sides = [("watch_yours", picture.yours, "red"), ("watch_reference", picture.reference, "cyan")]
    made = [(Text(f"{say(name, language)}: {type_of(value)}", style), _grid(value)) for name, value, style in sides]
    beside = Table.grid(padding=(0, 4, 0, 0))
    for parts in zip(*made, strict=True):
        beside.add_row(*parts)
    if Console(width=1000).measure(beside).maximum <= width:
        yield beside
    else:
        for title, grid in made:
            yield title
            yield grid


def _grid(value: Any) -> Table:
    """An array's numbers in boxes; of a large one those at the edges, of many axes the last as columns."""
    rows = flat(value)
    table = Table(box=box.SQUARE, show_header=False, show_lines=True, pad_edge=True)
    picked = _picked(len(rows), MOST_ROWS)
    across = _picked(rows.shape[1], MOST_COLUMNS)
    for _ in across:
        table.add_column(justify="right", no_wrap=True)
    for i in picked:
        table.add_row(*("…" if i is None or k is None else format(rows[i, k].item(), ".5g") for k in across))
    return table


def flat(value: Any) -> Any:
    """An array as rows: its last axis across, all others down."""
    array = np.asarray(value)
    return array.reshape(-1, array.shape[-1]) if array.ndim else array.reshape(1, 1)


def _picked(count: int, most: int) -> Sequence[int | None]:
    """The places that are shown; None for those left out."""
    if count <= most:
        return range(count)
    return [*range(most - 2), None, count - 1]


def _heat(picture: Heat, language: str, width: int) -> Iterator[RenderableType]:
    rows = flat(picture.by)
    name = clean(picture.label) or say("trace_whole", language)
    yield Text("\n" + say("show_drift", language, name=name), "bold")
    if len(rows) <= MOST_ROWS and rows.shape[1] <= MOST_COLUMNS:
        yield _numbers(rows)
    else:
        yield _shades(rows, width)
    largest = format(picture.by[picture.at].item(), "+.4g")
    yield Text(say("show_largest", language, number=largest, index=index(picture.at)))


def _numbers(rows: Any) -> Table:
    table = Table(box=box.SQUARE, show_header=False, show_lines=True, pad_edge=True)
    for _ in range(rows.shape[1]):
        table.add_column(justify="right", no_wrap=True)
    largest = np.abs(np.nan_to_num(rows)).max()
    for row in rows:
        cells = []
        for by in row:
            strong = "bold " if not np.isfinite(by) or abs(by) > largest / 2 else ""
            cells.append(Text(format(by.item(), "+.4g"), f"{strong}{'blue' if by < 0 else 'red'}") if by else Text("0"))
        table.add_row(*cells)
    return table


def _shades(rows: Any, width: int) -> Text:
    """The size of the difference, darker where larger; neighbours that share a cell show the largest of them."""
    down, across = min(len(rows), TALLEST), max(1, min(rows.shape[1], (width - 2) // 2))
    size = np.nan_to_num(np.abs(rows), nan=np.inf)
    parts = [np.array_split(band, across, axis=1) for band in np.array_split(size, down, axis=0)]
    largest = size[np.isfinite(size)].max(initial=0.0)
    lines = []
    for band in parts:
        shares = [float(part.max()) / largest if largest else np.inf * float(part.max()) for part in band]
        lines.append("".join(SHADES[int(np.ceil(min(s, 1) * 4)) if s == s else 0] * 2 for s in shares))
    edge = "─" * (2 * across)
    return Text("\n".join([f"┌{edge}┐", *(f"│{line}│" for line in lines), f"└{edge}┘"]))
