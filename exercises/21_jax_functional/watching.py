"""Sees which calls of a learner's functions are traced, and whether a tracer outlives its trace.

It knows no expected value.
"""

from __future__ import annotations

import gc
import importlib.util
import sys

import jax


def is_traced(value):
    """Is a tracer among the leaves of this value?"""
    try:
        leaves = jax.tree_util.tree_leaves(value)
    except Exception:  # a container that cannot be taken apart
        return False
    return any(isinstance(leaf, jax.core.Tracer) for leaf in leaves)


def traced_in(file, function, *values):
    """Does a function that is defined in `file` receive a tracer while `function(*values)` runs? And its result."""
    seen = False

    def watch(frame, event, _):
        nonlocal seen
        if event == "call" and frame.f_code.co_filename == file:
            seen = seen or any(map(is_traced, list(frame.f_locals.values())))
        if seen:
            sys.setprofile(before)  # the rest of the trace is as fast as ever

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        result = function(*values)
    finally:
        sys.setprofile(before)
    return seen, result


def forget_older_objects():
    """From now on `tracers_left` looks at what is made later; looking through all that frameworks hold is slow."""
    gc.collect()
    gc.freeze()


def tracers_left():
    """The tracers that are still alive though nothing is being traced: someone keeps them."""
    gc.collect()
    things = gc.get_objects()
    kinds = {kind for kind in set(map(type, things)) if issubclass(kind, jax.core.Tracer)}
    return [thing for thing in things if type(thing) in kinds]


def fresh(module):
    """The learner's file executed anew: what the module keeps, compiled functions too, would come from earlier checks.

    A file that cannot be executed twice (it registers a class of the standard library as a pytree, say) stays as it is.
    """
    again = importlib.util.module_from_spec(module.__spec__)
    try:
        again.__spec__.loader.exec_module(again)
    except Exception:
        return module
    return again
