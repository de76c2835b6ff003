"""Hidden checks of 01_autograd, compared with torch.autograd and with central differences over every index.

`gradients` and `graphs` run the text of a small program on both sides of the wall (see the exercise's scenarios.py).
"""

import numpy as np
import pytest

from grader.checks import catches, close_to, equal_to, needs, points, raised


def both(submission, reference, programs, **options):
    """The gradients of several programs by name, learner's and torch's: each program is (text, leaves, seed)."""
    return tuple(
        {
            name: side.run("gradients", text, leaves, seed=seed, **options)
            for name, (text, leaves, seed) in programs.items()
        }
        for side in (submission, reference)
    )


# Each operator between others, with gradients for both operands; h and y are (2, 3), h lies in [0.4, 3], m is (3, 3).
OPERATORS = {
    "+": "h + y",
    "-": "h - y",
    "- from the right": "y - h",
    "*": "h * y",
    "/ of small numbers": "(h * 1e-10) / (y * 1e-10)",
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
SHAPES_OF_RESULTS = {"sum": (3,), "mean": (2, 1), "reshape": (3, 2), "T": (3, 2)}


@points(0.5, id="01.1c", about="Tensor")
@catches("upstream_forgotten", "operator_not_wired", "relu_without_mask", "mean_without_n", "order_not_reversed")
@pytest.mark.parametrize("operator", OPERATORS)
def test_each_operator(submission, reference, rng, operator):
    """Each operator, between others, has torch's value and gradients, and those of central differences at every index."""
    program, shape = f"h = x * z\nout = ({OPERATORS[operator]}) * w", SHAPES_OF_RESULTS.get(operator, (2, 3))
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
    "exp": ([-700.0, -300.0, -30.0, 0.0, 30.0, 300.0, 700.0], "x.exp()"),
    "log": ([1e-300, 1e-12, 1e-3, 1.0, 1e3, 1e300], "x.log()"),
    "1 / x": ([-1e100, -1e-100, -1e-12, 1e-12, 1e100], "1 / x"),
    "x ** -3": ([-1e50, -1e-3, -1.0, 1e-50, 1e-3], "x ** -3"),
    "x ** 1.5": ([0.0, 1e-100, 1e-3, 1e100], "x ** 1.5"),
    "relu": ([-1e300, -1e-300, 1e-300, 1e300], "x.relu()"),
    "x * x": ([-1e100, -1e-100, 0.0, 1e-3, 1e3], "x * x"),
}


@points(0.5, id="01.1d", about="Tensor")
def test_far_from_one(submission, reference):
    """Very small and very large numbers go through exp, log, 1 / x, ** and relu as they do in torch."""
    programs = {name: (f"out = {text}", {"x": np.array(x)}, np.full(len(x), 0.5)) for name, (x, text) in FAR.items()}
    got, expected = both(submission, reference, programs)
    assert got == close_to(expected, atol=0.0)


@points(1, id="01.2b", about="Tensor.backward")
@catches("overwrites_grad", "visits_node_twice", "breadth_first_order", "order_not_reversed")
@pytest.mark.parametrize("graph", ["nested reuse", "a sum reused", "random 1", "random 2", "random 3"])
def test_graphs(submission, reference, rng, graph):
    """Nested reuse and random graphs of thirty operations on arrays have torch's gradients."""
    programs = {
        "nested reuse": "q = v0 * v0\nout = q * (q + q) + v1 * v2",
        "a sum reused": "u = v0 + v1\nv = u + v0 * 2.0 + v2\nout = v * u + v",
    }
    program = programs.get(graph) or random_program(rng, 30)
    leaves = {name: rng.uniform(-1, 1, (2, 3)) for name in ("v0", "v1", "v2")}
    seed = rng.normal(size=(2, 3))
    got = submission.run("gradients", program, leaves, seed=seed)
    assert got == close_to(reference.run("gradients", program, leaves, seed=seed))


