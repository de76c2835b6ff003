"""Exercise 18: a Dense layer as Keras wants its layers: built when the input is known, saved and loaded, on any backend.

Source: keras.layers.Layer and keras.layers.Dense of Keras 3.15.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras


class MyDense(keras.layers.Layer):
    """y = activation(x @ kernel + bias), then dropout while training.

    units: size of the last axis of y. activation: None, the name of one of Keras's activations, or a function.
    dropout: the share of y that is set to 0 while training; what is left is divided by 1 - dropout.
    Everything else (name, dtype, trainable, ...) is a Layer's. Weights: kernel (in, units), Glorot uniform; bias
    (units,), zeros; both are made when the first input comes.
    """

    def __init__(
        self,
        units: int,
        activation: str | Callable[[Any], Any] | None = None,
        dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        raise NotImplementedError("18.1 keep the settings; what is not yours goes to the base class")

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weights for inputs of shape (..., in)."""
        raise NotImplementedError("18.2 one kernel, one bias")

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """inputs (..., in) -> (..., units)."""
        raise NotImplementedError("18.3 multiply, add, activate; drop out while training")

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The shape of the output for inputs of a shape, without any input."""
        raise NotImplementedError("18.6 only the last axis changes")

    def get_config(self) -> dict[str, Any]:
        """All that __init__ needs to make this layer again, in what JSON can hold."""
        raise NotImplementedError("18.4 the base class's settings and yours")
