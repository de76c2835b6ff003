"""Hidden checks of exercise 18. Keras's own Dense runs in a worker of its own, with the same weights."""

import numpy as np
import pytest

from grader.checks import catches, close_to, equal_to, needs, points


def draw(rng, *shape):
    return rng.normal(size=shape).astype(np.float32)


def all_hold(facts):
    return equal_to(dict.fromkeys(facts, True))


@points(0.5, id="18.1b", about="MyDense.call")
@needs("test_a_layer_of_three_units")
@catches("two_axes_only", "activation_by_name_only", "activation_from_ops")
def test_more_axes_and_other_activations(submission, rng):
    """Inputs of three axes, one unit, and activations given by name or as a function, as Dense's."""
    got, expected = {}, {}
    cases = [
        ("softmax", (2, 3, 4), 5), ("a function", (6, 4), 3), ("a function of keras", (6, 4), 1), ("relu", (1, 2, 2, 4), 2),
        ("gelu", (5, 3), 4), ("linear", (2, 3), 2), ("exponential", (3, 2), 2),
    ]  # fmt: skip
    for activation, shape, units in cases:
        given = (draw(rng, *shape), draw(rng, shape[-1], units), draw(rng, units), activation)
        name = f"activation: {activation}, x of shape {shape}"
        got[name], expected[name] = submission.run("activated", *given), submission.alone("dense_activated", *given)
    assert got == close_to(expected, rtol=1e-5, atol=1e-6)


@points(0.5, id="18.1c", about="MyDense.build")
@needs("test_a_layer_of_three_units")
@catches("kernel_of_zeros", "kernel_normal", "every_kernel_the_same")
def test_the_kernel_is_glorot_uniform(submission):
    """A new kernel is drawn from U(-b, b) with b = sqrt(6/(in + units)), whoever builds the layer, and no two layers have
    the same."""
    width, units = 120, 40
    first, second = submission.run("new_weights", width, units, 2)
    bound = np.sqrt(6 / (width + units))
    facts = {"two layers differ": not np.array_equal(first["kernel"], second["kernel"])}
    by_fit = submission.run("weights_when_fit_builds", width, units)
    for how, made in [("", first), ("built for three axes: ", second), ("built by fit: ", by_fit)]:
        kernel = made["kernel"]
        facts |= {
            f"{how}shape (in, units)": kernel.shape == (width, units),
            f"{how}within the bound": bool(np.abs(kernel).max() <= bound),
            f"{how}reaches the bound": bool(np.abs(kernel).max() > 0.99 * bound),
            f"{how}spread": bool(abs(kernel.std() - bound / np.sqrt(3)) < 0.03 * bound),
        }
    assert facts == all_hold(facts)


@points(2, id="18.2b", about="MyDense.build")
@needs("test_weights_come_with_the_first_input")
@catches("weights_not_tracked", "numpy_in_call", "batch_size_baked_in")
def test_layers_in_models(submission, rng):
    """Symbolic inputs build the layer, a second use shares its weights, and training moves kernel and bias as Dense's."""
    got = {
        "one use": submission.run("in_models", draw(rng, 3, 6), 1),
        "two uses": submission.run("in_models", draw(rng, 3, 4), 2),
        "three axes, in batches of 2": submission.run("in_models", draw(rng, 3, 5, 6), 1, compiled=True),
    }
    facts = ("output", "parameters", "trainable weights", "prediction")
    assert got == equal_to(
        {
            "one use": dict(zip(facts, ([None, 2], 38, 4, [3, 2]), strict=True)),
            "two uses": dict(zip(facts, ([None, 2], 30, 4, [3, 2]), strict=True)),
            "three axes, in batches of 2": dict(zip(facts, ([None, None, 2], 38, 4, [3, 5, 2]), strict=True)),
        }
    )
    large = draw(rng, 3, 2) + np.float32([[4], [-4], [4]])  # larger than a constraint on the kernel would let it be
    given = (draw(rng, 5, 3), draw(rng, 5, 2), large, draw(rng, 2))
    assert {"after two steps": submission.run("trained", *given)} == close_to(
        {"after two steps": submission.alone("dense_trained", *given)}, rtol=1e-5, atol=1e-6
    )