def random_program(rng, length):
    """Lines that compute v3, v4, ... from any two earlier values, all kept in [-1, 1]; out adds them all up."""
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
    "a short and a long path, added": [f"y = x * 3.0\nout = {sum_}" for long in LONG_PATHS
                                       for sum_ in (f"y + ({long})", f"({long}) + y")],
    "a short and a long path, multiplied": [f"y = x * 3.0\nout = {product}" for long in LONG_PATHS
                                            for product in (f"y * ({long})", f"({long}) * y")],
}  # fmt: skip
AMOUNTS = ["None", "no array of x's shape", "zero", "too little", "too much"]


@points(1, id="01.2c", about="Tensor.backward")
@catches("overwrites_grad", "visits_node_twice", "breadth_first_order", "order_not_reversed")
def test_paths(submission, reference, rng):
    """Every path counts once: one operation, a chain, two equal paths, a short and a long one in either order."""
    leaves = {"x": rng.uniform(1.5, 2.0)}
    ends = {name: submission.run("how_it_ends", programs, leaves) for name, programs in PATHS.items()}
    call = "x = Tensor(2.0, requires_grad=True); y = x * 3; (y * ((y + 1) * 2 + 3)).backward(); x.grad"
    assert ends == equal_to({name: ["works"] * len(programs) for name, programs in PATHS.items()}, call=call)
    # Which of the two orders fails depends on how operands are kept, so the worst stands for all.
    got = {}
    for name, programs in PATHS.items():
        found = [amount(submission, reference, program, leaves) for program in programs]
        got[name] = next((worst for worst in AMOUNTS if worst in found), "right")
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


WIRED = dict.fromkeys(("x + y", "y + x", "x - y", "y - x", "x * y", "y * x", "x / y", "y / x", "-x", "x ** 3", "x.relu()", "x.exp()", "x.log()", "x @ y", "y @ x", "x.reshape(3, 3)", "x.T"), (3, 3))  # fmt: skip
WIRED |= {"x.sum()": (), "x.sum(axis=1)": (3,), "x.mean()": (), "x.mean(axis=0)": (3,)}
WIRING_FAULTS = ["stops it", "forgets what comes after it", "passes something else on", "nothing arrives anywhere"]


@points(1, id="01.2d", about="Tensor")
@catches("operator_not_wired", "upstream_forgotten", "order_not_reversed", "given_grad_ignored")
def test_wiring(submission):
    """Inside a larger graph each operator passes the gradient on to each operand: four times as much if 4 comes in."""
    frames = {op: "out = ({}) * (z * w)" if "+" in op else "out = ({}) + (z + w)" for op in WIRED}
    seen = {op: passed_on(submission, frames[op].format(op), shape) for op, shape in WIRED.items()}
    given = submission.run("gradients", "out = x", {"x": 2.0}, seed=np.array(4.0))["x.grad"]
    assert {"a leaf's own backward": given} == close_to(
        {"a leaf's own backward": np.array(4.0)}, call="x = Tensor(2.0, requires_grad=True); x.backward(np.array(4.0)); x.grad"
    )
    # The same idea whichever operator it is about, so the operator's name is in the text and not in the value.
    worst = next((fault for fault in WIRING_FAULTS if fault in seen.values()), "passes it on")
    operator = next(op for op, kind in seen.items() if kind == worst)
    assert {"each operator": worst} == equal_to(
        {"each operator": "passes it on"},
        call="x, y = (Tensor(v, requires_grad=True) for v in 1.0 + np.random.rand(2, 3, 3)); "
        f"z, w = (Tensor(v, requires_grad=True) for v in np.ones({(2, *WIRED[operator])})); "
        f"{frames[operator].format(operator)}; out.backward(np.full({WIRED[operator]}, 4.0)); x.grad",
    )


