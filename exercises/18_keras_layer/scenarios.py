"""What the visible checks run beside the learner's code. Nothing here knows what is right."""

import keras
import numpy as np
from dense import beside_learners_code


def arrays(values):
    return [np.array(keras.ops.convert_to_numpy(value)) for value in values]


def shape_of(value):
    return [None if size is None else int(size) for size in value]


@beside_learners_code
def outputs(module, x, kernel, bias, units, activation=None):
    """The output of a layer that is given these weights, and the shapes of those that it had made."""
    layer = module.MyDense(units, activation=activation)
    layer(keras.ops.convert_to_tensor(x))
    made = {"kernel": shape_of(layer.kernel.shape), "bias": shape_of(layer.bias.shape)}
    layer.kernel.assign(kernel)
    layer.bias.assign(bias)
    return {"shapes": made, "output": arrays([layer(keras.ops.convert_to_tensor(x))])[0]}


def dense_outputs(module, x, kernel, bias, units, activation=None):
    """The same of Keras's own Dense (for `submission.alone`)."""
    layer = keras.layers.Dense(units, activation=activation)
    layer.build(x.shape)
    made = {"kernel": shape_of(layer.kernel.shape), "bias": shape_of(layer.bias.shape)}
    layer.kernel.assign(kernel)
    layer.bias.assign(bias)
    return {"shapes": made, "output": arrays([layer(keras.ops.convert_to_tensor(x))])[0]}


@beside_learners_code
def life(module, x):
    """How many weights a layer has before its first input, after it, and after a second one."""
    layer = module.MyDense(3)
    counts = [len(layer.weights)]
    for part in (x, x[:1]):
        layer(keras.ops.convert_to_tensor(part))
        counts.append(len(layer.weights))
    return counts


@beside_learners_code
def configured(module, options):
    """What get_config says of a layer's own settings, and of those of a second layer that is made from it."""
    layer = module.MyDense(**options)
    names = ("name", "units", "activation", "dropout")
    config = layer.get_config()
    again = module.MyDense.from_config(config).get_config()
    return [{name: config.get(name) for name in names}, {name: again.get(name) for name in names}]


@beside_learners_code
def output_shapes(module, units, shapes):
    """As they come: a tuple is promised, a list arrives as a list."""
    layer = module.MyDense(units)
    given = [layer.compute_output_shape(tuple(shape)) for shape in shapes]
    return [tuple(shape_of(shape)) if isinstance(shape, tuple) else shape_of(shape) for shape in given]
