"""What only the hidden checks run beside the learner's code."""

import json

import keras
import numpy as np
from dense import beside_learners_code

ACTIVATIONS = {"a function": lambda: keras.ops.square, "a function of keras": lambda: keras.activations.softplus}


def numbers(value):
    return np.array(keras.ops.convert_to_numpy(value))


@beside_learners_code
def new_weights(module, width, units, count):
    """Kernel and bias of several new layers, as they were made, for inputs of two axes and of three in turns."""
    keras.utils.set_random_seed(1)  # so that a mistake draws the same each time
    seen = []
    for i in range(count):
        layer = module.MyDense(units)
        layer.build((3, 7, width) if i % 2 else (None, width))
        seen.append({"kernel": numbers(layer.kernel), "bias": numbers(layer.bias)})
    return seen


@beside_learners_code
def weights_when_fit_builds(module, width, units):
    """Kernel and bias of a layer that the first step of a training builds, one that learns nothing."""
    layer = module.MyDense(units)
    model = keras.Sequential([layer])
    model.compile(optimizer=keras.optimizers.SGD(0.0), loss="mse", jit_compile=False)
    model.fit(np.zeros((2, width), np.float32), np.zeros((2, units), np.float32), verbose=0)
    return {"kernel": numbers(layer.kernel), "bias": numbers(layer.bias)}


@beside_learners_code
def activated(module, x, kernel, bias, activation):
    layer = module.MyDense(len(bias), activation=ACTIVATIONS[activation]() if activation in ACTIVATIONS else activation)
    return _given(layer, x, kernel, bias)


def dense_activated(module, x, kernel, bias, activation):
    """The same of Keras's own Dense."""
    activation = ACTIVATIONS[activation]() if activation in ACTIVATIONS else activation
    return _given(keras.layers.Dense(len(bias), activation=activation), x, kernel, bias)


def _given(layer, x, kernel, bias):
    layer.build(x.shape)
    layer.kernel.assign(kernel)
    layer.bias.assign(bias)
    return numbers(layer(keras.ops.convert_to_tensor(x)))


@beside_learners_code
def in_models(module, x, times, compiled=False):
    """A layer that a functional model builds with symbolic inputs and uses that many times: shapes, parameters.

    compiled: predict in batches of 2 with a compiled step, which knows of the shape the width alone.
    """
    inputs = outputs = keras.Input((None, x.shape[-1]) if compiled else x.shape[1:])
    layer = module.MyDense(4, activation="relu")
    for _ in range(times):
        outputs = layer(outputs)
    model = keras.Model(inputs, module.MyDense(2)(outputs))
    if compiled:
        model.predict(x[:, 1:], batch_size=2, verbose=0)  # with another length, so that this is left open too
    predicted = model.predict(x, batch_size=2, verbose=0) if compiled else numbers(model(x, training=False))
    return {
        "output": [None if size is None else int(size) for size in model.output_shape],
        "parameters": int(model.count_params()), "trainable weights": len(model.trainable_weights),
        "prediction": list(predicted.shape),
    }  # fmt: skip


@beside_learners_code
def trained(module, x, y, kernel, bias):
    """Kernel and bias after two steps of gradient descent."""
    return _trained(module.MyDense(len(bias), name="layer"), x, y, kernel, bias)


def dense_trained(module, x, y, kernel, bias):
    return _trained(keras.layers.Dense(len(bias), name="layer"), x, y, kernel, bias)


def _trained(layer, x, y, kernel, bias):
    model = keras.Sequential([keras.Input(x.shape[1:]), layer])
    layer.kernel.assign(kernel)
    layer.bias.assign(bias)
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse", jit_compile=False)
    for _ in range(2):
        model.train_on_batch(x, y)
    return {"kernel": numbers(layer.kernel), "bias": numbers(layer.bias)}


@beside_learners_code
def saved(module, x, path):
    """The prediction of a model with two of our layers, which is saved; what is known of the layers."""
    keras.utils.set_random_seed(1)  # so that a mistake draws the same each time
    first = module.MyDense(4, activation="tanh", dropout=0.3, name="first")
    second = module.MyDense(2, activation=keras.activations.softplus, name="second", trainable=False)
    model = keras.Sequential([keras.Input((x.shape[1],)), first, second])
    for layer in (first, second):
        layer.bias.assign(np.linspace(0.5, 1.0, layer.bias.shape[0]))
    model.save(path)
    return {"prediction": numbers(model(x, training=False)), "layers": [_known(layer) for layer in (first, second)]}


@beside_learners_code
def loaded(module, x, path):
    """The same of the model that is loaded, in a process that did not save it; its first layer's output, in training and not."""
    model = keras.models.load_model(path, custom_objects={"MyDense": module.MyDense})
    some = keras.ops.ones((1000, x.shape[1]))
    return {
        "prediction": numbers(model(x, training=False)), "layers": [_known(layer) for layer in model.layers],
        "training": numbers(model.layers[0](some, training=True)), "output": numbers(model.layers[0](some)),
    }  # fmt: skip


def _known(layer):
    return {
        "class": type(layer).__name__, "name": layer.name, "trainable": bool(layer.trainable),
        "units": int(layer.get_config()["units"]),
        "weights": [numbers(weight) for weight in (layer.kernel, layer.bias)],
    }  # fmt: skip


