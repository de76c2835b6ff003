"""A dataclass that is a pytree, with a tuple of weights and one of biases; the step walks the flat leaves."""

from dataclasses import dataclass, replace

import jax
import numpy as np
from jax import lax
from jax import numpy as jnp


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class MLP:
    weights: tuple
    biases: tuple

    def __call__(self, x):
        for w, b in zip(self.weights[:-1], self.biases[:-1], strict=True):
            x = lax.tanh(jnp.tensordot(x, w, axes=1) + b)
        return jnp.tensordot(x, self.weights[-1], axes=1) + self.biases[-1]


def init(key, sizes):
    shapes = list(zip(sizes, sizes[1:]))  # noqa: B905
    keys = iter(jax.random.split(key, len(shapes)))
    scales = [np.float32(1 / np.sqrt(n)) for n, _ in shapes]
    weights = tuple(s * jax.random.normal(next(keys), shape) for s, shape in zip(scales, shapes, strict=True))
    empty = MLP(weights=(), biases=tuple(jnp.zeros(n) for _, n in shapes))
    return replace(empty, weights=weights)


def apply(params, x):
    return params(jnp.asarray(x))


def cross_entropy(logits, label):
    """One row's; nan for a label that is no class."""
    log_p = logits - jax.nn.logsumexp(logits)
    is_class = (label >= 0) & (label < logits.size)
    return lax.cond(is_class, lambda: -log_p[label], lambda: jnp.full((), jnp.nan, log_p.dtype))


def loss(params, x, y):
    return jax.vmap(cross_entropy)(apply(params, x), y).mean()


def update(params, x, y, lr):
    return _step(params, jnp.asarray(x), jnp.asarray(y), jnp.asarray(lr, jnp.float32))


@jax.jit
def _step(params, x, y, lr):
    leaves, tree = jax.tree.flatten(params)
    slopes = jax.tree.leaves(jax.grad(loss)(params, x, y))
    return jax.tree.unflatten(tree, [leaf - lr * slope for leaf, slope in zip(leaves, slopes, strict=True)])


def per_example_grads(params, x, y):
    rows = jnp.expand_dims(jnp.asarray(x), 1), jnp.expand_dims(jnp.asarray(y), 1)
    return jax.vmap(lambda xi, yi: jax.grad(loss)(params, xi, yi))(*rows)