def passed_on(submission, program, shape):
    """What becomes of a gradient of 4 instead of 1 on its way to x. That z has one shows that backward works as such."""
    values = {"x": 1 + np.arange(9.0).reshape(3, 3) / 20, "y": 2 - np.arange(9.0).reshape(3, 3) / 30}
    values |= {"z": np.full(shape, 1.5), "w": np.full(shape, 0.5)}
    runs = [submission.run("gradients", program, values, seed=np.full(shape, g)) for g in (1.0, 4.0)]
    of_one, of_four, z = runs[0]["x.grad"], runs[1]["x.grad"], runs[0]["z.grad"]
    if of_one is None or not np.any(of_one):
        return "nothing arrives anywhere" if z is None or not np.any(z) else "stops it"
    if np.shape(of_one) != (3, 3) or np.shape(of_four) != (3, 3):
        return "passes something else on"
    if np.allclose(of_four, of_one, rtol=1e-9, atol=0):
        return "forgets what comes after it"
    return "passes it on" if np.allclose(of_four, 4 * of_one, rtol=1e-9, atol=0) else "passes something else on"


SHAPES = [((3, 1), (4,)), ((2, 3), ()), ((2, 3), (1,)), ((2, 1, 3), (4, 1)), ((1, 1), (3,)), ((1,), ()), ((3,), (0, 3))]


@points(1, id="01.3b", about="Tensor.__mul__")
@catches("broadcast_not_summed", "broadcast_size_one_not_summed")
def test_broadcast_shapes(submission, reference, rng):
    """For + - * / and many pairs of shapes, in both orders, each gradient has its leaf's shape and torch's values."""
    programs, fits = {}, {}
    for one, other in SHAPES + [(other, one) for one, other in SHAPES]:
        for operator in "+-*/":
            leaves = {"a": rng.uniform(0.5, 2, one), "b": rng.uniform(0.5, 2, other)}
            seed = rng.normal(size=np.broadcast_shapes(one, other))
            programs[f"{one} {operator} {other}"] = f"out = a {operator} b", leaves, seed
    got, expected = both(submission, reference, programs)
    for one, other in SHAPES:
        found = [got[f"{one} {operator} {other}"][f"{leaf}.grad"] for operator in "+-*/" for leaf in "ab"]
        fits[f"{one} with {other}"] = shapes_kind(found, [one, other] * 4)
    assert {"shapes of the gradients": fits} == equal_to(
        {"shapes of the gradients": dict.fromkeys(fits, "the leaves'")}
    )
    assert got == close_to(expected)


def shapes_kind(found, right):
    if any(grad is None for grad in found):
        return "no gradient"
    if not all(isinstance(grad, np.ndarray) for grad in found):
        return "no array"
    return "the leaves'" if [np.shape(grad) for grad in found] == right else "others"


NUMBERS = {
    "on the right": ["a + 2", "a - 2", "a * 2", "a / 2", "a - 0.5", "a / n", "a * n"],
    "on the left": ["2 + a", "2 - a", "2 * a", "2 / a", "0.5 - a", "n - a", "n * a"],
}


@points(0.5, id="01.3c", about="Tensor.__rsub__")
@catches("reflected_subtraction_sign", "reflected_division_swapped", "numbers_not_wrapped", "no_number_on_the_left",
         "number_among_parents")  # fmt: skip
def test_numbers(submission, reference, rng):
    """A number may stand on either side of + - * /: 1 - a is not a - 1."""
    leaves, others = {"a": rng.uniform(0.5, 3, (2, 2))}, {"n": np.float64(2.5)}
    how = {
        side: submission.run("how_it_ends", [f"out = {text}" for text in texts], leaves, others)
        for side, texts in NUMBERS.items()
    }
    assert {f"a number {side}": worst_end(ends) for side, ends in how.items()} == equal_to(
        {f"a number {side}": "works" for side in NUMBERS},
        call="a = Tensor([2.0], requires_grad=True); (a * 2).backward(); (2 * a).backward()",
    )
    seed = rng.normal(size=(2, 2))
    programs = {text: (f"out = {text}", leaves, seed) for texts in NUMBERS.values() for text in texts}
    got, expected = both(submission, reference, programs, others=others)
    assert got == close_to(expected, call="(1 - Tensor([3.0])).data, (6 / Tensor([3.0])).data")


