"""A dict for each layer with the next one in it: the leaves come in another order than the layers."""

import jax
import jax.numpy as jnp
import numpy as np


def init(key, sizes):
    if len(sizes) < 2:
        return None
    here, rest = jax.random.split(key)
    bound = np.sqrt(3.0 / sizes[0]).astype(np.float32)
    w = jax.random.uniform(here, (sizes[0], sizes[1]), minval=-bound, maxval=bound)
    return {"w": w, "b": jnp.zeros(sizes[1]), "next": init(rest, sizes[1:])}


def apply(params, x):
    z = x @ params["w"] + params["b"]
    return z if params["next"] is None else apply(params["next"], jnp.tanh(z))


def loss(params, x, y):
    logits = apply(params, x)
    y = jnp.asarray(y)
    c = logits.shape[-1]
    rows = jax.nn.logsumexp(logits, -1) - jnp.take_along_axis(logits, jnp.clip(y, 0, c - 1)[..., None], -1)[..., 0]
    return jnp.mean(rows + jnp.where((y < 0) | (y >= c), jnp.nan, 0.0))


@jax.jit
def update(params, x, y, lr):
    def step(p, g):
        if p is None:
            return None
        return {"w": p["w"] - lr * g["w"], "b": p["b"] - lr * g["b"], "next": step(p["next"], g["next"])}

    return step(params, jax.grad(loss)(params, x, y))


def per_example_grads(params, x, y):
    def one(i):
        return jax.grad(loss)(params, jax.lax.dynamic_slice_in_dim(jnp.asarray(x), i, 1), jax.lax.dynamic_slice_in_dim(jnp.asarray(y), i, 1))

    return jax.vmap(one)(jnp.arange(x.shape[0]))
