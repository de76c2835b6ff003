"""Pictures in the terminal. Each mark speaks without its colour too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
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
HEIGHT, WIDEST, AXIS = 9, 64, 11  # of a curve's canvas in characters; of the numbers beside it
MOST_CANVASES = 2
MOST_ROWS, MOST_COLUMNS = 8, 8  # of an array that is written out
SHADES = " ░▒▓█"
TALLEST = 24  # rows of shades


def drawing(picture: Picture, language: str, width: int) -> Iterator[RenderableType]:
    """The picture for a terminal of that width, with what its marks mean."""
    draw: dict[type, Any] = {Curves: _curves, Order: _order, Grids: _grids, Heat: _heat}
    for part in draw[type(picture)](picture, language, width - 2):
        yield Padding(part, (0, 0, 0, 2), expand=False)


def _curves(picture: Curves, language: str, width: int) -> Iterator[RenderableType]:
    for curve in picture.curves[:MOST_CANVASES]:
        name = clean(curve.name) or say("trace_whole", language)
        drawn = canvas(curve, width)
        yield Text("\n" + name, "bold")
        yield drawn
        if YOURS not in drawn.plain and _drift(curve) is not None:
            yield Text("\n" + say("show_drift", language, name=name), "bold")
            yield canvas(_drift(curve) or curve, width)
        if (first := _first(curve)) is not None:
            yield Text(f"↑ {say('show_first', language, place=f'{picture.along} {first}'.strip())}")
    if left_out := picture.left_out + len(picture.curves[MOST_CANVASES:]):
        yield Text(say("show_more_curves", language, count=left_out))
    marks = ((YOURS, "watch_yours"), (REFERENCE, "watch_reference"), (TOGETHER, "show_both"))
    yield Text("\n" + "   ".join(f"{mark} {say(name, language)}" for mark, name in marks))


def _drift(curve: Curve) -> Curve | None:
    """Yours less the reference, beside a line of zeros."""
    by = np.subtract(curve.yours, curve.reference)
    return Curve(curve.name, curve.xs, by.tolist(), [0.0] * len(by)) if np.abs(np.nan_to_num(by)).any() else None


def _first(curve: Curve) -> int | None:
    """The x from which the two are not the same."""
    same = np.isclose(curve.yours, curve.reference, rtol=1e-6, atol=0, equal_nan=True)
    return curve.xs[int(np.argmin(same))] if not same.all() else None


@np.errstate(all="ignore")
def canvas(curve: Curve, width: int) -> Text:
    """Both curves on one grid of characters: marks at the points, dots between them."""
    columns = max(10, min(width - AXIS - 2, WIDEST))
    sides = [np.array(side, dtype=float) for side in (curve.reference, curve.yours)]
    xs = np.array(curve.xs, dtype=float)
    finite = np.concatenate([side[np.isfinite(side)] for side in sides])
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    grid = [[" "] * columns for _ in range(HEIGHT)]
    right, across = max(xs[-1] - xs[0], 1.0), columns - 1
    span = high / 2 - low / 2  # halves, so that no difference is too large for a float
    for mark, ys in zip((REFERENCE, YOURS), sides, strict=True):
        there = np.isfinite(ys)
        if not there.any():
            continue
        places = np.rint((xs[there] - xs[0]) / right * across).astype(int)
        share = (high / 2 - ys[there] / 2) / span if span else np.full(len(places), 0.5)
        rows = np.rint(share * (HEIGHT - 1)).astype(int)
        for column in range(places[0], places[-1] + 1):
            row = int(np.rint(np.interp(column, places, rows)))
            grid[row][column] = "·" if grid[row][column] == " " else grid[row][column]
        for row, column in zip(rows, places, strict=True):
            grid[row][column] = TOGETHER if mark == YOURS and grid[row][column] == REFERENCE else mark
    names = {0: high, HEIGHT // 2: high / 2 + low / 2, HEIGHT - 1: low} if span else {HEIGHT // 2: high}
    text = Text()
    for i, line in enumerate(grid):
        text.append(f"{format(names[i], '.5g') if i in names else '':>{AXIS - 1}} ┤")
        for character in line:
            text.append(character, STYLE.get(character, "dim" if character == "·" else ""))
        text.append("\n")
    first, last = str(curve.xs[0]), str(curve.xs[-1])
    axis = ["─"] * columns
    if (at := _first(curve)) is not None:
        axis[round((at - xs[0]) / right * across)] = "↑"
    text.append(" " * AXIS + "└" + "".join(axis) + "\n")
    text.append(" " * (AXIS + 1) + first + " " * max(1, columns - len(first) - len(last)) + last)
    return text


def _order(picture: Order, language: str, width: int) -> Iterator[RenderableType]:
    """Blocks of cells, a batch each, as many beside each other as there is room for; ^ under what differs."""
    names = ["", say("watch_yours", language), say("watch_reference", language) if picture.reference else "", ""]
    side = max(map(len, names)) + 1
    for row in _rows_of_blocks(picture, width - side):
        text = Text("\n", no_wrap=True, overflow="ellipsis")
        for name, cells in zip(names, zip(*row, strict=True), strict=True):
            line = f"{name:{side}}│ {' │ '.join(cells)} │" if name else " " * (side + 2) + "   ".join(cells).rstrip()
            if line.strip():
                text.append(line + "\n", "red" if line.strip(" ^") == "" else "")
        text.right_crop(1)
        yield text
    if picture.left_out:
        yield Text(say("show_more_batches", language, count=picture.left_out))
    yield Text("\n" + say("show_order" if picture.reference else "show_own_order", language))


Block = tuple[str, str, str, str]  # head, yours, reference, marks


def _rows_of_blocks(picture: Order, width: int) -> Iterator[list[Block]]:
    """As many blocks in a row as there is room for; each epoch begins a new one."""
    row: list[Block] = []
    epoch = None
    for head, block in zip(picture.heads, _blocks(picture), strict=True):
        of = head.rpartition("[")[0]
        if row and (of != epoch or sum(len(one[0]) + 3 for one in [*row, block]) + 1 > width):
            yield row
            row = []
        row.append(block)
        epoch = of
    yield row


def _blocks(picture: Order) -> Iterator[Block]:
    """Each batch, all of its lines of one width."""
    for i, name in enumerate(picture.heads):
        mine, theirs = picture.yours[i], picture.reference[i] if picture.reference else []
        wide = max(map(len, [*mine, *theirs, "-"]))
        pairs = list(zip_longest(mine, theirs, fillvalue="-"))
        lines = [list(side) for side in zip(*pairs, strict=True)][: 2 if picture.reference else 1]
        if picture.reference:
            lines.append(["^" * (one != other) for one, other in pairs])
        texts = [clean(name), *(" ".join(f"{cell:>{wide}}" for cell in line) for line in lines)]
        room = max(map(len, texts))
        head, yours, reference, marks = (f"{text:{room}}" for text in [*texts, "", "", ""][:4])
        yield head, yours, reference, marks


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
    if not array.size:
        return np.empty((0, 0))
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