@points(2, id="18.3", about="MyDense.build")
@catches("bias_glorot", "bias_of_ones")
def test_the_bias_starts_at_zero(submission):
    """The bias of a new layer is zero, as Dense's."""
    (seen,) = submission.run("new_weights", 4, 6, 1)
    assert {"bias": seen["bias"]} == equal_to({"bias": np.zeros(6, np.float32)})


@points(2, id="18.4b", about="MyDense.get_config")
@needs("test_the_config_makes_the_layer_again")
@catches("no_get_config", "config_loses_activation")
def test_a_saved_model_is_loaded_in_another_process(submission, rng):
    """A model saved as .keras and loaded in another process predicts the same and drops out as much while training;
    its layers have their names, settings and weights."""
    x = draw(rng, 4, 3)
    before = submission.run("saved", x, "model.keras")
    submission.restart(keep_files=True)
    after = submission.run("loaded", x, "model.keras")
    expected = {**before, "layers": [
        {**before["layers"][0], "class": "MyDense", "name": "first", "trainable": True, "units": 4},
        {**before["layers"][1], "class": "MyDense", "name": "second", "trainable": False, "units": 2},
    ], "drops out as much while training": True}  # fmt: skip
    # 4000 numbers, of which 0.3 are 0 with a standard deviation of 0.0072: right code is outside once in 10**11 times
    as_much = drops_out(after.pop("training"), after.pop("output"), 0.3, within=0.05)
    assert {**after, "drops out as much while training": as_much} == close_to(expected, rtol=1e-6, atol=1e-7)


def drops_out(training, output, share, within):
    """Is about this share of the output 0 in training, and the rest divided by 1 - share?"""
    zero = training == 0
    return bool(
        training.shape == output.shape
        and abs(zero.mean() - share) < within
        and np.allclose(training[~zero], output[~zero] / (1 - share), rtol=1e-4)
    )


@points(1, id="18.4d", about="MyDense.get_config")
@catches("no_get_config", "activation_not_serialised", "config_without_the_base", "config_loses_dropout", "config_needs_an_activation")  # fmt: skip
def test_a_copy_has_every_setting(submission, rng):
    """With a function of Keras as activation, get_config can be written as JSON, and a layer made from it has every
    setting: it computes the same, keeps its dtype, drops out as much, and is trained or not. A layer with no settings
    but its units has a config too."""
    given = (rng.normal(size=(40, 3)), rng.normal(size=(3, 25)), rng.normal(size=25))
    options = {"name": "mine", "dtype": "float64", "trainable": False}
    seen = submission.run("copied", *given, {**options, "dropout": 0.7})
    output = np.asarray(seen.pop("output"), np.float32)  # an inner layer may be float32
    # 1000 numbers, of which 0.7 are 0 with a standard deviation of 0.0145: right code is outside once in 10**14 times
    as_much = drops_out(seen.pop("training"), output, 0.7, within=0.115)
    facts = {**options, "can be JSON": True, "drops out as much while training": True, "dropout by default": 0.0}
    facts["trainable weights when it is set free"] = 2
    expected = submission.alone("dense_copied", *given, options).astype(np.float32)
    assert {**seen, "drops out as much while training": as_much, "output": output} == close_to(
        {**facts, "output": expected}
    )


@points(1, id="18.4c", about="MyDense.__init__")
@catches("no_kwargs", "float32_hard_coded", "computes_in_float32")
def test_the_settings_of_every_layer_work(submission, rng):
    """name and dtype are a Layer's: the weights have that dtype. Under a dtype policy of the whole program, weights
    and output are those of Dense."""
    got = {dtype: submission.run("of_dtype", dtype) for dtype in ("float64", "mixed_float16")}
    assert got == equal_to(
        {
            "float64": {"kernel": "float64", "bias": "float64", "name": "wide"},
            "mixed_float16": {"kernel": "float32", "bias": "float32", "name": "wide"},
        }
    )
    given = [rng.normal(size=shape) for shape in ((2, 3), (3, 2), (2,))]
    for policy, tolerance in [("float64", {}), ("mixed_float16", {"atol": 0.02})]:  # float16 in another order, near 0
        got = {f"policy {policy}": submission.run("under_policy", *given, policy)}
        expected = {f"policy {policy}": submission.alone("dense_under_policy", *given, policy)}
        assert got == close_to(expected, **tolerance)


