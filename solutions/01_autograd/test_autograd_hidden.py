"""Hidden checks of 01_autograd, compared with torch.autograd and with central differences over every index.

`gradients` and `graphs` run the text of a small program on both sides of the wall (the exercise's scenarios).
Where a mistake can be made in any operator or order, a check compares what all of these have in common: the
kind of fault is the value, its place stands in the call. So it is recognised in every style.
"""

import numpy as np
import pytest

from grader.checks import catches, close_to, equal_to, needs, points, raised


def both(submission, reference, programs, **options):
    """The gradients of several programs by name, learner's and torch's; a program is (text, leaves, seed)."""
    return tuple(
        {
            name: side.run("gradients", text, leaves, seed=seed, **options)
            for name, (text, leaves, seed) in programs.items()
        }
        for side in (submission, reference)
    )


def worst(kinds, found, otherwise):
    """The first of `kinds` that was found."""
    return next((kind for kind in kinds if kind in found), otherwise)


# Each operator between others; h and y are (2, 3), h lies in [0.4, 3], m is (3, 3).
OPERATORS = {
    "+": "h + y",
    "-": "h - y",
    "- from the right": "y - h",
    "*": "h * y",
    "/ of small numbers": "(h * 1e-10) / (y * 1e-10)",
    "/ of negative numbers": "(h - 3.5) / (y - 2.5)",
    "/ from the right": "y / h",
    "unary -": "-h",
    "** 3": "h ** 3",
    "** -2": "h ** -2",
    "** 0.5": "h ** 0.5",
    "** 1": "(h - 1.5) ** 1",
    "** 2, negative base": "(h - 3.5) ** 2",
    "relu": "(h - 1.5).relu()",
    "exp": "(h - 1.5).exp()",
    "log of small numbers": "(h * 1e-10).log()",
    "@": "h @ m",
    "sum": "h.sum(axis=0)",
    "mean": "h.mean(axis=1, keepdims=True)",
    "reshape": "h.reshape(3, 2)",
    "T": "h.T",
}
OTHER_SHAPES = {"sum": (3,), "mean": (2, 1), "reshape": (3, 2), "T": (3, 2)}


@points(0.5, id="01.1c", about="Tensor")
@catches("upstream_forgotten", "operator_not_wired", "relu_without_mask", "mean_without_n",
         "order_not_reversed")  # fmt: skip
@pytest.mark.parametrize("operator", OPERATORS)
def test_each_operator(submission, reference, rng, operator):
    """Among other operations, each operator has torch's value and gradients, and those of central differences."""
    program = f"h = x * z\nout = ({OPERATORS[operator]}) * w"
    shape = OTHER_SHAPES.get(operator, (2, 3))
    leaves = {name: rng.uniform(0.5, 2, (2, 3)) for name in ("x", "y")}
    leaves |= {"z": rng.uniform(0.8, 1.5, (2, 3)), "m": rng.normal(size=(3, 3))}
    others = {"w": rng.uniform(0.5, 2, shape)}
    signs = np.array([1, -1, 1, -1, 1, -1])
    seed = (signs * 10 ** rng.permutation(np.linspace(-3, 3, 6)))[: np.prod(shape)].reshape(shape)
    got = submission.run("gradients", program, leaves, others=others, seed=seed)
    expected = reference.run("gradients", program, leaves, others=others, seed=seed)
    assert got == close_to(expected)
    slopes = reference.run("central_differences", program, leaves, others, seed)
    slopes = {name: slope for name, slope in slopes.items() if expected[name] is not None}
    # A difference of two values near 1e4, over 2e-6, is exact to about 1e-6.
    assert {name: got[name] for name in slopes} == close_to(slopes, rtol=1e-5, atol=1e-4)


FAR = {
    "x.exp()": [-707.0, -300.0, -30.0, 0.0, 30.0, 300.0, 709.0],
    "1 / x": [-1e100, -1e-100, -1e-12, 1e-12, 1e100],
    "x ** -3": [-1e50, -1e-3, -1.0, 1e-50, 1e-3],
    "x ** 1.5": [0.0, 1e-100, 1e-3, 1e100],
    "x.relu()": [-1e300, -1e-300, 1e-300, 1e300],
    "x.log()": [1e-300, 1e-100, 1e-12, 1.0, 1e100],
}


@points(0.5, id="01.1d", about="Tensor")
def test_far_from_one(submission, reference):
    """Very small and very large numbers go through exp, log, 1 / x, ** and relu as they do in torch."""
    programs = {text: (f"out = {text}", {"x": np.array(x)}, np.full(len(x), 0.5)) for text, x in FAR.items()}
    got, expected = both(submission, reference, programs)
    assert got == close_to(expected, atol=0.0)


