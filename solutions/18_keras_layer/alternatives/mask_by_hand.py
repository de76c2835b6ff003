"""Keeps the activation as it was given; makes its own dropout mask; einsum."""
import keras
from keras import ops, random


class MyDense(keras.Layer):
    def __init__(self, units, activation=None, dropout=0., name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        self.units, self.rate = units, dropout
        self._given = activation
        self.seed = random.SeedGenerator(seed=None)

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], self.units))
        self.bias = self.add_weight(shape=(self.units,), initializer=lambda shape, dtype=None: ops.zeros(shape, dtype))
        super().build(shape)

    def call(self, x, training=False):
        y = ops.einsum("...i,io->...o", x, self.kernel) + self.bias
        y = keras.activations.get(self._given)(y)
        if training and self.rate:
            keep = 1 - self.rate
            mask = ops.cast(random.uniform(ops.shape(y), seed=self.seed) < keep, y.dtype)
            y = y * mask / keep
        return y

    def compute_output_shape(self, input_shape):
        return input_shape[:-1] + (self.units,)

    def get_config(self):
        given = self._given
        if callable(given):
            given = keras.saving.serialize_keras_object(given)
        return dict(super().get_config(), units=self.units, activation=given, dropout=self.rate)

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        if isinstance(config.get("activation"), dict):
            config["activation"] = keras.saving.deserialize_keras_object(config["activation"])
        return cls(**config)
