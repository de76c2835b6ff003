"""What only the hidden checks run beside the learner's code."""

import contextlib

import keras
import numpy as np
import tensorflow as tf
from trainer import forbid_keras_training

LOSSES = {
    "mse": lambda: keras.losses.MeanSquaredError(),
    "cross-entropy": lambda: keras.losses.SparseCategoricalCrossentropy(from_logits=True),
}
FUNCTIONS = {
    "sine of twice": lambda x: tf.sin(2 * x),
    "polynomial": lambda x: x**3 - 2 * x,
    "used twice": lambda x: x * tf.exp(x) + x,
    "times a float32": lambda x: x * tf.constant(0.5),
}


class Listening(keras.layers.Layer):
    """Gives what it is given, and keeps what it was told of training."""

    def call(self, given, training=None):
        self.training = training
        return given


class Counting(keras.Model):
    """Counts how often Python runs its call: each time in eager mode, once per trace in a compiled step.

    Its call takes no `training`, as the README allows: whoever calls the model says it, and Keras hands it on to the
    layers in it.
    """

    def __init__(self, seed, outputs=1):
        super().__init__()
        self.calls, self.listening = 0, Listening()
        self.dense = keras.layers.Dense(outputs, kernel_initializer=keras.initializers.RandomUniform(-1, 1, seed=seed))

    def call(self, x):
        self.calls += 1
        return self.dense(self.listening(x))


def built(optimizer, model):
    """The optimizer with its variables made, as the README promises."""
    optimizer.build(model.trainable_variables)
    return optimizer


class Loose(keras.Model):
    """Has five trainable weights that its output does not depend on. No name is a part of another, or of a layer's."""

    def __init__(self, seed):
        super().__init__()
        self.dense = keras.layers.Dense(1, kernel_initializer=keras.initializers.RandomUniform(-1, 1, seed=seed))
        for name in ("idle", "spare", "orphan", "adrift", "remote"):
            self.add_weight(shape=(2,), initializer="ones", name=name)

    def call(self, x, training=False):
        return self.dense(x)


def loose_step(module, x, y, seed):
    """A step on a model with a weight that no gradient reaches."""
    forbid_keras_training()
    model = Loose(seed)
    model(tf.constant(x))
    module.train_step(model, tf.constant(x), tf.constant(y), LOSSES["mse"](), built(keras.optimizers.SGD(0.1), model))


def loose_fit(module, x, y, seed):
    """An epoch of a single batch with such a model."""
    forbid_keras_training()
    model = Loose(seed)
    model(tf.constant(x))
    data = tf.data.Dataset.from_tensors((x, y))
    module.fit(model, data, LOSSES["mse"](), built(keras.optimizers.SGD(0.1), model))


def loose_weights(module, x, y, seed):
    """The weights before such a step and after it, whatever it does; what metric and optimizer have counted."""
    forbid_keras_training()
    model = Loose(seed)
    model(tf.constant(x))
    before = [np.array(weight) for weight in model.get_weights()]
    metric, optimizer = keras.metrics.MeanAbsoluteError(), built(keras.optimizers.SGD(0.1), model)
    with contextlib.suppress(ValueError):
        module.train_step(model, tf.constant(x), tf.constant(y), LOSSES["mse"](), optimizer, [metric])
    return {
        "before": before, "after": [np.array(weight) for weight in model.get_weights()], "metric": float(metric.result()),
        "the optimizer's steps": int(optimizer.iterations), **_odd_steps(module, x, seed),
    }  # fmt: skip


def _odd_steps(module, x, seed):
    """The losses of a step whose gradients are all 0, of one whose gradients are nan and of two epochs after that, and
    the weights in the end."""
    model, nothing = Counting(seed), tf.zeros_like(x)
    target, loss_fn = model(nothing), LOSSES["mse"]()
    optimizer = built(keras.optimizers.SGD(0.1), model)
    names = {"loss where each gradient is 0": (nothing, target), "loss of a target that is nan": (x, target * np.nan)}
    seen = {name: np.float32(module.train_step(model, *given, loss_fn, optimizer)) for name, given in names.items()}
    history = module.fit(model, tf.data.Dataset.from_tensors((x, target)), loss_fn, optimizer, epochs=2)
    seen["losses of two epochs after it"] = np.array([epoch["loss"] for epoch in history], np.float32)
    return seen | {"weights after it": np.concatenate([np.ravel(weight) for weight in model.get_weights()])}


