"""Hidden checks of exercise 19. Keras runs in a worker of its own, on the same numbers and from the same seeds."""

import numpy as np
import pytest

from grader.checks import catches, close_to, equal_to, needs, points, raised

TIGHT = {"rtol": 1e-5, "atol": 2e-6}  # float32, a few steps


def batch(rng, samples=6, width=3, outputs=1):
    return rng.normal(size=(samples, width)).astype(np.float32), rng.normal(size=(samples, outputs)).astype(np.float32)


def draw_seed(rng):
    return int(rng.integers(1, 10_000))


def numbered(seen):
    return {f"step {i}": step for i, step in enumerate(seen, start=1)}


@points(3, id="19.1b", about="train_step")
@needs("test_two_steps_equal_keras")
@catches("optimizer_ignored", "applied_twice", "loss_after_the_step")
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_six_steps_equal_keras(submission, rng, optimizer):
    """Six steps with several optimizers and losses, in eager mode and compiled, equal Keras's own, losses and weights;
    an optimizer that clips gradients and lets weights decay does so."""
    outputs = {"sgd": 1, "momentum": 4, "adam": 2}[optimizer]
    x, y = batch(rng, outputs=outputs)
    loss = "mse" if optimizer != "momentum" else "cross-entropy"
    target = y if loss == "mse" else rng.integers(0, 4, size=len(x))
    given = ("plain", x, target, outputs, optimizer, loss, 6, draw_seed(rng))
    assert numbered(submission.run("steps", *given)) == close_to(
        numbered(submission.alone("keras_steps", *given)), **TIGHT
    )
    y, seed = y[:, :1], draw_seed(rng)
    got, expected = submission.run("inside_a_function", x, y, seed), submission.alone("keras_inside", x, y, seed)
    assert {"compiled, losses": got} == close_to({"compiled, losses": expected}, **TIGHT)


@points(2, id="19.2b", about="fit")
@needs("test_two_epochs_of_metrics")
@catches("mean_of_batch_means", "loss_of_the_last_batch", "metrics_not_reset", "metrics_reset_afterwards", "metric_arguments_swapped")
def test_epochs_equal_keras_fit(submission, rng):
    """Three epochs with a short last batch and two metrics equal model.fit's, history, weights and the optimizer's steps;
    metrics that have counted before start anew, at 0 or elsewhere, so does a dataset of unknown length, a frozen layer stays
    frozen, and each sample weighs the same in the loss, however long those of its batch are."""
    x, y = batch(rng, samples=7)
    y[6] += 5  # the sample of the short batch weighs more than the others
    given = ("plain", x, y, 3, 3, "momentum", "two", draw_seed(rng))
    assert submission.run("epochs", *given) == close_to(submission.alone("keras_epochs", *given), **TIGHT)
    given = (rng.integers(0, 5, size=(7, 3)), rng.integers(0, 3, size=(7, 3)), 3, 2, draw_seed(rng))
    facts = ("the dataset is gone through in each epoch", "the list of metrics stays as it was", "a frozen layer stays frozen")
    expected = {"history": submission.alone("keras_classifier", *given), **dict.fromkeys(facts, True)}
    assert submission.run("classifier", *given) == close_to(expected, **TIGHT)


@points(0.5, id="19.3b", about="train_step")
@catches("none_grads_skipped", "none_grads_only_first_named")
def test_a_weight_without_gradient_is_reported(submission, rng):
    """Trainable weights that no gradient reaches are a ValueError that names all five, in fit too; no weight, optimizer or
    metric has changed. A gradient of zeros is one, and so is one of nan; fit goes on after it."""
    x, y = batch(rng)
    seed = draw_seed(rng)
    for taken in ("loose_step", "loose_fit"):
        assert submission.error(taken, x, y, seed) == raised(ValueError, mentions=["idle", "spare", "orphan", "adrift", "remote"])
    seen = submission.run("loose_weights", x, y, seed)
    before, after = seen.pop("before"), seen.pop("after")
    odd = {"loss where each gradient is 0": 0.0, "loss of a target that is nan": np.nan, "losses of two epochs after it": np.full(2, np.nan)}
    odd["weights after it"] = np.full(4, np.nan)
    assert {"weights": after, **seen} == equal_to(
        {"weights": before, "metric": 0.0, "the optimizer's steps": 0, **{name: np.float32(value) for name, value in odd.items()}}
    )


