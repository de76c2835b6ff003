"""Pictures as a PNG, with matplotlib (the extra `pictures`), imported only here. No text in them is markup."""

from __future__ import annotations

import os
import textwrap
import warnings
from itertools import zip_longest
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from grader.errors import KataError
from grader.judge.message import clean
from grader.locale import say
from grader.side_by_side.cells import index, subtract, type_of
from grader.side_by_side.picture import Curves, Grids, Heat, Order, Picture

YOURS, REFERENCE = "#c1272d", "#1f6fb4"  # told apart without colour too: crosses on a line, circles on a dashed one
PLAIN: Any = {"text.parse_math": False, "text.usetex": False, "font.size": 10.0, "axes.titlesize": 11.0}
DPI = 120
LONGEST_NAME = 60
CELLS_PER_ROW, CELL_INCHES, GAP = 20, 0.42, 0.4  # of batches: across, the side of a cell, between two batches
DARK = 0.65  # of the largest difference: from here on a cell's number is white
LARGEST = 1e100  # number that is drawn
MOST_WRITTEN = 12  # rows or columns up to which an array's numbers are written into its cells


def write(picture: Picture, title: str, language: str, file: Path) -> None:
    """Draw into `file`, whole or not at all. Raises KataError where it cannot be written."""
    draw: dict[type, Any] = {Curves: _curves, Order: _order, Grids: _grids, Heat: _heat}
    with matplotlib.rc_context(PLAIN), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of signs that the font does not have
        figure = Figure(layout="constrained", dpi=DPI)
        FigureCanvasAgg(figure)
        draw[type(picture)](figure, picture, language)
        width = int(figure.get_figwidth() * 11)
        figure.suptitle("\n".join(textwrap.wrap(clean(title), width)), fontsize=12)
        half = file.with_name(f".{file.name}.{os.getpid()}.half")
        try:
            try:
                figure.savefig(half, format="png")
                os.replace(half, file)
            finally:
                half.unlink(missing_ok=True)
        except OSError as problem:
            raise KataError(say("show_not_written", file=file, problem=problem.strerror or problem)) from None


def _curves(figure: Any, picture: Curves, language: str) -> None:
    """Above both curves, below what lies between them: a drift that is too small to see above is seen there."""
    count = len(picture.curves)
    figure.set_size_inches(max(7.0, 4.5 * count), 6.0)
    axes = figure.subplots(2, count, squeeze=False, sharex="col", height_ratios=[3, 1])
    for curve, (above, below) in zip(picture.curves, axes.T, strict=True):
        above.set_title(clean(curve.name, LONGEST_NAME) or say("trace_whole", language))
        names = say("watch_reference", language), say("watch_yours", language)
        above.plot(curve.xs, _drawable(curve.reference), "o--", color=REFERENCE, mfc="none", ms=8, label=names[0])
        above.plot(curve.xs, _drawable(curve.yours), "x-", color=YOURS, ms=6, label=names[1])
        above.grid(alpha=0.3)
        below.plot(curve.xs, _drawable(subtract(curve.yours, curve.reference)), "x-", color=YOURS, ms=4)
        below.axhline(0, color=REFERENCE, lw=1, ls="--")
        below.grid(alpha=0.3)
        below.xaxis.set_major_locator(MaxNLocator(integer=True))
        below.set_xlabel(clean(picture.along, LONGEST_NAME))
    axes[0][0].legend()
    axes[1][0].set_ylabel(say("show_by", language))


def _order(figure: Any, picture: Order, language: str) -> None:
    """A cell per index, above the reference's; batches take turns in colour, what differs has a frame."""
    names = [say("watch_yours", language), *([say("watch_reference", language)] if picture.reference else [])]
    lines, axes, right = _lines_of_batches(picture), figure.subplots(), 0.0
    tall = len(names) + 1.1  # of a line, in cells
    for line, batches in enumerate(lines):
        x = 0.0
        for i in batches:
            pairs = list(zip_longest(picture.yours[i], picture.reference[i] if picture.reference else ()))
            axes.text(x, line * tall - 0.3, clean(picture.heads[i], LONGEST_NAME), fontsize=8, color="0.35")
            for k, pair in enumerate(pairs):
                is_other = bool(picture.reference) and pair[0] != pair[1]
                for row, item in enumerate(pair):
                    if item is not None:
                        _cell(axes, x + k, line * tall + row, item, i % 2, is_other and row == 0)
            x += max(len(pairs), 1) + GAP
        for row, name in enumerate(names):
            axes.text(-0.4, line * tall + row + 0.5, name, ha="right", va="center")
        right = max(right, x)
    figure.set_size_inches(max(7.0, CELL_INCHES * (right + 4)), CELL_INCHES * len(lines) * tall + 1.3)
    axes.set_xlim(-3.2, max(right, 7.0 / CELL_INCHES - 4))
    axes.set_ylim(len(lines) * tall - 0.9, -1)
    axes.set_aspect("equal")
    axes.axis("off")
    note = say("show_frame" if picture.reference else "show_own_order", language)
    figure.supxlabel("\n".join(textwrap.wrap(note, int(figure.get_figwidth() * 12))), fontsize=9)