ENDS = ["an error in an operator", "an error in backward", "a RuntimeError in backward"]


def worst_end(ends):
    return next((end for end in ENDS if end in ends), "works")


ARRAYS = [f"{one} {operator} {other}" for one, other in ("ak", "ka", "ai", "ia") for operator in "+-*/"]


def array_operands(rng):
    return {"a": rng.uniform(0.5, 3, 4)}, {"k": rng.uniform(0.5, 3, (3, 1)), "i": np.array([1, 2, 3, 4])}


@points(0.25, id="01.3d", about="Tensor.__radd__")
@catches("ndarray_on_the_left")
def test_arrays_give_tensors(submission, rng):
    """An ndarray may stand on either side of + - * /, and the result is one Tensor."""
    leaves, others = array_operands(rng)
    kinds = submission.run("results", ARRAYS, leaves, others=others)
    assert {text: kind["is a Tensor"] for text, kind in kinds.items()} == equal_to(
        dict.fromkeys(ARRAYS, True), call="type(np.ones(2) + Tensor([1.0, 2.0]))"
    )


@points(0.25, id="01.3e", about="Tensor.__radd__")
@catches("ndarray_on_the_left", "reflected_subtraction_sign")
def test_arrays(submission, reference, rng):
    """With an ndarray on either side of + - * /, also one of integers, the values and gradients are torch's."""
    leaves, others = array_operands(rng)
    programs = {text: (f"out = {text}", leaves, rng.normal(size=(3, 4) if "k" in text else 4)) for text in ARRAYS}
    got, expected = both(submission, reference, programs, others=others)
    assert got == close_to(expected)


@points(0.5, id="01.4a", about="Tensor.__matmul__")
@catches("matmul_transposed")
def test_matmul(submission, reference, rng):
    """Products of matrices that are not square, of size 1, of size 0, and of a matrix with itself, are torch's."""
    forms = {
        "(2, 3) @ (3, 4)": ("a @ b", (2, 3), (3, 4), (2, 4)),
        "(1, 3) @ (3, 1)": ("a @ b", (1, 3), (3, 1), (1, 1)),
        "(3, 1) @ (1, 2)": ("a @ b", (3, 1), (1, 2), (3, 2)),
        "(2, 0) @ (0, 3)": ("a @ b", (2, 0), (0, 3), (2, 3)),
        "a @ a.T @ b": ("a @ a.T @ b", (2, 3), (2, 2), (2, 2)),
        "two layers": ("((a @ b).relu() @ b.T).T @ a", (4, 3), (3, 2), (3, 3)),
    }
    programs = {
        name: (f"out = {text}", {"a": rng.normal(size=one), "b": rng.normal(size=other)}, rng.normal(size=shape))
        for name, (text, one, other, shape) in forms.items()
    }
    got, expected = both(submission, reference, programs)
    assert got == close_to(expected)


@points(0.5, id="01.4b", about="Tensor.__matmul__")
@catches("matmul_transposed")
def test_square_matmul(submission, rng):
    """For square a and b and a gradient g of a @ b: a.grad is g @ b.T, b.grad is a.T @ g."""
    a, b, g = rng.normal(size=(3, 3, 3))
    got = submission.run("gradients", "out = a @ b", {"a": a, "b": b}, seed=g)
    found = [which_product(got["a.grad"], g, b, right=g @ b.T), which_product(got["b.grad"], a, g, right=a.T @ g)]
    # Whether one gradient lacks its transpose or both do, it is the same idea.
    worst = next((kind for kind in ("something else", "a product with other transposes") if kind in found), "right")
    assert {"a.grad and b.grad": worst} == equal_to(
        {"a.grad and b.grad": "right"},
        call="a = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True); "
        "(a @ Tensor([[1.0, 2.0], [3.0, 4.0]])).backward(np.eye(2)); a.grad",
    )


