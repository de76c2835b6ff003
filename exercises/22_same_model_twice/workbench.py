"""Finds the parts of the two models by their kind, to put weights in and to read them."""

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
import torch
from torch import nn

TORCH = {
    "conv": (nn.Conv2d, ("weight", "bias")),
    "norm": (nn.BatchNorm2d, ("weight", "bias", "running_mean", "running_var")),
    "hidden": (nn.Linear, ("weight", "bias")),
    "out": (nn.Linear, ("weight", "bias")),
}
KERAS = {
    "conv": (keras.layers.Conv2D, ("kernel", "bias")),
    "norm": (keras.layers.BatchNormalization, ("gamma", "beta", "moving_mean", "moving_variance")),
    "hidden": (keras.layers.Dense, ("kernel", "bias")),
    "out": (keras.layers.Dense, ("kernel", "bias")),
}


def built(module: Any, sizes: dict[str, int], **options: Any) -> tuple[nn.Module, Any]:
    """Both of the learner's models. Sizes go by position here (by name elsewhere), options both ways."""
    torch_model = module.build_torch(*sizes.values(), **options)
    return torch_model, module.build_keras(*sizes.values(), *options.values())


KEPT: dict[str, tuple[nn.Module, Any]] = {}


def kept(module: Any, sizes: dict[str, int], **options: Any) -> tuple[nn.Module, Any]:
    """Both models, built at the first call with these arguments: that takes longer than all that is read from them."""
    wanted = repr((sizes, options))
    if wanted not in KEPT:
        KEPT[wanted] = built(module, sizes, **options)
    return KEPT[wanted]


def wiped(module: Any, sizes: dict[str, int], **options: Any) -> tuple[nn.Module, Any]:
    """Those models without gradients, and every weight and statistic a number that no check asks for: nothing is left
    of an earlier check."""
    models = kept(module, sizes, **options)
    for model in models:
        fill(model, sizes, 5.0)
        for parameter in model.parameters():  # a Keras model has them too, on this backend
            parameter.grad = None
    return models


def keras_layers(layer: Any) -> Iterator[Any]:
    """The layer and all below it, whether in a Sequential, a functional model or an attribute."""
    return iter(layer._flatten_layers())


def layer_counts(model: Any) -> dict[str, int]:
    """How many layers of each kind with weights the model has, and how many others with weights."""
    if isinstance(model, keras.Model):
        kinds = {cls.__name__: cls for cls, _ in KERAS.values()}
        found = list(keras_layers(model))
        weights = len(model.weights)
    else:
        kinds = {cls.__name__: cls for cls, _ in TORCH.values()}
        found = list(model.modules())
        weights = sum(1 for name in model.state_dict() if not name.endswith("num_batches_tracked"))
    counts = {name: sum(isinstance(layer, cls) for layer in found) for name, cls in kinds.items()}
    return counts | {"arrays": weights}


def takes(model: Any) -> list[int | None] | None:
    """The shape of an image that a Keras model says it takes; None of a model that says nothing, as own classes do."""
    inputs = getattr(model, "inputs", None)
    if not isinstance(inputs, (list, tuple)) or len(inputs) != 1 or not hasattr(inputs[0], "shape"):
        return None
    return [None if size is None else int(size) for size in inputs[0].shape[1:]]


def parts(model: Any, sizes: dict[str, int]) -> dict[str, Any]:
    """The layers by the names of the README. Of the two dense ones, `out` is the one that gives `classes`."""
    is_keras = isinstance(model, keras.Model)
    kinds = KERAS if is_keras else TORCH
    flat = sizes["filters"] * (sizes["height"] - 2) * (sizes["width"] - 2)

    def inputs(layer: Any) -> int:
        return int(layer.kernel.shape[0]) if is_keras else layer.in_features

    found: dict[str, Any] = {}
    for name, (cls, _) in kinds.items():
        layers = [layer for layer in (keras_layers(model) if is_keras else model.modules()) if isinstance(layer, cls)]
        if name in ("hidden", "out"):
            layers = [layer for layer in layers if inputs(layer) == (flat if name == "hidden" else sizes["hidden"])]
        if len(layers) != 1:
            build = "build_keras" if is_keras else "build_torch"
            raise ValueError(f"{build}: {len(layers)} layers are the `{name}` ({cls.__name__}) of the README, not 1")
        found[name] = layers[0]
    return found


def arrays_of(model: Any, sizes: dict[str, int]) -> dict[str, Callable[[], Any]]:
    """Each weight's tensor or variable, in its own framework's layout, by the names of torch's."""
    kinds = KERAS if isinstance(model, keras.Model) else TORCH
    return {
        f"{part}.{ours}": getattr(layer, name)
        for part, layer in parts(model, sizes).items()
        for ours, name in zip(TORCH[part][1], kinds[part][1], strict=True)
    }


def value(weight: Any) -> np.ndarray:
    """A copy of the numbers of a tensor or a variable."""
    if isinstance(weight, torch.Tensor):
        return weight.detach().cpu().numpy().copy()
    return np.array(keras.ops.convert_to_numpy(weight))


def values(model: Any, sizes: dict[str, int]) -> dict[str, np.ndarray]:
    return {name: value(weight) for name, weight in arrays_of(model, sizes).items()}


def put(model: Any, sizes: dict[str, int], arrays: dict[str, np.ndarray]) -> None:
    """Write these numbers into the model, in its own framework's layout."""
    with torch.no_grad():
        for name, weight in arrays_of(model, sizes).items():
            if isinstance(weight, torch.Tensor):
                weight.copy_(torch.tensor(arrays[name]))
            else:
                weight.assign(arrays[name])


def fill(model: Any, sizes: dict[str, int], number: float) -> None:
    """Write one number everywhere."""
    put(model, sizes, {name: np.full_like(value(weight), number) for name, weight in arrays_of(model, sizes).items()})


def torch_logits(model: nn.Module, x: np.ndarray, training: bool = False) -> np.ndarray:
    model.train(training)
    with torch.no_grad():
        return value(model(torch.tensor(x)))


def keras_logits(model: Any, x: np.ndarray, training: bool = False) -> np.ndarray:
    """`x` is torch's (N, channels, height, width); the model gets Keras's order."""
    with torch.no_grad():
        return value(model(np.ascontiguousarray(x.transpose(0, 2, 3, 1)), training=training))
