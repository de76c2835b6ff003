"""Reads and fills params whose form is the learner's: what a leaf is, is known by its shape. It knows no expected value."""

from __future__ import annotations

import itertools

import jax
import numpy as np


def names(sizes):
    """The name of each leaf by its shape; in `sizes` no number of outputs comes twice, so that no shape does."""
    found = {}
    for layer, (fan_in, fan_out) in enumerate(itertools.pairwise(sizes), start=1):
        found |= {(fan_in, fan_out): f"W{layer}", (fan_out,): f"b{layer}"}
    return found


def plain(value):
    """A JAX array as a numpy array of the same dtype and shape; anything else as it is."""
    return np.array(value) if isinstance(value, jax.Array) else value


def read(tree, sizes, rows=None):
    """Each leaf under its name, sorted by it; with `rows` the leaves have that many rows in front of their shape."""
    known, found = names(sizes), []
    for leaf in jax.tree_util.tree_leaves(tree):
        shape = getattr(leaf, "shape", None)
        if rows is not None and shape is not None:
            shape = shape[1:] if shape[:1] == (rows,) else None
        found.append((known.get(shape, "another leaf"), plain(leaf)))
    taken = {}
    for name, leaf in sorted(found, key=lambda pair: pair[0]):
        taken[name if name not in taken else f"{name}, number {len(taken) + 1}"] = leaf
    return taken


def network(module, sizes, arrays):
    """Params in the form that the learner's `init` gives, with these numbers, `arrays` by name, as their leaves."""
    known = names(sizes)
    return jax.tree_util.tree_map(lambda leaf: jax.device_put(arrays[known[leaf.shape]]), outline(module, sizes))


def stacked(*trees):
    """Trees of one form as one tree, each leaf with an axis in front; numpy stacks them, so nothing is compiled."""
    return jax.tree_util.tree_map(lambda *leaves: jax.device_put(np.stack(leaves)), *trees)


def key_of(seed):
    """jax.random.key(seed), made of its two numbers: nothing is compiled for it."""
    return jax.random.wrap_key_data(np.array([0, seed], np.uint32), impl="threefry2x32")


def parts(tree):
    """(weights, biases) of params in the order of the leaves, whatever their sizes are."""
    leaves = [plain(leaf) for leaf in jax.tree_util.tree_leaves(tree)]
    return tuple([leaf for leaf in leaves if getattr(leaf, "ndim", None) == axes] for axes in (2, 1))


def outline(module, sizes):
    """What `init` gives, with shapes in the place of numbers: nothing is compiled for it where that can be."""
    key = key_of(0)
    try:
        return jax.eval_shape(lambda key: module.init(key, tuple(sizes)), key)
    except Exception:  # it asks for the key's numbers
        return module.init(key, tuple(sizes))


def form(tree):
    """The form of a tree in words: its containers, without its leaves."""
    return str(jax.tree_util.tree_structure(tree))
