"""Exercise 18 relies on these facts of Keras 3.15 on TensorFlow 2.21: whose a NotImplementedError is, and what gelu is."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
NAME = "18_keras_layer"
LEARNERS_FILE = """
import keras
import numpy as np
class NumpyInCall(keras.layers.Layer):
    def call(self, inputs):
        return keras.ops.convert_to_tensor(np.array(inputs))
class NoCall(keras.layers.Layer):
    pass
class NoConfig(keras.layers.Layer):
    def __init__(self, function):
        super().__init__()
class Untouched(keras.layers.Layer):
    def call(self, inputs):
        raise NotImplementedError("18.3 multiply")
"""
MEASURE = """
import importlib.util, json, sys
sys.path[:0] = sys.argv[2:]
import keras
from dense import beside_learners_code
spec = importlib.util.spec_from_file_location("keras_layer", sys.argv[1])
learners = importlib.util.module_from_spec(spec)
spec.loader.exec_module(learners)

def seen(act):
    try:
        beside_learners_code(lambda module: act(module))(learners)
    except (NotImplementedError, RuntimeError) as problem:
        return [type(problem).__name__, str(problem)]

print("MEASURED" + json.dumps({
    "numpy in call": seen(lambda module: module.NumpyInCall()(keras.Input((3,)))),
    "no call": seen(lambda module: module.NoCall()(keras.Input((3,)))),
    "no compute_output_shape": seen(lambda module: module.NoCall().compute_output_shape((None, 3))),
    "no get_config": seen(lambda module: module.NoConfig(len).get_config()),
    "the stub": seen(lambda module: module.Untouched()(keras.ops.ones((2, 3)))),
    "the stub, symbolic": seen(lambda module: module.Untouched()(keras.Input((3,)))),
    "gelu": [float(keras.ops.gelu(1.0)), float(keras.activations.gelu(keras.ops.convert_to_tensor(1.0)))],
}))
"""


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All of it in one process, which has TensorFlow as Keras's backend."""
    file = tmp_path_factory.mktemp("learner") / "keras_layer.py"
    file.write_text(LEARNERS_FILE)
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    ran = subprocess.run(
        [sys.executable, "-c", MEASURE, str(file), str(ROOT / "exercises" / NAME)],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(ran.stdout.partition("MEASURED")[2])  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("case", "meaning"),
    [
        ("numpy in call", "the layer turns a tensor of a compiled step into a numpy array"),
        ("no call", "the layer has no call"),
        ("no compute_output_shape", "the layer has no compute_output_shape"),
        ("no get_config", "the layer cannot be saved: its get_config is missing"),
    ],
)
def test_a_frameworks_not_implemented_error_says_what_is_missing(
    measured: dict[str, Any], case: str, meaning: str
) -> None:
    """Keras and TensorFlow raise NotImplementedError for a wrong layer, which must not read as not attempted."""
    assert measured[case] == ["RuntimeError", meaning]


@pytest.mark.parametrize("case", ["the stub", "the stub, symbolic"])
def test_the_stubs_own_stays_what_it_is(measured: dict[str, Any], case: str) -> None:
    """The NotImplementedError of a region that nobody has filled says so, also through Keras's own frames."""
    kind, text = measured[case]
    assert kind == "NotImplementedError" and "18.3 multiply" in text


def test_gelu_of_ops_is_no_gelu_of_activations(measured: dict[str, Any]) -> None:
    """keras.ops.gelu approximates by tanh unless told otherwise; activation="gelu" is exact."""
    approximate, exact = measured["gelu"]
    assert exact == pytest.approx(0.8413447, abs=1e-6) and approximate == pytest.approx(0.8411920, abs=1e-5)
