"""Which picture says most about values that differ: chosen from what they are. What is drawn is data, no drawing.

a series of numbers, a step after the other, or a long row of them     Curves
batches of indices                                                     Order
arrays of two shapes                                                   Grids
arrays of one shape                                                    Heat
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np

from grader.judge.compared import Compared, Comparison, Nothing, Pair, is_flat
from grader.side_by_side.cells import is_number, subtract, worst

SERIES = 3  # points from which numbers are a curve
LONG_ROW = 8  # numbers from which one array of one axis is a curve
ELEMENTS = 4  # of an array in a series, at most: each is a curve of its own
MOST_CURVES = 3
MOST_BATCHES = 15  # three epochs of five
MOST_CELLS = 12  # of a batch
NUMBER = re.compile(r"(?<!\d)\d{1,9}(?!\d)")


@dataclass(frozen=True)
class Curve:
    """`xs` count steps; a value that is not there is nan."""

    name: str
    xs: list[int]
    yours: list[float]
    reference: list[float]


@dataclass(frozen=True)
class Curves:
    along: str  # what is counted: "step"
    curves: list[Curve]
    left_out: int  # further curves that differ


@dataclass(frozen=True)
class Order:
    """Batches of cells in their order, of a long batch those around the first index that differs.

    `reference` is empty where the check compares facts, and these are only the learner's.
    """

    heads: list[str]
    yours: list[list[str]]
    reference: list[list[str]]
    left_out: int  # batches before and after


@dataclass(frozen=True)
class Grids:
    label: str
    yours: Any
    reference: Any


@dataclass(frozen=True)
class Heat:
    """`by`: yours minus the reference; `at`: where it is largest."""

    label: str
    by: Any
    at: tuple[int, ...]


Picture = Curves | Order | Grids | Heat


def picture_of(compared: Compared) -> Picture | None:
    """The picture of the first value that differs and can be drawn; of a check that passes, of its first value.

    None where there is nothing to draw, as with words, truth values and errors.
    """
    comparison = compared.first
    if comparison is None or compared.result.outcome not in ("passed", "failed"):
        return None
    differing = [pair for pair in comparison.pairs if pair.kind] or comparison.pairs
    drawn = (_of_pair(pair, comparison) for pair in differing)
    found = next((picture for picture in drawn if picture is not None), None)
    if found is None and compared.result.outcome == "failed":
        return _returned(compared.returned)
    return found


def _of_pair(pair: Pair, comparison: Comparison) -> Picture | None:
    yours, reference = pair.yours, pair.reference
    if _is_batch(yours) and _is_batch(reference):
        return _order(pair, comparison)
    if not (is_number(yours) and is_number(reference)):
        return _row([pair]) if _is_history(yours) and _is_history(reference) else None
    if np.shape(yours) != np.shape(reference):
        return Grids(pair.label, np.asarray(yours), np.asarray(reference))
    if (curves := _series(pair, comparison)) is not None:
        return curves
    if not np.ndim(yours) or np.iscomplexobj(yours) or np.iscomplexobj(reference) or pair.kind == "dtype":
        return None
    if np.ndim(yours) == 1 and np.size(yours) >= LONG_ROW:
        return _row([pair])
    at = worst(yours, reference)
    return Heat(pair.label, subtract(yours, reference), at) if at is not None else None


def _series(pair: Pair, comparison: Comparison) -> Curves | None:
    """Values whose labels differ in one number that grows: `step 1, parameter 0`, `step 2, parameter 0`, ..."""
    families: dict[tuple[str, str], dict[int, Pair]] = {}
    for one in comparison.pairs:
        if (found := NUMBER.search(one.label)) is not None:
            family = one.label[: found.start()], one.label[found.end() :]
            families.setdefault(family, {})[int(found[0])] = one
    of_this = next((family for family, members in families.items() if pair in members.values()), None)
    if of_this is None:
        return None
    curves = [
        curve
        for family, members in families.items()
        if family[0] == of_this[0]
        for curve in _curves_of(family, members)
    ]
    differing = [curve for curve in curves if _differs(curve)] or curves
    return Curves(of_this[0].strip(" [›,"), differing[:MOST_CURVES], len(differing[MOST_CURVES:])) if curves else None


def _curves_of(family: tuple[str, str], members: dict[int, Pair]) -> Iterable[Curve]:
    xs = list(members)
    points = [(one.yours, one.reference) for one in members.values()]
    shapes = {np.shape(value) for point in points for value in point if is_number(value)}
    if xs != sorted(xs) or len(shapes) != 1 or not any(_is_real(value) for point in points for value in point):
        return
    (shape,) = shapes
    size = int(np.prod(shape))
    if not 0 < size <= ELEMENTS or sum(_is_real(one) and _is_real(other) for one, other in points) < SERIES:
        return
    name = family[1].strip(" ],›:") or family[0].strip(" [›,")
    for i in range(size):
        yours, reference = ([_element(point[side], i) for point in points] for side in (0, 1))
        yield Curve(f"{name} [{i}]" if size > 1 else name, xs, yours, reference)


def _element(value: Any, i: int) -> float:
    return float(np.asarray(value).ravel()[i]) if _is_real(value) else float("nan")


def _is_real(value: Any) -> bool:
    return is_number(value) and np.asarray(value).dtype.kind == "f"


def _differs(curve: Curve) -> bool:
    return not np.allclose(curve.yours, curve.reference, rtol=1e-6, atol=0, equal_nan=True)


def _row(pairs: list[Pair]) -> Curves | None:
    """Lists or arrays of numbers, such as a history of losses, against the place in them."""
    curves = []
    for pair in pairs:
        count = max(len(pair.yours), len(pair.reference))
        yours, reference = (
            [float(value) for value in side] + [float("nan")] * (count - len(side))
            for side in (pair.yours, pair.reference)
        )
        curves.append(Curve(pair.label, list(range(count)), yours, reference))
    return Curves("", curves, 0)


def _is_history(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and len(value) >= SERIES and all(type(item) is float for item in value)


def _is_batch(value: Any) -> bool:
    """A list or an array of indices, or nothing where the other side has one."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "iu" and value.ndim == 1
    return isinstance(value, Nothing) or (isinstance(value, list) and _is_indices(value))


