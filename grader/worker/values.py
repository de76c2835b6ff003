"""Values <-> bytes: the only things that cross the wall. Fixed format, exact types, bounded; never pickle."""

from __future__ import annotations

import json
import math
import struct
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

MAX_HEADER, MAX_BODY, MAX_DEPTH, MAX_NODES = 4 << 20, 64 << 20, 32, 100_000
MAX_KEYS = 1_000  # of one dict: numbers can be chosen so that all have one hash, which costs the square of their count
DTYPES = {name: np.dtype(name) for name in "|b1 |i1 <i2 <i4 <i8 |u1 <u2 <u4 <u8 <f2 <f4 <f8 <c8 <c16".split()}
ATOMS = frozenset(map(id, (type(None), bool, int, float, str)))  # by identity: a metaclass has no say
SCALARS = frozenset(map(id, np.sctypeDict.values()))
JSON_ATOMS = frozenset((type(None), bool, int, float, str))
TREE = json.JSONEncoder(separators=(",", ":"), check_circular=False)
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
        header = TREE.encode(writer.node(value, 0)).encode()
    except ValueError as problem:  # an integer of more digits than Python turns into text
        raise BadFrame(f"the answer is too large: {problem}") from None
    size = sum(map(len, writer.body))
    if len(header) > MAX_HEADER or size > MAX_BODY:
        raise BadFrame(f"the answer is too large: {len(header) + size} bytes")
    return b"".join([PREFIX.pack(len(header), size), header, *writer.body])


