"""The learner's functions inside a jit of the caller. A worker compiles each of them once for each shape, for all checks.

It knows no expected value.
"""

from __future__ import annotations

import contextlib
import functools

import jax

with contextlib.suppress(ImportError, AttributeError):  # inside of jax 0.10; elsewhere it only takes longer
    from jax._src.interpreters import mlir

    # Each program is written in a context of its own, and making one takes a fifth of the time of a small program.
    mlir.make_ir_context = functools.cache(mlir.make_ir_context)

KNOWN = {}


def compiled(module, name):
    """`apply`, `loss`, `per_example_grads`, or `loss and grad`, which is jax.value_and_grad of the loss."""
    functions = {
        "apply": lambda params, x: module.apply(params, x),
        "loss": lambda params, x, y: module.loss(params, x, y),
        "loss and grad": jax.value_and_grad(lambda params, x, y: module.loss(params, x, y)),
        "per_example_grads": lambda params, x, y: module.per_example_grads(params, x, y),
    }
    return KNOWN.setdefault((module.__name__, name), jax.jit(functions[name]))


def called(module, name, *values):
    """`apply` or `loss` of these values, inside a jit if it can be: one program is compiled then, and not one for each
    operation. What raises there is called as it is.
    """
    try:
        return compiled(module, name)(*values)
    except Exception:  # what it may do outside of a jit and not inside is another check's
        return getattr(module, name)(*values)
