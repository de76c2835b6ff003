"""What only the hidden checks run beside the learner's code. They know no expected value."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import torch
from workbench import arrays_of, fill, keras_logits, put, torch_logits, value, values, wiped

# 22.1, 22.2 Weights from one to the other


def both_ways(
    module: Any, sizes: dict[str, int], weights: dict[str, Any], kernels: dict[str, Any], x: Any, training: bool
) -> dict[str, Any]:
    """Logits after a port in each direction; `kernels` are the weights in Keras's layout."""
    ours, theirs = wiped(module, sizes)
    put(ours, sizes, weights)
    module.port_weights(ours, theirs)
    seen = {"torch": torch_logits(ours, x, training), "Keras, from torch": keras_logits(theirs, x, training)}
    ours, theirs = wiped(module, sizes)
    put(theirs, sizes, kernels)
    module.port_weights(theirs, ours)
    return seen | {"torch, from Keras": torch_logits(ours, x, training)}


def layouts(module: Any, sizes: dict[str, int], weights: dict[str, Any], kernels: dict[str, Any]) -> dict[str, Any]:
    """The weights of Keras ported from torch; of torch ported from Keras; and of Keras after there and back."""
    ours, theirs = wiped(module, sizes)
    put(ours, sizes, weights)
    module.port_weights(ours, theirs)
    in_keras = values(theirs, sizes)
    ours, first = wiped(module, sizes)
    second = module.build_keras(**sizes)
    put(first, sizes, kernels)
    fill(second, sizes, 5.0)  # a function that always returns the same model has now overwritten the first
    module.port_weights(first, ours)
    module.port_weights(ours, second)
    return {
        "Keras, from torch": in_keras,
        "torch, from Keras": values(ours, sizes),
        "Keras, there and back": values(second, sizes),
        "the source": values(first, sizes),
    }


def in_place(
    module: Any, sizes: dict[str, int], weights: dict[str, Any], kernels: dict[str, Any], from_torch: bool
) -> dict[str, Any]:
    """The target's parameters as they were before the port, read after it; the source once the target is overwritten; and
    whether all else that the two hold is as it was."""
    ours, theirs = wiped(module, sizes)
    source, target, given = (ours, theirs, weights) if from_torch else (theirs, ours, kernels)
    put(source, sizes, given)
    trained = [[parameter.requires_grad for parameter in model.parameters()] for model in (source, target)]
    gradients = [parameter for parameter in source.parameters() if parameter.requires_grad]
    for parameter in gradients:
        parameter.grad = torch.ones_like(parameter)
    optimizer = keras.optimizers.SGD()
    theirs.compile(optimizer)
    held = arrays_of(target, sizes)
    module.port_weights(source, target)
    held |= {name: weight for name, weight in arrays_of(target, sizes).items() if "running" in name}  # no optimizer's
    seen: dict[str, Any] = {"in tensors held before": {name: value(weight) for name, weight in held.items()}}
    seen["as before"] = {
        "gradients of the source": all(p.grad is not None and bool((p.grad == 1).all()) for p in gradients),
        "optimizer of the Keras model": theirs.optimizer is optimizer,
        "what is trained": trained == [[p.requires_grad for p in model.parameters()] for model in (source, target)],
    }
    fill(target, sizes, 7.0)
    seen["the source, when the target changes"] = values(source, sizes)
    return seen


# 22.3 Batch norm


def with_eps(
    module: Any,
    sizes: dict[str, int],
    weights: dict[str, Any],
    kernels: dict[str, Any],
    x: Any,
    options: dict[str, Any],
) -> dict[str, Any]:
    """Logits in evaluation of both models, each given its weights directly."""
    ours, theirs = wiped(module, sizes, **options)
    put(ours, sizes, weights)
    put(theirs, sizes, kernels)
    return {"torch": torch_logits(ours, x), "keras": keras_logits(theirs, x)}


def statistics(
    module: Any,
    sizes: dict[str, int],
    weights: dict[str, Any],
    kernels: dict[str, Any],
    batches: list[Any],
    options: dict[str, Any],
) -> dict[str, dict[str, Any]]:
    """The running statistics of both after these batches in training mode."""
    ours, theirs = wiped(module, sizes, **options)
    put(ours, sizes, weights)
    put(theirs, sizes, kernels)
    for batch in batches:
        torch_logits(ours, batch, training=True)
        keras_logits(theirs, batch, training=True)
    return {"torch": running(ours, sizes), "keras": running(theirs, sizes)}