class _Writer:
    def __init__(self) -> None:
        self.body: list[bytes] = []
        self.nodes = 1

    def node(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if id(kind) in ATOMS:
            return value
        if depth > MAX_DEPTH:
            return ["foreign", "nested too deeply"]
        if kind is np.ndarray:
            return self.array(value, "array") or ["foreign", _name(value)]
        depth += 1
        if kind is dict:
            self.count(2 * len(value), len(value))
            if all(type(key) is str for key in value) and (packed := self.pack([*value.values()])):
                return ["arrays", [*value], *packed]
            node = self.node
            return ["dict", *[[k if type(k) is str else node(k, depth), node(v, depth)] for k, v in value.items()]]
        if kind is list or kind is tuple:
            self.count(len(value))
            if kind is list and (packed := self.pack(value)):
                return ["arrays", None, *packed]
            return [kind.__name__, *[self.node(item, depth) for item in value]]
        if kind is bytes:
            return ["bytes", self.put(value)]
        if kind is Foreign:
            return ["foreign", value.type_name]
        return self.number_or_tensor(value, kind) or ["foreign", _name(value)]

    def count(self, nodes: int, keys: int = 0) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES or keys > MAX_KEYS:
            raise BadFrame(f"the answer is too large: more than {MAX_NODES} parts, or {MAX_KEYS} keys in a dict")

    def number_or_tensor(self, value: Any, kind: type) -> list[Any] | None:
        """The node of a number of a fixed dtype, or of a tensor that numpy can hold; None for the rest."""
        if id(kind) in SCALARS:
            return self.array(value, "scalar")
        torch = sys.modules.get("torch")
        if torch is None or not (kind is torch.Tensor or kind is torch.nn.Parameter):
            return None
        try:
            return self.array(value.detach().cpu().resolve_conj().resolve_neg().numpy(), "array")
        except (TypeError, RuntimeError) as problem:  # bfloat16, sparse: no plain array
            return ["foreign", f"torch.Tensor ({str(problem)[:80]})"]

    def array(self, value: Any, kind: str) -> list[Any] | None:
        dtype = value.dtype.str
        if dtype not in DTYPES:
            return None
        if value.nbytes > MAX_BODY:
            raise BadFrame(f"the answer is too large: an array of shape {value.shape}")
        return [kind, dtype, value.shape, self.put(value.tobytes())]

    def pack(self, values: list[Any]) -> list[Any] | None:
        """Several arrays of one dtype as one piece of the body: dtype, shapes, size. None if they are other things."""
        if len(values) < 2 or type(values[0]) is not np.ndarray or values[0].dtype.str not in DTYPES:
            return None
        dtype, shapes, pieces, size = values[0].dtype, [], [], 0
        for value in values:
            if type(value) is not np.ndarray or value.dtype != dtype:
                return None
            size += value.nbytes
            if size > MAX_BODY:
                raise BadFrame(f"the answer is too large: {len(values)} arrays")
            shapes.append(value.shape)
            pieces.append(value.tobytes())
        return [dtype.str, shapes, self.put(b"".join(pieces))]

    def put(self, content: bytes) -> int:
        self.body.append(content)
        return len(content)


def _name(value: Any) -> str:
    kind = type(value)
    if kind is np.ndarray:
        return f"numpy.ndarray[{value.dtype}]"[:200]
    return f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")[:200]


def decode(frame: bytes) -> Any:
    """The value of a frame, built of fresh plain objects. Raises BadFrame."""
    if len(frame) < PREFIX.size:
        raise BadFrame("a frame without its lengths")
    header, body = PREFIX.unpack_from(frame)
    if header > MAX_HEADER or body > MAX_BODY or len(frame) != PREFIX.size + header + body:
        raise BadFrame("a frame whose lengths are wrong")
    try:
        reader = _Reader(frame, PREFIX.size + header)
        value = reader.build(json.loads(frame[PREFIX.size : reader.used].decode("ascii")), 0)
    except BadFrame:
        raise
    except (ValueError, TypeError, IndexError, KeyError, RecursionError, OverflowError) as problem:
        raise BadFrame(f"not of the format ({type(problem).__name__})") from None
    if reader.used != len(frame):
        raise BadFrame("bytes that belong to no array")
    return value


class _Reader:
    """`used`: how much of the frame has been read; what lies from there on are the arrays' bytes."""

    def __init__(self, frame: bytes, used: int) -> None:
        self.frame, self.used, self.nodes = frame, used, 1

    def take(self, size: Any) -> int:
        """The place of the next `size` bytes."""
        place = self.used
        if type(size) is not int or size < 0 or place + size > len(self.frame):
            raise BadFrame("an array beyond the end")
        self.used += size
        return place

    def build(self, node: Any, depth: int) -> Any:
        if type(node) in JSON_ATOMS:
            return node
        if type(node) is not list:
            return self.refuse()
        kind = node[0]
        if kind == "array":
            return self.array(*node[1:]).copy()
        if kind == "scalar":
            return self.array(*node[1:]).reshape(())[()]
        if kind == "arrays":
            return self.unpack(*node[1:])
        self.nodes += 2 * (len(node) - 1) if kind == "dict" else len(node) - 1
        if depth > MAX_DEPTH + 1 or self.nodes > MAX_NODES:
            raise BadFrame("too deep or too many parts")
        depth += 1
        if kind == "dict":
            if len(node) - 1 > MAX_KEYS:
                raise BadFrame("too many keys")
            build = self.build
            return {k if type(k) is str else build(k, depth): build(v, depth) for k, v in node[1:]}
        if kind == "list":
            return [self.build(item, depth) for item in node[1:]]
        if kind == "tuple":
            return tuple([self.build(item, depth) for item in node[1:]])
        if kind == "bytes":
            place = self.take(node[1])
            return self.frame[place : self.used]
        if kind == "foreign" and type(node[1]) is str:
            return Foreign(node[1][:200])
        return self.refuse()

    def array(self, dtype: str, shape: list[int], size: int) -> Any:
        """A view of the frame's bytes."""
        view: Any = np.ndarray(_checked(shape), DTYPES[dtype], self.frame, self.take(size))
        if view.nbytes != size:
            raise BadFrame("an array of another size than its bytes")
        if dtype == "|b1" and (view.view(np.uint8) > 1).any():
            raise BadFrame("truth values that are neither")
        return view

    def unpack(self, keys: list[str] | None, dtype: str, shapes: list[list[int]], size: int) -> Any:
        """Arrays that came as one piece: a list of them, or with `keys` a dict."""
        self.nodes += len(shapes) * (1 if keys is None else 2)
        if self.nodes > MAX_NODES or (keys is not None and (len(keys) > MAX_KEYS or not all(map(_is_text, keys)))):
            raise BadFrame("too many parts, or keys that are no text")
        flat, built, begin = self.array(dtype, [size // DTYPES[dtype].itemsize], size), [], 0
        for shape in shapes:
            end = begin + math.prod(_checked(shape))
            built.append(flat[begin:end].reshape(shape).copy())
            begin = end
        if begin != flat.size:
            raise BadFrame("arrays of another size than their bytes")
        return built if keys is None else dict(zip(keys, built, strict=True))

    def refuse(self) -> Any:
        raise BadFrame("a part that is no value")


def _checked(shape: list[int]) -> list[int]:
    for n in shape if len(shape) <= 32 else [-1]:
        if type(n) is not int or not 0 <= n < 1 << 40:
            raise BadFrame("a shape that is none")
    return shape


def _is_text(key: object) -> bool:
    return type(key) is str


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