@points(1, id="01.2b", about="Tensor.backward")
@catches("overwrites_grad", "visits_node_twice", "breadth_first_order", "order_not_reversed")
@pytest.mark.parametrize("graph", ["nested reuse", "a sum reused", "uses beside the result",
                                   "random 1", "random 2", "random 3"])  # fmt: skip
def test_graphs(submission, reference, rng, graph):
    """Nested reuse, uses that do not lead to out and random graphs of thirty operations have torch's gradients."""
    programs = {
        "nested reuse": "q = v0 * v0\nout = q * (q + q) + v1 * v2",
        "a sum reused": "u = v0 + v1\nv = u + v0 * 2.0 + v2\nout = v * u + v",
        "uses beside the result": "q = v0 * v1\nq * 7.0\nkept.append(q - v2)\nout = q * v2",
    }
    program = programs.get(graph) or random_program(rng, 30)
    leaves = {name: rng.uniform(-1, 1, (2, 3)) for name in ("v0", "v1", "v2")}
    seed = rng.normal(size=(2, 3))
    got = submission.run("gradients", program, leaves, others={"kept": []}, seed=seed)
    expected = reference.run("gradients", program, leaves, others={"kept": []}, seed=seed)
    assert got == close_to(expected, atol=1e-12)  # where paths cancel, another order of sums leaves 1e-17 in place of 0


def random_program(rng, length):
    """Lines that compute v3, v4, ... from any two earlier values, kept in [-1, 1]; out adds them all up."""
    forms = ["({} + {}) * 0.5", "({} - {}) * 0.5", "{} * {}", "-{}", "({} - 1.0).exp()", "({} - 1.0) / -2"]
    lines = []
    for i in range(3, length + 3):
        one, other = rng.integers(0, i, size=2)
        lines.append(f"v{i} = " + forms[rng.integers(len(forms))].format(f"v{one}", f"v{other}"))
    return "\n".join([*lines, "out = " + " + ".join(f"v{i}" for i in range(length + 3))])


LONG_PATHS = ["(y + 1.0) * 2.0 + 3.0", "((y * 2.0 + 1.0) * 3.0 + 4.0) * 0.5", "(y * 0.5 + 1.0).exp()"]
PATHS = {
    "one operation": ["out = x * 3.0"],
    "a chain": ["out = (x * 3.0 + 1.0) * 5.0"],
    "two equal paths": ["y = x * 3.0\nu = y * 2.0\nv = y * 2.0\nout = u + v"],
    "a short and a long path, added": [
        f"y = x * 3.0\nout = {out}" for long in LONG_PATHS for out in (f"y + ({long})", f"({long}) + y")
    ],
    "a short and a long path, multiplied": [
        f"y = x * 3.0\nout = {out}" for long in LONG_PATHS for out in (f"y * ({long})", f"({long}) * y")
    ],
}
AMOUNTS = ["None", "no array of x's shape", "zero", "too little", "too much"]


@points(1, id="01.2c", about="Tensor.backward")
@catches("overwrites_grad", "visits_node_twice", "breadth_first_order", "order_not_reversed")
def test_paths(submission, reference, rng):
    """Every path counts once: one operation, a chain, two equal paths, a short and a long one."""
    call = "x = Tensor(2.0, requires_grad=True); y = x * 3; (y * ((y + 1) * 2 + 3)).backward(); x.grad"
    leaves = {"x": rng.uniform(1.5, 2.0)}
    ends = {name: submission.run("how_it_ends", programs, leaves) for name, programs in PATHS.items()}
    assert ends == equal_to({name: ["works"] * len(programs) for name, programs in PATHS.items()}, call=call)
    # Which order of two operands fails depends on how they are kept, so the worst stands for all.
    got = {
        name: worst(AMOUNTS, [amount(submission, reference, p, leaves) for p in programs], "right")
        for name, programs in PATHS.items()
    }
    assert got == equal_to(dict.fromkeys(PATHS, "right"), call=call)


def amount(submission, reference, program, leaves):
    """How much of the gradient arrives at x, where every path adds something positive."""
    got = submission.run("gradients", program, leaves)["x.grad"]
    right = reference.run("gradients", program, leaves)["x.grad"]
    if got is None:
        return "None"
    if not isinstance(got, np.ndarray) or got.shape != right.shape or got.dtype != right.dtype:
        return "no array of x's shape"
    if np.isclose(got, right, rtol=1e-9):
        return "right"
    return "zero" if not got else "too much" if got > right else "too little"


