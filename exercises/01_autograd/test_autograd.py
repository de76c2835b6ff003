"""Visible checks of 01_autograd: small programs that you can follow by hand, compared with torch.autograd."""

import numpy as np

from grader.checks import catches, close_to, points, raised


@points(1, id="01.1a", about="Tensor.backward")
@catches("seed_is_output_value", "seed_is_zero", "upstream_forgotten", "order_not_reversed")
def test_chain(submission, reference):
    """The chain rule carries the gradient through three operations: out = (a * b + c) * d."""
    program = "out = (a * b + c) * d"
    leaves = {"a": 2.0, "b": -3.0, "c": 10.0, "d": 0.5}
    assert submission.run("gradients", program, leaves) == close_to(
        reference.run("gradients", program, leaves),
        call="a, b, c, d = (Tensor(v, requires_grad=True) for v in (2.0, -3.0, 10.0, 0.5)); "
        "out = (a * b + c) * d; out.backward(); a.grad",
    )


@points(1, id="01.1b", about="Tensor.backward")
@catches("overwrites_grad", "seed_is_output_value", "seed_is_zero")
def test_reuse(submission, reference):
    """A tensor that is used twice gets a gradient from both uses: a + a and a * a."""
    for text in ("a + a", "a * a"):
        got = submission.run("gradients", f"out = {text}", {"a": 3.0})
        expected = reference.run("gradients", f"out = {text}", {"a": 3.0})
        call = f"a = Tensor(3.0, requires_grad=True); out = {text}; out.backward(); a.grad"
        assert {text: got} == close_to({text: expected}, call=call)


@points(1, id="01.2a", about="Tensor.backward")
@catches("overwrites_grad", "visits_node_twice", "order_not_reversed")
def test_diamond(submission, reference):
    """Paths that part and meet again add up: with y = 3x, the derivative of 2y + 5y is 21."""
    program = "y = x * 3\nout = y * 2 + y * 5"
    assert submission.run("gradients", program, {"x": 4.0}) == close_to(
        reference.run("gradients", program, {"x": 4.0}),
        call="x = Tensor(4.0, requires_grad=True); y = x * 3; (y * 2 + y * 5).backward(); x.grad",
    )


@points(1, id="01.3a", about="Tensor.__add__")
@catches("broadcast_not_summed", "broadcast_size_one_not_summed")
def test_broadcasting(submission, reference):
    """A gradient has its leaf's shape, also where broadcasting stretched it: (3, 1) + (4,), () * (2, 2)."""
    column, row = [[1.0], [2.0], [3.0]], [10.0, 20.0, 30.0, 40.0]
    matrix = [[1.0, -2.0], [3.0, 0.5]]
    for name, text, leaves, seed in (
        ("(3, 1) + (4,)", "a + b", {"a": column, "b": row}, np.arange(1.0, 13.0).reshape(3, 4)),
        ("() * (2, 2)", "a * b", {"a": 2.0, "b": matrix}, np.array([[1.0, 2.0], [-1.0, 4.0]])),
    ):
        got = submission.run("gradients", f"out = {text}", leaves, seed=seed)
        made = "; ".join(f"{leaf} = Tensor({data}, requires_grad=True)" for leaf, data in leaves.items())
        assert {name: got} == close_to(
            {name: reference.run("gradients", f"out = {text}", leaves, seed=seed)},
            call=f"{made}; ({text}).backward(np.array({seed.tolist()})); a.grad, b.grad",
        )


@points(1, id="01.5a", about="Tensor.backward")
@catches("replaces_earlier_grad", "zero_grad_gives_zeros")
def test_accumulates(submission, reference):
    """A second graph adds to grad (4, then 4 + 3), and zero_grad sets it to None: the third gives 5."""
    programs = ["out = x * x", "out = x * 3", "out = x * 5"]
    assert submission.run("graphs", programs, {"x": 2.0}, zeroed=[(2, "x")]) == close_to(
        reference.run("graphs", programs, {"x": 2.0}, zeroed=[(2, "x")]),
        call="x = Tensor(2.0, requires_grad=True); (x * x).backward(); (x * 3).backward(); x.grad; "
        "x.zero_grad(); x.grad; (x * 5).backward(); x.grad",
    )


@points(1, id="01.7a", about="Tensor.backward")
@catches("more_than_one_element_accepted")
def test_needs_grad(submission):
    """Without grad, backward of more than one element is a RuntimeError."""
    got = submission.error("gradients", "out = x * 2", {"x": [1.0, 2.0]})
    assert got == raised(RuntimeError, call="x = Tensor([1.0, 2.0], requires_grad=True); (x * 2).backward()")
    got = submission.error("gradients", "out = Tensor(data=[1.0, 2.0], requires_grad=True) * 2", {})
    assert got == raised(RuntimeError, call="x = Tensor(data=[1.0, 2.0], requires_grad=True); (x * 2).backward()")
