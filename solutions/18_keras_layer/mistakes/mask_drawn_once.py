"""Draws the seed of its dropout with Python."""

from __future__ import annotations

import random
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
        super().__init__(**kwargs)
        self.units = units
        self.activation = keras.activations.get(activation)
        self.dropout = dropout

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weights for inputs of shape (..., in)."""
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.units), initializer="glorot_uniform", name="kernel"
        )
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """inputs (..., in) -> (..., units)."""
        outputs = self.activation(keras.ops.matmul(inputs, self.kernel) + self.bias)
        if training and self.dropout > 0:
            outputs = keras.random.dropout(outputs, self.dropout, seed=random.randrange(10**6))
        return outputs

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The shape of the output for inputs of a shape, without any input."""
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        """All that __init__ needs to make this layer again, in what JSON can hold."""
        own = {
            "units": self.units,
            "activation": keras.activations.serialize(self.activation),
            "dropout": self.dropout,
        }
        return {**super().get_config(), **own}