SQUARE = ["x + y", "y + x", "x - y", "y - x", "x * y", "y * x", "x / y", "y / x", "-x", "x ** 3", "x.relu()",
          "x.exp()", "x.log()", "x @ y", "y @ x", "x.reshape(3, 3)", "x.T"]  # fmt: skip
WIRED = dict.fromkeys(SQUARE, (3, 3)) | {
    "x.sum()": (), "x.sum(axis=1)": (3,), "x.mean()": (), "x.mean(axis=0)": (3,)
}  # fmt: skip


@points(1, id="01.2d", about="Tensor")
@catches("operator_not_wired", "upstream_forgotten", "order_not_reversed", "given_grad_ignored")
def test_wiring(submission):
    """In a larger graph each operator passes on to each operand what comes in: four times as much of a 4."""
    given = submission.run("gradients", "out = x", {"x": 2.0}, seed=np.array(4.0))["x.grad"]
    assert {"gradient of a leaf": given} == close_to(
        {"gradient of a leaf": np.array(4.0)},
        call="x = Tensor(2.0, requires_grad=True); x.backward(np.array(4.0)); x.grad",
    )
    frames = {text: "out = ({}) * (z * w)" if "+" in text else "out = ({}) + (z + w)" for text in WIRED}
    found = {text: passed_on(submission, frames[text].format(text), shape) for text, shape in WIRED.items()}
    other = next((kind for kind in found.values() if kind != "passes it on"), "passes it on")
    kinds = ["stops it", "forgets what comes after it", "nothing arrives anywhere"]
    kind = worst(kinds, found.values(), other)
    text = next(text for text in WIRED if found[text] == kind)
    assert {"each operator": kind} == equal_to(
        {"each operator": "passes it on"},
        call="x, y = (Tensor(v, requires_grad=True) for v in 1.0 + np.random.rand(2, 3, 3)); "
        f"z, w = (Tensor(v, requires_grad=True) for v in np.ones({(2, *WIRED[text])})); "
        f"{frames[text].format(text)}; out.backward(np.full({WIRED[text]}, 4.0)); x.grad",
    )


def passed_on(submission, program, shape):
    """What becomes of a gradient of 4 instead of 1 on its way to x; z's shows that backward works as such."""
    values = {"x": 1 + np.arange(9.0).reshape(3, 3) / 20, "y": 2 - np.arange(9.0).reshape(3, 3) / 30}
    values |= {"z": np.full(shape, 1.5), "w": np.full(shape, 0.5)}
    runs = [submission.run("gradients", program, values, seed=np.full(shape, g)) for g in (1.0, 4.0)]
    of_one, of_four, z = runs[0]["x.grad"], runs[1]["x.grad"], runs[0]["z.grad"]
    if of_one is None or not np.any(of_one):
        return "nothing arrives anywhere" if z is None or not np.any(z) else "stops it"
    if np.shape(of_one) == np.shape(of_four) == (3, 3):
        if np.allclose(of_four, of_one, rtol=1e-9, atol=0):
            return "forgets what comes after it"
        if np.allclose(of_four, 4 * of_one, rtol=1e-9, atol=0):
            return "passes it on"
    return f"passes something else on: {program}"


PAIRS = [((3, 1), (4,)), ((2, 3), ()), ((2, 3), (1,)), ((2, 1, 3), (4, 1)), ((1, 1), (3,)), ((1,), ()),
         ((3,), (0, 3))]  # fmt: skip


@points(1, id="01.3b", about="Tensor.__mul__")
@catches("broadcast_not_summed", "broadcast_size_one_not_summed")
def test_broadcast_shapes(submission, reference, rng):
    """For + - * / and many pairs of shapes each gradient has its leaf's shape and torch's values."""
    programs = {}
    for one, other in PAIRS + [(other, one) for one, other in PAIRS]:
        for operator in "+-*/":
            leaves = {"a": rng.uniform(0.5, 2, one), "b": rng.uniform(0.5, 2, other)}
            seed = rng.normal(size=np.broadcast_shapes(one, other))
            programs[f"{one} {operator} {other}"] = f"out = a {operator} b", leaves, seed
    got, expected = both(submission, reference, programs)
    fits = {}
    for one, other in PAIRS:
        grads = [got[f"{one} {operator} {other}"][f"{leaf}.grad"] for operator in "+-*/" for leaf in "ab"]
        fits[f"{one} with {other}"] = shapes_of(grads, [one, other] * 4)
    assert {"shapes of the gradients": fits} == equal_to(
        {"shapes of the gradients": dict.fromkeys(fits, "the leaves'")},
        call="a, b = (Tensor(np.ones(shape), requires_grad=True) for shape in [(3, 1), (4,)]); "
        "(a * b).sum().backward(); a.grad.shape, b.grad.shape",
    )
    assert got == close_to(expected)


