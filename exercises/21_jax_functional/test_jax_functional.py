"""Visible checks of 21: a network small enough to write down, compared with numpy and jax.grad in float64."""

import numpy as np

from grader.checks import catches, close_to, equal_to, needs, points

SIZES = [2, 3, 2]
EQUAL = [200, 200, 200, 200]  # layers of one shape: what draws one of them is compiled for all
ARRAYS = {
    "W1": np.array([[0.5, -1.0, 0.25], [1.0, 0.5, -0.5]], np.float32),
    "b1": np.array([0.25, 0.0, -0.5], np.float32),
    "W2": np.array([[1.0, -1.0], [0.5, 0.0], [-0.5, 1.0]], np.float32),
    "b2": np.array([0.0, 0.5], np.float32),
}
X = np.array([[1.0, 2.0], [0.0, -1.0], [3.0, 0.5]], np.float32)
Y = np.array([0, 1, 1], np.int32)
NEAR = {"rtol": 1e-4, "atol": 1e-6}
ONE_LAYER = {name: ARRAYS[name] for name in ("W1", "b1")}
GIVEN = (
    "W1, b1 = [[0.5, -1, 0.25], [1, 0.5, -0.5]], [0.25, 0, -0.5]; W2, b2 = [[1, -1], [0.5, 0], [-0.5, 1]], [0, 0.5]; "
    "x = [[1, 2], [0, -1], [3, 0.5]]; y = [0, 1, 1]; "
)


@points(0.5, id="21.1a", about="init")
@catches("weight_as_in_torch")
def test_leaves(submission):
    """The leaves of params are, for each layer, a weight of shape (in, out) and a bias of shape (out,)."""
    got = submission.run("shapes", [5, 7, 3])
    call = "[leaf.shape for leaf in jax.tree.leaves(init(jax.random.key(0), [5, 7, 3]))]"
    assert got == equal_to(["(3,)", "(5, 7)", "(7, 3)", "(7,)"], call=call)


@points(0.5, id="21.1b", about="init")
@catches("not_from_the_key", "key_ignored")
@needs("test_leaves")
def test_same_key(submission):
    """The same key gives the same params, and another key gives others."""
    first, again, other = submission.run("drawn", [0, 0, 1], EQUAL)
    facts = {
        "key(0) and key(0) give the same weights": all(map(np.array_equal, first, again)),
        "key(0) and key(1) give the same weights": any(map(np.array_equal, first, other)),
    }
    call = "init(jax.random.key(0), [200, 200, 200, 200]), twice; init(jax.random.key(1), [200, 200, 200, 200])"
    assert facts == equal_to(dict(zip(facts, (True, False), strict=True)), call=call)


@points(0.5, id="21.1c", about="apply")
@catches("tanh_on_output", "bias_forgotten", "softmax_in_apply")
@needs("test_leaves")
def test_logits(submission, reference):
    """`apply` gives the logits: tanh after each layer but the last."""
    got = submission.run("logits", SIZES, ARRAYS, X)
    assert got == close_to(reference.run("logits", ARRAYS, X), **NEAR, call=GIVEN + "apply(params, x)")


@points(0.5, id="21.1d", about="loss")
@catches("sum_for_mean", "index_out_of_range")
@needs("test_leaves")
def test_loss(submission, reference):
    """`loss` is the mean of -log softmax at the labels, and nan where a label is no class."""
    labels = {"y = [0, 1, 1]": [0, 1, 1], "y = [1, 1, 1]": [1, 1, 1], "y = [0, 1, 2], of 2 classes": [0, 1, 2]}
    batches = {name: (X, np.array(some, np.int32)) for name, some in labels.items()}
    got = submission.run("losses", SIZES, ARRAYS, batches)
    call = GIVEN + "loss(params, x, y); loss(params, x, np.array([1, 1, 1])); loss(params, x, np.array([0, 1, 2]))"
    assert got == close_to(reference.run("losses", ARRAYS, batches), **NEAR, call=call)


