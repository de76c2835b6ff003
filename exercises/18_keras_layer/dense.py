"""What every scenario of this exercise needs: Keras without its dense layers, and frameworks' errors told from the stub's."""

import functools
import traceback

import keras


class ForbiddenImport(ImportError):
    """The learner's code used what the exercise asks to build."""


def beside_learners_code(scenario):
    """Runs without Keras's dense layers; a NotImplementedError that is not the learner's own becomes a RuntimeError.

    Keras and TensorFlow raise some themselves, which would be taken for the stub's: a part that nobody has tried yet.
    """

    @functools.wraps(scenario)
    def run(module, *values, **options):
        _forbid_dense(getattr(module, "MyDense", object))
        try:
            return scenario(module, *values, **options)
        except NotImplementedError as problem:
            meaning = _meaning(problem, module.__file__)
            if meaning is None:
                raise
            raise RuntimeError(meaning).with_traceback(problem.__traceback__) from None

    return run


METHODS = ("__init__", "build", "call")
OF_KERAS = {kind: [getattr(kind, name) for name in METHODS] for kind in (keras.layers.Dense, keras.layers.EinsumDense)}


def _forbid_dense(layer):
    """From now on Keras's own dense layers refuse to be made or used, naming themselves; a layer that is one does at once."""
    for kind, methods in OF_KERAS.items():
        name = f"keras.layers.{kind.__name__}"
        own = [getattr(layer, method, None) for method in METHODS]
        if kind in getattr(layer, "__mro__", ()) or any(one is other for one in own for other in methods):
            raise ForbiddenImport(name)
        for method in METHODS:
            setattr(kind, method, _refusing(name))


def _refusing(name):
    def refuse(self, *values, **options):
        raise ForbiddenImport(name)

    return refuse


# What Keras 3.15 and TensorFlow 2.21 say in a NotImplementedError, and what it means for a layer.
MEANINGS = {
    "non-serializable": "the layer cannot be saved: its get_config is missing",
    "does not have a `compute_output_shape`": "the layer has no compute_output_shape",
    "to a numpy array": "the layer turns a tensor of a compiled step into a numpy array",
    "does not have a `call`": "the layer has no call",
}


def _meaning(problem, learners_file):
    """What a framework's error means; None if the learner's file raised it.

    The place alone does not tell: Keras takes its own and TensorFlow's frames out of a traceback.
    """
    text = str(problem)
    own = traceback.extract_tb(problem.__traceback__)[-1].filename == learners_file
    return next((meaning for words, meaning in MEANINGS.items() if words in text), None if own else text)