def shapes_of(grads, right):
    if any(grad is None for grad in grads):
        return "no gradient"
    if not all(isinstance(grad, np.ndarray) for grad in grads):
        return "no array"
    return "the leaves'" if [grad.shape for grad in grads] == right else "others"


NUMBERS = {
    "a number on the right": ["a + 2", "a - 2", "a * 2", "a / 2", "a - 0.5", "a / n", "a * n"],
    "a number on the left": ["2 + a", "2 - a", "2 * a", "2 / a", "0.5 - a", "n - a", "n * a"],
}
ENDS = ["an error in an operator", "an error in backward", "a RuntimeError in backward"]


@points(0.5, id="01.3c", about="Tensor.__rsub__")
@catches("reflected_subtraction_sign", "reflected_division_swapped", "numbers_not_wrapped",
         "no_number_on_the_left", "number_among_parents")  # fmt: skip
def test_numbers(submission, reference, rng):
    """A number may stand on either side of + - * /: 1 - a is not a - 1."""
    leaves, others, seed = {"a": rng.uniform(0.5, 3, (2, 2))}, {"n": np.float64(2.5)}, rng.normal(size=(2, 2))
    programs = {text: (f"out = {text}", leaves, seed) for texts in NUMBERS.values() for text in texts}
    ends = {}
    for side, texts in NUMBERS.items():
        found = submission.run("how_it_ends", [programs[text][0] for text in texts], leaves, others)
        ends[side] = worst(ENDS, found, "works")
    assert ends == equal_to(
        dict.fromkeys(NUMBERS, "works"),
        call="a = Tensor(2.0, requires_grad=True); (a * 2).backward(); (2 * a).backward()",
    )
    got, expected = both(submission, reference, programs, others=others)
    assert got == close_to(expected, call="(1 - Tensor(3.0)).data, (6 / Tensor(3.0)).data")


ARRAYS = [f"{one} {operator} {other}" for one, other in ("ak", "ka", "ai", "ia", "au", "ua") for operator in "+-*/"]


def array_operands(rng):
    integers = np.array([1, 2, 3, 4])
    others = {"k": rng.uniform(0.5, 3, (3, 1)), "i": integers, "u": integers.astype(np.uint8)}
    return {"a": rng.uniform(0.5, 3, 4)}, others


@points(0.25, id="01.3d", about="Tensor.__radd__")
@catches("ndarray_on_the_left")
def test_arrays_give_tensors(submission, rng):
    """An ndarray may stand on either side of + - * /, and the result is one Tensor."""
    leaves, others = array_operands(rng)
    kinds = submission.run("results", ARRAYS, leaves, others=others)
    assert {f"{text} is a Tensor": kind["is a Tensor"] for text, kind in kinds.items()} == equal_to(
        {f"{text} is a Tensor": True for text in ARRAYS}, call="type(np.ones(2) + Tensor([1.0, 2.0]))"
    )


@points(0.25, id="01.3e", about="Tensor.__radd__")
@catches("ndarray_on_the_left", "reflected_subtraction_sign")
def test_arrays(submission, reference, rng):
    """With an ndarray on either side of + - * /, also of int64 or uint8, values and gradients are torch's."""
    leaves, others = array_operands(rng)
    programs = {text: (f"out = {text}", leaves, rng.normal(size=(3, 4) if "k" in text else 4)) for text in ARRAYS}
    got, expected = both(submission, reference, programs, others=others)
    assert got == close_to(expected)


@points(0.5, id="01.4a", about="Tensor.__matmul__")
@catches("matmul_transposed")
def test_matmul(submission, reference, rng):
    """Products of matrices that are not square, of size 1 or 0, and of a matrix with itself, are torch's."""
    forms = {
        "(2, 3) @ (3, 4)": ("a @ b", (2, 3), (3, 4), (2, 4)),
        "(1, 3) @ (3, 1)": ("a @ b", (1, 3), (3, 1), (1, 1)),
        "(3, 1) @ (1, 2)": ("a @ b", (3, 1), (1, 2), (3, 2)),
        "(2, 0) @ (0, 3)": ("a @ b", (2, 0), (0, 3), (2, 3)),
        "a @ a.T @ b": ("a @ a.T @ b", (2, 3), (2, 2), (2, 2)),
        "two layers": ("((a @ b).relu() @ b.T).T @ a", (4, 3), (3, 2), (3, 3)),
    }
    programs = {
        name: (f"out = {text}", {"a": rng.normal(size=a), "b": rng.normal(size=b)}, rng.normal(size=out))
        for name, (text, a, b, out) in forms.items()
    }
    got, expected = both(submission, reference, programs)
    assert got == close_to(expected)


