"""What the visible checks run beside the learner's code, and Keras's own way beside it. Nothing here knows what is right."""

import keras
import numpy as np
import tensorflow as tf
from trainer import forbid_keras_training

OPTIMIZERS = {
    "sgd": lambda: keras.optimizers.SGD(0.1),
    "momentum": lambda: keras.optimizers.SGD(0.05, momentum=0.9),
    "adam": lambda: keras.optimizers.Adam(0.01, beta_1=0.8, epsilon=1e-3),
}
LOSSES = {
    "mse": lambda: keras.losses.MeanSquaredError(),
    "cross-entropy": lambda: keras.losses.SparseCategoricalCrossentropy(from_logits=True),
}
FUNCTIONS = {
    "square": lambda x: x * x,
    "sine of twice": lambda x: tf.sin(2 * x),
}


class Penalised(keras.Sequential):
    """Has a loss of its own besides those of its layers."""

    def call(self, x, training=None):
        prediction = super().call(x, training=training)
        self.add_loss(0.1 * tf.reduce_mean(prediction**2))
        return prediction


def network(kind, width, outputs, seed):
    """A small model; the same seed gives the same weights and the same dropout."""
    start = lambda i: keras.initializers.RandomUniform(-0.8, 0.8, seed=seed + i)  # noqa: E731
    penalty = keras.regularizers.L2(0.05) if kind == "regularised" else None
    layers = [keras.Input((width,)), keras.layers.Dense(5, "tanh", kernel_initializer=start(1), kernel_regularizer=penalty,
                                                         activity_regularizer=penalty)]
    if kind == "dropout and batch norm":
        layers += [keras.layers.BatchNormalization(momentum=0.7), keras.layers.Dropout(0.4, seed=seed)]
    layers.append(keras.layers.Dense(outputs, kernel_initializer=start(2), bias_regularizer=penalty))
    return (Penalised if kind == "regularised" else keras.Sequential)(layers)


def built(optimizer, model):
    """The optimizer with its variables made: a train_step that is a tf.function itself may not make any later."""
    optimizer.build(model.trainable_variables)
    return optimizer


def plain(weights):
    return [np.array(weight) for weight in weights]


def steps(module, kind, x, y, outputs, optimizer, loss, count, seed):
    """Loss and weights after each of several steps on the same batch."""
    forbid_keras_training()
    model = network(kind, x.shape[1], outputs, seed)
    used = built(OPTIMIZERS[optimizer](), model)
    seen = []
    for _ in range(count):
        value = module.train_step(model, tf.constant(x), tf.constant(y), LOSSES[loss](), used)
        seen.append({"loss": float(value), "weights": plain(model.get_weights())})
    return seen


def keras_steps(module, kind, x, y, outputs, optimizer, loss, count, seed):
    """The same by Keras's own train_on_batch (for `submission.alone`)."""
    model = network(kind, x.shape[1], outputs, seed)
    model.compile(optimizer=OPTIMIZERS[optimizer](), loss=LOSSES[loss](), jit_compile=False)
    seen = []
    for _ in range(count):
        model.reset_metrics()
        value = model.train_on_batch(x, y)
        seen.append({"loss": float(value), "weights": plain(model.get_weights())})
    return seen


def slopes(module, name, values):
    """The slope of a function at each of some values, as it comes."""
    found = [module.slope(FUNCTIONS[name], value) for value in values]
    return [None if slope is None else np.array(slope) for slope in found]


def metrics_of(kind):
    """Two of them are not both means over samples: the root of a mean is not the mean of roots."""
    return [keras.metrics.MeanAbsoluteError(name="mae"), keras.metrics.RootMeanSquaredError(name="rmse")][: 1 + (kind == "two")]


def epochs(module, kind, x, y, batch_size, count, optimizer, metrics, seed):
    """The history that fit returns, the weights afterwards and how many steps the optimizer has taken."""
    forbid_keras_training()
    model = network(kind, x.shape[1], 1, seed)
    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(batch_size)
    used = built(OPTIMIZERS[optimizer](), model)
    given = {"metrics": metrics_of(metrics), "epochs": count} if metrics else {}
    history = module.fit(model, data, LOSSES["mse"](), used, **given)
    return {"history": history, "weights": plain(model.get_weights()), "the optimizer's steps": int(used.iterations)}


def keras_epochs(module, kind, x, y, batch_size, count, optimizer, metrics, seed):
    """The same by model.fit (for `submission.alone`)."""
    model = network(kind, x.shape[1], 1, seed)
    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(batch_size)
    given = {"metrics": metrics_of(metrics)} if metrics else {}
    model.compile(optimizer=OPTIMIZERS[optimizer](), loss=LOSSES["mse"](), jit_compile=False, **given)
    seen = model.fit(data, epochs=count, verbose=0).history
    history = [{name: float(values[i]) for name, values in seen.items()} for i in range(count)]
    steps = int(model.optimizer.iterations)
    return {"history": history, "weights": plain(model.get_weights()), "the optimizer's steps": steps}