def which_product(got, one, other, right):
    if np.shape(got) != right.shape:
        return "something else"
    if np.allclose(got, right, rtol=1e-9, atol=1e-12):
        return "right"
    pairs = [(p, q) for p in (one, one.T) for q in (other, other.T)]
    products = [p @ q for p, q in pairs] + [q @ p for p, q in pairs]
    return "a product with other transposes" if any(np.allclose(got, p) for p in products) else "something else"


# How the method is called, and the same for numpy, which takes a dtype in the second place.
CALLS = {
    "()": {}, "(0)": {"axis": 0}, "(1)": {"axis": 1}, "(2)": {"axis": 2}, "(-1)": {"axis": -1}, "(-2)": {"axis": -2},
    "(None, True)": {"keepdims": True}, "(axis=None, keepdims=True)": {"keepdims": True},
    "(1, True)": {"axis": 1, "keepdims": True}, "(axis=-1, keepdims=True)": {"axis": -1, "keepdims": True}, "(axis=0, keepdims=False)": {"axis": 0},
}  # fmt: skip
REDUCTIONS = [((2, 3, 4), call) for call in CALLS] + [((), "()"), ((1, 1), "(0)")]


@points(0.5, id="01.4c", about="Tensor.sum")
@catches("keepdims_ignored", "sum_axis_not_restored")
def test_sum(submission, reference, rng):
    """sum over all or over one axis, also counted from the end, with and without keepdims, is torch's."""
    check_reductions(submission, reference, rng, "sum", [*REDUCTIONS, ((0, 3), "(1)"), ((3, 0), "(1, True)")])


@points(0.5, id="01.4d", about="Tensor.mean")
@catches("mean_without_n", "mean_counts_all_elements")
def test_mean(submission, reference, rng):
    """mean over all or over one axis, also counted from the end, with and without keepdims, is torch's."""
    check_reductions(submission, reference, rng, "mean", REDUCTIONS)


def check_reductions(submission, reference, rng, method, cases):
    programs, shapes = {}, {}
    for shape, call in cases:
        x, name = rng.normal(size=shape), f"x.{method}{call} of {shape}"
        shapes[name] = np.sum(x, **CALLS[call]).shape
        programs[name] = f"out = x.{method}{call}", {"x": x}, rng.normal(size=shapes[name])
    found = {name: submission.run("shape_of", text, leaves) for name, (text, leaves, _) in programs.items()}
    assert found == equal_to(shapes, call=f"Tensor([[1.0, 2.0]]).{method}(1, True).shape")
    got, expected = both(submission, reference, programs)
    assert got == close_to(expected)


RESHAPES = {"x.reshape(3, 2)": (2, 3), "x.reshape(-1)": (2, 3), "x.reshape(2, -1, 2)": (4, 3), "x.reshape(1, 1)": (),
            "x.T": (2, 3), "x.T.reshape(2, 3)": (2, 3), "x.reshape(6, 2).T": (3, 4), "x.T.T": (5, 1),
            "x.reshape(0, 2)": (0,)}  # fmt: skip


@points(1, id="01.4e", about="Tensor.reshape")
def test_reshape_and_transpose(submission, reference, rng):
    """reshape (also with -1, to one element, of arrays in Fortran's order) and T give each element its own gradient."""
    programs = {}
    for text, shape in RESHAPES.items():
        x = np.asfortranarray(rng.normal(size=shape))
        programs[text] = f"out = {text}", {"x": x}, rng.normal(size=eval(text, {"x": x}).shape)
    got, expected = both(submission, reference, programs)
    assert got == close_to(expected)


