"""Makes mutants of a Python source: one change each, in its text, so that lines and comments stay as they are.

What is never changed: annotations, imports, docstrings, f-strings and what stands in a `raise`: texts for people.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

Key = tuple[str, str]  # the line as it was, the line as it becomes
Edit = tuple[int, int, str]  # from this byte to that one of the source, put this text

ARITHMETIC = {"+": "-", "-": "+", "*": "/", "/": "*", "//": "/", "%": "//", "**": "*", "@": "*", "&": "|", "|": "&"}
COMPARISON = {
    "<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<"), "==": ("!=",), "!=": ("==",),
    "is": ("is not",), "is not": ("is",), "in": ("not in",), "not in": ("in",),
}  # fmt: skip
PAIRS = (
    "maximum minimum", "max min", "argmax argmin", "zeros ones", "zeros_like ones_like", "sum mean", "any all",
    "train eval", "sqrt square", "floor ceil", "exp log", "no_grad enable_grad", "in_features out_features",
    "data grad", "append extend", "weight bias", "grad_weight grad_bias", "int float", "list tuple",
    "replace rename", "keys values",
)  # fmt: skip
SIBLINGS = {a: b for pair in PAIRS for a, b in (pair.split(), pair.split()[::-1])}
EXCEPTIONS = {"ValueError": "TypeError", "TypeError": "ValueError"}
SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr, ast.Raise, ast.Delete, ast.Assert, ast.For, ast.While)
SKIPPED = (ast.JoinedStr, ast.Import, ast.ImportFrom)  # texts for people, and what would only be a NameError


@dataclass(frozen=True)
class Mutant:
    line_number: int
    key: Key
    content: bytes


class Edits:
    """Every edit of a source, by the kind of node it is made on."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.starts = [0]
        for line in source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def span(self, node: ast.AST) -> tuple[int, int]:
        return (
            self.starts[node.lineno - 1] + node.col_offset,  # type: ignore[attr-defined]
            self.starts[node.end_lineno - 1] + node.end_col_offset,  # type: ignore[attr-defined]
        )

    def text(self, node: ast.AST) -> str:
        start, end = self.span(node)
        return self.source[start:end].decode()

    def put(self, node: ast.AST, text: str) -> Edit:
        return (*self.span(node), text)

    def of(self, node: ast.AST) -> Iterator[Edit]:
        """The edits of a node and of all below it. Annotations, docstrings and messages are left alone."""
        if isinstance(node, SKIPPED) or (isinstance(node, ast.AnnAssign) and "TypeAlias" in self.text(node.annotation)):
            return
        if (kind := getattr(self, "on_" + type(node).__name__, None)) is not None:
            yield from kind(node)
        if isinstance(node, SIMPLE) and not (isinstance(node, ast.AnnAssign) and node.value is None):
            yield self.put(node, "pass")
        body = getattr(node, "body", None)
        for child in ast.iter_child_nodes(node):
            if child in (getattr(node, "annotation", None), getattr(node, "returns", None)):
                continue
            if isinstance(node, ast.Raise) or _is_docstring(child, body):
                continue
            yield from self.of(child)

    def _gap(self, left: ast.AST, right: ast.AST, operator: str, by: str) -> Iterator[Edit]:
        """Put another operator between two operands."""
        start, end = self.span(left)[1], self.span(right)[0]
        words = r"\s+".join(map(re.escape, operator.split()))
        pattern = rf"(?<![\w*/<>=!]){words}(?![\w*/<>=])"
        if found := re.search(pattern, self.source[start:end].decode()):
            yield start + found.start(), start + found.end(), by

    def on_BinOp(self, node: ast.BinOp) -> Iterator[Edit]:
        operator = _symbol(node.op)
        if operator in ARITHMETIC:
            yield from self._gap(node.left, node.right, operator, ARITHMETIC[operator])

    def on_Compare(self, node: ast.Compare) -> Iterator[Edit]:
        lefts = [node.left, *node.comparators]
        for left, op, right in zip(lefts, node.ops, node.comparators, strict=False):
            for other in COMPARISON[_symbol(op)]:
                yield from self._gap(left, right, _symbol(op), other)
        for side in lefts:
            for part in side.elts if isinstance(side, (ast.Tuple, ast.List, ast.Set)) else [side]:
                yield from self._other_text(part)

    def on_BoolOp(self, node: ast.BoolOp) -> Iterator[Edit]:
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:], strict=False):
            yield from self._gap(left, right, old, new)

    def on_UnaryOp(self, node: ast.UnaryOp) -> Iterator[Edit]:
        yield self.put(node, f"({self.text(node.operand)})")

    def on_Constant(self, node: ast.Constant) -> Iterator[Edit]:
        value = node.value
        if isinstance(value, bool):
            yield self.put(node, str(not value))
        elif isinstance(value, (int, float)):
            for other in dict.fromkeys((value + 1, value - 1, type(value)(0), -value)):
                if other != value:
                    yield self.put(node, repr(other))

    def on_AugAssign(self, node: ast.AugAssign) -> Iterator[Edit]:
        old, target = _symbol(node.op), self.text(node.target)
        for new in ("", ARITHMETIC.get(old, "")):
            yield from self._gap(node.target, node.value, old + "=", new + "=")
        yield self.put(node, f"{target} = {target} {old} ({self.text(node.value)})")  # no longer in place

    def on_arguments(self, node: ast.arguments) -> Iterator[Edit]:
        for default in [*node.defaults, *(d for d in node.kw_defaults if d)]:
            if isinstance(default, ast.Constant) and default.value is None:
                yield self.put(default, "0")
            elif isinstance(default, ast.Constant):
                yield from self._other_text(default)

    def on_Call(self, node: ast.Call) -> Iterator[Edit]:
        parts: list[ast.expr | ast.keyword] = [*node.args, *node.keywords]
        start, end = (self.span(parts[0])[0], self.span(parts[-1])[1]) if parts else (0, 0)
        texts = [self.text(part) for part in parts]
        for i, part in enumerate(parts):
            if isinstance(part, ast.keyword) or (i == len(node.args) - 1 and i > 0):
                yield start, end, ", ".join(texts[:i] + texts[i + 1 :])
        for i, (one, other) in enumerate(zip(node.args, node.args[1:], strict=False)):
            if not isinstance(one, ast.Starred) and not isinstance(other, ast.Starred):
                yield start, end, ", ".join([*texts[:i], texts[i + 1], texts[i], *texts[i + 2 :]])
        if len(parts) == 1 and len(node.args) == 1 and not isinstance(node.args[0], (ast.Starred, ast.GeneratorExp)):
            yield self.put(node, f"({texts[0]})")  # list(x), np.sqrt(x), copy.deepcopy(x) -> x
        elif not parts and isinstance(node.func, ast.Attribute):
            yield self.put(node, self.text(node.func.value))  # x.copy() -> x
        if isinstance(node.func, ast.Name) and node.func.id == "range":
            for bound in (arg for arg in node.args if not isinstance(arg, ast.Constant)):
                yield from (self.put(bound, f"({self.text(bound)}) {sign} 1") for sign in "+-")

    def on_Slice(self, node: ast.Slice) -> Iterator[Edit]:
        for bound in filter(None, (node.lower, node.upper, node.step)):
            yield self.put(bound, "")
            if not isinstance(bound, ast.Constant):
                yield from (self.put(bound, f"({self.text(bound)}) {sign} 1") for sign in "+-")

    def on_Attribute(self, node: ast.Attribute) -> Iterator[Edit]:
        if node.attr in ("T", "mT"):
            yield self.put(node, self.text(node.value))
        elif node.attr in SIBLINGS:
            end = self.span(node)[1]
            yield end - len(node.attr), end, SIBLINGS[node.attr]

    def on_Name(self, node: ast.Name) -> Iterator[Edit]:
        if node.id in SIBLINGS and isinstance(node.ctx, ast.Load):
            yield self.put(node, SIBLINGS[node.id])

    def _condition(self, test: ast.expr) -> Iterator[Edit]:
        yield from (self.put(test, text) for text in ("True", "False"))
        if not isinstance(test, ast.UnaryOp) and not (isinstance(test, ast.Compare) and len(test.ops) == 1):
            yield self.put(test, f"not ({self.text(test)})")

    def on_If(self, node: ast.If | ast.IfExp) -> Iterator[Edit]:
        yield from self._condition(node.test)

    on_IfExp = on_If

    def on_While(self, node: ast.While) -> Iterator[Edit]:
        yield from list(self._condition(node.test))[1:]

    def on_comprehension(self, node: ast.comprehension) -> Iterator[Edit]:
        for test in node.ifs:
            yield from self._condition(test)

    def on_Return(self, node: ast.Return) -> Iterator[Edit]:
        yield from (self.put(node, text) for text in ("return None", "pass"))

    def on_Break(self, node: ast.Break | ast.Continue) -> Iterator[Edit]:
        yield from (self.put(node, text) for text in ("break", "continue", "pass"))

    on_Continue = on_Break

    def on_Dict(self, node: ast.Dict) -> Iterator[Edit]:
        for key in node.keys:
            yield from self._other_text(key)

    def on_Subscript(self, node: ast.Subscript) -> Iterator[Edit]:
        yield from self._other_text(node.slice)

    def _other_text(self, node: ast.expr | None) -> Iterator[Edit]:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield self.put(node, repr(f"other {node.value}"))

    def on_Raise(self, node: ast.Raise) -> Iterator[Edit]:
        kind = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if isinstance(kind, ast.Name):
            yield self.put(kind, EXCEPTIONS.get(kind.id, "ValueError"))

    def on_ExceptHandler(self, node: ast.ExceptHandler) -> Iterator[Edit]:
        for kind in node.type.elts if isinstance(node.type, ast.Tuple) else filter(None, [node.type]):
            yield self.put(kind, "ZeroDivisionError")

    def on_FunctionDef(self, node: ast.FunctionDef | ast.ClassDef) -> Iterator[Edit]:
        for decorator in node.decorator_list:
            start, end = self.span(decorator)
            yield self.source.rindex(b"@", 0, start), end, ""

    on_ClassDef = on_FunctionDef