@beside_learners_code
def dropped(module, x, kernel, bias, share, activation, times):
    """Outputs without a flag, in prediction, several times in training, and in a compiled training step."""
    keras.utils.set_random_seed(1)  # so that a mistake draws the same each time
    layer = module.MyDense(len(bias), activation, share)
    layer.build(x.shape)
    layer.kernel.assign(kernel)
    layer.bias.assign(bias)
    x = keras.ops.convert_to_tensor(x)
    layer(x[1:, 1:])  # of other lengths than it was built with
    return {
        "no flag": numbers(layer(x)), "predicting": numbers(layer(x, training=False)),
        "training": [numbers(layer(x, training=True)) for _ in range(times)], "compiled": _compiled(layer, x),
        "weights": len(layer.weights),
    }  # fmt: skip


def _compiled(layer, x):
    """The outputs of two calls of one compiled training step that knows only how wide x is."""
    import tensorflow as tf

    shape = (*[None] * (x.ndim - 1), x.shape[-1])
    step = tf.function(lambda x: layer(x, training=True), input_signature=[tf.TensorSpec(shape, x.dtype)])
    return [numbers(step(x)) for _ in range(2)]


@beside_learners_code
def copied(module, x, kernel, bias, options):
    """What became of a layer that is made again from its config; the activation is a function of Keras."""
    first = module.MyDense(len(bias), activation=keras.activations.softplus, **options)
    config = first.get_config()
    again = module.MyDense.from_config(config)
    plain = module.MyDense.from_config(module.MyDense(2).get_config())
    output = _given(again, x, kernel, bias)
    training = numbers(again(keras.ops.convert_to_tensor(x), training=True))
    trainable, again.trainable = bool(again.trainable), True
    return {
        "can be JSON": _can_be_json(config) and _can_be_json(plain.get_config()), "name": again.name, "dtype": again.dtype_policy.name,
        "trainable": trainable, "output": output, "training": training,
        "trainable weights when it is set free": len(again.trainable_weights),
        "dropout by default": float(plain.get_config()["dropout"]),
    }  # fmt: skip


def dense_copied(module, x, kernel, bias, options):
    """The output of Keras's own Dense."""
    return _given(keras.layers.Dense(len(bias), activation="softplus", **options), x, kernel, bias)


def _can_be_json(config):
    try:
        json.dumps(config)
    except TypeError:
        return False
    return True


@beside_learners_code
def of_dtype(module, dtype):
    """Dtypes of the weights of a layer that is given a dtype of its own, and its name."""
    layer = module.MyDense(2, dtype=dtype, name="wide")
    layer.build((None, 3))
    return {"kernel": _dtype(layer.kernel), "bias": _dtype(layer.bias), "name": layer.name}


@beside_learners_code
def under_policy(module, x, kernel, bias, policy):
    """Dtypes of weights and output, and the output, under a policy that holds for every layer of the program."""
    return _under_policy(module.MyDense, x, kernel, bias, policy, dropout=0.5)


def dense_under_policy(module, x, kernel, bias, policy):
    return _under_policy(keras.layers.Dense, x, kernel, bias, policy)


def _under_policy(kind, x, kernel, bias, policy, **options):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        layer = kind(len(bias), activation="tanh", **options)
        output = _given(layer, x, kernel, bias)
        training = numbers(layer(keras.ops.convert_to_tensor(x), training=True))
    finally:
        keras.config.set_dtype_policy(before)
    share = np.asarray(options.get("dropout", 0), training.dtype)
    whole = np.where(training == 0, output.astype(training.dtype), training * (1 - share))  # the same as the output
    return {"kernel": _dtype(layer.kernel), "bias": _dtype(layer.bias), "output": output, "while training, undone": whole}


def _dtype(value):
    return keras.backend.standardize_dtype(value.dtype)


@beside_learners_code
def output_shapes_of_a_new_layer(module, units, shapes):
    """What compute_output_shape gives, a list as a list, and how many weights the layer has afterwards."""
    layer = module.MyDense(units)
    given = [layer.compute_output_shape(shape) for shape in map(tuple, shapes)]
    return [_sizes(shape) for shape in given], len(layer.weights)


def _sizes(shape):
    sizes = [None if size is None else int(size) for size in shape]
    return tuple(sizes) if isinstance(shape, tuple) else sizes


@beside_learners_code
def on_backend(module, x, kernel, bias, activation, share):
    """Backend, output, the share of zeros while training, and the losses of compiled steps that learn nothing.

    All steps see the same x and y, with a learning rate of 0: their losses differ as their dropout does.
    """
    keras.utils.set_random_seed(1)  # so that a mistake draws the same each time
    layer = module.MyDense(len(bias), activation=activation, dropout=share)
    output = _given(layer, x, kernel, bias)
    layer(keras.ops.convert_to_tensor(x[0]))  # of fewer axes than it was built with
    training = numbers(layer(keras.ops.convert_to_tensor(x), training=True))
    model = keras.Sequential([keras.Input(x.shape[1:]), layer])
    model.compile(optimizer=keras.optimizers.SGD(0.0), loss="mse")
    losses = [float(model.train_on_batch(x, np.zeros_like(output))) for _ in range(3)]
    return {
        "backend": keras.backend.backend(), "output": output, "zeros": float((training == 0).mean()), "losses": losses,
    }  # fmt: skip
