"""Compiles nothing."""

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
    # BEGIN SOLUTION 21.1 weights drawn with one key for each layer, and biases of 0
    params = []
    keys = jax.random.split(key, len(sizes) - 1)
    for layer_key, fan_in, fan_out in zip(keys, sizes[:-1], sizes[1:], strict=True):
        weight = jax.random.normal(layer_key, (fan_in, fan_out)) / jnp.sqrt(fan_in)
        bias = jnp.zeros(fan_out)
        params.append({"weight": weight, "bias": bias})
    return params
    # END SOLUTION


def apply(params: Params, x: jax.Array) -> jax.Array:
    """The logits, (N, classes), of a batch (N, inputs): tanh after each layer but the last."""
    # BEGIN SOLUTION 21.1 the layers, with tanh between them
    *hidden, last = params
    for layer in hidden:
        x = jnp.tanh(x @ layer["weight"] + layer["bias"])
    return x @ last["weight"] + last["bias"]
    # END SOLUTION


def loss(params: Params, x: jax.Array, y: jax.Array) -> jax.Array:
    """Softmax cross-entropy, the mean over the batch; nan if a label is no class.

    Args:
        x: (N, inputs).
        y: (N,), integers from 0 to classes - 1.
    """
    # BEGIN SOLUTION 21.1 the mean of -log softmax(logits) at the labels
    log_p = jax.nn.log_softmax(apply(params, x))
    picked = jnp.take_along_axis(log_p, y[:, None], axis=1)[:, 0]
    is_class = (y >= 0) & (y < log_p.shape[1])  # an index out of range is no error in jax
    return -jnp.mean(jnp.where(is_class, picked, jnp.nan))
    # END SOLUTION


def update(params: Params, x: jax.Array, y: jax.Array, lr: float | jnp.ndarray) -> Params:
    """The parameters after one step of gradient descent, in a tree of the same form; compiled once for each shape."""
    # BEGIN SOLUTION 21.3 every leaf minus lr times its gradient, compiled
    grads = jax.grad(loss)(params, x, y)
    return jax.tree.map(lambda param, grad: param - lr * grad, params, grads)
    # END SOLUTION


def per_example_grads(params: Params, x: jax.Array, y: jax.Array) -> Params:
    """For each row the gradient of its own loss: a tree like params, with N in front of each leaf's shape."""

    # BEGIN SOLUTION 21.4 the gradient of one row's loss, for all rows at once
    def loss_of_one(params: Params, row: jax.Array, label: jax.Array) -> jax.Array:
        return loss(params, row[None], label[None])

    return jax.vmap(jax.grad(loss_of_one), in_axes=(None, 0, 0))(params, x, y)
    # END SOLUTION
