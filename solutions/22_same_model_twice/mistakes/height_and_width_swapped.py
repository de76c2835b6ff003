"""The Keras model declares images of (width, height, channels)."""

from typing import Any

import keras
import numpy as np
import torch


def build_torch(
    height: int,
    width: int,
    channels: int,
    filters: int,
    hidden: int,
    classes: int,
    eps: float = 1e-5,
    momentum: float = 0.1,
) -> torch.nn.Module:
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
    return torch.nn.Sequential(
        torch.nn.Conv2d(channels, filters, 3),
        torch.nn.BatchNorm2d(filters, eps=eps, momentum=momentum),
        torch.nn.ReLU(),
        torch.nn.Flatten(),
        torch.nn.Linear(filters * (height - 2) * (width - 2), hidden),
        torch.nn.ReLU(),
        torch.nn.Linear(hidden, classes),
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
            keras.Input((width, height, channels)),
            keras.layers.Conv2D(filters, 3),
            keras.layers.BatchNormalization(epsilon=eps, momentum=1 - momentum),
            keras.layers.ReLU(),
            keras.layers.Flatten(),
            keras.layers.Dense(hidden, activation="relu"),
            keras.layers.Dense(classes),
        ]
    )


def port_weights(source: torch.nn.Module | keras.Model, target: torch.nn.Module | keras.Model) -> None:
    """Copy every weight and running statistic from one model into the other, in place.

    Args:
        source, target: one made by `build_torch` and one by `build_keras`, of the same sizes, in
            either order. Afterwards they share no memory; the source is as it was.
    """
    if isinstance(source, keras.Model):
        conv, norm, hidden, out = (layer for layer in source.layers if layer.weights)
        _, rows, columns, filters = norm.output.shape
        kernel, rest = conv.get_weights()[0], hidden.get_weights()[0]
        arrays = [
            kernel.transpose(3, 2, 0, 1),
            *conv.get_weights()[1:],
            *norm.get_weights(),
            rest.reshape(rows, columns, filters, -1).transpose(3, 2, 0, 1).reshape(rest.shape[1], -1),
            *hidden.get_weights()[1:],
            out.get_weights()[0].T,
            *out.get_weights()[1:],
        ]
        names = [name for name in target.state_dict() if not name.endswith("num_batches_tracked")]
        state = {name: torch.tensor(array.copy()) for name, array in zip(names, arrays, strict=True)}
        target.load_state_dict(state, strict=False)
    else:
        state = {name: tensor.numpy().copy() for name, tensor in source.state_dict().items()}
        conv, norm, hidden, out = (layer for layer in target.layers if layer.weights)
        _, rows, columns, filters = norm.output.shape
        rest = state["4.weight"]
        rest = rest.reshape(-1, filters, rows, columns).transpose(2, 3, 1, 0).reshape(-1, len(rest))
        conv.set_weights([state["0.weight"].transpose(2, 3, 1, 0), state["0.bias"]])
        norm.set_weights([state["1." + name] for name in ("weight", "bias", "running_mean", "running_var")])
        hidden.set_weights([rest, state["4.bias"]])
        out.set_weights([state["6.weight"].T, state["6.bias"]])


def train_both(
    torch_model: torch.nn.Module,
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
            loss = torch.nn.functional.cross_entropy(torch_model(batch), wanted)
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
    """What each framework does by default: {question: {"torch": answer, "keras": answer}}.

    The README lists the questions and the answers that each of them allows.
    """
    return {
        "dense_weight_shape": {"torch": "(out, in)", "keras": "(in, out)"},
        "dense_bias_starts": {"torch": "random", "keras": "zero"},
        "batchnorm_eps": {"torch": 1e-5, "keras": 1e-3},
        "batchnorm_momentum_is": {"torch": "new share", "keras": "old share"},
        "batchnorm_running_variance": {"torch": "unbiased", "keras": "biased"},
        "layernorm_eps": {"torch": 1e-5, "keras": 1e-3},
        "lstm_bias_vectors": {"torch": 2, "keras": 1},
        "gelu": {"torch": "exact", "keras": "exact"},
        "adam_eps": {"torch": 1e-8, "keras": 1e-7},
        "adam_eps_joins": {"torch": "corrected", "keras": "uncorrected"},
        "adam_weight_decay": {"torch": "gradient", "keras": "parameter"},
        "adam_step_count": {"torch": "own", "keras": "global"},
        "sgd_new_lr_scales": {"torch": "all gradients", "keras": "newest gradient"},
    }