def running(model: Any, sizes: dict[str, int]) -> dict[str, Any]:
    found = values(model, sizes)
    return {"mean": found["norm.running_mean"], "variance": found["norm.running_var"]}


# 22.4 - 22.6 Training


@contextmanager
def counted_updates() -> Iterator[list[int]]:
    """How often a Keras optimizer has been applied, in the only element of the list."""
    original, count = keras.optimizers.Optimizer.apply, [0]

    def apply(self: Any, *args: Any, **options: Any) -> Any:
        count[0] += 1
        return original(self, *args, **options)

    keras.optimizers.Optimizer.apply = apply
    try:
        yield count
    finally:
        keras.optimizers.Optimizer.apply = original


def trained(
    module: Any,
    sizes: dict[str, int],
    weights: dict[str, Any],
    kernels: dict[str, Any],
    x: Any,
    y: Any,
    options: dict[str, Any],
    norm: dict[str, Any],
    evaluating: bool,
) -> dict[str, Any]:
    """What train_both returns and makes of two models, which other optimizers may have trained before; the layers of the
    torch model may come in evaluation mode."""
    ours, theirs = wiped(module, sizes, **norm)
    put(ours, sizes, weights)
    put(theirs, sizes, kernels)
    ours.train(not evaluating)
    ours.training = True  # what the model says of itself, whatever its layers' modes are
    given = x.copy(), y.copy()
    keras.utils.set_random_seed(1)  # an order that is drawn is the same each time
    with counted_updates() as count:
        losses = module.train_both(ours, theirs, x, y, **options)
    return {
        "losses": {name: [float(loss) for loss in losses[name]] for name in ("torch", "keras")},
        "torch": values(ours, sizes),
        "keras": values(theirs, sizes),
        "updates by keras.optimizers": count[0],
        "x and y as given": bool(np.array_equal(given[0], x) and np.array_equal(given[1], y)),
    }


# Keras itself


def reference(sizes: dict[str, int], kernels: dict[str, Any], eps: float, momentum: float) -> Any:
    """The model in Keras, every layer by itself; `momentum` is the old share."""
    image = keras.Input((sizes["height"], sizes["width"], sizes["channels"]))
    x = keras.layers.Conv2D(sizes["filters"], (3, 3))(image)
    x = keras.layers.Activation("relu")(keras.layers.BatchNormalization(epsilon=eps, momentum=momentum)(x))
    x = keras.layers.Dense(sizes["hidden"])(keras.layers.Flatten()(x))
    model = keras.Model(image, keras.layers.Dense(sizes["classes"])(keras.layers.Activation("relu")(x)))
    put(model, sizes, kernels)
    return model


def keras_statistics(
    module: None, sizes: dict[str, int], kernels: dict[str, Any], batches: list[Any], eps: float, momentum: float
) -> dict[str, Any]:
    model = reference(sizes, kernels, eps, momentum)
    for batch in batches:
        keras_logits(model, batch, training=True)
    return running(model, sizes)