def _lines_of_batches(picture: Order) -> list[list[int]]:
    """The batches' numbers, line by line; each epoch begins a new line."""
    lines: list[list[int]] = []
    used, epoch = 0, None
    for i, head in enumerate(picture.heads):
        size = max(len(picture.yours[i]), len(picture.reference[i]) if picture.reference else 0, 1)
        of = head.rpartition("[")[0]
        if not lines or of != epoch or used + size > CELLS_PER_ROW:
            lines.append([])
            used = 0
        lines[-1].append(i)
        used, epoch = used + size, of
    return lines


def _cell(axes: Any, x: float, y: float, text: str, shade: int, is_other: bool) -> None:
    look: dict[str, Any] = {"facecolor": ("#dce9f5", "#f2f2f2")[shade], "edgecolor": "0.6", "lw": 0.8, "zorder": 2}
    if is_other:
        look = {"facecolor": "#ffd9d6", "edgecolor": YOURS, "lw": 2, "zorder": 3}
    axes.add_patch(Rectangle((x, y), 1, 1, **look))
    # It lies within its cell, so the layout need not measure it.
    axes.text(x + 0.5, y + 0.5, text, ha="center", va="center", fontsize=9, zorder=4, in_layout=False)


def _grids(figure: Any, picture: Grids, language: str) -> None:
    """Both arrays in one scale of colours and one size of cells, so that their shapes can be compared by eye."""
    arrays = [_flat(value) for value in (picture.yours, picture.reference)]
    wide, tall = sum(array.shape[1] for array in arrays), max(len(array) for array in arrays)
    figure.set_size_inches(float(np.clip(1.0 * wide + 2.5, 7, 13)), float(np.clip(0.8 * tall + 2, 3.5, 9)))
    axes = figure.subplots(1, 2, width_ratios=[max(1, array.shape[1]) for array in arrays])
    every = np.concatenate([array.ravel() for array in arrays])
    finite = every[np.isfinite(_drawable(every))]
    scale = {"vmin": finite.min(), "vmax": finite.max()} if finite.size else {}
    names = [say("watch_yours", language), say("watch_reference", language)]
    for one, name, value, array in zip(axes, names, (picture.yours, picture.reference), arrays, strict=True):
        one.set_title(f"{name}\n{type_of(value)}")
        one.set_anchor("N")
        if array.size:
            one.imshow(_drawable(array), cmap="Blues", alpha=0.6, **scale)
        _numbers(one, array, ".5g", np.zeros(array.shape, dtype=bool))
    figure.supxlabel(clean(picture.label, LONGEST_NAME))


def _heat(figure: Any, picture: Heat, language: str) -> None:
    """yours - reference: white where they are equal, red where yours is larger, blue where it is smaller."""
    rows = _flat(picture.by)
    figure.set_size_inches(float(np.clip(0.9 * rows.shape[1] + 3, 6, 11)), float(np.clip(0.8 * len(rows) + 2, 3.5, 9)))
    axes = figure.subplots()
    finite = np.abs(rows[np.isfinite(_drawable(rows))])
    largest = float(finite.max()) if finite.size and finite.max() else 1.0
    image = axes.imshow(_drawable(rows), cmap="RdBu_r", vmin=-largest, vmax=largest)
    _numbers(axes, rows, "+.3g", np.abs(rows) > DARK * largest)
    figure.colorbar(image, ax=axes, label=say("show_by", language))
    name = clean(picture.label, LONGEST_NAME) or say("trace_whole", language)
    axes.set_title(say("show_drift", language, name=name))
    number = format(picture.by[picture.at].item(), "+.4g")
    figure.supxlabel(say("show_largest", language, number=number, index=index(picture.at)), fontsize=9)


def _numbers(axes: Any, rows: Any, form: str, dark: Any) -> None:
    """Numbers in the cells of a small array, white on those that are dark, and whole numbers beside the cells."""
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    if len(rows) <= MOST_WRITTEN and rows.shape[1] <= MOST_WRITTEN:
        axes.set_xticks(range(rows.shape[1]))
        axes.set_yticks(range(len(rows)))
        for (i, k), value in np.ndenumerate(rows):
            axes.text(k, i, format(value.item(), form) if value else "0", ha="center", va="center", in_layout=False,
                      color="white" if dark[i, k] else "black")  # fmt: skip


def _drawable(values: Any) -> Any:
    """The values, with a gap where a number is too large for a scale."""
    array = np.asarray(values, dtype=np.float64)
    return np.where(np.abs(array) < LARGEST, array, np.nan)


def _flat(value: Any) -> Any:
    """An array of real numbers as rows: its last axis across, all others down."""
    array = np.asarray(value)
    if not array.size:
        return np.empty((0, 0))
    array = np.abs(array) if np.iscomplexobj(array) else array.astype(np.float64)
    return array.reshape(-1, array.shape[-1]) if array.ndim else array.reshape(1, 1)