class TotalError(keras.metrics.Metric):
    """The sum of absolute errors of all that it was given: it shows what a mean does not, an update too many."""

    def __init__(self):
        super().__init__()
        self.total = self.add_weight(shape=(), initializer="zeros", name="total")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign_add(tf.reduce_sum(tf.abs(y_true - y_pred)))

    def result(self):
        return self.total


def forward_passes(module, x, y, seed):
    """How often one step runs the model, without and with a metric; what that metric was given; the weights before;
    whether the layers in the model knew that it trains; the loss of the first step, whose loss_fn adds up."""
    forbid_keras_training()
    counts, knew, losses, metric = [], [], [], TotalError()
    summed, from_logits = keras.losses.MeanSquaredError(reduction="sum"), keras.losses.BinaryCrossentropy(from_logits=True)
    for loss_fn, metrics in ((summed, []), (from_logits, [metric])):
        model = Counting(seed, outputs=y.shape[1])
        model(tf.constant(x))
        model.calls = 0
        before = [np.array(weight) for weight in model.get_weights()]
        optimizer = built(keras.optimizers.SGD(0.1, loss_scale_factor=8.0), model)
        losses.append(float(module.train_step(model, tf.constant(x), tf.constant(y), loss_fn, optimizer, metrics)))
        counts.append(model.calls)
        knew.append(bool(model.listening.training))
    return {
        "passes": counts, "total error": float(metric.result()), "weights": before, "knows that it trains": all(knew),
        "loss that is a sum": losses[0],
    }  # fmt: skip


def traces(module, x, y, trainings, batch_size, seed):
    """How often Python runs the model's call, how many steps the optimizer takes, and whether a metric counts: in one
    training of one model after another, each on the first `count` samples in `epochs` epochs.
    """
    forbid_keras_training()
    model = Counting(seed)
    model(tf.constant(x[:1]))
    optimizer, seen = built(keras.optimizers.SGD(-0.01), model), []  # uphill: no epoch is better than the one before
    for count, epochs in trainings:
        model.calls, before = 0, int(optimizer.iterations)
        data = tf.data.Dataset.from_tensor_slices((x[:count], y[:count])).batch(batch_size)
        history = module.fit(model, data, LOSSES["mse"](), optimizer, [TotalError()], epochs=epochs)
        steps = int(optimizer.iterations) - before
        counts_too = any(value > 0 for name, value in history[0].items() if name != "loss")
        seen.append({"runs of call": model.calls, "steps": steps, "its metric counts": counts_too})
    return seen


def _clipping_adam():
    """Its clipnorm and its weight_decay show in the losses: with the usual epsilon Adam hardly minds how long a gradient is."""
    return keras.optimizers.Adam(0.1, epsilon=0.5, clipnorm=0.3, weight_decay=0.2)


def inside_a_function(module, x, y, seed):
    """The losses of three steps of a train_step that the caller has compiled."""
    forbid_keras_training()
    model = Counting(seed)
    model(tf.constant(x))
    optimizer = built(_clipping_adam(), model)

    @tf.function(autograph=False)
    def step(batch, target):
        return module.train_step(model=model, x=batch, y=target, loss_fn=_squared_error, optimizer=optimizer)

    return [float(step(tf.constant(x), tf.constant(y))) for _ in range(3)]


def _squared_error(y, prediction):
    """The mean squared error of one output. Of y and predictions in another shape it is not."""
    return tf.reduce_mean(tf.reduce_sum((y - prediction) ** 2, axis=-1))


def keras_inside(module, x, y, seed):
    """The same by Keras."""
    model = Counting(seed)
    model(tf.constant(x))
    model.compile(optimizer=_clipping_adam(), loss=LOSSES["mse"](), jit_compile=False)
    seen = []
    for _ in range(3):
        model.reset_metrics()
        seen.append(float(model.train_on_batch(x, y)))
    return seen


def hidden_slopes(module, name, values):
    return [np.array(module.slope(FUNCTIONS[name], value)) for value in values]


