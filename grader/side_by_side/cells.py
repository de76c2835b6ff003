"""A value in a few words, and how two of them differ. What the learner's code chose is cleaned."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.judge.compared import Nothing, Pair, ToRaise, Word
from grader.judge.matchers import Raised, describe
from grader.judge.message import clean
from grader.locale import say

SHOWN_WHOLE = 12  # numbers of an array that are all written out, if there is room
TYPED = ("type", "dtype", "shape")  # kinds of difference where both sides say what they are
WORDED = ("type", "dtype", "shape", "length", "absent", "not_raised", "raised_other", "raised_without")
ROUND = 1e-9  # how near a ratio of two single numbers is to a short one, to be named in place of the difference
NOTHING = "-"


def both(pair: Pair, room: int) -> tuple[str, str]:
    """Both values, with as many digits as it takes to see a difference, in about `room` characters each."""
    at = worst(pair.yours, pair.reference) if pair.kind in ("values", "not_finite") else None
    texts = "", ""
    for digits in (4, 6, 9, 12, 17):
        is_whole = all(_fits(value, room, digits) for value in (pair.yours, pair.reference))
        one, other = (_cell(value, pair.kind, room, digits, at, is_whole) for value in (pair.yours, pair.reference))
        texts = one, other
        if not pair.kind or one != other:
            break
    return texts


def _fits(value: Any, room: int, digits: int) -> bool:
    """Can an array be written out whole? Of two that are compared either both are or none."""
    if not isinstance(value, np.ndarray):
        return True
    return value.size <= SHOWN_WHOLE and len(_nested(value, digits)) <= room


def _cell(value: Any, kind: str, room: int, digits: int, at: tuple[int, ...] | None, is_whole: bool) -> str:
    is_array = isinstance(value, np.ndarray)
    text = _array(value, digits, at, is_whole) if is_array else _words(value, room, digits)
    if kind == "type" and not is_array and describe(value) != text:
        text = f"{describe(value)} {text}"
    if kind in TYPED and is_array and not text.startswith(type_of(value)):
        text = f"{type_of(value)} {text}"
    return clean(text, 4 * room)  # type: ignore[no-any-return]


def _words(value: Any, room: int, digits: int) -> str:
    if isinstance(value, Nothing):
        return NOTHING
    if isinstance(value, (float, complex, np.floating, np.complexfloating)):
        return format(value, f".{digits}g")
    if isinstance(value, np.generic):
        return str(value)
    if isinstance(value, Word):
        return _cut(value, room)
    if isinstance(value, Raised):
        return f"{value.kind}: {value.text}" if value.text else value.kind
    if isinstance(value, ToRaise):
        return f"{value.kind}: … {' … '.join(value.mentions)} …" if value.mentions else value.kind
    if isinstance(value, (list, tuple)):
        left, right = "[]" if isinstance(value, list) else "()"
        return _listed([_words(item, room, digits) for item in value[:room]], len(value), left, right, room)
    return _cut(repr(value), room)


def _array(value: Any, digits: int, at: tuple[int, ...] | None, is_whole: bool) -> str:
    """All numbers of a small array; of others dtype, shape and the number that differs most, or the first ones."""
    if is_whole:
        return _nested(value, digits)
    if at is not None:
        return f"{type_of(value)}, {index(at)} {_number(value[at], digits)}"
    first = [_number(item, digits) for item in value.ravel()[:3]]
    return f"{type_of(value)} [{', '.join(first)}{', …' if value.size > 3 else ''}]"


def _nested(value: Any, digits: int) -> str:
    if value.ndim == 0:
        return _number(value[()], digits)
    return f"[{', '.join(_nested(part, digits) for part in value)}]"


def _number(value: Any, digits: int) -> str:
    return format(value, f".{digits}g") if value.dtype.kind in "fc" else str(value)


def _listed(items: list[str], count: int, left: str, right: str, room: int) -> str:
    text = left + ", ".join(items) + right
    if len(text) <= room:
        return text
    while items and len(left + ", ".join(items)) > room - 12:
        items.pop()
    return f"{left}{', '.join([*items, '…'])}{right} ({count})"


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1] + "…"


def type_of(value: Any) -> str:
    """`float64 (3, 4)`"""
    return f"{value.dtype} {value.shape}"


def index(at: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, at))}]"


def is_number(value: Any) -> bool:
    """A number, or an array of numbers; a truth value is none."""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype.kind in "iufc"
    return type(value) in (float, complex) or (type(value) is int and abs(value) < 1 << 63)


def worst(yours: Any, reference: Any) -> tuple[int, ...] | None:
    """Where two arrays of one shape differ most: first where one of them is no finite number. None for other values."""
    if not (is_number(yours) and is_number(reference)) or np.shape(yours) != np.shape(reference):
        return None
    if not np.ndim(yours) or not np.size(yours):
        return None
    with np.errstate(all="ignore"):
        size = np.abs(subtract(yours, reference))
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(np.nan_to_num(size, nan=np.inf))), size.shape))


def subtract(yours: Any, reference: Any) -> Any:
    """yours - reference, in the widest float; 0 where both are the same, nan and infinities too."""
    one, other = (_wide(value) for value in (yours, reference))
    with np.errstate(all="ignore"):
        same = (one == other) | (np.isnan(one) & np.isnan(other))
        return np.where(same, 0, one - other)


def _wide(value: Any) -> Any:
    array = np.asarray(value)
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)


def difference(pair: Pair, language: str) -> str:
    """How a pair differs: `× 0.5` or `+1 everywhere` where that holds for each number, else the largest difference."""
    if not pair.kind:
        return ""
    if pair.kind == "value" and isinstance(pair.yours, (list, tuple)):
        same_items = sorted(map(repr, pair.yours)) == sorted(map(repr, pair.reference))
        return say("trace_other_order", language) if same_items else ""
    if pair.kind in ("number", "values", "not_finite", "value"):
        comparable = is_number(pair.yours) and is_number(pair.reference)
        return _in_numbers(_wide(pair.yours), _wide(pair.reference), language) if comparable else ""
    return say(f"trace_{pair.kind}", language) if pair.kind in WORDED else ""


def _in_numbers(yours: Any, reference: Any, language: str) -> str:
    if not (np.isfinite(yours).all() and np.isfinite(reference).all()):
        at = worst(yours, reference)
        text = format(yours[at or ()].item(), ".2g")
        return text if at is None else say("trace_at", language, number=text, index=index(at))
    by = subtract(yours, reference)
    if not by.any():
        return ""  # too near for this
    if (ratio := _ratio(yours, reference)) is not None:
        return f"× {ratio:.3g}"
    if by.size > 1 and np.allclose(by, by.flat[0], rtol=1e-6, atol=0):
        return say("trace_everywhere", language, number=format(by.flat[0], "+.2g"))
    at = worst(yours, reference)
    text = format(by[at or ()].item(), "+.2g")
    return text if at is None or by.size == 1 else say("trace_at", language, number=text, index=index(at))


def _ratio(yours: Any, reference: Any) -> float | None:
    """The one factor between all numbers of two arrays, if there is one, and of single numbers if it is a short one."""
    there = reference != 0
    if np.iscomplexobj(yours) or not there.any() or (yours[~there] != 0).any():
        return None
    with np.errstate(all="ignore"):
        ratios = yours[there] / reference[there]
    first = float(ratios.flat[0])
    if not np.allclose(ratios, first, rtol=1e-6, atol=0) or not first:
        return None
    return first if ratios.size > 1 or _is_short(first) or _is_short(1 / first) else None


def _is_short(number: float) -> bool:
    return abs(float(f"{number:.1g}") - number) <= ROUND * abs(number)