@points(0.5, id="01.4b", about="Tensor.__matmul__")
@catches("matmul_transposed")
def test_square_matmul(submission, rng):
    """For square a and b and a gradient g of a @ b: a.grad is g @ b.T, b.grad is a.T @ g."""
    a, b, g = rng.normal(size=(3, 3, 3))
    got = submission.run("gradients", "out = a @ b", {"a": a, "b": b}, seed=g)
    found = {"a.grad": which(got["a.grad"], g, b, g @ b.T), "b.grad": which(got["b.grad"], a, g, a.T @ g)}
    if "another value" not in found.values():
        # Whether one gradient lacks its transpose or both do, it is the same idea.
        kind = worst(["a product with other transposes"], found.values(), "right")
        assert {"the gradients": kind} == equal_to(
            {"the gradients": "right"},
            call="a, b = (Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True) for _ in range(2)); "
            "(a @ b).backward(np.eye(2)); a.grad",
        )
    assert {name: got[name] for name in found} == close_to({"a.grad": g @ b.T, "b.grad": a.T @ g})


def which(got, one, other, right):
    """Is it right, or a product of the right factors with other transposes or in the other order?"""
    if np.shape(got) != right.shape:
        return "another value"
    if np.allclose(got, right, rtol=1e-9, atol=1e-12):
        return "right"
    pairs = [(p, q) for p in (one, one.T) for q in (other, other.T)]
    products = [p @ q for p, q in pairs] + [q @ p for p, q in pairs]
    known = any(np.allclose(got, product) for product in products)
    return "a product with other transposes" if known else "another value"


# How the method is called, and the same for numpy, which takes a dtype in the second place.
CALLS = {
    "()": {},
    "(0)": {"axis": 0},
    "(1)": {"axis": 1},
    "(2)": {"axis": 2},
    "(-1)": {"axis": -1},
    "(-2)": {"axis": -2},
    "(None, True)": {"keepdims": True},
    "(axis=None, keepdims=True)": {"keepdims": True},
    "(1, True)": {"axis": 1, "keepdims": True},
    "(axis=-1, keepdims=True)": {"axis": -1, "keepdims": True},
    "(axis=0, keepdims=False)": {"axis": 0},
}
REDUCTIONS = [((2, 3, 4), call) for call in CALLS] + [((), "()"), ((1, 1), "(0)")]


@points(0.5, id="01.4c", about="Tensor.sum")
@catches("keepdims_ignored", "sum_axis_not_restored")
def test_sum(submission, reference, rng):
    """sum over all or over one axis, also counted from the end, with and without keepdims, is torch's."""
    cases = [*REDUCTIONS, ((0, 3), "(1)"), ((3, 0), "(1, True)")]
    reduce_like_torch(submission, reference, rng, "sum", cases)


@points(0.5, id="01.4d", about="Tensor.mean")
@catches("mean_without_n", "mean_counts_all_elements")
def test_mean(submission, reference, rng):
    """mean over all or over one axis, also counted from the end, with and without keepdims, is torch's."""
    reduce_like_torch(submission, reference, rng, "mean", REDUCTIONS)


def reduce_like_torch(submission, reference, rng, method, cases):
    programs, shapes = {}, {}
    for shape, call in cases:
        x, name = rng.normal(size=shape), f"x.{method}{call} of {shape}"
        shapes[name] = np.sum(x, **CALLS[call]).shape
        programs[name] = f"out = x.{method}{call}", {"x": x}, rng.normal(size=shapes[name])
    found = {name: submission.run("shape_of", text, leaves) for name, (text, leaves, _) in programs.items()}
    assert found == equal_to(shapes, call=f"Tensor([[1.0, 2.0]]).{method}(1, True).shape")
    got, expected = both(submission, reference, programs)
    assert got == close_to(expected)


RESHAPES = {
    "x.reshape(3, 2)": (2, 3),
    "x.reshape(-1)": (2, 3),
    "x.reshape(2, -1, 2)": (4, 3),
    "x.reshape(1, 1)": (),
    "x.T": (2, 3),
    "x.T.reshape(2, 3)": (2, 3),
    "x.reshape(6, 2).T": (3, 4),
    "x.T.T": (5, 1),
    "x.reshape(0, 2)": (0,),
}


@points(1, id="01.4e", about="Tensor.reshape")
def test_reshape_and_transpose(submission, reference, rng):
    """reshape (also with -1, to one element, of Fortran arrays) and T give each element its own gradient."""
    programs = {}
    for text, shape in RESHAPES.items():
        x = np.asfortranarray(rng.normal(size=shape))
        programs[text] = f"out = {text}", {"x": x}, rng.normal(size=eval(text, {"x": x}).shape)
    got, expected = both(submission, reference, programs)
    assert got == close_to(expected)