def _is_indices(value: list[Any]) -> bool:
    return bool(value) and all(type(item) is int for item in value)


def _order(pair: Pair, comparison: Comparison) -> Order:
    batches = [one for one in comparison.pairs if _is_batch(one.yours) and _is_batch(one.reference)]
    at = next(i for i, one in enumerate(batches) if one is pair)
    begin = max(0, min(at - 3, len(batches) - MOST_BATCHES))
    shown = batches[begin : begin + MOST_BATCHES]
    yours, reference = zip(*(_cells(_indices(one.yours), _indices(one.reference)) for one in shown), strict=True)
    return Order([one.label for one in shown], list(yours), list(reference), len(batches) - len(shown))


def _indices(value: Any) -> list[int]:
    return [] if isinstance(value, Nothing) else [int(item) for item in value]


def _cells(yours: list[int], reference: list[int]) -> tuple[list[str], list[str]]:
    """Both batches as texts, cut alike."""
    pairs = list(zip_longest(yours, reference))
    first = next((i for i, (one, other) in enumerate(pairs) if one != other), 0)
    begin = max(0, min(first - MOST_CELLS // 2, len(pairs) - MOST_CELLS))
    return _cut(yours, begin), _cut(reference, begin)


def _cut(batch: list[int], begin: int) -> list[str]:
    cells = [text if len(text) <= 6 else text[:5] + "…" for text in map(str, batch[begin : begin + MOST_CELLS])]
    before, after = ["…"] * (begin > 0), ["…"] * (begin + MOST_CELLS < len(batch))
    return [*before, *cells, *after]


def _returned(values: list[Any]) -> Order | None:
    """The batches that the learner's code gave, where the check compares facts about them."""
    for value in values:
        named = [(f"[{i}]", batch) for i, batch in enumerate(value)] if isinstance(value, list) else []
        if named and not any(map(is_flat, value)):  # epochs of batches
            named = [
                (f"{name}[{i}]", batch)
                for name, epoch in named
                for i, batch in enumerate(epoch if isinstance(epoch, list) else [])
            ]
        if len(named) > 1 and all(isinstance(batch, list) and _is_indices(batch) for _, batch in named):
            shown = named[:MOST_BATCHES]
            cells = [_cut(batch, 0) for _, batch in shown]
            return Order([name for name, _ in shown], cells, [], len(named) - len(shown))
    return None