def _symbol(operator: ast.AST) -> str:
    names = {
        "Add": "+", "Sub": "-", "Mult": "*", "Div": "/", "FloorDiv": "//", "Mod": "%", "Pow": "**", "MatMult": "@",
        "BitAnd": "&", "BitOr": "|", "BitXor": "^", "LShift": "<<", "RShift": ">>", "Lt": "<", "LtE": "<=",
        "Gt": ">", "GtE": ">=", "Eq": "==", "NotEq": "!=", "Is": "is", "IsNot": "is not", "In": "in", "NotIn": "not in",
    }  # fmt: skip
    return names[type(operator).__name__]


def _is_docstring(node: ast.AST, body: object) -> bool:
    is_constant = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_constant and isinstance(body, list) and node in body


def mutants_of(source: bytes) -> list[Mutant]:
    """Each once, in the order of the source. A change that is none, or no Python, is left out."""
    source = source.rstrip(b"\n") + b"\n"
    seen = {ast.dump(ast.parse(source))}
    times: Counter[Key] = Counter()
    found = []
    for start, end, text in sorted(Edits(source).of(ast.parse(source))):
        content = source[:start] + text.encode() + source[end:]
        try:
            tree = ast.dump(ast.parse(content))
        except SyntaxError:
            continue
        if tree in seen:
            continue
        seen.add(tree)
        first = source.rfind(b"\n", 0, start) + 1
        last = len(content) - (len(source) - source.find(b"\n", end))
        line = source[first : source.find(b"\n", start)]
        key = (_one_line(line), _one_line(content[first:last]))
        times[key] += 1
        if times[key] > 1:
            key = (key[0], f"{key[1]} # {times[key]}")
        found.append(Mutant(source[:start].count(b"\n") + 1, key, content))
    return found


def _one_line(text: bytes) -> str:
    return " ".join(text.decode().split())
