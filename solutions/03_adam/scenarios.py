"""What only the hidden checks run. It knows no expected value and tells what it saw."""

from __future__ import annotations

import copy
import importlib.util

import numpy as np


class Parameter:
    """An array and its gradient."""

    def __init__(self, data, grad=None):
        self.data = data
        self.grad = grad


def copies(arrays):
    """New parameters with copies of the arrays."""
    return [Parameter(array.copy()) for array in arrays]


def values(params):
    """The data of the parameters as it is now: what happens later does not reach the copies."""
    return [param.data.copy() for param in params]


def copy_or_none(array):
    """The array as it is now: what happens to it later does not reach the copy. What is no array is given as it is."""
    return array.copy() if isinstance(array, np.ndarray) else array


def give(params, grads):
    """Put a copy of each gradient, or None, on its parameter."""
    for param, grad in zip(params, grads, strict=True):
        param.grad = copy_or_none(grad)


def walk(optimizer, params, grads, before=None):
    """The data after every step, one for each row of gradients. `before` replaces `give`."""
    seen = {}
    for number, row in enumerate(grads, start=1):
        if before is None:
            give(params, row)
        else:
            before(optimizer, params, number, row)
        optimizer.step()
        seen |= {f"step {number}, parameter {i}": data for i, data in enumerate(values(params))}
    return seen


def gaps(module, params, full, grads, **options):
    """The data after every step, of an Adam made when some gradients are there and some are None.

    An error that comes of a None, whichever it is, gives an empty dict. That it comes of a None is known
    because another Adam first takes a step with all gradients, `full`.
    """
    own = copies(params)
    walk(module.Adam(own, **options), own, [full])
    own = copies(params)
    give(own, grads[0])
    try:
        return walk(module.Adam(own, **options), own, grads)
    except (TypeError, AttributeError):
        return {}


def by_position(module, params, grads, *settings):
    """As `steps`, with every setting passed by position."""
    params = copies(params)
    return walk(module.Adam(params, *settings), params, grads)


def by_name(module, params, grads, **options):
    """As `steps`, with the parameters passed by name too."""
    params = copies(params)
    return walk(module.Adam(params=params, **options), params, grads)


def layouts(module, data, grads, **options):
    """The same numbers in arrays that lie differently in memory, one optimizer: the arrays afterwards."""
    room = np.zeros((2 * data.shape[0], data.shape[1]), data.dtype)
    room[::2] = data
    arrays = {
        "C order": data.copy(),
        "Fortran order": np.asfortranarray(data),
        "transposed view": data.T.copy().T,
        "every second row": room[::2],
    }
    params = [Parameter(array) for array in arrays.values()]
    walk(module.Adam(params, **options), params, [[grad] * len(params) for grad in grads])
    return {name: array.copy() for name, array in arrays.items()}


def fresh(module):
    """The learner's file executed anew: what a class or a module keeps would come from earlier checks."""
    again = importlib.util.module_from_spec(module.__spec__)
    again.__spec__.loader.exec_module(again)
    return again


def side_by_side(module, first, second):
    """Two optimizers, each with (params, grads, options) of its own, that take turns."""
    module = fresh(module)
    seen, running = [], []
    for params, _, options in (first, second):
        params = copies(params)
        running.append((module.Adam(params, **options), params))
        seen.append({})
    for number, rows in enumerate(zip(first[1], second[1], strict=True), start=1):
        for notes, (optimizer, params), row in zip(seen, running, rows, strict=True):
            give(params, row)
            optimizer.step()
            optimizer.zero_grad()
            notes |= {f"step {number}, parameter {i}": data for i, data in enumerate(values(params))}
    return dict(zip(("one optimizer", "the other"), seen, strict=True))


class OnceOnly:
    """An iterable without length and index."""

    def __init__(self, items):
        self.items = items

    def __iter__(self):
        return iter(self.items)


def iterables(module, params, grads, **options):
    """The parameters in a list, a tuple, a generator and more; first the list's length afterwards."""
    kinds = {
        "list": list,
        "tuple": tuple,
        "generator": lambda items: (item for item in items),
        "dict's values": lambda items: dict(enumerate(items)).values(),
        "object with __iter__ alone": OnceOnly,
    }
    seen = {}
    for name, kind in kinds.items():
        own = copies(params)
        given = kind(own)
        seen[name] = walk(module.Adam(given, **options), own, grads)
        if name == "list":
            length = len(given)
    return length, seen


def build_from_nothing(module, kind):
    """An Adam over no parameters."""
    module.Adam({"tuple": (), "generator": (item for item in ()), "dict": {}}[kind])