FLAGS = ["x", "x + k", "k - x", "x * k", "k / x", "x * 2", "-x", "x ** 2", "x @ k", "k @ x", "x.sum()", "x.T",
         "k", "k + k", "k - k", "k * 2", "k / k", "-k", "k ** 2", "k @ k", "k.mean()", "k.relu()", "k.log()",
         "k.T", "k.reshape(4)"]  # fmt: skip


@points(0.5, id="01.5b", about="Tensor.backward")
@catches("grad_where_not_required", "grad_starts_as_zeros")
def test_not_required(submission, rng):
    """A leaf that does not require a gradient keeps None; a result requires one if any operand does."""
    x, k = rng.uniform(0.5, 2, (2, 2, 2))
    program = "out = x * k + k / x - k ** 2 + k @ x"
    got = submission.run("gradients", program, {"x": x, "unused": x}, {"k": k}, seed=k)
    assert {f"{name} has a grad": got[f"{name}.grad"] is not None for name in ("x", "unused", "k")} == equal_to(
        {"x has a grad": True, "unused has a grad": False, "k has a grad": False},
        call="x, k = Tensor(2.0, requires_grad=True), Tensor(3.0); (x * k).backward(); k.grad",
    )
    kinds = submission.run("results", FLAGS, {"x": x}, {"k": k})
    assert {f"({text}).requires_grad": kind["requires_grad"] for text, kind in kinds.items()} == equal_to(
        {f"({text}).requires_grad": "x" in text for text in FLAGS},
        call="(Tensor(2.0, requires_grad=True) * Tensor(3.0)).requires_grad, (Tensor(3.0) * 2).requires_grad",
    )


@points(0.5, id="01.5c", about="Tensor.backward")
@catches("replaces_earlier_grad", "zero_grad_gives_zeros", "grad_is_shared")
def test_many_graphs(submission, reference, rng):
    """Many graphs add up in each leaf alone, whenever they were built; zero_grad clears its tensor alone."""
    leaves = {"a": rng.uniform(0.5, 2, (2, 3)), "b": rng.uniform(0.5, 2, (2, 3))}
    seed = rng.normal(size=(2, 3))
    got = submission.run("graphs", ["out = a + b", "out = a"], leaves, seed=seed)
    kept = {
        "b.grad is the same after a graph without b": np.array_equal(
            got["1 backward"]["b.grad"], got["2 backward"]["b.grad"]
        ),
        "the grad given to backward is the same after it": np.array_equal(got["seed"], seed),
    }
    assert kept == equal_to(
        dict.fromkeys(kept, True),
        call="a, b = (Tensor([1.0, 2.0], requires_grad=True) for _ in range(2)); g = np.ones(2); "
        "(a + b).backward(g); a.backward(g); b.grad, g",
    )
    texts = ["a", "a + b", "a * b", "(a - b).exp()", "a / b", "b + b", "b"]
    programs = [f"out = {text}" for text in texts]
    got, expected = (
        {
            "one by one": side.run("graphs", programs, leaves, seed=seed),
            "with zero_grad": side.run(
                "graphs", programs, leaves, zeroed=[(2, "out"), (3, "a"), (5, "b"), (6, "a")], seed=seed
            ),
            "all built at first": side.run("graphs", programs, leaves, seed=seed, build_first=True),
        }
        for side in (submission, reference)
    )
    assert got == close_to(expected)


@points(1, id="01.6a", about="Tensor.backward")
@catches("recursion_limit")
def test_long_chain(submission, reference):
    """backward through a chain of 5,000 operations does not hit Python's recursion limit."""
    program = "out = x\nfor _ in range(5000):\n    out = out * 1.0002"
    got = submission.run("gradients", program, {"x": 0.5})
    assert got == close_to(
        reference.run("gradients", program, {"x": 0.5}),
        call="x = Tensor(0.5, requires_grad=True); y = x\nfor _ in range(5000): y = y * 1.0002\ny.backward()",
    )


# Links whose paths carry a gradient on undiminished, and how many operations each has.
LINKS = {
    "(out + out) * 0.5": 2,
    "out.T * 0.6 + (out.T + x) * 0.4": 6,
    "out * 0.5 + out.reshape(4).reshape(2, 2) * 0.5": 5,
    "(out.relu() + out) / 2": 3,
}


