"""What only the hidden checks run beside the learner's code; more is in the exercise's scenarios."""

import numpy as np


def results(autograd, expressions, leaves, frozen=None, others=None):
    """For each expression: is its result a Tensor, and does that require a gradient?"""
    names = {"Tensor": autograd.Tensor, **(others or {})}
    names |= {name: autograd.Tensor(value, True) for name, value in leaves.items()}
    names |= {name: autograd.Tensor(value) for name, value in (frozen or {}).items()}
    seen = {}
    for expression in expressions:
        value = eval(compile(expression, results.__code__.co_filename, "eval"), names)
        is_tensor = isinstance(value, autograd.Tensor)
        seen[expression] = {"is a Tensor": is_tensor}
        if is_tensor:
            flag = value.requires_grad
            seen[expression]["requires_grad"] = bool(flag) if isinstance(flag, np.bool_) else flag
    return seen


def shape_of(autograd, program, leaves):
    """The shape of `out`, without a backward."""
    names = {name: autograd.Tensor(value) for name, value in leaves.items()}
    exec(compile(program, shape_of.__code__.co_filename, "exec"), names)
    return names["out"].shape


def how_it_ends(autograd, programs, leaves, others=None):
    """For each program and a backward of its `out`: where does it raise?"""
    ends = []
    for program in programs:
        names = {name: autograd.Tensor(value, True) for name, value in leaves.items()} | (others or {})
        end = "an error in an operator"
        try:
            exec(compile(program, how_it_ends.__code__.co_filename, "exec"), names)
            end = "an error in backward"
            names["out"].backward(np.ones_like(names["out"].data))
            end = "works"
        except NotImplementedError:  # the stub's: still to write
            raise
        except RuntimeError:
            end = end.replace("an error", "a RuntimeError")
        except Exception:
            pass
        ends.append(end)
    return ends


def new_tensors(autograd, values):
    """What a Tensor that was made from each value holds before anything is done with it."""
    tensors = {name: autograd.Tensor(data=value, requires_grad=True) for name, value in values.items()}
    return {name: {"data": t.data, "shape": t.shape, "grad": t.grad} for name, t in tensors.items()}


def arguments_after(autograd, program, arrays, others, seed):
    """The arrays given to Tensor and to operators, and the tensors' data, after program and backward."""
    tensors = {name: autograd.Tensor(array, True) for name, array in arrays.items()}
    names = {**tensors, **others}
    exec(compile(program, arguments_after.__code__.co_filename, "exec"), names)
    if names["out"].requires_grad:
        names["out"].backward(seed)
    return {"arguments": arrays, "operands": others, "data": {name: t.data for name, t in tensors.items()}}