@points(1, id="21.2a", about="init")
@catches("key_reused")
def test_keys_split(submission):
    """Layers of the same shape start with different weights."""
    [weights] = submission.run("drawn", [0], EQUAL)
    pairs = [(i, j) for j in range(len(weights[:4])) for i in range(j)]  # as many as there should be, and one more
    equal = [f"layers {i + 1} and {j + 1}" for i, j in pairs if np.allclose(weights[i], weights[j])]
    facts = {"weights": len(weights), "equal": equal}
    assert facts == equal_to({"weights": 3, "equal": []}, call="init(jax.random.key(0), [200, 200, 200, 200])")


@points(0.5, id="21.3a", about="update")
@catches("tree_not_kept", "returns_loss_too", "in_place_update")
@needs("test_leaves")
def test_one_update(submission, reference):
    """`update` gives p - lr * grad for every leaf, in a tree of the same form."""
    seen = submission.run("one_update", SIZES, ARRAYS, X, Y, 0.5)
    got = {"the form of params is kept": seen["form after"] == seen["form before"], **seen["params"]}
    [step] = reference.run("steps", ARRAYS, [(X, Y)], [0.5])
    expected = {"the form of params is kept": True, **step}
    assert got == close_to(expected, **NEAR, call=GIVEN + "update(params, x, y, 0.5)")


@points(0.5, id="21.4a", about="per_example_grads")
@catches("divided_by_batch", "batch_gradient_repeated", "gradients_summed")
@needs("test_leaves")
def test_example_grads(submission, reference):
    """`per_example_grads` gives for each row the gradient of the loss of that row alone."""
    got = submission.run("example_grads", SIZES, ARRAYS, X, Y)
    call = GIVEN + "per_example_grads(params, x, y)"
    assert got == close_to(reference.run("example_grads", ARRAYS, X, Y), **NEAR, call=call)


@points(1, id="21.5a", about="update")
@catches("retraces")
@needs("test_leaves")
def test_traced_once(submission):
    """`update` is traced in the first call, and not again in later calls with the same shapes."""
    batches = [(X[:2], Y[:2]), (X[1:], Y[1:]), (1 - X[:2], Y[:2])]  # two rows, as in no other check
    seen = submission.run("traced_calls", SIZES[:2], ONE_LAYER, batches, [0.5, 0.5, 0.5])
    got = {f"call {number} is traced": traced for number, traced in enumerate(seen, start=1)}
    expected = {"call 1 is traced": True, "call 2 is traced": False, "call 3 is traced": False}
    call = (
        "params of one layer, sizes = [2, 3]; x = [[1, 2], [0, -1], [3, 0.5]]; y = [0, 1, 1]; "
        "update(params, x[:2], y[:2], 0.5); update(params, x[1:], y[1:], 0.5); update(params, 1 - x[:2], y[:2], 0.5)"
    )
    assert got == equal_to(expected, call=call)


@points(0.5, id="21.6a", about="loss")
@catches("python_if_on_traced_value", "numpy_on_tracers")
@needs("test_leaves")
def test_under_jit(submission, reference):
    """`apply` and `loss` give inside a jit of the caller what they give outside."""
    got = submission.run("under_jit", SIZES, ARRAYS, X, Y)
    expected = {"apply": reference.run("logits", ARRAYS, X), "loss": reference.run("loss", ARRAYS, X, Y)}
    call = GIVEN + "jax.jit(apply)(params, x), jax.jit(loss)(params, x, y)"
    assert got == close_to(expected, **NEAR, call=call)


@points(0.5, id="21.7a", about="init")
@catches("integer_grad", "float64_leaves", "x64_enabled")
@needs("test_leaves")
def test_float32_leaves(submission):
    """Every leaf that `init` makes is float32, and the biases are 0."""
    dtypes, biases = submission.run("dtypes_and_biases", EQUAL)
    few = biases[:4]  # as many as there should be, and one more
    layers = [f"layer {number}" for number, bias in enumerate(few, start=1) if np.any(bias)]
    facts = {"dtypes": dtypes, "biases": len(biases), "biases that are not 0": layers}
    expected = {"dtypes": ["float32"], "biases": 3, "biases that are not 0": []}
    assert facts == equal_to(expected, call="init(jax.random.key(0), [200, 200, 200, 200])")