@points(1, id="01.6b", about="Tensor.backward")
@needs("test_paths")
@catches("recursion_limit")
@pytest.mark.parametrize("link", LINKS)
def test_long_chains_with_reuse(submission, reference, rng, link):
    """5,000 operations with reuse at each link: a tensor is visited once, however many paths lead to it."""
    program = f"out = x\nfor _ in range({5000 // LINKS[link]}):\n    out = {link}"
    leaves, seed = {"x": rng.uniform(0.1, 0.4, (2, 2))}, rng.normal(size=(2, 2))
    got = submission.run("gradients", program, leaves, seed=seed)
    assert got == close_to(reference.run("gradients", program, leaves, seed=seed))


WRONG_SHAPES = [((3,), (1,)), ((3,), (3, 1)), ((3,), (1, 3)), ((3,), (2,)), ((3,), ()), ((2, 3), (3, 2)),
                ((2, 3), (3,)), ((2, 3), (2, 1)), ((2, 3), (6,)), ((), (1,)), ((1,), ()), ((1, 1), (1,)),
                ((0,), (1,))]  # fmt: skip
NO_GRADIENT = [("out = k", None), ("out = k", np.array(1.0)), ("out = k * 2", None), ("out = -k.exp()", None)]


@points(0.5, id="01.7b", about="Tensor.backward")
@catches("grad_shape_not_checked", "more_than_one_element_accepted", "no_gradient_needed_is_silent")
def test_runtime_errors(submission, reference):
    """RuntimeError: grad of a wrong shape, or none for a result or leaf not of one element; no gradient needed."""
    for shape, wrong in WRONG_SHAPES:
        got = submission.error("gradients", "out = x * 2", {"x": np.ones(shape)}, seed=np.ones(wrong))
        call = f"x = Tensor(np.ones({shape}), requires_grad=True); (x * 2).backward(np.ones({wrong}))"
        assert got == raised(RuntimeError, call=call)
    for shape, text in [((2, 1), "x * 2"), ((0,), "x * 2"), ((0, 3), "x * 2"), ((2,), "x"), ((0,), "x")]:
        got = submission.error("gradients", f"out = {text}", {"x": np.ones(shape)})
        call = f"x = Tensor(np.ones({shape}), requires_grad=True); ({text}).backward()"
        assert got == raised(RuntimeError, call=call)
    for program, seed in NO_GRADIENT:
        got = submission.error("gradients", program, {}, {"k": 3.0}, seed=seed)
        assert got == raised(RuntimeError, call="(Tensor(3.0) * 2).backward()")
    programs = {f"{shape}": ("out = x * 3", {"x": np.full(shape, 2.0)}, None) for shape in [(), (1,), (1, 1)]}
    got, expected = both(submission, reference, programs | {"a leaf": ("out = x", {"x": 2.0}, None)})
    assert got == close_to(expected)


FOREIGN = ["x + '2'", "'2' + x", "x - '2'", "'2' - x", "x * '2'", "'2' * x", "x / '2'", "'2' / x", "x ** '2'",
           "x @ '2'", "x + None", "None - x", "x * {}", "x / None", "x ** None", "x @ None"]  # fmt: skip
BAD_VALUES = ["x.reshape(4, 2)", "x.sum(axis=2)", "x.mean(axis=2)", "x.mean(-3)", "x + y", "x * y", "x @ x",
              "Tensor([[1.0], [2.0]]) @ x", "x @ Tensor([[1.0, 2.0]])", "Tensor('abc')",
              "Tensor([[1.0], [2.0, 3.0]])"]  # fmt: skip


@points(0.5, id="01.7c", about="Tensor")
@catches("foreign_operand_accepted")
def test_foreign_operands_and_bad_values(submission):
    """A foreign operand is a TypeError; a shape (also 1 in @) or axis that does not fit, or bad data, a ValueError."""
    leaves = {"x": np.ones((2, 3)), "y": np.ones((2, 2))}
    for text in FOREIGN:
        got = submission.error("results", [text], leaves)
        assert got == raised(TypeError, call=f"x = Tensor([[1.0, 2.0]]); {text}")
    for text in BAD_VALUES:
        got = submission.error("results", [text], leaves)
        assert got == raised(ValueError, call=f"x, y = Tensor(np.ones((2, 3))), Tensor(np.ones((2, 2))); {text}")


@points(0.25, id="01.8a", about="Tensor.relu")
@catches("relu_one_at_zero", "relu_without_mask")
def test_relu_at_zero(submission, reference):
    """relu's derivative is 0 for negative numbers and at 0, else 1."""
    leaves, seed = {"x": [-2.0, -0.0, 0.0, 1e-300, 3.0]}, np.array([2.0, 3.0, 5.0, 7.0, 11.0])
    assert submission.run("gradients", "out = x.relu()", leaves, seed=seed) == close_to(
        reference.run("gradients", "out = x.relu()", leaves, seed=seed),
        call="x = Tensor([-2.0, 0.0, 3.0], requires_grad=True); x.relu().sum().backward(); x.grad",
    )


