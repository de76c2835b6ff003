"""What the checks run beside the learner's code: small programs, written as a learner would type them.

A program computes `out` from named tensors and numbers; references.py runs the same text with torch.
"""

import numpy as np


def gradients(autograd, program, leaves, frozen=None, others=None, seed=None):
    """Run `program`, then out.backward(seed). Gives out's data and shape, and the grad of each tensor.

    `leaves` become tensors that require a gradient, `frozen` tensors that do not; `others` stay as they are.
    """
    tensors = make(autograd, leaves, frozen)
    out = run(autograd, program, tensors, others)
    go_back(out, seed)
    return {"out": plain(out.data), "out.shape": out.shape} | grads(tensors)


def graphs(autograd, programs, leaves, zeroed=(), seed=None, build_first=False):
    """Run each program on the same leaves, then its backward. Gives the leaves' grads after each backward.

    They stand under "1 backward", "2 backward", ... `zeroed` holds pairs (i, name): zero_grad of that leaf (or of
    `out`) before backward of program i, and the grads after it, under "3 zero_grad of x". With `build_first` every
    program runs before the first backward.
    """
    tensors = make(autograd, leaves, None)
    outs = [run(autograd, program, tensors, None) for program in programs] if build_first else []
    seen, named = {}, dict(tensors)
    for i, program in enumerate(programs):
        for at, name in zeroed:
            if at == i:
                named[name].zero_grad()
                seen[f"{len(seen) + 1} zero_grad of {name}"] = grads(tensors)
        named["out"] = outs[i] if build_first else run(autograd, program, tensors, None)
        go_back(named["out"], seed)
        seen[f"{len(seen) + 1} backward"] = grads(tensors)
    return seen if seed is None else seen | {"seed": seed}


def make(autograd, leaves, frozen):
    tensors = {name: autograd.Tensor(value, requires_grad=True) for name, value in leaves.items()}
    return tensors | {name: autograd.Tensor(value) for name, value in (frozen or {}).items()}


def run(autograd, program, tensors, others):
    names = {"Tensor": autograd.Tensor, **tensors, **(others or {})}
    # Under this file's name an error in the program's text is placed like one in the scenario itself.
    exec(compile(program, run.__code__.co_filename, "exec"), names)
    return names["out"]


def go_back(out, seed):
    if seed is None:
        out.backward()
    else:
        out.backward(grad=seed)


def grads(tensors):
    """Copies, as a later backward may add in place."""
    return {f"{name}.grad": copied(tensor.grad) for name, tensor in tensors.items()}


def copied(grad):
    return plain(grad).copy() if isinstance(grad, (np.ndarray, np.generic)) else grad


def plain(value):
    """numpy itself turns results without axes into scalars: both forms are right, so they are made one."""
    return np.asarray(value) if isinstance(value, np.generic) else value
