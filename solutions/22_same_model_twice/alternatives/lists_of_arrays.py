"""Lists of arrays by get_weights and set_weights; the differences are asked of the libraries."""

from typing import Any

import keras
import numpy as np
import torch
from torch import nn


def build_torch(
    height: int,
    width: int,
    channels: int,
    filters: int,
    hidden: int,
    classes: int,
    eps: float = 1e-5,
    momentum: float = 0.1,
) -> nn.Module:
    """The model in torch: conv 3x3, batch norm, relu, flatten, linear, relu, linear.

    Args:
        height, width, channels: the size of an image, both sides at least 3.
        filters: output channels of the convolution, which has stride 1, no padding, and a bias.
        hidden, classes: outputs of the first and of the second linear layer.
        eps: what batch norm adds to the variance.
        momentum: the share of the new batch in batch norm's running statistics.

    Returns:
        A module of one nn.Conv2d, one nn.BatchNorm2d and two nn.Linear, in float32. It maps
        (N, channels, height, width) to logits (N, classes).
    """
    return nn.Sequential(
        nn.Conv2d(channels, filters, 3),
        nn.BatchNorm2d(filters, eps=eps, momentum=momentum),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(filters * (height - 2) * (width - 2), hidden),
        nn.ReLU(),
        nn.Linear(hidden, classes),
    )


def build_keras(
    height: int,
    width: int,
    channels: int,
    filters: int,
    hidden: int,
    classes: int,
    eps: float = 1e-5,
    momentum: float = 0.1,
) -> keras.Model:
    """The same model in Keras; the arguments mean what they mean in `build_torch`.

    Returns:
        A built keras.Model of one Conv2D, one BatchNormalization and two Dense, in float32. It maps
        (N, height, width, channels) to logits (N, classes), and flattens in that order.
    """
    return keras.Sequential(
        [
            keras.layers.InputLayer(shape=(height, width, channels)),
            keras.layers.Conv2D(filters, 3),
            keras.layers.BatchNormalization(epsilon=eps, momentum=1 - momentum),
            keras.layers.ReLU(),
            keras.layers.Flatten(),
            keras.layers.Dense(hidden, activation="relu"),
            keras.layers.Dense(classes),
        ]
    )


def port_weights(source: nn.Module | keras.Model, target: nn.Module | keras.Model) -> None:
    """Copy every weight and running statistic from one model into the other, in place.

    Args:
        source, target: one made by `build_torch` and one by `build_keras`, of the same sizes, in
            either order. Afterwards they share no memory; the source is as it was.
    """
    if isinstance(target, keras.Model):
        target.set_weights(_turned(source, target))
        return
    arrays = [np.array(array) for array in source.get_weights()]
    weights = [tensor for name, tensor in target.state_dict().items() if "tracked" not in name]
    kernel = arrays[6]
    rows, columns = (size - 2 for size in source.input_shape[1:3])
    arrays[0] = np.einsum("hwio->oihw", arrays[0])
    arrays[6] = np.einsum("hwfo->ofhw", kernel.reshape(rows, columns, -1, kernel.shape[1])).reshape(kernel.shape[::-1])
    arrays[8] = arrays[8].T
    with torch.no_grad():
        for tensor, array in zip(weights, arrays, strict=True):
            tensor.copy_(torch.from_numpy(np.ascontiguousarray(array)))


def _turned(source: nn.Module, target: keras.Model) -> list[np.ndarray]:
    arrays = [tensor.numpy() for name, tensor in source.state_dict().items() if "tracked" not in name]
    rows, columns = (size - 2 for size in target.input_shape[1:3])
    hidden, flat = arrays[6].shape
    arrays[0] = np.einsum("oihw->hwio", arrays[0])
    arrays[6] = np.einsum("ofhw->hwfo", arrays[6].reshape(hidden, -1, rows, columns)).reshape(flat, hidden)
    arrays[8] = arrays[8].T
    return [np.array(array) for array in arrays]


def train_both(
    torch_model: nn.Module,
    keras_model: keras.Model,
    x: np.ndarray,
    y: np.ndarray,
    *,
    optimizer: str = "sgd",
    lr: float = 0.01,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    epochs: int = 1,
    batch_size: int = 32,
) -> dict[str, list[float]]:
    """Train the two models as they come, each with its own framework's new optimizer.

    Args:
        x: float32 (N, channels, height, width), for both models.
        y: int64 (N,), the class of each image.
        optimizer: "sgd" (no momentum) or "adam". With Adam the *first* step of both is torch's.
        lr, betas, eps: as in torch.optim; SGD does not use the last two.
        epochs, batch_size: batches are taken in the order of `x`; the last one may be smaller.

    Returns:
        {"torch": [...], "keras": [...]}: for each epoch the mean over its samples of the cross entropy,
        each batch's before its update, in training mode.
    """
    curves: dict[str, list[float]] = {"torch": [], "keras": []}
    if optimizer == "adam":
        ours: Any = torch.optim.Adam(torch_model.parameters(), lr=lr, betas=betas, eps=eps)
        # Keras adds eps to sqrt(v), torch to sqrt(v / (1 - beta_2**t)); here t = 1.
        first = eps * (1 - betas[1]) ** 0.5
        theirs: Any = keras.optimizers.Adam(lr, beta_1=betas[0], beta_2=betas[1], epsilon=first)
    else:
        ours = torch.optim.SGD(torch_model.parameters(), lr=lr)
        theirs = keras.optimizers.SGD(lr)

    inputs, targets = torch.tensor(x), torch.tensor(y)
    torch_model.train()
    for _ in range(epochs):
        total = 0.0
        for batch, wanted in zip(inputs.split(batch_size), targets.split(batch_size), strict=True):
            ours.zero_grad()
            loss = nn.functional.cross_entropy(torch_model(batch), wanted)
            loss.backward()
            ours.step()
            total += loss.item() * len(batch)
        curves["torch"].append(total / len(inputs))

    keras_model.compile(theirs, keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    history = keras_model.fit(
        x.transpose(0, 2, 3, 1), y, batch_size=batch_size, epochs=epochs, shuffle=False, verbose=0
    )
    curves["keras"] = history.history["loss"]
    return curves


def differences() -> dict[str, dict[str, Any]]:
    """Some of the answers are asked of the libraries, the others have been found by hand."""
    return {
        "adam_eps": {
            "torch": torch.optim.Adam([torch.zeros(1)]).param_groups[0]["eps"],
            "keras": keras.optimizers.Adam().epsilon,
        },
        "batchnorm_eps": {"torch": nn.BatchNorm2d(1).eps, "keras": keras.layers.BatchNormalization().epsilon},
        "layernorm_eps": {"torch": nn.LayerNorm(1).eps, "keras": keras.layers.LayerNormalization().epsilon},
        "lstm_bias_vectors": {"torch": 2.0, "keras": np.int64(1)},
        "dense_weight_shape": dict(torch="(out, in)", keras="(in, out)"),
        "dense_bias_starts": dict(torch="random", keras="zero"),
        "batchnorm_momentum_is": dict(torch="new share", keras="old share"),
        "batchnorm_running_variance": dict(torch="unbiased", keras="biased"),
        "gelu": dict.fromkeys(["torch", "keras"], "exact"),
        "adam_eps_joins": dict(torch="corrected", keras="uncorrected"),
        "adam_weight_decay": dict(torch="gradient", keras="parameter"),
        "adam_step_count": dict(torch="own", keras="global"),
        "sgd_new_lr_scales": dict(torch="all gradients", keras="newest gradient"),
        "my own note": {"torch": "max of a tie: a half each", "keras": "as its backend"},
    }
