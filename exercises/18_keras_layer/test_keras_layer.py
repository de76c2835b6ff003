"""Visible checks of exercise 18."""

import numpy as np

from grader.checks import catches, close_to, equal_to, points

X = np.array([[1.0, 2.0], [-1.0, 0.5], [0.0, 3.0]], np.float32)
KERNEL = np.array([[1.0, 0.0, -1.0], [0.5, 2.0, 1.0]], np.float32)
BIAS = np.array([0.5, -0.5, 1.0], np.float32)


@points(2, id="18.1a", about="MyDense.call")
@catches("kernel_transposed", "bias_forgotten", "activation_ignored")
def test_a_layer_of_three_units(submission):
    """With kernel and bias given, the layer's output is activation(x @ kernel + bias), as keras.layers.Dense's; its
    weights have the shapes of Dense's."""
    got, expected = {}, {}
    for activation in (None, "tanh"):
        given = (X, KERNEL, BIAS, 3, activation)
        got[f"activation={activation}"] = submission.run("outputs", *given)
        expected[f"activation={activation}"] = submission.alone("dense_outputs", *given)
    assert got == close_to(expected, call="MyDense(3)(x) with x of shape (3, 2)")


@points(1, id="18.2a", about="MyDense.build")
@catches("weights_made_in_call", "weights_made_in_init")
def test_weights_come_with_the_first_input(submission):
    """A new layer has no weights, the first input makes two, and a second one none."""
    counts = submission.run("life", X)
    names = ("before the first input", "after it", "after a second one")
    assert dict(zip(names, counts, strict=True)) == equal_to(
        {"before the first input": 0, "after it": 2, "after a second one": 2},
        call="layer = MyDense(3); len(layer.weights); layer(x); len(layer.weights)",
    )


@points(1, id="18.4a", about="MyDense.get_config")
@catches("config_without_the_base", "config_loses_dropout", "no_kwargs", "activation_as_an_object")
def test_the_config_makes_the_layer_again(submission):
    """get_config holds the layer's name, units, activation and dropout, and a layer made from it says the same."""
    options = {"units": 4, "activation": "relu", "dropout": 0.25, "name": "mine"}
    first, again = submission.run("configured", options)
    assert {"config": first, "config of the copy": again} == equal_to(
        {"config": options, "config of the copy": options},
        call='MyDense(4, activation="relu", dropout=0.25, name="mine").get_config()',
    )


@points(1, id="18.6a", about="MyDense.compute_output_shape")
@catches("output_shape_of_two_axes")
def test_the_output_shape_is_known_beforehand(submission):
    """compute_output_shape changes the last axis only, for two axes and for more."""
    got = submission.run("output_shapes", 5, [(None, 2), (8, 10, 2)])
    assert {"(None, 2)": got[0], "(8, 10, 2)": got[1]} == equal_to(
        {"(None, 2)": (None, 5), "(8, 10, 2)": (8, 10, 5)}, call="MyDense(5).compute_output_shape((8, 10, 2))"
    )
