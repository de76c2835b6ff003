"""Visible checks of exercise 19."""

import numpy as np

from grader.checks import catches, close_to, points

X = np.array([[1.0, 0.5], [-0.5, 1.0], [0.25, -1.0]], np.float32)
CLASSES = np.array([0, 2, 1])
Y = np.array([[1.0], [0.0], [-1.0]], np.float32)


@points(2, id="19.1a", about="train_step")
@catches("op_outside_tape", "from_logits_confused", "optimizer_ignored")
def test_two_steps_equal_keras(submission):
    """Two steps with momentum on three samples of three classes give the losses and weights of Keras's own step."""
    given = ("plain", X, CLASSES, 3, "momentum", "cross-entropy", 2, 7)
    got, expected = submission.run("steps", *given), submission.alone("keras_steps", *given)
    assert {f"step {i}": step for i, step in enumerate(got, start=1)} == close_to(
        {f"step {i}": step for i, step in enumerate(expected, start=1)},
        rtol=1e-5, atol=1e-6,
        call="train_step(model, x, y, SparseCategoricalCrossentropy(from_logits=True), SGD(0.05, momentum=0.9))",
    )  # fmt: skip


@points(1, id="19.2a", about="fit")
@catches("metrics_not_reset", "metrics_reset_each_batch", "returns_tensors")
def test_two_epochs_of_metrics(submission):
    """fit gives the loss and the mean absolute error of each epoch, as model.fit's history does."""
    given = ("plain", X, Y, 2, 2, "sgd", "one", 3)
    got = submission.run("epochs", *given)["history"]
    expected = submission.alone("keras_epochs", *given)["history"]
    assert {f"epoch {i}": epoch for i, epoch in enumerate(got, start=1)} == close_to(
        {f"epoch {i}": epoch for i, epoch in enumerate(expected, start=1)},
        rtol=1e-5, atol=1e-6,
        call='fit(model, dataset, loss_fn, SGD(0.1), [MeanAbsoluteError(name="mae")], epochs=2)',
    )  # fmt: skip


@points(1, id="19.3a", about="slope")
@catches("constant_not_watched", "integer_variable")
def test_slope_of_a_square(submission):
    """The slope of x*x is 2x: at the number 3.0, at the whole number 3, at a list and at an array."""
    values = [3.0, 3, [1.0, -2.0], np.array([0.5, 4.0])]
    got = submission.run("slopes", "square", values)
    names = ["at 3.0", "at 3", "at [1.0, -2.0]", "at array([0.5, 4.0])"]
    expected = [np.float32(6), np.float32(6), np.array([2, -4], np.float32), np.array([1.0, 8.0])]
    assert dict(zip(names, got, strict=True)) == close_to(
        {name: np.asarray(value) for name, value in zip(names, expected, strict=True)},
        call="slope(lambda x: x * x, 3)",
    )


@points(1, id="19.5a", about="train_step")
@catches("never_training")
def test_a_step_is_taken_in_training_mode(submission):
    """With dropout and batch normalisation a step gives the loss and weights of Keras's own: the model knows that it trains."""
    given = ("dropout and batch norm", X, Y, 1, "sgd", "mse", 1, 5)
    assert submission.run("steps", *given)[0] == close_to(
        submission.alone("keras_steps", *given)[0],
        rtol=1e-5, atol=1e-6,
        call="train_step(model, x, y, MeanSquaredError(), SGD(0.1)) with Dropout(0.4) and BatchNormalization()",
    )  # fmt: skip
