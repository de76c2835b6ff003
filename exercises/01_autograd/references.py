"""The same programs in torch, in the trusted process."""

import numpy as np


def gradients(program, leaves, frozen=None, others=None, seed=None):
    """out's data and shape and every tensor's grad, as scenarios.gradients gives them."""
    tensors = make(leaves, frozen)
    out = run(program, tensors, others)
    out.backward(None if seed is None else tensor(seed))
    return {"out": out.detach().numpy(), "out.shape": tuple(out.shape)} | grads(tensors)


def graphs(programs, leaves, zeroed=(), seed=None, build_first=False):
    """The leaves' grads after each program's backward, as scenarios.graphs gives them."""
    tensors = make(leaves, None)
    outs = [run(program, tensors, None) for program in programs] if build_first else []
    seen, named = {}, dict(tensors)
    for i, program in enumerate(programs):
        for at, name in zeroed:
            if at == i:
                named[name].grad = None
                seen[f"{len(seen) + 1} zero_grad of {name}"] = grads(tensors)
        named["out"] = outs[i] if build_first else run(program, tensors, None)
        named["out"].backward(None if seed is None else tensor(seed))
        seen[f"{len(seen) + 1} backward"] = grads(tensors)
    return seen if seed is None else seen | {"seed": seed}


def central_differences(program, leaves, others, seed):
    """The slope of (out * seed).sum() at every element of every leaf, from the values on either side."""
    import torch

    step = 1e-6
    slopes = {}
    with torch.no_grad():
        for name, values in leaves.items():
            slopes[f"{name}.grad"] = slope = np.zeros_like(values)
            for index in np.ndindex(values.shape):
                outs = []
                for shift in (step, -step):
                    moved = values.copy()
                    moved[index] += shift
                    out = run(program, make(leaves | {name: moved}, None), others)
                    outs.append((out * tensor(seed)).sum().item())
                slope[index] = (outs[0] - outs[1]) / (2 * step)
    return slopes


def make(leaves, frozen):
    tensors = {name: tensor(value, requires_grad=True) for name, value in leaves.items()}
    return tensors | {name: tensor(value) for name, value in (frozen or {}).items()}


def run(program, tensors, others):
    others = {name: tensor(v) if isinstance(v, np.ndarray) else v for name, v in (others or {}).items()}
    names = {"Tensor": tensor, **tensors, **others}
    exec(program, names)
    return names["out"]


def tensor(data, requires_grad=False):
    """A tensor of data's floating dtype; of float64 if it has none (torch's own default would be float32)."""
    import torch

    array = np.asarray(data)
    if array.dtype.kind != "f":
        array = array.astype(np.float64)
    return torch.tensor(array, requires_grad=requires_grad)


def grads(tensors):
    return {f"{name}.grad": None if t.grad is None else t.grad.numpy().copy() for name, t in tensors.items()}
