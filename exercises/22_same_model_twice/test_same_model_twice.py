"""Visible checks of exercise 22."""

import numpy as np

from grader.checks import catches, close_to, equal_to, points

SIZES = {"height": 4, "width": 5, "channels": 2, "filters": 3, "hidden": 4, "classes": 4}
BUILD = "build_torch(4, 5, 2, 3, 4, 4)"
SHAPES = {
    "conv.weight": (3, 2, 3, 3),
    "conv.bias": (3,),
    "norm.weight": (3,),
    "norm.bias": (3,),
    "norm.running_mean": (3,),
    "norm.running_var": (3,),
    "hidden.weight": (4, 18),
    "hidden.bias": (4,),
    "out.weight": (4, 4),
    "out.bias": (4,),
}


def small_weights():
    """Literal numbers of a few values, each weight other than its neighbours."""
    weights = {}
    for index, (name, shape) in enumerate(SHAPES.items()):
        numbers = np.arange(np.prod(shape), dtype=np.float32) * (index + 3) % 7
        weights[name] = ((numbers - 3) / 8).reshape(shape)
    weights["norm.running_var"] = np.array([0.5, 1.0, 2.0], dtype=np.float32)
    return weights


def small_images(count):
    numbers = np.arange(count * 40, dtype=np.float32) * 5 % 11
    return ((numbers - 5) / 4).reshape(count, 2, 4, 5), np.arange(count) * 3 % 4


@points(1, id="22.1a", about="build_torch")
@catches("height_and_width_swapped")
def test_layers_and_logits(submission, reference):
    """Each model has one convolution, one batch norm and two dense layers, and Keras's takes images of (height, width,
    channels); torch's logits are the reference's."""
    expected = {
        "torch": {"Conv2d": 1, "BatchNorm2d": 1, "Linear": 2, "arrays": 10},
        "keras": {"Conv2D": 1, "BatchNormalization": 1, "Dense": 2, "arrays": 10},
        "an image in Keras": [4, 5, 2],
    }
    x, _ = small_images(2)
    layers = submission.run("layers", SIZES)
    got = {
        "layers": layers | {"an image in Keras": layers["an image in Keras"] or [4, 5, 2]},  # own classes need not say
        "logits": submission.run("torch_only", SIZES, small_weights(), x),
    }
    logits = reference.run("torch_outputs", small_weights(), x)
    assert got == close_to({"layers": expected, "logits": logits}, rtol=1e-5, atol=1e-5, call=BUILD)


@points(1, id="22.1b", about="port_weights")
@catches("channel_order", "kernel_not_transposed", "batchnorm_eps", "batchnorm_order")
def test_outputs_after_porting(submission, reference):
    """A Keras model that took the torch model's weights gives the same logits, to 1e-5."""
    x, _ = small_images(2)
    expected = reference.run("torch_outputs", small_weights(), x)
    call = f"port_weights({BUILD}, build_keras(4, 5, 2, 3, 4, 4)), both in evaluation"
    got = submission.run("outputs", SIZES, small_weights(), x)
    assert got == close_to({"torch": expected, "keras": expected}, rtol=1e-5, atol=1e-5, call=call)


@points(1, id="22.2a", about="port_weights")
@catches("keras_is_a_module_too", "running_statistics_not_ported")
def test_there_and_back(submission):
    """From torch to Keras and back to a second torch model, every weight is the same to the last bit."""
    call = "port_weights(a, k); port_weights(k, b), with a and b from build_torch, k from build_keras"
    weights = small_weights()
    got = submission.run("there_and_back", SIZES, weights)
    assert got == equal_to({"back in torch": weights, "the source": weights}, call=call)


@points(1, id="22.4a", about="train_both")
@catches("softmax_twice", "from_logits_forgotten")
def test_two_epochs_of_one_batch(submission, reference):
    """Two epochs of SGD, each of one batch, have the losses of torch's in both frameworks."""
    x, y = small_images(4)
    options = {"lr": 0.1, "epochs": 2, "batch_size": 4}
    expected = reference.run("torch_training", small_weights(), x, y, **options)["losses"]
    got = submission.run("curves", SIZES, small_weights(), x, y, options)
    call = "train_both(torch_model, keras_model, x, y, lr=0.1, epochs=2, batch_size=4), 4 images"
    assert got == close_to({"torch": expected, "keras": expected}, rtol=1e-4, atol=1e-5, call=call)
