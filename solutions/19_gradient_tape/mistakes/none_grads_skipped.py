"""Leaves out variables without gradient, and says nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf


def slope(f: Callable[[tf.Tensor], tf.Tensor], x: Any) -> tf.Tensor:
    """Return df/dx at x, elementwise for a sum of elementwise functions: the shape of x, and its dtype if floating.

    f: a function of one tensor made of TensorFlow's operations. x: a number, a list or an array; whole numbers count
    as float32.
    """
    x = tf.convert_to_tensor(x)
    if not x.dtype.is_floating:
        x = tf.cast(x, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = f(x)
    return tape.gradient(value, x)


def train_step(
    model: keras.Model,
    x: tf.Tensor,
    y: tf.Tensor,
    loss_fn: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
    optimizer: keras.optimizers.Optimizer,
    metrics: Sequence[keras.metrics.Metric] = (),
) -> tf.Tensor:
    """Take one step on a batch and return the loss before it, a scalar: the model's own losses are part of it.

    loss_fn: loss_fn(y, prediction) is a scalar. metrics: updated with y and the prediction that the step is taken from.
    Raises ValueError naming the trainable variables that no gradient reaches; nothing is updated then.
    """
    with tf.GradientTape() as tape:
        prediction = model(x, training=True)
        loss = loss_fn(y, prediction)
        for extra in model.losses:
            loss += extra
    variables = model.trainable_variables
    gradients = tape.gradient(loss, variables)
    optimizer.apply_gradients([(g, v) for g, v in zip(gradients, variables, strict=True) if g is not None])
    for metric in metrics:
        metric.update_state(y, prediction)
    return loss


def fit(
    model: keras.Model,
    dataset: tf.data.Dataset,
    loss_fn: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
    optimizer: keras.optimizers.Optimizer,
    metrics: Sequence[keras.metrics.Metric] = (),
    epochs: int = 1,
) -> list[dict[str, float]]:
    """Train for some epochs; return a dict of floats per epoch: "loss", the mean per sample, and each metric's result.

    dataset: batches (x, y). The step is compiled by tf.function and traced once per shape of a batch.
    """
    step = tf.function(train_step)
    history = []
    for _ in range(epochs):
        for metric in metrics:
            metric.reset_state()
        total, samples = 0.0, 0
        for x, y in dataset:
            loss = step(model, x, y, loss_fn, optimizer, metrics)
            total += float(loss) * len(y)
            samples += len(y)
        history.append({"loss": total / samples, **{metric.name: float(metric.result()) for metric in metrics}})
    return history
