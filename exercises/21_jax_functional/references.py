"""The same network in numpy and float64. Values come back as float32."""

from __future__ import annotations

import numpy as np


def single(value):
    """The value as a float32 array."""
    return np.asarray(value, np.float32)


def depth_of(arrays):
    return len(arrays) // 2


def forward(arrays, x):
    """The logits in float64."""
    hidden = np.asarray(x, np.float64)
    for layer in range(1, depth_of(arrays) + 1):
        hidden = hidden @ arrays[f"W{layer}"].astype(np.float64) + arrays[f"b{layer}"]
        if layer < depth_of(arrays):
            hidden = np.tanh(hidden)
    return hidden


def logits(arrays, x):
    return single(forward(arrays, x))


def loss_in_float64(arrays, x, y):
    """Mean of -log softmax at the labels."""
    out = forward(arrays, x)
    shifted = out - out.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -log_p[np.arange(len(y)), y].mean()


def loss(arrays, x, y):
    """The same; nan if a label is no class."""
    classes = arrays[f"b{depth_of(arrays)}"].size
    return single(np.nan if np.min(y) < 0 or np.max(y) >= classes else loss_in_float64(arrays, x, y))


def losses(arrays, batches):
    return {name: loss(arrays, x, y) for name, (x, y) in batches.items()}


def grads_in_float64(arrays, x, y):
    """The gradient of the mean loss, by name, by the chain rule in numpy; tests compare it with jax.grad in float64."""
    inputs, found = [np.asarray(x, np.float64)], {}
    for layer in range(1, depth_of(arrays)):
        inputs.append(np.tanh(inputs[-1] @ arrays[f"W{layer}"].astype(np.float64) + arrays[f"b{layer}"]))
    out = forward(arrays, x)
    share = np.exp(out - out.max(axis=1, keepdims=True))
    back = (share / share.sum(axis=1, keepdims=True) - np.eye(out.shape[1])[np.asarray(y)]) / len(x)
    for layer in range(depth_of(arrays), 0, -1):
        found |= {f"W{layer}": inputs[layer - 1].T @ back, f"b{layer}": back.sum(axis=0)}
        if layer > 1:
            back = (back @ arrays[f"W{layer}"].astype(np.float64).T) * (1 - inputs[layer - 1] ** 2)
    return dict(sorted(found.items()))


def grads(arrays, x, y):
    """The gradient of the mean loss of a batch, by name."""
    return {name: single(grad) for name, grad in grads_in_float64(arrays, x, y).items()}


def steps(arrays, batches, lrs):
    """The params after each step of gradient descent, one for each batch (x, y)."""
    params = {name: array.astype(np.float64) for name, array in arrays.items()}
    seen = []
    for (x, y), lr in zip(batches, lrs, strict=True):
        found = grads_in_float64(params, x, y)
        params = {name: array - lr * found[name] for name, array in params.items()}
        seen.append({name: single(array) for name, array in params.items()})
    return seen


def loss_after_a_step(arrays, x, y, lr):
    """The loss of a batch after a step on it, in float64."""
    found = grads_in_float64(arrays, x, y)
    return loss_in_float64({name: array - lr * found[name] for name, array in arrays.items()}, x, y)


def grads_through_a_step(arrays, x, y, lr, nudge=1e-5):
    """The loss after a step, differentiated with respect to the step's lr and to x, by differences in float64."""
    ways = nudge * np.eye(x.size).reshape(-1, *x.shape)
    ends = [[loss_after_a_step(arrays, x + way, y, lr) for way in (step, -step)] for step in ways]
    ends.append([loss_after_a_step(arrays, x, y, lr + way) for way in (nudge, -nudge)])
    *of_x, of_lr = [single((more - less) / (2 * nudge)) for more, less in ends]
    return {"lr": of_lr, "x": np.array(of_x).reshape(x.shape)}


def example_grads(arrays, x, y):
    """A loop over the rows: the gradient of each one's own loss, stacked, by name."""
    rows = [grads(arrays, x[i : i + 1], y[i : i + 1]) for i in range(len(x))]
    return {name: np.stack([row[name] for row in rows]) for name in rows[0]}
