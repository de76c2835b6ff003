"""A multilayer perceptron as pure functions, with jax alone.

The parameters are an argument like any other: a pytree whose leaves are, for each layer, a weight of shape
(in, out) and a bias of shape (out,), all float32. Its form is yours.

Source: the semantics of jax 0.10 (pytrees, keys, jit, grad, vmap).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

Params = Any  # a pytree


def init(key: jax.Array, sizes: Sequence[int]) -> Params:
    """The parameters of a new network: weights of mean 0 and variance 1/in, biases 0.

    Args:
        key: from jax.random.key or jax.random.PRNGKey; used once, to draw or to split it.
        sizes: the number of inputs, of units in each hidden layer, and of classes.
    """
    raise NotImplementedError("21.1 weights drawn with one key for each layer, and biases of 0")


def apply(params: Params, x: jax.Array) -> jax.Array:
    """The logits, (N, classes), of a batch (N, inputs): tanh after each layer but the last."""
    raise NotImplementedError("21.1 the layers, with tanh between them")


def loss(params: Params, x: jax.Array, y: jax.Array) -> jax.Array:
    """Softmax cross-entropy, the mean over the batch; nan if a label is no class.

    Args:
        x: (N, inputs).
        y: (N,), integers from 0 to classes - 1.
    """
    raise NotImplementedError("21.1 the mean of -log softmax(logits) at the labels")


def update(params: Params, x: jax.Array, y: jax.Array, lr: float | jnp.ndarray) -> Params:
    """The parameters after one step of gradient descent, in a tree of the same form; compiled once for each shape."""
    raise NotImplementedError("21.3 every leaf minus lr times its gradient, compiled")


def per_example_grads(params: Params, x: jax.Array, y: jax.Array) -> Params:
    """For each row the gradient of its own loss: a tree like params, with N in front of each leaf's shape."""

    raise NotImplementedError("21.4 the gradient of one row's loss, for all rows at once")
