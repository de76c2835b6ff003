"""Visible checks of exercise 24."""

import math

import numpy as np
import pytest

from grader.checks import catches, close_to, equal_to, points

TWO_EPOCHS = [
    {
        "train": [{"loss": 2.0, "accuracy": 0.25}, {"loss": 1.5, "accuracy": 0.5}, {"loss": 1.0, "accuracy": 0.5}],
        "validation": [({"loss": 1.25, "accuracy": 0.5}, 2)],
    },
    {
        "train": [{"loss": 0.75, "accuracy": 0.75}, {"loss": 0.5, "accuracy": 1.0}, {"loss": 0.25, "accuracy": 1.0}],
        "validation": [({"loss": 1.5, "accuracy": 0.75}, 2)],
    },
]
LOOP = "with RunLogger(folder) as run: 2 epochs of 3 x run.log_train(...), run.log_validation(..., size=2), run.end_epoch()"


@points(1, id="24.1a", about="RunLogger.log_train")
@catches("tag_for_each_curve", "only_the_loss_logged", "as_in_the_lesson")
def test_three_training_batches(submission):
    """Each call of `log_train` writes one point of each metric; the tag is the metric's name."""
    epochs = [{"train": TWO_EPOCHS[0]["train"], "validation": []}]
    files = submission.run("logged", epochs)["files"]
    seen = submission.apart("shown", [files], ["loss", "accuracy"])
    got = {name: {part: seen[part][name] for part in ("tags", "values")} for name in ("loss", "accuracy")}
    expected = {
        "loss": {"tags": ["loss"], "values": {"train": np.array([2.0, 1.5, 1.0])}},
        "accuracy": {"tags": ["accuracy"], "values": {"train": np.array([0.25, 0.5, 0.5])}},
    }
    call = 'run.log_train({"loss": 2.0, "accuracy": 0.25}); run.log_train({"loss": 1.5, ...}); run.log_train(...)'
    assert got == close_to(expected, rtol=1e-6, call=call)


@points(1, id="24.2a", about="RunLogger.end_epoch")
@catches("step_restarts", "validation_by_epoch", "train_by_epoch", "step_for_each_metric", "as_in_the_lesson")
def test_steps_of_two_epochs(submission):
    """The step counts training batches and goes on in the second epoch; validation is written at the same step."""
    got = submission.run("logged", TWO_EPOCHS)
    seen = submission.apart("shown", [got["files"]], ["loss"])
    facts = {"steps of the loss": seen["steps"]["loss"], "run.step after each epoch": got["step after each epoch"]}
    expected = {
        "steps of the loss": {"train": np.arange(1, 7), "validation": np.array([3, 6])},
        "run.step after each epoch": [3, 6],
    }
    assert facts == equal_to(expected, call=LOOP)


@points(0.5, id="24.3b", about="RunLogger.__exit__")
@catches("not_closed", "exception_swallowed", "closed_only_if_all_went_well", "enter_gives_nothing")
@pytest.mark.parametrize("kind", ["ValueError", "KeyboardInterrupt"])
def test_closed_after_an_exception(submission, kind):
    """An exception in the block reaches the caller, Ctrl-C too; every point is in the files, and nothing is left open."""
    got = submission.run("broken_off", TWO_EPOCHS, kind)
    values = submission.apart("shown", [got["files"]], ["loss"])["values"]["loss"]
    last = {split: values[split][-1:] if split in values else None for split in ("train", "validation")}
    facts = {"reaches the caller": got["reached"], "last points": last, "threads left": got["threads"]}
    expected = {"train": np.array([7.5]), "validation": np.array([1.5])}
    call = LOOP + f'; run.log_train({{"loss": 7.5}}); raise {kind}'
    assert facts == close_to(
        {"reaches the caller": kind, "last points": expected, "threads left": 0}, rtol=1e-6, call=call
    )


@points(1, id="24.5a", about="RunLogger")
@catches("tag_for_each_curve", "one_directory_for_two_runs", "as_in_the_lesson")
def test_one_chart(submission):
    """Training and validation are two curves in one chart: the same tag in two runs."""
    files = submission.run("logged", TWO_EPOCHS)["files"]
    seen = submission.apart("shown", [files], ["loss", "accuracy"])
    got = {name: {"charts": seen["tags"][name], "curves": seen["curves"][name]} for name in ("loss", "accuracy")}
    expected = {name: {"charts": [name], "curves": ["train", "validation"]} for name in ("loss", "accuracy")}
    assert got == equal_to(expected, call=LOOP)


@points(1, id="24.6a", about="check_loss_at_init")
@catches("softmax_before_the_loss", "log_base_two")
@pytest.mark.parametrize(
    ("scale", "loss", "ok"), [(0.0, math.log(4), True), (8.0, 6 + math.log(1 + 3 * math.exp(-8)), False)]
)
def test_loss_at_start(submission, scale, loss, ok):
    """A classifier whose outputs are all equal has a loss of ln(classes); one that is sure and wrong has more."""
    weight, inputs = scale * np.eye(4), np.eye(4)
    targets = np.array([0, 2, 3, 1])
    got = submission.run("loss_at_init", weight, inputs, targets, 4)
    call = f"check_loss_at_init(model, batch, 4), model = Linear(4, 4), weight = {scale:g} * eye(4), inputs = eye(4), targets = [0, 2, 3, 1]"
    assert got == close_to({"loss": loss, "expected": math.log(4), "ok": ok}, rtol=1e-6, call=call)


@points(0.5, id="24.7a", about="find_dead_relu")
@catches("dead_in_one_sample")
def test_dead_units(submission):
    """A unit is dead if it gives 0 for every sample; each nn.ReLU is listed under its name."""
    weights = [np.array([[1.0], [-1.0], [1.0]]), np.array([[1.0, 1.0, 1.0], [-1.0, -1.0, 0.0]])]
    biases = [np.array([0.0, 0.0, -5.0]), np.array([0.0, -1.0])]
    got = submission.run("dead_units", weights, biases, np.array([[1.0], [-2.0], [3.0]]))
    call = "find_dead_relu(Sequential(Linear(1, 3), ReLU(), Linear(3, 2), ReLU()), tensor([[1], [-2], [3]])); weights and biases are in the check"
    assert got == equal_to({"1": [False, False, True], "3": [False, True]}, call=call)


@points(0.5, id="24.7b", about="diagnose")
@catches("only_looks_at_the_loss")
def test_three_broken_models(submission, rng):
    """Three broken models and a healthy one are told apart."""
    inputs, targets = rng.normal(size=(12, 6)), np.arange(12) % 4
    expected = {
        "weights too large": "loss_at_init",
        "first layer dead": "dead_relu",
        "learning rate tiny": "does_not_overfit",
        "healthy": "healthy",
    }
    got = submission.run("diagnosed", list(expected), inputs, targets, 4, int(rng.integers(1 << 30)))
    assert got == equal_to(
        expected, call="diagnose(model, batch, optimizer, classes=4); the models are in broken_models.py"
    )