@points(3, id="18.5", about="MyDense.call")
@needs("test_a_layer_of_three_units")
@catches("tensorflow_only", "unseeded_dropout", "mask_drawn_once", "einsum_of_two_axes")
@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_other_backends(submission, rng, backend):
    """The same file works with Keras on torch and on JAX, computes the same, and drops out anew in each compiled
    training step."""
    # Four axes: on TensorFlow Keras forgives an einsum that is written for fewer.
    given = (draw(rng, 4, 2, 5, 3), draw(rng, 3, 5), draw(rng, 5), "tanh")
    seen = submission.on(f"keras_{backend}").run("on_backend", *given, 0.5)
    expected = submission.alone("dense_activated", *given)
    got = {
        "backend": seen["backend"], "output": seen["output"], "drops out": bool(0.2 < seen["zeros"] < 0.8),
        "anew in each step": len(set(seen["losses"])) == 3,
    }  # fmt: skip
    assert got == close_to(
        {"backend": backend, "output": expected, "drops out": True, "anew in each step": True}, rtol=1e-4, atol=1e-5
    )


@points(1, id="18.6b", about="MyDense.compute_output_shape")
@catches("output_shape_of_two_axes", "output_shape_needs_the_kernel", "no_compute_output_shape")
def test_other_output_shapes(submission, rng):
    """Whatever the shape, only the last axis changes; asking for it makes no weights."""
    shapes = [(None, None, 3), (7, 3), (None, 4, 5, 6, 2)]
    units = int(rng.integers(8, 20))
    got, weights = submission.run("output_shapes_of_a_new_layer", units, shapes)
    expected = {str(shape): (*shape[:-1], units) for shape in shapes}
    assert {**dict(zip(expected, got, strict=True)), "weights": weights} == equal_to({**expected, "weights": 0})


@points(2, id="18.7", about="MyDense.call")
@needs("test_a_layer_of_three_units")
@catches("training_ignored", "never_drops", "dropout_not_scaled", "dropout_on_the_input", "dropout_before_activation", "whole_rows_dropped")  # fmt: skip
def test_dropout_only_while_training(submission, rng):
    """While training, a share of the outputs is 0 and the others are divided by 1 - dropout, anew each time; without
    the flag and in prediction nothing is dropped."""
    x, kernel, bias = draw(rng, 12, 5, 4), draw(rng, 4, 50), draw(rng, 50)
    share = float(rng.choice([0.25, 0.4]))
    plain = submission.alone("dense_activated", x, kernel, bias, "sigmoid")
    seen = submission.run("dropped", x, kernel, bias, share, "sigmoid", 2)
    assert {"no flag": seen["no flag"], "training=False": seen["predicting"]} == close_to(
        {"no flag": plain, "training=False": plain}, rtol=1e-5, atol=1e-6
    )
    first, second = seen["training"]
    kept = first != 0
    varies = [bool((kept != kept.take([0], axis=axis)).any()) for axis in range(kept.ndim)]
    facts = {
        "about the share is 0": bool(abs((~kept).mean() - share) < 0.06),
        "the others are divided by 1 - dropout": bool(np.allclose(first[kept], plain[kept] / (1 - share), rtol=1e-4)),
        "anew each time": not np.array_equal(first, second),
        "anew in each compiled step": not np.array_equal(*seen["compiled"]),
        "not the same outputs of every row": all(varies[:-1]),
        "not whole rows": varies[-1],
        "not the same number in every row": len(set((~kept).sum(axis=-1).ravel().tolist())) > 1,
        "kernel and bias are the only weights": seen["weights"] == 2,
    }
    assert facts == all_hold(facts)
    never = submission.run("dropped", x, kernel, bias, 0.0, "sigmoid", 1)["training"][0]
    assert {"dropout=0, training": never} == close_to({"dropout=0, training": plain}, rtol=1e-5, atol=1e-6)
