"""Values <-> bytes: what goes in comes out, of exact types; nothing else comes out, and no bytes do harm."""

from __future__ import annotations

import json
import math
from collections import OrderedDict
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from grader.worker.values import (
    DTYPES,
    MAX_BODY,
    MAX_DEPTH,
    MAX_HEADER,
    MAX_KEYS,
    MAX_NODES,
    PREFIX,
    BadFrame,
    Foreign,
    decode,
    encode,
)

ARRAYS = st.sampled_from(sorted(DTYPES)).flatmap(
    lambda dtype: st_numpy.arrays(dtype, st_numpy.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(), st.text(), st.binary(max_size=50),
    st.text(st.characters(categories=["Cs"]), max_size=1), ARRAYS,
    ARRAYS.filter(lambda array: array.size).map(lambda array: array.flat[0]),
)  # fmt: skip
KEYS = st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.binary(max_size=5), st.tuples(st.integers()))
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(KEYS, inner, max_size=4),
    ),
    max_leaves=12,
)


def same(one: Any, other: Any) -> bool:
    """Equal to the last bit, of the same types all through."""
    if type(one) is not type(other):
        return False
    if isinstance(one, (np.ndarray, np.generic)):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return all(map(same, one.keys(), other.keys())) and all(map(same, one.values(), other.values()))
    if isinstance(one, float):
        return one.hex() == other.hex() or (math.isnan(one) and math.isnan(other))
    return bool(one == other)


@given(VALUES)
def test_values_come_out_as_they_went_in(value: Any) -> None:
    assert same(decode(encode(value)), value)


@given(ARRAYS, st.sampled_from(["transposed", "reversed", "every other"]))
def test_arrays_come_out_whole_however_they_lie_in_memory(array: Any, how: str) -> None:
    view = {"transposed": array.T, "reversed": array[..., ::-1] if array.ndim else array,
            "every other": array[::2] if array.ndim else array}[how]  # fmt: skip
    assert same(decode(encode(view)), np.array(view))


def test_arrays_come_out_as_their_own() -> None:
    """Not views of the frame: what a check does to one reaches no other."""
    array = np.arange(4.0)
    got = decode(encode([array, array]))
    assert got[0].flags.owndata
    assert got[0].flags.writeable
    assert not np.shares_memory(got[0], got[1])


@given(st.sampled_from(sorted(DTYPES)), st.data(), st.booleans())
def test_several_arrays_of_one_dtype_come_out_as_they_went_in(dtype: str, data: st.DataObject, named: bool) -> None:
    """They travel as one piece, and come out each its own."""
    shapes = st_numpy.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
    arrays = data.draw(st.lists(shapes.flatmap(lambda shape: st_numpy.arrays(dtype, shape)), min_size=2, max_size=6))
    value: Any = {f"array {i}": array for i, array in enumerate(arrays)} if named else arrays
    got = decode(encode(value))
    assert same(got, value)
    assert all(array.flags.owndata and array.flags.writeable for array in (got.values() if named else got))


PACKED = ["arrays", ["a", "b"], "<f8", [[1], [2]], 24]


@pytest.mark.parametrize(
    "node",
    [
        ["arrays", ["a"], "<f8", [[1], [2]], 24],
        ["arrays", ["a", 1], "<f8", [[1], [2]], 24],
        ["arrays", ["a", []], "<f8", [[1], [2]], 24],
        ["arrays", "ab", "<f8", [[1], [3]], 24],
        ["arrays", None, "<f8", [[1], [1]], 24],
        ["arrays", None, "<f8", [[1], [3]], 24],
        ["arrays", None, "<f8", [[-1], [4]], 24],
        ["arrays", None, "<f8", [[True], [2]], 24],
        ["arrays", None, "<f8", [[1], 2], 24],
        ["arrays", None, "<f8", [[1 << 39, 1 << 39], [3]], 24],
        ["arrays", None, "<f8", [[1], [2]], 23],
        ["arrays", None, "|O8", [[1], [2]], 24],
        ["arrays", None, "<f8", [[0]] * (MAX_NODES + 1), 0],
        ["arrays", [str(i) for i in range(MAX_KEYS + 1)], "<f8", [[0]] * (MAX_KEYS + 1), 0],
        ["arrays"],
    ],
)
def test_a_piece_of_several_arrays_that_does_not_add_up_is_refused(node: list[Any]) -> None:
    def frame(tree: Any) -> bytes:
        header = json.dumps(tree).encode()
        size = tree[-1] if len(tree) > 1 else 0
        return PREFIX.pack(len(header), size) + header + bytes(size)

    assert list(decode(frame(PACKED))) == ["a", "b"]
    with pytest.raises(BadFrame):
        decode(frame(node))


class Pair(NamedTuple):
    a: int
    b: int


class Colour(IntEnum):
    RED = 1