def caller_at_work(module, params, grads, lrs, **options):
    """What a caller may do between two steps, one run for each thing."""

    def change_lr(optimizer, own, number, row):
        optimizer.lr = lrs[number - 1]
        give(own, row)

    def replace_array(optimizer, own, number, row):
        for param in own:
            param.data = param.data.copy()
        give(own, row)

    def use_gradients_again(optimizer, own, number, row):
        if number == 1:
            give(own, row)
            held[:] = [param.grad for param in own]
        for array, grad in zip(held, row, strict=True):
            array[...] = grad

    acts = {
        "lr changed": change_lr,
        "another array in p.data": replace_array,
        "the array in p.grad overwritten": use_gradients_again,
    }
    held, seen = [], {}
    for name, act in acts.items():
        own = copies(params)
        optimizer = module.Adam(own, **options)
        seen["lr read"] = float(optimizer.lr)
        seen[name] = walk(optimizer, own, grads, before=act)
    return seen


def held_arrays(module, params, grads, **options):
    """What the parameters and those who hold their arrays see after each `step` and each `zero_grad`."""
    params = copies(params)
    held = [param.data for param in params]
    optimizer = module.Adam(params, **options)
    give(params, grads[0])
    optimizer.zero_grad()
    cleared, seen = [copy_or_none(param.grad) for param in params], []
    for row in grads:
        give(params, row)
        held_grads = [param.grad for param in params]
        optimizer.step()
        notes = {"data": values(params), "held data": [array.copy() for array in held]}
        notes["grads"] = [copy_or_none(param.grad) for param in params]
        notes["held grads"] = [copy_or_none(grad) for grad in held_grads]
        optimizer.zero_grad()
        notes["cleared"] = cleared + [copy_or_none(param.grad) for param in params]
        notes["data then"] = values(params)
        notes["held grads then"] = [copy_or_none(grad) for grad in held_grads]
        seen.append(notes)
    return seen


def relay(module, params, grads, **options):
    """The same steps twice: by one optimizer, and by a new one over new parameters for each step."""
    own = copies(params)
    seen = {"one Adam": walk(module.Adam(own, **options), own, grads)}
    alive = [copies(params)]  # the old parameters, so that no new one has the id of an old one
    state = module.Adam(alive[0], **options).state_dict()
    seen["a new Adam for each step"] = {}
    for number, row in enumerate(grads, start=1):
        alive.append(copies(values(alive[-1])))
        optimizer = module.Adam(alive[-1], **options)
        optimizer.load_state_dict(copy.deepcopy(state))
        give(alive[-1], row)
        optimizer.step()
        state = optimizer.state_dict()
        notes = {f"step {number}, parameter {i}": data for i, data in enumerate(values(alive[-1]))}
        seen["a new Adam for each step"] |= notes
    return seen


def handed_over(module, params, grads, later, lr, options, others):
    """An optimizer takes the steps `grads`, gives its state away several times, and goes on with `later`.

    Each state is used in one way. Where it is sound, what comes of it equals the run of the optimizer itself.
    """
    own = copies(params)
    first = module.Adam(own, **options)
    new_state = first.state_dict()
    early = walk(first, own, grads)
    first.lr = lr
    saved = values(own)
    state, kept, foreign, spent = (first.state_dict() for _ in range(4))
    alive = []

    def go_on(state, settings, spend=False):
        alive.append(copies(saved))
        optimizer = module.Adam(alive[-1], **settings)
        optimizer.load_state_dict(state=state)
        if spend:
            state.clear()
        loaded = {"lr": float(optimizer.lr), "data": values(alive[-1])}
        return loaded, walk(optimizer, alive[-1], later)

    settings = options | {"lr": lr}
    seen = {"is dict": isinstance(state, dict), "early": early, "saved": saved}
    seen["loaded"], seen["at once"] = go_on(state, settings)
    _, seen["loaded again"] = go_on(state, settings)
    seen["itself"] = walk(first, own, later)
    _, seen["kept"] = go_on(kept, settings)
    seen["loaded by another"], seen["by another"] = go_on(foreign, others)
    _, seen["spent"] = go_on(spent, settings, spend=True)

    first.load_state_dict(kept)
    seen["not rewound"] = values(own)
    for param, data in zip(own, saved, strict=True):
        param.data[...] = data
    seen["rewound"] = walk(first, own, later)
    first.load_state_dict(new_state)
    for param, data in zip(own, params, strict=True):
        param.data[...] = data
    seen["as new"] = walk(first, own, grads)
    return seen
