"""Leaves the shape to a helper, the weights to a loop, and lets an Activation layer activate."""
import keras


class MyDense(keras.layers.Layer):
    def __init__(self, units, activation=None, dropout=0.0, *, seed=None, **kwargs):
        super(MyDense, self).__init__(**kwargs)
        self.units = units
        self.activation = activation
        self.dropout = dropout
        self._act = keras.layers.Activation(activation or "linear")
        self._dropout = keras.layers.Dropout(rate=dropout, seed=seed)

    def build(self, input_shape):
        for name, shape, init in (("kernel", (input_shape[-1], self.units), "glorot_uniform"),
                                  ("bias", (self.units,), "zeros")):
            setattr(self, name, self.add_weight(shape=shape, initializer=init, name=name, trainable=True))

    def call(self, inputs, training=None):
        return self._dropout(self._act(inputs @ self.kernel + self.bias), training=training)

    def compute_output_shape(self, input_shape):
        *leading, _ = input_shape
        return tuple(leading) + (self.units,)

    def get_config(self):
        activation = self.activation
        if activation is not None and not isinstance(activation, str):
            activation = keras.activations.serialize(activation)
        return super().get_config() | {"units": self.units, "activation": activation, "dropout": self.dropout}
