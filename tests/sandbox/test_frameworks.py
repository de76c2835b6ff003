"""Workers of TensorFlow, Keras on each backend, JAX and TensorBoard: they work behind the wall, import nothing late,
keep quiet, and hold no framework but their own."""

from __future__ import annotations

import dataclasses
import importlib.util
from collections.abc import Iterator
from typing import Any

import pytest

from grader.errors import FrameworkMissing
from grader.sandbox import runtimes
from grader.sandbox.fences import best
from grader.sandbox.runtimes import RUNTIMES, runtime
from grader.sandbox.warm import FencedWorkers

FIRST_STEPS = '''
import os
import sys

FRAMEWORKS = ("torch", "tensorflow", "jax", "keras", "tensorboard")
before = set(sys.modules)


def late():
    """Modules that a first step imported, besides those of a model's own making."""
    return sorted(name for name in set(sys.modules) - before if not name.startswith("__autograph_generated"))


def foreign(module, own):
    """Frameworks that can be imported here and are not this runtime's."""
    import importlib.util

    return [name for name in FRAMEWORKS if name not in own and importlib.util.find_spec(name)]


def keras_steps(module):
    import keras
    import numpy as np

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.BatchNormalization()])
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
    model.fit(np.ones((4, 3), "float32"), np.zeros((4, 2), "float32"), batch_size=2, epochs=1, verbose=0)
    model.save("m.keras")
    same = keras.models.load_model("m.keras").predict(np.ones((1, 3), "float32"), verbose=0).shape
    return {"backend": keras.backend.backend(), "shape": list(same), "late": late()}


def tensorflow_steps(module):
    import tensorflow as tf

    data = tf.data.Dataset.from_tensor_slices(tf.range(6)).map(lambda n: n + 1).shuffle(6, seed=1).cache().repeat(2).batch(4).prefetch(1)

    @tf.function(autograph=False)
    def double(x):
        return 2 * x

    return {"sizes": [len(batch) for batch in data], "double": int(double(tf.constant(3))), "late": late()}


def jax_steps(module):
    import jax

    gradient = jax.jit(jax.grad(lambda w: (w * w).sum()))(jax.random.normal(jax.random.key(0), (3,)))
    return {"shape": list(gradient.shape), "devices": [device.platform for device in jax.devices()], "late": late()}


def tensorboard_steps(module):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter("run") as writer:
        writer.add_scalar("loss", 1.5, 3)
    read = EventAccumulator("run").Reload()
    return {"scalars": [(event.step, event.value) for event in read.Scalars("loss")], "late": late()}
'''
STEPS = {
    "tensorflow": [("tensorflow_steps", {"sizes": [4, 4, 4], "double": 6}), ("keras_steps", {"backend": "tensorflow", "shape": [1, 2]})],
    "keras_torch": [("keras_steps", {"backend": "torch", "shape": [1, 2]})],
    "keras_jax": [("keras_steps", {"backend": "jax", "shape": [1, 2]})],
    "jax": [("jax_steps", {"shape": [3], "devices": ["cpu"]})],
    "tensorboard": [("tensorboard_steps", {"scalars": [(3, 1.5)]})],
}  # fmt: skip


@pytest.fixture(scope="module", params=sorted(STEPS))
def worker(request: pytest.FixtureRequest) -> Iterator[tuple[str, Any]]:
    """One worker of each runtime, behind the best fence of this machine, with the scenarios in it."""
    source = FencedWorkers(best())
    opened = source.open_worker(request.param)
    opened.request("scenarios", 60, key="s", source=FIRST_STEPS, support={})
    yield request.param, opened
    opened.end()
    source.close()


def run(worker: Any, name: str, *args: Any) -> Any:
    return worker.request("run", 120, key="s", name=name, args=args, options={})


def test_a_first_step_works_imports_nothing_late_and_says_nothing(worker: tuple[str, Any]) -> None:
    """What it would import late, every child would pay; what it would print, a learner would take for their own."""
    name, opened = worker
    for scenario, expected in STEPS[name]:
        got = run(opened, scenario)
        assert {key: value for key, value in got.items() if key != "late"} == expected
        assert got["late"] == []
    assert opened.output() == ""


def test_a_worker_holds_no_framework_but_its_runtimes(worker: tuple[str, Any]) -> None:
    """So no exercise can be passed on to another framework."""
    name, opened = worker
    own = {"tensorboard"} if name == "tensorflow" else set()  # TensorFlow requires it
    assert run(opened, "foreign", [*RUNTIMES[name].packages, *own]) == []


def test_a_framework_that_is_not_installed_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """In both languages; the other runtimes are there as before."""
    find = importlib.util.find_spec
    monkeypatch.setattr(
        runtimes.importlib.util, "find_spec", lambda name: None if name in ("keras", "tensorflow") else find(name)
    )
    for language, words in (("en", "tensorflow is not installed"), ("es", "tensorflow no está instalado")):
        monkeypatch.setenv("KATA_LANG", language)
        with pytest.raises(FrameworkMissing, match=words) as problem:
            runtime("tensorflow")
        assert "pip install 'gradkata[tensorflow]'" in str(problem.value)
    with pytest.raises(FrameworkMissing, match=r"gradkata\[tensorflow\]"):
        runtime("keras_torch")  # it is Keras that is missing, and this extra brings it
    assert runtime("numpy").name == "numpy"


def test_tensorflow_works_behind_the_inner_fence_alone() -> None:
    """It aborts unless it can read its own command line; of /proc a child sees that and nothing else."""
    source = FencedWorkers(dataclasses.replace(best(), outer=False))
    opened = source.open_worker("tensorflow")
    try:
        opened.request("scenarios", 60, key="s", source=FIRST_STEPS + LOOK, support={})
        assert run(opened, "tensorflow_steps")["double"] == 6
        assert run(opened, "look") == ["/proc/self/cmdline"]
    finally:
        opened.end()
        source.close()


LOOK = '''

def look(module):
    """Which of these can be read: the parent's secrets, other processes, our own maps."""
    places = [f"/proc/{who}/{what}" for who in ("self", os.getppid(), 1) for what in ("cmdline", "environ", "maps", "mem", "status")]
    found = []
    for place in places:
        try:
            open(place, "rb").close()
        except OSError:
            continue
        found.append(place)
    return found
'''