class AlwaysEqual:
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]
    __class__ = float  # type: ignore[assignment]
    dtype = np.dtype("<f8")

    def tobytes(self) -> bytes:
        return bytes(8)


class LiesAboutItsType(type):
    def __eq__(cls, other: object) -> bool:
        return True

    def __hash__(cls) -> int:
        return hash(np.float64)


class Float(float):
    pass


class Array(np.ndarray):  # type: ignore[type-arg]
    pass


FOREIGN = {
    "an object that is equal to everything": AlwaysEqual(),
    "an object of a class that is equal to every class": LiesAboutItsType("float64", (AlwaysEqual,), {})(),
    "a float's subclass": Float(1.0),
    "a str's subclass": type("Text", (str,), {})("a"),
    "a list's subclass": type("List", (list,), {})([1]),
    "a dict's subclass": OrderedDict(a=1),
    "a named tuple": Pair(1, 2),
    "an enumeration's member": Colour.RED,
    "an array's subclass": np.zeros(2).view(Array),
    "a masked array": np.ma.masked_array([1.0], [True]),
    "an array of objects": np.array([None, AlwaysEqual()], dtype=object),
    "a structured array": np.zeros(1, dtype=[("a", "<f8")]),
    "an array of texts": np.array(["a"]),
    "an array of dates": np.array(["2020-01-01"], dtype="datetime64[D]"),
    "an array of the other byte order": np.zeros(2, ">f8"),
    "a date of numpy's": np.datetime64("2020-01-01"),
    "a complex": 1j,
    "a set": {1},
    "a bytearray": bytearray(b"a"),
    "a memoryview": memoryview(b"a"),
    "a function": len,
    "a class": float,
    "an endless generator": iter(int, 1),
    "an exception": ValueError("a"),
}


@pytest.mark.parametrize("value", FOREIGN.values(), ids=FOREIGN.keys())
def test_what_is_no_value_arrives_as_foreign(value: Any) -> None:
    """Its type's name crosses, nothing that it could do."""
    got = decode(encode({"got": [value]}))["got"][0]
    assert type(got) is Foreign
    assert got != 1.0


def test_foreign_is_equal_to_its_like_only() -> None:
    assert Foreign("a.B") == Foreign("a.B")
    assert Foreign("a.B") != Foreign("a.C")
    assert Foreign("a.B") != "a.B"
    assert len({Foreign("a"), Foreign("a"), Foreign("b")}) == 2
    assert repr(decode(encode(Foreign("a.B")))) == "<a.B>"


def test_a_tensor_arrives_as_an_array() -> None:
    torch = pytest.importorskip("torch", reason="torch is an extra: pip install 'gradkata[torch]'")
    for made in (torch.arange(3.0), torch.nn.Parameter(torch.arange(3.0)), torch.arange(6.0)[::2] / 2):
        assert same(decode(encode(made)), np.arange(3, dtype=np.float32))
    assert type(decode(encode(torch.ones(2).as_subclass(type("T", (torch.Tensor,), {}))))) is Foreign
    assert "bfloat16" in decode(encode(torch.ones(2, dtype=torch.bfloat16))).type_name.lower()


def nested(depth: int) -> Any:
    value: Any = 0
    for _ in range(depth):
        value = [value]
    return value


def doubled(times: int) -> Any:
    """A list of lists that are all the same ones: small in memory, 2**times parts."""
    value: Any = []
    for _ in range(times):
        value = [value, value]
    return value


def test_deep_values_end_as_foreign() -> None:
    assert decode(encode(nested(MAX_DEPTH))) == nested(MAX_DEPTH)
    assert Foreign("nested too deeply") in _flat(decode(encode(nested(MAX_DEPTH + 2))))
    ring: list[Any] = []
    ring.append(ring)
    assert Foreign("nested too deeply") in _flat(decode(encode(ring)))


def _flat(value: Any) -> list[Any]:
    return [value] if not isinstance(value, list) else [leaf for item in value for leaf in _flat(item)]


TOO_LARGE = {
    "more parts than allowed": lambda: [0] * (MAX_NODES + 1),
    "parts that multiply": lambda: doubled(30),
    "more keys than allowed": lambda: dict.fromkeys(range(MAX_KEYS + 1)),
    "more text than allowed": lambda: "x" * (MAX_HEADER + 1),
    "more bytes than allowed": lambda: bytes(MAX_BODY + 1),
    "more numbers than allowed": lambda: np.zeros(MAX_BODY + 1, np.uint8),
    "terabytes that are one number": lambda: np.broadcast_to(np.float64(0), (1 << 20, 1 << 20)),
    "an integer of more digits than Python writes": lambda: 10**5000,
}


@pytest.mark.parametrize("make", TOO_LARGE.values(), ids=TOO_LARGE.keys())
def test_what_is_too_large_is_not_sent(make: Any) -> None:
    with pytest.raises(BadFrame, match="too large"):
        encode(make())
