"""What only the hidden checks run beside the learner's code."""

import keras
import numpy as np
from dense import forbid_dense

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


def in_models(module, x, seed):
    """A layer that a functional model builds with symbolic inputs: shapes, parameters, and whether a second use adds any."""
    forbid_dense()
    inputs = keras.Input(x.shape[1:])
    layer = module.MyDense(4, activation="relu")
    model = keras.Model(inputs, module.MyDense(2)(layer(layer(inputs)) if x.shape[-1] == 4 else layer(inputs)))
    return {
        "output": [None if size is None else int(size) for size in model.output_shape],
        "parameters": int(model.count_params()), "trainable weights": len(model.trainable_weights),
        "prediction": list(model.predict(x, verbose=0).shape),
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
    try:
        model.save(path)
    except NotImplementedError as problem:  # Keras's, of a layer without get_config; ours would be the stub's
        if "non-serializable" in str(problem):
            raise TypeError("the layer cannot be saved: its get_config is missing") from None
        raise
    return {"prediction": model.predict(x, verbose=0), "layers": [_known(layer) for layer in (first, second)]}


def loaded(module, x, path):
    """The same of the model that is loaded, in a process that did not save it."""
    forbid_dense()
    model = keras.models.load_model(path, custom_objects={"MyDense": module.MyDense})
    return {"prediction": model.predict(x, verbose=0), "layers": [_known(layer) for layer in model.layers]}


def _known(layer):
    return {
        "class": type(layer).__name__, "name": layer.name, "trainable": bool(layer.trainable), "units": int(layer.get_config()["units"]),
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


def of_dtype(module, x, dtype):
    """Dtypes of a layer's weights when a dtype is asked for, and its name."""
    forbid_dense()
    layer = module.MyDense(2, dtype=dtype, name="wide")
    layer(keras.ops.convert_to_tensor(x, dtype=dtype))
    names = [keras.backend.standardize_dtype(value.dtype) for value in (layer.kernel, layer.bias)]
    return [*names, layer.name]


def on_backend(module, x, kernel, bias, activation, share):
    """Backend, output, and the share of zeros while training."""
    forbid_dense()
    keras.utils.set_random_seed(1)  # so that a mistake draws the same each time
    layer = module.MyDense(len(bias), activation=activation, dropout=share)
    output = _given(layer, x, kernel, bias)
    training = numbers(layer(keras.ops.convert_to_tensor(x), training=True))
    return {"backend": keras.backend.backend(), "output": output, "zeros": float((training == 0).mean())}
