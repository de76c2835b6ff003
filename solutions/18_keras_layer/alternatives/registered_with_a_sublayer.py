"""Registered for loading; a Dropout layer inside; initializers as objects."""
import keras
from keras import ops


@keras.saving.register_keras_serializable(package="course")
class MyDense(keras.layers.Layer):
    def __init__(self, units, activation=None, dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        self.units = int(units)
        self.activation = keras.activations.get(activation)
        self.dropout = dropout
        self.drop = keras.layers.Dropout(dropout)

    def build(self, input_shape):
        in_features = input_shape[-1]
        self.kernel = self.add_weight(name="kernel", shape=[in_features, self.units],
                                      initializer=keras.initializers.GlorotUniform(), trainable=True)
        self.bias = self.add_weight(name="bias", shape=[self.units], initializer=keras.initializers.Zeros())
        self.built = True

    def call(self, inputs, training=None):
        x = ops.dot(inputs, self.kernel)
        x = ops.add(x, self.bias)
        if self.activation is not None:
            x = self.activation(x)
        return self.drop(x, training=training)

    def compute_output_shape(self, input_shape):
        shape = list(input_shape)
        shape[-1] = self.units
        return tuple(shape)

    def get_config(self):
        config = super().get_config()
        config.update(units=self.units, activation=keras.activations.serialize(self.activation), dropout=self.dropout)
        return config
