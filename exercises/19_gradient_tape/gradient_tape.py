"""Exercise 19: a training step by hand, as Keras's `model.fit` takes it.

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
    raise NotImplementedError("19.3 watch x, apply f, go back")


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
    raise NotImplementedError("19.1 one forward pass on a tape, one way back, one update")


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
    raise NotImplementedError("19.2 compile the step once, reset the metrics each epoch, weight the losses by samples")
