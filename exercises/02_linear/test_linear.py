"""Visible checks of exercise 02: small numbers that you can follow by hand."""

import numpy as np

from grader.checks import catches, close_to, equal_to, points, raised

# Two small layers: weight, bias, x, grad_y. The square one comes first, because there a mix-up of
# rows and columns gives numbers, which say more than an error about shapes.
EXAMPLES = [
    (
        np.array([[1.0, 2.0], [3.0, 4.0]]),
        np.array([0.5, -0.5]),
        np.array([[1.0, 0.0], [2.0, -1.0], [0.0, 3.0]]),
        np.array([[1.0, 1.0], [0.0, 2.0], [-1.0, 0.0]]),
    ),
    (
        np.array([[1.0, 0.0, 2.0], [3.0, -1.0, 1.0]]),
        np.array([10.0, 20.0]),
        np.array([[1.0, 2.0, 3.0], [0.0, 1.0, -1.0]]),
        np.array([[1.0, 2.0], [3.0, 4.0]]),
    ),
]


def with_parameters(weight, bias):
    """What a learner types to have an example's layer."""
    out_features, in_features = weight.shape
    return (
        f"layer = Linear({in_features}, {out_features}); "
        f"layer.weight[...] = {weight.tolist()}; layer.bias[...] = {bias.tolist()}"
    )


def typed(weight, bias, x):
    """What a learner types to repeat an example's forward."""
    return f"{with_parameters(weight, bias)}; layer.forward(np.array({x.tolist()}))"


def describe(value):
    """Dtype and shape of an array; anything else as it prints."""
    return f"{value.dtype} {value.shape}" if isinstance(value, np.ndarray) else repr(value)


@points(1, id="02.1a", about="Linear.__init__")
@catches("weight_transposed", "bias_two_dims", "grads_start_as_none")
def test_new_layer_has_torch_shapes(submission):
    """A new layer's arrays have torch's shapes, and are float64."""
    got = submission.run("attributes", in_features=3, out_features=2, bias=True, rng=None)
    matrix, vector = "float64 (2, 3)", "float64 (2,)"
    expected = {"weight": matrix, "bias": vector, "grad_weight": matrix, "grad_bias": vector}
    call = (
        "layer = Linear(in_features=3, out_features=2, bias=True, rng=None); layer.weight.dtype, layer.weight.shape"
    )
    assert {name: describe(value) for name, value in got.items()} == equal_to(expected, call=call)


@points(1, id="02.1b", about="Linear.forward")
@catches("weight_transposed", "bias_forgotten")
def test_forward_equals_torch(submission, reference):
    """forward gives x @ weight.T + bias, as torch.nn.Linear does."""
    for weight, bias, x, _ in EXAMPLES:
        script = [("forward", x)]
        expected = reference.run("play", script, (weight, bias))
        got = submission.run("play", script, (weight, bias))
        assert got == close_to(expected, call=typed(weight, bias, x))


@points(1, id="02.2a", about="Linear.backward")
@catches(
    "grad_bias_not_summed", "grad_bias_keeps_axis", "grads_divided_by_batch", "grad_x_not_transposed",
    "grad_y_forgotten", "backward_returns_tuple",
)  # fmt: skip
def test_backward_equals_autograd(submission, reference):
    """backward gives the three gradients of torch.autograd."""
    for weight, bias, x, grad_y in EXAMPLES:
        script = [("forward", x), ("backward", grad_y)]
        expected = reference.run("play", script, (weight, bias))
        got = submission.run("play", script, (weight, bias))
        call = f"{typed(weight, bias, x)}; layer.backward(np.array({grad_y.tolist()}))"
        assert got == close_to(expected, call=call)


@points(1, id="02.6a", about="Linear.backward")
@catches("grad_overwritten", "grads_start_as_none", "first_forward_kept")
def test_two_backward_calls_add(submission, reference):
    """Gradients start as zeros, and a second backward adds to them."""
    weight, bias, x, grad_y = EXAMPLES[1]
    script = [("look",), ("forward", x), ("backward", grad_y), ("forward", -3 * x), ("backward", grad_y)]
    expected = reference.run("play", script, (weight, bias))
    got = submission.run("play", script, (weight, bias), by_name=True)
    first, second = (f"layer.forward(x=np.array({some.tolist()}))" for some in (x, -3 * x))
    backward = f"layer.backward(grad_y=np.array({grad_y.tolist()}))"
    call = f"{with_parameters(weight, bias)}; {first}; {backward}; {second}; {backward}"
    assert got == close_to(expected, call=call)


@points(1, id="02.8a", about="Linear.forward")
@catches("error_without_sizes", "wrong_error_class")
def test_wrong_last_dimension_is_a_value_error(submission):
    """A wrong last dimension is a ValueError that names both sizes."""
    fits = submission.run("forward", 37, 2, np.zeros((5, 37)))
    assert describe(fits) == equal_to("float64 (5, 2)", call="Linear(37, 2).forward(np.zeros((5, 37))).shape")
    got = submission.error("forward", 37, 2, np.zeros((5, 74)))
    assert got == raised(ValueError, mentions=["37", "74"], call="Linear(37, 2).forward(np.zeros((5, 74)))")