def keras_training(
    module: None, sizes: dict[str, int], kernels: dict[str, Any], x: Any, y: Any,
    lr: float, epochs: int, batch_size: int, eps: float, momentum: float,
) -> dict[str, Any]:  # fmt: skip
    """Keras's own fit with SGD."""
    model = reference(sizes, kernels, eps, momentum)
    model.compile(keras.optimizers.SGD(lr), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    options = {"epochs": epochs, "batch_size": batch_size, "shuffle": False, "verbose": 0}
    history = model.fit(np.ascontiguousarray(x.transpose(0, 2, 3, 1)), y, **options).history["loss"]
    return {"losses": [float(loss) for loss in history], "weights": values(model, sizes)}


# 22.7 What they do, measured


def answers(module: Any) -> dict[str, Any]:
    """What differences() returns, numbers as float."""
    given = module.differences()

    def plain(answer: Any) -> Any:
        return answer if isinstance(answer, str) else float(answer)

    return {question: {side: plain(answer) for side, answer in sides.items()} for question, sides in given.items()}


def layer_measurements(module: None) -> dict[str, Any]:
    """Layers of 3 inputs and 2 outputs; a new batch of mean 2 through batch norm; gelu(1)."""
    dense, linear = keras.layers.Dense(2), torch.nn.Linear(3, 2)
    dense.build((None, 3))
    lstm = keras.layers.LSTM(2)
    lstm(np.zeros((1, 2, 3), np.float32))
    x = np.array([[0.0], [1.0], [5.0]], np.float32)
    ours, theirs = torch.nn.BatchNorm1d(1), keras.layers.BatchNormalization()
    ours(torch.tensor(x))
    theirs(x, training=True)
    return {
        "torch": {
            "weight": list(linear.weight.shape),
            "largest bias": float(linear.bias.abs().max()),
            "batch norm eps": ours.eps,
            "running mean": ours.running_mean.item(),
            "running variance": ours.running_var.item(),
            "layer norm eps": torch.nn.LayerNorm(2).eps,
            "bias vectors": sum("bias" in name for name, _ in torch.nn.LSTM(3, 2).named_parameters()),
            "gelu": torch.nn.functional.gelu(torch.tensor(1.0, dtype=torch.float64)).item(),
            "gelu by tanh": torch.nn.functional.gelu(torch.tensor(1.0, dtype=torch.float64), approximate="tanh").item(),
        },
        "keras": {
            "weight": [int(size) for size in dense.kernel.shape],
            "largest bias": float(abs(value(dense.bias)).max()),
            "batch norm eps": theirs.epsilon,
            "running mean": value(theirs.moving_mean).item(),
            "running variance": value(theirs.moving_variance).item(),
            "layer norm eps": keras.layers.LayerNormalization().epsilon,
            "bias vectors": sum("bias" in weight.path for weight in lstm.weights),
            "gelu": value(keras.activations.gelu(keras.ops.array(1.0, "float64"))).item(),
            "gelu by tanh": value(keras.activations.gelu(keras.ops.array(1.0, "float64"), approximate=True)).item(),
        },
    }


def optimizer_measurements(module: None) -> dict[str, Any]:
    """Where small optimizers take a parameter, given the gradient of each step (None: no gradient)."""

    def by_torch(kind: Any, start: float, gradients: list[float | None], rates: list[float], **options: Any) -> float:
        weight = torch.nn.Parameter(torch.tensor([start], dtype=torch.float64))
        optimizer = kind([weight], lr=rates[0], **options)
        for gradient, rate in zip(gradients, rates, strict=True):
            optimizer.param_groups[0]["lr"] = rate
            weight.grad = None if gradient is None else torch.tensor([gradient], dtype=torch.float64)
            optimizer.step()
        return weight.item()

    def by_keras(kind: Any, start: float, gradients: list[float | None], rates: list[float], **options: Any) -> float:
        weight, other = (keras.Variable(np.array([start]), dtype="float64") for _ in range(2))
        optimizer = kind(rates[0], **options)
        optimizer.build([weight, other])
        one = torch.ones(1, dtype=torch.float64)
        for gradient, rate in zip(gradients, rates, strict=True):
            optimizer.learning_rate = rate
            given = None if gradient is None else torch.tensor([gradient], dtype=torch.float64)
            optimizer.apply([given, one], [weight, other])
        return value(weight).item()

    import warnings

    cases = {
        "small gradient": (0.0, [1e-4], [1.0], "eps", 1e-8),
        "weight decay": (1.0, [1.0], [0.1], "weight_decay", 0.5),
        "a missing gradient": (0.0, [1.0, None, 1.0], [0.1] * 3, None, None),
        "another lr": (0.0, [1.0] * 3, [0.1, 0.1, 0.01], "momentum", 0.9),
    }
    seen: dict[str, Any] = {
        "torch": {"eps": torch.optim.Adam([torch.nn.Parameter(torch.ones(1))]).defaults["eps"]},
        "keras": {"eps": keras.optimizers.Adam().epsilon},
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras warns of the missing gradient
        for name, (start, gradients, rates, option, setting) in cases.items():
            kinds = (
                (torch.optim.SGD, keras.optimizers.SGD)
                if option == "momentum"
                else (torch.optim.Adam, keras.optimizers.Adam)
            )
            for side, run, kind in zip(seen, (by_torch, by_keras), kinds, strict=True):
                named = {"epsilon" if side == "keras" and option == "eps" else option: setting} if option else {}
                seen[side][name] = run(kind, start, gradients, rates, **named)
    return seen
