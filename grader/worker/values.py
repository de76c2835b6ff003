"""Values <-> bytes: the only things that cross the wall. Fixed format, exact types, bounded; never pickle."""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

MAX_HEADER, MAX_BODY, MAX_DEPTH, MAX_NODES = 4 << 20, 64 << 20, 32, 100_000
MAX_KEYS = 1_000  # of one dict: numbers can be chosen so that all have one hash, which costs the square of their count
DTYPES = frozenset("|b1 |i1 <i2 <i4 <i8 |u1 <u2 <u4 <u8 <f2 <f4 <f8 <c8 <c16".split())
SCALARS = frozenset(np.sctypeDict.values())
PREFIX = struct.Struct("<IQ")


class Foreign:
    """Stands for an object that is not a value; equal to nothing but the same kind of foreign object."""

    def __init__(self, type_name: str) -> None:
        self.type_name = type_name

    def __eq__(self, other: object) -> bool:
        return other.type_name == self.type_name if type(other) is Foreign else NotImplemented  # a matcher has its say

    def __hash__(self) -> int:
        return hash(self.type_name)

    def __repr__(self) -> str:
        return f"<{self.type_name}>"


class BadFrame(Exception):
    """Bytes that are not a value: too large, too deep, or not of the format."""


def encode(value: Any) -> bytes:
    """A frame: header length, body length, JSON tree, raw array bytes. Raises BadFrame when too large."""
    writer = _Writer()
    try:
        header = json.dumps(writer.node(value, 0), separators=(",", ":")).encode()
    except ValueError as problem:  # an integer of more digits than Python turns into text
        raise BadFrame(f"the answer is too large: {problem}") from None
    size = sum(map(len, writer.body))
    if len(header) > MAX_HEADER or size > MAX_BODY:
        raise BadFrame(f"the answer is too large: {len(header) + size} bytes")
    return b"".join([PREFIX.pack(len(header), size), header, *writer.body])


class _Writer:
    def __init__(self) -> None:
        self.body: list[bytes] = []
        self.nodes = 0

    def node(self, value: Any, depth: int) -> Any:
        self.nodes += 1
        kind = type(value)
        if self.nodes > MAX_NODES or (kind is dict and len(value) > MAX_KEYS):
            raise BadFrame(f"the answer is too large: more than {MAX_NODES} parts, or {MAX_KEYS} keys in a dict")
        if value is None or _is_one_of(kind, bool, int, float, str):
            return value
        if depth > MAX_DEPTH:
            return ["foreign", "nested too deeply"]
        if kind is list or kind is tuple:
            return [kind.__name__, *(self.node(item, depth + 1) for item in value)]
        if kind is dict:
            return ["dict", *([self.node(k, depth + 1), self.node(v, depth + 1)] for k, v in value.items())]
        if kind is bytes:
            return ["bytes", self.put(value)]
        if kind is Foreign:
            return ["foreign", value.type_name]
        return self.array(value) or ["foreign", _name(value)]

    def array(self, value: Any) -> list[Any] | None:
        """The node of an array or a number of a fixed dtype, or of a tensor that numpy can hold; None for the rest."""
        kind = type(value)
        torch = sys.modules.get("torch")
        if torch is not None and _is_one_of(kind, torch.Tensor, torch.nn.Parameter):
            try:
                value = value.detach().cpu().resolve_conj().resolve_neg().numpy()
            except (TypeError, RuntimeError) as problem:  # bfloat16, sparse: no plain array
                return ["foreign", f"torch.Tensor ({str(problem)[:80]})"]
            kind = np.ndarray
        if kind is np.ndarray and value.dtype.str in DTYPES:
            if value.nbytes > MAX_BODY:
                raise BadFrame(f"the answer is too large: an array of shape {value.shape}")
            return ["array", value.dtype.str, list(value.shape), self.put(value.tobytes())]
        if _is_one_of(kind, *SCALARS) and value.dtype.str in DTYPES:
            return ["scalar", value.dtype.str, [], self.put(value.tobytes())]
        return None

    def put(self, content: bytes) -> int:
        self.body.append(content)
        return len(content)