def frozen_steps(module, x, y, seed):
    """Weights after a step on a model whose first layer is frozen, with batch normalisation in it."""
    forbid_keras_training()
    model = _frozen(x.shape[1], seed)
    loss = module.train_step(model, tf.constant(x), tf.constant(y), LOSSES["mse"](), built(keras.optimizers.SGD(0.1), model))
    return {"loss": float(loss), "weights": [np.array(weight) for weight in model.get_weights()]}


def keras_frozen(module, x, y, seed):
    model = _frozen(x.shape[1], seed)
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss=LOSSES["mse"](), jit_compile=False)
    loss = model.train_on_batch(x, y)
    return {"loss": float(loss), "weights": [np.array(weight) for weight in model.get_weights()]}


def _frozen(width, seed):
    start = keras.initializers.RandomUniform(-1, 1, seed=seed)
    frozen = keras.layers.Dense(4, kernel_initializer=start, trainable=False)
    return keras.Sequential([keras.Input((width,)), frozen, keras.layers.BatchNormalization(),
                             keras.layers.Dense(1, kernel_initializer=start)])  # fmt: skip


class LeastSure(keras.metrics.Metric):
    """How sure the least sure of all predictions was: it begins at infinity, not at 0, each time it is reset."""

    def __init__(self):
        super().__init__(name="least")
        self.least = self.add_weight(shape=(), initializer=keras.initializers.Constant(np.inf), name="least")

    def reset_state(self):
        self.least.assign(np.inf)

    def update_state(self, y_true, y_pred, sample_weight=None):
        surest = tf.reduce_max(tf.nn.softmax(y_pred), axis=-1)
        self.least.assign(tf.minimum(self.least, tf.reduce_min(surest)))

    def result(self):
        return self.least


def classifier(module, x, classes, batch_size, count, seed):
    """The history of a classifier whose metrics have counted something else before; how often its dataset was begun.

    It begins with an embedding, whose gradient is sparse, and a frozen layer. The dataset does not know its length, nor
    that of its samples, which is another in each batch. The loss is a function that takes two arguments and whole numbers.
    """
    forbid_keras_training()
    model, data, metrics, begun = _classifier(x, classes, batch_size, seed)
    for metric in metrics:
        metric.update_state([0, 0, 0], np.zeros((3, 3), np.float32))
    optimizer = built(keras.optimizers.SGD(0.1), model)
    history = module.fit(model, data, _cross_entropy, optimizer, metrics, epochs=count)
    return {
        "history": history, "the dataset is gone through in each epoch": len(begun) >= count,
        "the list of metrics stays as it was": len(metrics) == 2,
        "a frozen layer stays frozen": not model.get_layer("frozen").trainable,
    }  # fmt: skip


def _cross_entropy(classes, logits, /):
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(classes, logits))


def keras_classifier(module, x, classes, batch_size, count, seed):
    """The same by model.fit, with new metrics."""
    model, data, metrics, _ = _classifier(x, classes, batch_size, seed)
    loss_fn = LOSSES["cross-entropy"]()
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss=loss_fn, metrics=metrics, jit_compile=False)
    seen = model.fit(data, epochs=count, verbose=0).history
    return [{name: float(values[i]) for name, values in seen.items()} for i in range(count)]


def _classifier(x, classes, batch_size, seed):
    start = keras.initializers.RandomUniform(-1, 1, seed=seed)
    model = keras.Sequential([
        keras.Input((None,)), keras.layers.Embedding(5, 2, embeddings_initializer=start),
        keras.layers.Dense(4, kernel_initializer=start, trainable=False, name="frozen"),
        keras.layers.Dense(3, kernel_initializer=start),
    ])  # fmt: skip
    begun = []

    def batches():
        begun.append(True)
        for i in range(0, len(x), batch_size):
            part = slice(i, i + batch_size), slice(i // batch_size, None)
            yield x[part], classes[part]

    specs = tuple(tf.TensorSpec((None, None), whole.dtype) for whole in (x, classes))
    data = tf.data.Dataset.from_generator(batches, output_signature=specs)
    return model, data, [keras.metrics.SparseCategoricalAccuracy(name="right"), LeastSure()], begun
