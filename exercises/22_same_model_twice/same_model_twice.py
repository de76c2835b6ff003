"""Exercise 22: one model in two frameworks, with the same weights and the same training.

torch keeps images as (N, channels, height, width), Keras as (N, height, width, channels). Keras runs
on its torch backend here, so what differs is the two libraries' conventions and not their arithmetic.

Compared with: torch 2.13, and Keras 3.15 on its torch backend.
"""

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
    raise NotImplementedError("22.1 the layers in torch's order, logits at the end")


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
    raise NotImplementedError("22.1 the same layers in Keras, batch norm's settings translated")


def port_weights(source: torch.nn.Module | keras.Model, target: torch.nn.Module | keras.Model) -> None:
    """Copy every weight and running statistic from one model into the other, in place.

    Args:
        source, target: one made by `build_torch` and one by `build_keras`, of the same sizes, in
            either order. Afterwards they share no memory; the source is as it was.
    """
    raise NotImplementedError("22.2 each array in the layout of the other framework, and back")


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
    raise NotImplementedError("22.4 two loops that do the same")


def differences() -> dict[str, dict[str, Any]]:
    """What each framework does by default: {question: {"torch": answer, "keras": answer}}.

    The README lists the questions and the answers that each of them allows.
    """
    raise NotImplementedError("22.7 one answer for each framework and question")
