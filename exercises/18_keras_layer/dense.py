"""Takes away from Keras, in a worker, what this exercise asks to build, and tells its NotImplementedErrors from the stub's."""

from contextlib import contextmanager

import keras


class ForbiddenImport(ImportError):
    """The learner's code used what the exercise asks to build."""


def forbid_dense():
    """From now on Keras's own dense layers refuse to be made, naming themselves."""
    for kind in (keras.layers.Dense, keras.layers.EinsumDense):
        kind.__init__ = _refusing(f"keras.layers.{kind.__name__}")


def _refusing(name):
    def refuse(self, *values, **options):
        raise ForbiddenImport(name)

    return refuse


# What Keras and TensorFlow say in a NotImplementedError, and what it means for a layer.
MEANINGS = {
    "non-serializable": "the layer cannot be saved: its get_config is missing",
    "does not have a `compute_output_shape`": "the layer has no compute_output_shape",
    "symbolic tf.Tensor": "the layer turns a tensor of a compiled step into a numpy array",
}


@contextmanager
def frameworks_errors():
    """A NotImplementedError of Keras or TensorFlow becomes a TypeError: it would be taken for the stub's."""
    try:
        yield
    except NotImplementedError as problem:
        for words, meaning in MEANINGS.items():
            if words in str(problem):
                raise TypeError(meaning) from None
        raise
