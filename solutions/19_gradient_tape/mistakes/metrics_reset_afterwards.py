"""Resets the metrics after each epoch, not before the first.

A tape records what happens to the variables (and to what it is told to watch), then goes back over it once.

Source: tf.GradientTape and tf.function of TensorFlow 2.21; keras.Model.train_step of Keras 3.15.
"""

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
    # BEGIN SOLUTION 19.3 watch x, apply f, go back
    x = tf.convert_to_tensor(x)
    if not x.dtype.is_floating:
        x = tf.cast(x, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = f(x)
    return tape.gradient(value, x)
    # END SOLUTION


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
    # BEGIN SOLUTION 19.1 one forward pass on a tape, one way back, one update
    with tf.GradientTape() as tape:
        prediction = model(x, training=True)
        loss = loss_fn(y, prediction)
        for extra in model.losses:
            loss += extra
    variables = model.trainable_variables
    gradients = tape.gradient(loss, variables)
    unreached = [variable.path for variable, gradient in zip(variables, gradients, strict=True) if gradient is None]
    if unreached:
        raise ValueError(f"no gradient reaches {', '.join(unreached)}")
    optimizer.apply_gradients(zip(gradients, variables, strict=True))
    for metric in metrics:
        metric.update_state(y, prediction)
    return loss
    # END SOLUTION


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
    # BEGIN SOLUTION 19.2 compile the step once, reset the metrics each epoch, weight the losses by samples
    step = tf.function(train_step)
    history = []
    for _ in range(epochs):
        total, samples = 0.0, 0
        for x, y in dataset:
            loss = step(model, x, y, loss_fn, optimizer, metrics)
            total += float(loss) * len(y)
            samples += len(y)
        history.append({"loss": total / samples, **{metric.name: float(metric.result()) for metric in metrics}})
        for metric in metrics:
            metric.reset_state()
    return history
    # END SOLUTION
