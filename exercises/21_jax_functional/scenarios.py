"""What the visible checks run beside the learner's code. It knows no expected value."""

from __future__ import annotations

import jax
from compiled import called, compiled
from trees import form, key_of, network, outline, parts, plain, read
from watching import fresh, traced_in


def shapes(module, sizes):
    """The shapes of the leaves that `init` makes, sorted; the type of a leaf that has no shape."""
    leaves = jax.tree_util.tree_leaves(outline(module, sizes))
    return sorted(str(getattr(leaf, "shape", type(leaf).__name__)) for leaf in leaves)


def dtypes_and_biases(module, sizes):
    """The dtypes of the leaves that `init` makes, each once, and the biases."""
    params = module.init(key_of(0), sizes)
    dtypes = {str(getattr(leaf, "dtype", type(leaf).__name__)) for leaf in jax.tree_util.tree_leaves(params)}
    return sorted(dtypes), parts(params)[1]


def drawn(module, seeds, sizes):
    """The weights that `init` makes of each seed's key, in the order of the leaves."""
    return [parts(module.init(key_of(seed), sizes))[0] for seed in seeds]


def logits(module, sizes, arrays, x):
    """`apply` of a network that holds these numbers."""
    return plain(called(module, "apply", network(module, sizes, arrays), x))


def losses(module, sizes, arrays, batches):
    """`loss` of each batch (x, y), by name."""
    params = network(module, sizes, arrays)
    return {name: plain(called(module, "loss", params, x, y)) for name, (x, y) in batches.items()}


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