def _is_one_of(kind: type, *kinds: type) -> bool:
    """By identity: a metaclass has no say."""
    return any(kind is known for known in kinds)


def _name(value: Any) -> str:
    kind = type(value)
    if kind is np.ndarray:
        return f"numpy array of dtype {value.dtype}"[:200]
    return f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")[:200]


def decode(frame: bytes) -> Any:
    """The value of a frame, built of fresh plain objects. Raises BadFrame."""
    if len(frame) < PREFIX.size:
        raise BadFrame("a frame without its lengths")
    header, body = PREFIX.unpack_from(frame)
    if header > MAX_HEADER or body > MAX_BODY or len(frame) != PREFIX.size + header + body:
        raise BadFrame("a frame whose lengths are wrong")
    try:
        tree = json.loads(frame[PREFIX.size : PREFIX.size + header])
        reader = _Reader(frame[PREFIX.size + header :])
        value = reader.build(tree, 0)
    except BadFrame:
        raise
    except (ValueError, TypeError, IndexError, KeyError, RecursionError, OverflowError) as problem:
        raise BadFrame(f"not of the format ({type(problem).__name__})") from None
    if reader.used != len(reader.body):
        raise BadFrame("bytes that belong to no array")
    return value


class _Reader:
    def __init__(self, body: bytes) -> None:
        self.body, self.used, self.nodes = body, 0, 0

    def take(self, size: Any) -> bytes:
        if type(size) is not int or size < 0 or self.used + size > len(self.body):
            raise BadFrame("an array beyond the end")
        self.used += size
        return self.body[self.used - size : self.used]

    def build(self, node: Any, depth: int) -> Any:
        self.nodes += 1
        if depth > MAX_DEPTH + 1 or self.nodes > MAX_NODES:
            raise BadFrame("too deep or too many parts")
        if type(node) is not list:
            return node if type(node) in (type(None), bool, int, float, str) else self.refuse()
        kind, rest = node[0], node[1:]
        if kind == "list":
            return [self.build(item, depth + 1) for item in rest]
        if kind == "tuple":
            return tuple(self.build(item, depth + 1) for item in rest)
        if kind == "dict":
            if len(rest) > MAX_KEYS:
                raise BadFrame("too many keys")
            return {self.build(k, depth + 1): self.build(v, depth + 1) for k, v in rest}
        if kind == "bytes":
            return self.take(rest[0])
        if kind in ("array", "scalar") and rest[0] in DTYPES:
            return self.array(kind, *rest)
        if kind == "foreign" and type(rest[0]) is str:
            return Foreign(rest[0][:200])
        return self.refuse()

    def array(self, kind: str, dtype: str, shape: list[int], size: int) -> Any:
        if len(shape) > 32 or any(type(n) is not int or not 0 <= n < 1 << 40 for n in shape):
            raise BadFrame("a shape that is none")
        flat = np.frombuffer(self.take(size), dtype=dtype)
        if dtype == "|b1" and (flat.view(np.uint8) > 1).any():
            raise BadFrame("truth values that are neither")
        built = flat.reshape(shape).copy()
        return built.reshape(())[()] if kind == "scalar" else built

    def refuse(self) -> Any:
        raise BadFrame("a part that is no value")


def read_frame(read: Callable[[int], bytes]) -> bytes | None:
    """One frame from a blocking `read(n)`; None at the end of the stream."""
    prefix = _exactly(read, PREFIX.size)
    if len(prefix) < PREFIX.size:
        return None
    header, body = PREFIX.unpack(prefix)
    if header > MAX_HEADER or body > MAX_BODY:
        raise BadFrame("a frame that is too large")
    return prefix + _exactly(read, header + body)


def _exactly(read: Callable[[int], bytes], size: int) -> bytes:
    parts: list[bytes] = []
    while size:
        part = read(min(size, 1 << 20))
        if not part:
            break
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