@points(3, id="19.4", about="train_step")
@catches("losses_forgotten", "losses_outside_tape", "regularisation_not_reported", "losses_before_the_forward_pass")
def test_the_models_own_losses_count(submission, rng):
    """With regularisation of weights and activities, and a loss that the model adds itself, loss and weights of three steps
    and of an epoch equal Keras's; fit needs neither metrics nor a number of epochs."""
    x, y = batch(rng)
    given = ("regularised", x, y, 1, "sgd", "mse", 3, draw_seed(rng))
    assert numbered(submission.run("steps", *given)) == close_to(
        numbered(submission.alone("keras_steps", *given)), **TIGHT
    )
    given = ("regularised", x, y, 4, 1, "sgd", "", draw_seed(rng))
    assert submission.run("epochs", *given) == close_to(submission.alone("keras_epochs", *given), **TIGHT)


@points(2, id="19.5b", about="train_step")
@needs("test_a_step_is_taken_in_training_mode")
@catches("never_training", "metrics_of_a_second_pass", "all_variables_trained")
def test_dropout_and_statistics_are_kerass(submission, rng):
    """With dropout and batch normalisation, epochs equal model.fit's: losses, metrics, weights and moving statistics; a
    frozen layer stays as it was."""
    x, y = batch(rng, samples=8)
    given = ("dropout and batch norm", x, y, 4, 2, "sgd", "two", draw_seed(rng))
    assert submission.run("epochs", *given) == close_to(submission.alone("keras_epochs", *given), **TIGHT)
    seed = draw_seed(rng)
    assert submission.run("frozen_steps", x, y, seed) == close_to(submission.alone("keras_frozen", x, y, seed), **TIGHT)


@points(2, id="19.6", about="train_step")
@catches("tape_used_twice", "metrics_of_a_second_pass", "second_pass_for_the_loss")
def test_one_forward_pass_a_step(submission, rng):
    """A step runs the model once, with metrics and without: the tape, the loss and the metrics, each updated once, share
    that pass, logits stay logits, and the layers in the model know that it trains. The loss is loss_fn's, also a sum,
    whatever factor the optimizer scales by."""
    x, y = batch(rng, outputs=2)
    seen = submission.run("forward_passes", x, y, draw_seed(rng))
    kernel, bias = (weight.reshape(shape) for weight, shape in zip(seen["weights"], ((3, 2), (2,)), strict=True))
    got = {"passes without metrics": seen["passes"][0], "passes with a metric": seen["passes"][1]}
    errors = y - (x @ kernel + bias)
    rest = {
        "total error": float(np.abs(errors).sum()), "knows that it trains": True,
        "loss that is a sum": float((errors**2).mean(axis=1).sum()),
    }  # fmt: skip
    expected = dict.fromkeys(got, 1) | rest
    assert got | {name: seen[name] for name in rest} == close_to(expected, rtol=1e-5)


@points(2, id="19.7", about="fit")
@catches("not_compiled")
def test_the_step_is_traced_and_not_traced_again(submission, rng):
    """fit compiles the step: in five epochs of batches of one shape, Python runs the model's call a few times, not
    once a step or once an epoch; a short last batch may add a trace."""
    x, y = batch(rng, samples=10)
    # 5 batches in 5 epochs: once for each batch's number is not a few times either.
    trainings = {"batches of one shape": (10, 5), "a short last batch": (3, 3)}
    seen = submission.run("traces", x, y, list(trainings.values()), 2, draw_seed(rng))
    got, expected = dict(zip(trainings, seen, strict=True)), {}
    for name, (samples, epochs) in trainings.items():
        got[name]["is traced"] = 1 <= got[name].pop("runs of call") <= 4
        expected[name] = {"steps": (samples + 1) // 2 * epochs, "its metric counts": True, "is traced": True}
    assert got == equal_to(expected)


@points(0.5, id="19.3c", about="slope")
@needs("test_slope_of_a_square")
@catches("constant_not_watched")
def test_other_slopes(submission, rng):
    """Slopes of other functions equal their derivatives, in float64 and float16 too, and at whole numbers of any dtype, in two
    rows, in a column or alone in an array, which count as float32; the shape is kept."""
    x = rng.normal(size=4)
    whole = rng.integers(1, 5, size=(2, 3))
    got = {name: submission.run("hidden_slopes", name, [x])[0] for name in ("sine of twice", "polynomial", "used twice")}
    expected = {
        "sine of twice": 2 * np.cos(2 * x), "polynomial": 3 * x**2 - 2, "used twice": np.exp(x) * (1 + x) + 1,
    }  # fmt: skip
    column, single = whole[:1].T.astype(np.uint8), whole[0, :1].astype(np.int16)
    for given in (100 * whole, whole.astype(np.float16), column, single):
        name, becomes = str(given.dtype), np.float16 if given.dtype == np.float16 else np.float32
        (got[name],) = submission.run("hidden_slopes", "polynomial", [given])
        expected[name] = (3 * given**2 - 2).astype(becomes)
    (got["times a float32"],) = submission.run("hidden_slopes", "times a float32", [x.tolist()])
    expected["times a float32"] = np.full(4, 0.5, np.float32)
    assert got == close_to(expected)
