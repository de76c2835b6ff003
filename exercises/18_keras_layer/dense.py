"""Takes away from Keras, in a worker, what this exercise asks to build."""

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
