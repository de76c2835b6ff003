"""Bytes that are no value: refused, whatever they are, at little cost."""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.worker.values import DTYPES, MAX_BODY, MAX_KEYS, MAX_NODES, PREFIX, BadFrame, decode, encode, read_frame


def frame(tree: Any, body: bytes = b"") -> bytes:
    header = json.dumps(tree).encode()
    return PREFIX.pack(len(header), len(body)) + header + body


BAD = {
    "nothing": b"",
    "half of the lengths": b"\x01\x00",
    "lengths without content": PREFIX.pack(10, 10),
    "more than the lengths say": encode(1) + b"x",
    "too many parts": frame(["list", *[0] * MAX_NODES]),
    "too many keys": frame(["dict", *[[i, 0] for i in range(MAX_KEYS + 1)]]),
    "too deep": PREFIX.pack(40 * 9, 0) + b'["list",' * 40 + b"]" * 40,
    "an object of JSON": frame({"a": 1}),
    "a list without a kind": frame([]),
    "a kind that is a list": frame([["list"]]),
    "a kind that is unknown": frame(["object", "os.system"]),
    "a key that cannot be one": frame(["dict", [["list"], 1]]),
    "a key without a value": frame(["dict", [1]]),
    "an item that is no pair": frame(["dict", 1]),
    "a negative size": frame(["bytes", -1]),
    "a size that is a truth": frame(["bytes", True], b"x"),
    "a size beyond the end": frame(["bytes", 2], b"x"),
    "a shape that does not fit": frame(["array", "<f8", [3], 16], bytes(16)),
    "a negative shape": frame(["array", "<f8", [-1], 16], bytes(16)),
    "a shape of truths": frame(["array", "<f8", [True], 8], bytes(8)),
    "a shape that is a text": frame(["array", "<f8", "2", 16], bytes(16)),
    "a shape of forty dimensions": frame(["array", "<f8", [1] * 40, 8], bytes(8)),
    "a shape that overflows": frame(["array", "<f8", [1 << 39, 1 << 39, 0], 0]),
    "a size that splits a number": frame(["array", "<f8", [1], 7], bytes(7)),
    "an array of objects": frame(["array", "|O", [1], 8], bytes(8)),
    "a dtype with a shape": frame(["array", "(2,)<f8", [1], 16], bytes(16)),
    "a scalar of many": frame(["scalar", "<f8", [2], 16], bytes(16)),
    "truths that are neither": frame(["array", "|b1", [2], 2], b"\x01\x02"),
    "a foreign without a name": frame(["foreign", 3]),
    "a number of ten thousand digits": PREFIX.pack(10_000, 0) + b"9" * 10_000,
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD.keys())
def test_bytes_that_are_no_value_are_refused(content: bytes) -> None:
    with pytest.raises(BadFrame):
        decode(content)


@given(st.binary(max_size=200), st.binary(max_size=50))
def test_no_bytes_raise_anything_else(header: bytes, body: bytes) -> None:
    for content in (header, PREFIX.pack(len(header), len(body)) + header + body):
        try:
            decode(content)
        except BadFrame:
            continue


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3),
        st.sampled_from(["list", "tuple", "dict", "bytes", "array", "scalar", "foreign", *sorted(DTYPES)]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(st.text(max_size=2), inner, max_size=2)),
    max_leaves=15,
)  # fmt: skip


@given(JSON, st.binary(max_size=32))
def test_no_tree_raises_anything_else(tree: Any, body: bytes) -> None:
    try:
        decode(frame(tree, body))
    except BadFrame:
        return


def test_keys_chosen_to_collide_cost_little() -> None:
    """All of them have the hash 0, so each costs a comparison with each before it."""
    prime = (1 << 61) - 1
    began = time.process_time()
    decode(frame(["list", *[["dict", *[[i * prime, 0] for i in range(MAX_KEYS)]] for _ in range(40)]]))
    assert time.process_time() - began < 10


def test_frames_are_read_one_by_one() -> None:
    content = encode([1]) + encode(np.arange(3.0))
    at = 0

    def read(size: int) -> bytes:
        nonlocal at
        part = content[at : at + min(size, 5)]
        at += len(part)
        return part

    assert decode(read_frame(read) or b"") == [1]
    assert decode(read_frame(read) or b"").tolist() == [0, 1, 2]
    assert read_frame(read) is None


def test_a_frame_that_says_it_is_too_large_is_not_read() -> None:
    parts = iter([PREFIX.pack(1, MAX_BODY + 1)])
    with pytest.raises(BadFrame):
        read_frame(lambda size: next(parts))
