"""What the visible checks run beside the learner's code. It knows no expected value."""

from __future__ import annotations

import jax
from compiled import compiled
from trees import form, network, outline, plain, read
from watching import fresh, traced_in

KEYS = {"key": jax.random.key, "PRNGKey": jax.random.PRNGKey}


def shapes(module, sizes):
    """The shapes of the leaves that `init` makes, sorted; the type of a leaf that has no shape."""
    leaves = jax.tree_util.tree_leaves(outline(module, sizes))
    return sorted(str(getattr(leaf, "shape", type(leaf).__name__)) for leaf in leaves)


def dtypes_and_biases(module, sizes):
    """The dtype of each leaf that `init` makes, and the biases, by name."""
    params = read(module.init(jax.random.key(0), sizes), sizes)
    dtypes = {name: str(getattr(leaf, "dtype", type(leaf).__name__)) for name, leaf in params.items()}
    return dtypes, {name: leaf for name, leaf in params.items() if name.startswith("b")}


def drawn(module, kind, seeds, sizes):
    """The params that `init` makes of each seed's key, by name."""
    return [read(module.init(KEYS[kind](seed), sizes), sizes) for seed in seeds]


def weights_of(module, seed, sizes):
    """The weights that `init` makes, in the order of the leaves, whatever their shapes are."""
    params = jax.tree_util.tree_leaves(module.init(jax.random.key(seed), sizes))
    return [plain(leaf) for leaf in params if getattr(leaf, "ndim", 0) == 2]


def logits(module, sizes, arrays, x):
    """`apply` of a network that holds these numbers."""
    return plain(module.apply(network(module, sizes, arrays), x))


def losses(module, sizes, arrays, batches):
    """`loss` of each batch (x, y), by name."""
    params = network(module, sizes, arrays)
    return {name: plain(module.loss(params, x, y)) for name, (x, y) in batches.items()}


def one_update(module, sizes, arrays, x, y, lr):
    """The params after one `update`, by name, and the form of the tree before and after it."""
    params = network(module, sizes, arrays)
    after = module.update(params, x, y, lr)
    return {"params": read(after, sizes), "form before": form(params), "form after": form(after)}


def example_grads(module, sizes, arrays, x, y):
    """What `per_example_grads` gives inside a jit (which is faster than without one), by name."""
    grads = compiled(module, "per_example_grads")(network(module, sizes, arrays), x, y)
    return read(grads, sizes, rows=len(x))


def traced_calls(module, sizes, arrays, batches, lrs):
    """For each call of `update`, one for each batch (x, y): was any of the learner's code traced in it?"""
    module = fresh(module)
    params = network(module, sizes, arrays)
    seen = []
    for (x, y), lr in zip(batches, lrs, strict=True):
        traced, params = traced_in(module.__file__, module.update, params, x, y, lr)
        seen.append(traced)
    return seen


def under_jit(module, sizes, arrays, x, y):
    """Logits and loss, each computed inside a jit of the caller."""
    params = network(module, sizes, arrays)
    return {
        "apply": plain(compiled(module, "apply")(params, x)),
        "loss": plain(compiled(module, "loss")(params, x, y)),
    }