@points(0.5, id="01.5b", about="Tensor.backward")
@catches("grad_where_not_required")
def test_not_required(submission, reference, rng):
    """A leaf that does not require a gradient keeps None; a result requires one if any operand does."""
    x, k = rng.uniform(0.5, 2, (2, 2, 2))
    got = submission.run("gradients", "out = x * k + k / x - k ** 2 + k @ x", {"x": x, "unused": x}, {"k": k}, seed=k)
    present = {name: grad is not None for name, grad in got.items() if name.endswith(".grad")}
    assert present == equal_to(
        {"x.grad": True, "unused.grad": False, "k.grad": False},
        call="x, k = Tensor(2.0, requires_grad=True), Tensor(3.0); (x * k).backward(); k.grad",
    )
    texts = ["x", "k", "x + k", "k - x", "x * k", "k / x", "x * 2", "-x", "x ** 2", "x @ k", "k @ x", "x.sum()", "x.T",
             "k + k", "k - k", "k * 2", "k / k", "-k", "k ** 2", "k @ k", "k.mean()", "k.relu()", "k.exp().log()",
             "k.reshape(4)", "k.T"]  # fmt: skip
    flags = submission.run("results", texts, {"x": x}, {"k": k})
    assert {text: flag["requires_grad"] for text, flag in flags.items()} == equal_to(
        {text: "x" in text.replace("exp", "") for text in texts}
    )


