"""NamedTuples in a tuple; keys by fold_in; the gradient is compiled, the step is taken outside; rows by reverse Jacobian."""

from __future__ import annotations

from functools import partial, reduce
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.tree_util import tree_map


class Dense(NamedTuple):
    kernel: jax.Array
    bias: jax.Array

    def __call__(self, x):
        return jnp.einsum("...i,io->...o", x, self.kernel) + self.bias


def init(key, sizes):
    made = []
    for depth in range(len(sizes) - 1):
        bound = (3 / sizes[depth]) ** 0.5
        shape = (sizes[depth], sizes[depth + 1])
        kernel = jax.random.uniform(jax.random.fold_in(key, depth), shape, jnp.float32, -bound, bound)
        made.append(Dense(kernel=kernel, bias=jnp.zeros_like(kernel[0])))
    return tuple(made)


def apply(params, x):
    x = jnp.asarray(x, dtype=jnp.float32)
    body, head = params[:-1], params[-1]
    return head(reduce(lambda h, layer: jnp.tanh(layer(h)), body, x))


def losses(params, x, y):
    logits = apply(params, x)
    y = jnp.asarray(y, dtype=jnp.int32)
    chosen = logits.at[jnp.arange(logits.shape[0]), jnp.where(y < 0, logits.shape[1], y)].get(
        mode="fill", fill_value=jnp.nan
    )
    return jax.scipy.special.logsumexp(logits, axis=-1) - chosen


def loss(params, x, y):
    return losses(params, x, y).mean()


@partial(jax.jit, static_argnames=("with_loss",))
def gradient(params, x, y, with_loss=True):
    value, grads = jax.value_and_grad(loss)(params, x, y)
    return (value, grads) if with_loss else grads


def update(params, x, y, lr):
    _, grads = gradient(params, x, y)
    return tree_map(lambda p, g: p - jnp.float32(lr) * g, params, grads)


def per_example_grads(params, x, y):
    return jax.jacrev(losses)(params, x, y)
