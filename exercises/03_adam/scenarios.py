"""What the visible checks run beside the learner's code. It knows no expected value and tells what it saw."""

from __future__ import annotations

import numpy as np


class Parameter:
    """An array and its gradient: all that an optimizer needs to know of a network."""

    def __init__(self, data, grad=None):
        self.data = data
        self.grad = grad


def copy_or_none(array):
    """The array as it is now: what happens to it later does not reach the copy. What is no array is given as it is."""
    return array.copy() if isinstance(array, np.ndarray) else array


def give(params, grads):
    """Put a copy of each gradient, or None, on its parameter, as a backward pass would."""
    for param, grad in zip(params, grads, strict=True):
        param.grad = copy_or_none(grad)


def steps(module, params, grads, **options):
    """The data after every step. Each row of `grads` has a gradient or None for each parameter."""
    params = [Parameter(data.copy()) for data in params]
    optimizer = module.Adam(params, **options)
    seen = {}
    for number, row in enumerate(grads, start=1):
        give(params, row)
        optimizer.step()
        seen |= {f"step {number}, parameter {i}": param.data.copy() for i, param in enumerate(params)}
    return seen


def stopped(module, params, grads, stop, **options):
    """As `steps`, but after `stop` steps a new Adam over new parameters loads the state and goes on.

    The new one is made with the default settings: those of the first come with the state.
    """
    params = [Parameter(data.copy()) for data in params]
    optimizer = module.Adam(params, **options)
    seen, before = {}, []
    for number, row in enumerate(grads, start=1):
        if number == stop + 1:
            before.append(params)  # kept alive, so that no new parameter has the id of an old one
            taken = optimizer.state_dict()
            params = [Parameter(param.data.copy()) for param in params]
            optimizer = module.Adam(params)
            optimizer.load_state_dict(state=taken)
        give(params, row)
        optimizer.step()
        seen |= {f"step {number}, parameter {i}": param.data.copy() for i, param in enumerate(params)}
    return seen


def around_a_step(module, data, grad, **options):
    """What p holds after one `step`, what others see who hold its arrays, and p.grad after `zero_grad`."""
    param = Parameter(data.copy(), grad.copy())
    held_data, held_grad = param.data, param.grad
    optimizer = module.Adam([param], **options)
    optimizer.step()
    after_step = {"data": param.data.copy(), "held data": held_data.copy()}
    after_step |= {"grad": copy_or_none(param.grad), "held grad": held_grad.copy()}
    optimizer.zero_grad()
    return after_step, copy_or_none(param.grad)


def build(module, count, **options):
    """An Adam over `count` parameters."""
    module.Adam(params=[Parameter(np.ones(2)) for _ in range(count)], **options)
