"""What only the hidden checks run beside the learner's code."""

import json

import keras
import numpy as np
from dense import forbid_dense, frameworks_errors

ACTIVATIONS = {"a function": lambda: keras.ops.square, "a function of keras": lambda: keras.activations.softplus}


def numbers(value):
    return np.array(keras.ops.convert_to_numpy(value))


def new_weights(module, width, units, count):
    """Kernel and bias of several new layers, as they were made."""
    forbid_dense()
    keras.utils.set_random_seed(1)  # so that a mistake draws the same each time
    seen = []
    for _ in range(count):
        layer = module.MyDense(units)
        layer.build((None, width))
        seen.append({"kernel": numbers(layer.kernel), "bias": numbers(layer.bias)})
    return seen


def activated(module, x, kernel, bias, activation):
    forbid_dense()
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


def in_models(module, x, times):
    """A layer that a functional model builds with symbolic inputs and uses that many times: shapes, parameters."""
    forbid_dense()
    inputs = outputs = keras.Input(x.shape[1:])
    layer = module.MyDense(4, activation="relu")
    with frameworks_errors():
        for _ in range(times):
            outputs = layer(outputs)
        model = keras.Model(inputs, module.MyDense(2)(outputs))
        return {
            "output": [None if size is None else int(size) for size in model.output_shape],
            "parameters": int(model.count_params()), "trainable weights": len(model.trainable_weights),
            "prediction in batches of 2": list(model.predict(x, batch_size=2, verbose=0).shape),
        }  # fmt: skip


def trained(module, x, y, kernel, bias):
    """Kernel and bias after two steps of gradient descent."""
    forbid_dense()
    return _trained(module.MyDense(len(bias), name="layer"), x, y, kernel, bias)


def dense_trained(module, x, y, kernel, bias):
    return _trained(keras.layers.Dense(len(bias), name="layer"), x, y, kernel, bias)


def _trained(layer, x, y, kernel, bias):
    model = keras.Sequential([keras.Input(x.shape[1:]), layer])
    layer.kernel.assign(kernel)
    layer.bias.assign(bias)
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse", jit_compile=False)
    with frameworks_errors():
        for _ in range(2):
            model.train_on_batch(x, y)
    return {"kernel": numbers(layer.kernel), "bias": numbers(layer.bias)}


def saved(module, x, path):
    """The prediction of a model with two of our layers, which is saved; what is known of the layers."""
    forbid_dense()
    keras.utils.set_random_seed(1)  # so that a mistake draws the same each time
    first = module.MyDense(4, activation="tanh", dropout=0.5, name="first")
    second = module.MyDense(2, activation=keras.activations.softplus, name="second", trainable=False)
    model = keras.Sequential([keras.Input((x.shape[1],)), first, second])
    with frameworks_errors():
        model.save(path)
    return {"prediction": model.predict(x, verbose=0), "layers": [_known(layer) for layer in (first, second)]}


def loaded(module, x, path):
    """The same of the model that is loaded, in a process that did not save it."""
    forbid_dense()
    model = keras.models.load_model(path, custom_objects={"MyDense": module.MyDense})
    return {"prediction": model.predict(x, verbose=0), "layers": [_known(layer) for layer in model.layers]}


def _known(layer):
    return {
        "class": type(layer).__name__, "name": layer.name, "trainable": bool(layer.trainable),
        "units": int(layer.get_config()["units"]),
        "weights": [numbers(weight) for weight in (layer.kernel, layer.bias)],
    }  # fmt: skip


def dropped(module, x, kernel, bias, share, activation, times):
    """Outputs without a flag, in prediction, and several times in training."""
    forbid_dense()
    keras.utils.set_random_seed(1)  # so that a mistake draws the same each time
    layer = module.MyDense(len(bias), activation=activation, dropout=share)
    layer.build(x.shape)
    layer.kernel.assign(kernel)
    layer.bias.assign(bias)
    x = keras.ops.convert_to_tensor(x)
    return {
        "no flag": numbers(layer(x)), "predicting": numbers(layer(x, training=False)),
        "training": [numbers(layer(x, training=True)) for _ in range(times)],
    }  # fmt: skip


def copied(module, x, kernel, bias, options):
    """What became of a layer that is made again from its config; the activation is a function of Keras."""
    forbid_dense()
    first = module.MyDense(len(bias), activation=keras.activations.softplus, **options)
    with frameworks_errors():
        config = first.get_config()
    again = module.MyDense.from_config(config)
    output = _given(again, x, kernel, bias)
    training = numbers(again(keras.ops.convert_to_tensor(x), training=True))
    return {
        "can be JSON": _can_be_json(config), "name": again.name, "dtype": again.dtype_policy.name,
        "trainable": bool(again.trainable), "output": output, "zeros": float((training == 0).mean()),
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


def of_dtype(module, x, dtype):
    """Dtypes of a layer's weights and of its output when a dtype is asked for, and its name."""
    forbid_dense()
    layer = module.MyDense(2, dtype=dtype, name="wide")
    output = layer(keras.ops.convert_to_tensor(x))
    dtypes = [keras.backend.standardize_dtype(value.dtype) for value in (layer.kernel, layer.bias, output)]
    return [*dtypes, layer.name]


def on_backend(module, x, kernel, bias, activation, share):
    """Backend, output, the share of zeros while training, and the losses of compiled steps that learn nothing.

    All steps see the same x and y, with a learning rate of 0: their losses differ as their dropout does.
    """
    forbid_dense()
    keras.utils.set_random_seed(1)  # so that a mistake draws the same each time
    layer = module.MyDense(len(bias), activation=activation, dropout=share)
    output = _given(layer, x, kernel, bias)
    training = numbers(layer(keras.ops.convert_to_tensor(x), training=True))
    model = keras.Sequential([keras.Input(x.shape[1:]), layer])
    model.compile(optimizer=keras.optimizers.SGD(0.0), loss="mse")
    with frameworks_errors():
        losses = [float(model.train_on_batch(x, np.zeros_like(output))) for _ in range(3)]
    return {
        "backend": keras.backend.backend(), "output": output, "zeros": float((training == 0).mean()), "losses": losses,
    }  # fmt: skip
