"""Nested dicts by name, counted from the end, so that the last layer's leaves come first.

A chain of keys; its own softmax and its own backward pass, which gives a gradient for each row.
"""

import jax
import jax.numpy as jnp


def init(key, sizes):
    params = {}
    for i in range(1, len(sizes)):
        key, subkey = jax.random.split(key)
        initializer = jax.nn.initializers.lecun_normal()
        params[f"to_go_{len(sizes) - 1 - i}"] = {
            "kernel": initializer(subkey, (sizes[i - 1], sizes[i]), jnp.float32),
            "bias": jnp.zeros(sizes[i], jnp.float32),
        }
    return params


def forward(params, x):
    """The input of each layer, and the logits."""
    inputs = [x]
    for i in range(1, len(params) + 1):
        layer = params[f"to_go_{len(params) - i}"]
        z = jnp.matmul(inputs[-1], layer["kernel"]) + layer["bias"]
        inputs.append(jnp.tanh(z) if i < len(params) else z)
    return inputs


def apply(params, x):
    return forward(params, x)[-1]


def loss(params, x, y):
    logits = apply(params, x)
    shifted = logits - jax.lax.stop_gradient(jnp.max(logits, axis=1, keepdims=True))
    log_sum = jnp.log(jnp.sum(jnp.exp(shifted), axis=1))
    n, k = logits.shape
    inside = jnp.logical_and(0 <= y, y <= k - 1)
    right = shifted[jnp.arange(n), jnp.clip(y, 0, k - 1)]
    return jnp.where(inside.all(), jnp.sum(log_sum - right) / n, jnp.nan)


def per_example_grads(params, x, y):
    *inputs, logits = forward(params, x)
    back = jax.nn.softmax(logits) - jax.nn.one_hot(y, logits.shape[1])
    grads = {}
    for i in range(len(params), 0, -1):
        h = jnp.asarray(inputs[i - 1], jnp.float32)
        grads[f"to_go_{len(params) - i}"] = {"kernel": h[:, :, None] * back[:, None, :], "bias": back}
        back = (back @ params[f"to_go_{len(params) - i}"]["kernel"].T) * (1 - h * h)
    return grads


def _update(params, x, y, lr):
    grads = per_example_grads(params, x, y)
    return jax.tree_util.tree_map(lambda p, g: p - lr * jnp.mean(g, axis=0), params, grads)


update = jax.jit(_update)


if __name__ == "__main__":
    print(init(jax.random.key(0), [2, 3, 2]))