@points(0.25, id="01.8b", about="Tensor.__init__")
@catches("everything_float64", "integers_kept", "grad_starts_as_zeros")
def test_new_tensors(submission):
    """data is an ndarray: numbers become float64, another floating dtype is kept; grad starts as None."""
    values = {
        "number": 3,
        "float": 2.5,
        "list": [[1, 2], [3, 4]],
        "0-d": np.array(2.0),
        "a number of float32": np.float32(0.5),
        "float32": np.ones(2, np.float32),
        "float16": np.ones(2, np.float16),
        "empty": np.zeros((0, 2), np.float32),
    }
    arrays = {name: np.asarray(value, getattr(value, "dtype", np.float64)) for name, value in values.items()}
    integers = {"bool": np.array([True, False]), "int32": np.arange(3, dtype=np.int32)}
    arrays |= {name: value.astype(np.float64) for name, value in integers.items()}
    assert submission.run("new_tensors", values | integers) == equal_to(
        {name: {"data": array, "shape": array.shape, "grad": None} for name, array in arrays.items()},
        call="Tensor([1, 2]).data.dtype, Tensor(np.float32([1, 2])).data.dtype",
    )


# "-", "/" and mean stand in the second group, as many write them with the help of a number.
SINGLE = {
    "operators alone": ["x + k", "x * k", "x @ x.T", "x.relu()", "x.exp()", "x.sum(axis=1)", "x.reshape(-1)"],
    "with a number": ["3 - x", "x / 3", "(x * 0.5 + 1) ** 2", "1.5 / x", "x ** 0.5", "-x", "x / k",
                      "x.mean(0)", "x.mean()"],
}  # fmt: skip
KEPT = ["not kept in out", "not kept in x.grad"]


@points(0.25, id="01.8c", about="Tensor")
@catches("number_widens_float32", "everything_float64")
def test_dtype_kept(submission, reference, rng):
    """float32 and float16 are kept by every operator, also beside a number, and in grad."""
    half, single = (rng.uniform(0.5, 2, (2, 3)).astype(dtype) for dtype in (np.float16, np.float32))
    found, got, expected = {}, {}, {}
    for x in (half, single):
        for group, texts in SINGLE.items():
            programs = {text: (f"out = ({text}).sum()", {"x": x}, None) for text in texts}
            got[group], expected[group] = both(submission, reference, programs, others={"k": x[0]})
            found |= {(group, text, x.dtype.name): kept(got[group][text], x.dtype) for text in texts}
    kinds = {
        group: worst(KEPT, [kind for (of, _, _), kind in found.items() if of == group], "kept") for group in SINGLE
    }
    _, text, dtype = next((key for key, kind in found.items() if kind != "kept"), next(iter(found)))
    assert kinds == equal_to(
        dict.fromkeys(SINGLE, "kept"),
        call=f"x, k = Tensor(np.ones((2, 3), np.{dtype}), requires_grad=True), np.ones(3, np.{dtype}); "
        f"({text}).sum().backward(); ({text}).data.dtype, x.grad.dtype",
    )
    assert got == close_to(expected)  # the last ones: of float16 the dtype is enough


def kept(values, dtype):
    wrong = [name for name in ("out", "x.grad") if getattr(values[name], "dtype", dtype) != dtype]
    return f"not kept in {wrong[0]}" if wrong else "kept"


DIRECT = ["x + k", "k - x", "x * k", "k / y", "y / k", "y.log()", "y ** -1", "-x.relu()"]


@points(0.25, id="01.8d", about="Tensor")
@catches("relu_changes_its_input")
def test_arguments_stay(submission, rng):
    """No operation and no backward changes the arrays that it was given: a tensor's data, operands."""
    arrays = {"x": rng.uniform(-1, 1, (3, 3)), "y": rng.uniform(0.5, 1, (3, 3))}
    others = {"k": rng.uniform(0.5, 1, (3, 3))}
    shapes = WIRED | dict.fromkeys(DIRECT, (3, 3))
    del shapes["x.log()"]  # x is negative in places
    got = {
        text: submission.run("arguments_after", f"out = {text}", arrays, others, seed=rng.normal(size=shape))
        for text, shape in shapes.items()
    }
    stay = {"arguments": arrays, "operands": others, "data": arrays}
    assert got == equal_to(dict.fromkeys(shapes, stay))