@points(0.5, id="01.5c", about="Tensor.backward")
@catches("replaces_earlier_grad", "zero_grad_gives_zeros", "grad_is_shared")
def test_many_graphs(submission, reference, rng):
    """Seven graphs add up in each leaf alone, built one by one or all at first; zero_grad clears its own tensor alone."""
    leaves, seed = {"a": rng.uniform(0.5, 2, (2, 3)), "b": rng.uniform(0.5, 2, (2, 3))}, rng.normal(size=(2, 3))
    got = submission.run("graphs", ["out = a + b", "out = a"], leaves, seed=seed)
    kept = {
        "b.grad, after a graph without b": np.array_equal(got["grads"][0]["b.grad"], got["grads"][1]["b.grad"]),
        "the grad given to backward": np.array_equal(got["seed"], seed),
    }
    assert kept == equal_to(
        dict.fromkeys(kept, True),
        call="a, b = (Tensor([1.0, 2.0], requires_grad=True) for _ in range(2)); g = np.ones(2); "
        "(a + b).backward(g); a.backward(g); b.grad, g",
    )
    programs = ["out = a", "out = a + b", "out = a * b", "out = (a - b).exp()", "out = a / b", "out = b + b", "out = b"]
    got, expected = (
        {
            "one by one": side.run("graphs", programs, leaves, seed=seed),
            "with zero_grad": side.run("graphs", programs, leaves, zeroed=[(2, "out"), (3, "a"), (5, "b"), (6, "a")], seed=seed),
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


# Links whose two paths carry a gradient on undiminished, and how many operations each has.
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
    """5,000 operations with reuse at each link: every tensor is visited once, however many paths lead to it."""
    program = f"out = x\nfor _ in range({5000 // LINKS[link]}):\n    out = {link}"
    leaves, seed = {"x": rng.uniform(0.1, 0.4, (2, 2))}, rng.normal(size=(2, 2))
    got = submission.run("gradients", program, leaves, seed=seed)
    assert got == close_to(reference.run("gradients", program, leaves, seed=seed))


WRONG_SEEDS = [((3,), (1,)), ((3,), (3, 1)), ((3,), (1, 3)), ((3,), (2,)), ((3,), ()), ((2, 3), (3, 2)), ((2, 3), (3,)),
               ((2, 3), (2, 1)), ((2, 3), (6,)), ((), (1,)), ((1,), ()), ((1, 1), (1,)), ((0,), (1,))]  # fmt: skip


@points(0.5, id="01.7b", about="Tensor.backward")
@catches("grad_shape_not_checked", "more_than_one_element_accepted", "no_gradient_needed_is_silent")
def test_runtime_errors(submission, reference):
    """A grad of the wrong shape and a tensor that needs no gradient are a RuntimeError; one element of any shape is fine."""
    for shape, wrong in WRONG_SEEDS:
        got = submission.error("gradients", "out = x * 2", {"x": np.ones(shape)}, seed=np.ones(wrong))
        assert got == raised(
            RuntimeError, call=f"(Tensor(np.ones({shape}), requires_grad=True) * 2).backward(np.ones({wrong}))"
        )
    for shape in [(2, 1), (0,), (0, 3)]:
        got = submission.error("gradients", "out = x * 2", {"x": np.ones(shape)})
        assert got == raised(RuntimeError, call=f"(Tensor(np.ones({shape}), requires_grad=True) * 2).backward()")
    for program, seed in [
        ("out = k", None),
        ("out = k", np.array(1.0)),
        ("out = k * 2", None),
        ("out = -k.exp()", None),
    ]:
        got = submission.error("gradients", program, {}, {"k": 3.0}, seed=seed)
        assert got == raised(RuntimeError, call="(Tensor(3.0) * 2).backward()")
    programs = {f"{shape}": ("out = x * 3", {"x": np.full(shape, 2.0)}, None) for shape in [(), (1,), (1, 1)]}
    got, expected = both(submission, reference, programs | {"a leaf": ("out = x", {"x": 2.0}, None)})
    assert got == close_to(expected)


FOREIGN = ["x + '2'", "'2' + x", "x - '2'", "'2' - x", "x * '2'", "'2' * x", "x / '2'", "'2' / x", "x ** '2'", "x @ '2'",
           "x + None", "None - x", "x * {}", "x / None", "x ** None", "x @ None"]  # fmt: skip
BAD_VALUES = {
    "x.reshape(4, 2)": ["shape", "4", "2"],
    "x.sum(axis=2)": ["axis", "2"],
    "x + y": ["2", "3"],
    "x * y": ["2", "3"],
    "x @ x": ["2", "3"],
    "Tensor('abc')": ["abc"],
    "Tensor([[1.0], [2.0, 3.0]])": [],
}


@points(0.5, id="01.7c", about="Tensor")
@catches("foreign_operand_accepted")
def test_foreign_operands_and_bad_values(submission):
    """An operand of a foreign type is a TypeError; shapes and axes that do not fit, and data without numbers, a ValueError."""
    leaves = {"x": np.ones((2, 3)), "y": np.ones((2, 2))}
    for text in FOREIGN:
        got = submission.error("results", [text], leaves)
        assert got == raised(TypeError, call=f"x = Tensor([[1.0, 2.0]]); {text}")
    for text, words in BAD_VALUES.items():
        got = submission.error("results", [text], leaves)
        assert got == raised(ValueError, words, call=f"x, y = Tensor(np.ones((2, 3))), Tensor(np.ones((2, 2))); {text}")


@points(0.25, id="01.8a", about="Tensor.relu")
@catches("relu_one_at_zero", "relu_without_mask")
def test_relu_at_zero(submission, reference):
    """relu's derivative is 0 for negative numbers and at 0, else 1."""
    values = "out = x.relu()", {"x": [-2.0, -0.0, 0.0, 1e-300, 3.0]}
    seed = np.array([2.0, 3.0, 5.0, 7.0, 11.0])
    assert submission.run("gradients", *values, seed=seed) == close_to(
        reference.run("gradients", *values, seed=seed),
        call="x = Tensor([-2.0, 0.0, 3.0], requires_grad=True); x.relu().sum().backward(); x.grad",
    )


@points(0.25, id="01.8b", about="Tensor.__init__")
@catches("everything_float64", "integers_kept", "grad_starts_as_zeros")
def test_new_tensors(submission):
    """data is an ndarray: numbers become float64, another floating dtype is kept; grad starts as None."""
    values = {"number": 3, "float": 2.5, "list": [[1, 2], [3, 4]], "0-d": np.array(2.0), "a number of float32": np.float32(0.5),
              "float32": np.ones(2, np.float32), "float16": np.ones(2, np.float16), "empty": np.zeros((0, 2), np.float32)}  # fmt: skip
    integers = {"bool": np.array([True, False]), "int32": np.arange(3, dtype=np.int32)}
    arrays = {name: np.asarray(value, getattr(value, "dtype", np.float64)) for name, value in values.items()}
    arrays |= {name: value.astype(np.float64) for name, value in integers.items()}
    assert submission.run("new_tensors", values | integers) == equal_to(
        {name: {"data": array, "shape": array.shape, "grad": None} for name, array in arrays.items()},
        call="Tensor([1, 2]).data.dtype, Tensor(np.float32([1, 2])).data.dtype",
    )


# "-", "/" and mean stand in the second group, as many write them with the help of a number.
SINGLE = {
    "operators alone": ["x + k", "x * k", "x @ x.T", "x.relu()", "x.exp()", "x.sum(axis=1)", "x.reshape(-1)"],
    "with a number": [
        "3 - x",
        "x / 3",
        "(x * 0.5 + 1) ** 2",
        "1.5 / x",
        "x ** 0.5",
        "-x",
        "x / k - 2",
        "x.mean(axis=0)",
    ],
}
DTYPES = ["kept", "not kept in x.grad", "not kept in out"]


@points(0.25, id="01.8c", about="Tensor")
@catches("number_widens_float32", "everything_float64")
def test_dtype_kept(submission, reference, rng):
    """float32 and float16 are kept by every operator, also beside a number, and in grad."""
    half, single = rng.uniform(0.5, 2, (2, 3)).astype(np.float16), rng.uniform(0.5, 2, (2, 3)).astype(np.float32)
    kinds, got, expected = {}, {}, {}
    for group, texts in SINGLE.items():
        kinds[group] = []
        for x in (half, single):  # of float16 the dtype is enough
            programs = {text: (f"out = ({text}).sum()", {"x": x}, None) for text in texts}
            got[group], expected[group] = both(submission, reference, programs, others={"k": x[0]})
            kinds[group] += [(kept_in(got[group][text], x.dtype), text, x.dtype.name) for text in texts]
    # The same idea whichever operator it is about, so that the first one that fails is in the text only.
    worst = {group: max(found, key=lambda kind: DTYPES.index(kind[0])) for group, found in kinds.items()}
    _, text, dtype = max(worst.values(), key=lambda kind: DTYPES.index(kind[0]))
    assert {group: kind for group, (kind, _, _) in worst.items()} == equal_to(
        dict.fromkeys(SINGLE, "kept"),
        call=f"x, k = Tensor(np.ones((2, 3), np.{dtype}), requires_grad=True), np.ones(3, np.{dtype}); ({text}).data.dtype",
    )
    assert got == close_to(expected)


def kept_in(values, dtype):
    wrong = [name for name in ("out", "x.grad") if getattr(values[name], "dtype", dtype) != dtype]
    return f"not kept in {wrong[0]}" if wrong else "kept"


DIRECT = [*WIRED, "x + k", "k - x", "x * k", "k / y", "y / k", "y.log()", "y ** -1", "-x.relu()"]


@points(0.25, id="01.8d", about="Tensor")
@catches("relu_changes_its_input")
def test_arguments_stay(submission, rng):
    """No operation and no backward changes the arrays that it was given: a tensor's data, operands."""
    arrays = {"x": rng.uniform(-1, 1, (3, 3)), "y": rng.uniform(0.5, 1, (3, 3))}
    others = {"k": rng.uniform(0.5, 1, (3, 3))}
    shapes = {text: WIRED.get(text, (3, 3)) for text in DIRECT if text != "x.log()"}  # x is negative in places
    got = {
        text: submission.run("arguments_after", f"out = {text}", arrays, others, seed=rng.normal(size=shape))
        for text, shape in shapes.items()
    }
    assert got == equal_to(dict.fromkeys(shapes, {"arguments": arrays, "operands": others, "data": arrays}))
