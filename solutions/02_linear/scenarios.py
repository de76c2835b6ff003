"""What only the hidden checks run. Nothing here knows what is right."""

import random

import numpy as np
from layers import gradients, write


def layer_with(module, weight, bias):
    """A layer that holds these numbers; every argument passed by its name."""
    out_features, in_features = weight.shape
    layer = module.Linear(in_features=in_features, out_features=out_features, bias=True, rng=None)
    write(layer, weight, bias)
    return layer


def in_turn(module, scripts, parameters):
    """Several layers at once, a script each: the first line of all scripts, then the second of all."""
    layers = [layer_with(module, weight, bias) for weight, bias in parameters]
    seen = [{} for _ in layers]
    for number, lines in enumerate(zip(*scripts, strict=True), start=1):
        for layer, (action, array), facts in zip(layers, lines, seen, strict=True):
            if action == "forward":
                facts[f"{number} forward: y"] = layer.forward(array)
            else:
                facts[f"{number} backward: grad_x"] = layer.backward(array)
    for layer, facts in zip(layers, seen, strict=True):
        facts |= {f"{number} backward: {name}": value for name, value in gradients(layer).items()}
    return seen


def with_views(module, parameters, x, grad_y):
    """One forward and backward, arguments by name, from read-only transposed views, contiguous in no order."""
    x, grad_y = (np.repeat(array.T, 2, axis=-1)[..., ::2].T for array in (x, grad_y))
    x.flags.writeable = grad_y.flags.writeable = False
    layer = layer_with(module, *parameters)
    y = layer.forward(x=x)
    grad_x = layer.backward(grad_y=grad_y)
    return {"1 forward: y": y, "2 backward: grad_x": grad_x} | {
        f"2 backward: {name}": value for name, value in gradients(layer).items()
    }


def arguments_afterwards(module, parameters, x, grad_y):
    """Forward and backward, both twice with the same arrays: the arguments and the parameters after that."""
    layer = layer_with(module, *parameters)
    for _ in range(2):
        layer.forward(x)
        layer.backward(grad_y)
    return {"x": x, "grad_y": grad_y, "weight": layer.weight, "bias": layer.bias}


def draws(module, in_features, out_features, seed):
    """The parameters of one layer."""
    layer = module.Linear(in_features, out_features, rng=np.random.default_rng(seed))
    return {"weight": layer.weight, "bias": layer.bias}


def draws_of_several(module, in_features, out_features, seed):
    """The parameters of layers from one generator, from an equal one, from another seed, from none."""

    def parameters(*rng):
        layer = module.Linear(in_features, out_features, True, *rng)
        return {"weight": layer.weight, "bias": layer.bias}

    def seeded():
        np.random.seed(0)
        return parameters()

    shared = np.random.default_rng(seed)
    return {
        "first": parameters(shared),
        "same generator": parameters(shared),
        "equal generator": parameters(np.random.default_rng(seed)),
        "other seed": parameters(np.random.default_rng(seed + 1)),
        "rng left out": parameters(),
        "rng left out again": parameters(),
        "rng is None": parameters(None),
        "rng is None again": parameters(None),
        "np.random.seed(0)": seeded(),
        "np.random.seed(0) again": seeded(),
    }


def in_a_new_process(module, in_features, out_features):
    """The weight of a layer without rng. A worker is a fork: global random numbers go on in it as in every other."""
    random.seed()
    np.random.seed()
    return module.Linear(in_features, out_features).weight
