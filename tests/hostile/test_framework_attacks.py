"""Hostile submissions that go through a framework: its own file access, servers, native code, threads, callbacks and
pickles. None gains a point, reads or writes beyond its scratch folder, costs the next one its result or leaves a thing.

The toy exercise is judged in workers of each runtime, behind the inner fence alone, which is what stock GitHub runners
have; the ways to files again behind both.
"""

from __future__ import annotations

import dataclasses
import re
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import catalog
from grader.judge.cache import ValueCache
from grader.model import Exercise
from tests.hostile.arena import CANARY, Arena
from tests.hostile.ways_through_frameworks import JAX, KERAS, TENSORBOARD, TENSORFLOW
from tests.sandbox.wall import FENCES, unavailable

FULL, SECONDS = 20.0, 1.5
EXERCISES = Path(__file__).resolve().parent.parent.parent / "exercises"
FILES = {name: TENSORFLOW[name] for name in ("reads_files_in_c", "writes_files_in_c", "custom_op")}
WAYS = {
    "tensorflow, inner": TENSORFLOW, "jax, inner": JAX, "tensorboard, inner": TENSORBOARD, "keras_torch, inner": KERAS, "keras_jax, inner": {**JAX, **KERAS},
    "tensorflow, both": FILES,
}  # fmt: skip
ATTACKS = [(where, name) for where, ways in WAYS.items() for name in ways]


@pytest.fixture(scope="module")
def opened() -> Iterator[dict[str, Arena]]:
    """The arena that was used last: one warm parent at a time is memory enough."""
    arenas: dict[str, Arena] = {}
    yield arenas
    for arena in arenas.values():
        arena.close()


@pytest.fixture
def arena(
    request: pytest.FixtureRequest, opened: dict[str, Arena], toy: Exercise, tmp_path_factory: pytest.TempPathFactory
) -> Arena:
    """The toy exercise in workers of a runtime behind a fence: `request.param` names both."""
    runtime, fence = request.param.split(", ")
    if why := unavailable(FENCES[fence]):
        pytest.skip(f"this machine lacks {why}")
    if request.param not in opened:
        while opened:
            opened.popitem()[1].close()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temp")))
            exercise, cache = dataclasses.replace(toy, runtime=runtime, forbidden=()), tmp_path_factory.mktemp("cache")
            made = Arena(exercise, FENCES[fence], ValueCache(cache / "values.sqlite"), deadline=SECONDS)
            made.source.warm(runtime).wait_until_ready()
        opened[request.param] = made
    return opened[request.param]


# What an exercise asks to build: 18 and 19 take Keras's own away. Each file answers the first check of its exercise.

OF_18 = {
    "as a base class": """
        import keras
        init = keras.layers.Dense.__init__
        class MyDense(keras.layers.Dense):
            def __init__(self, units, activation=None, dropout=0.0, **kwargs): init(self, units, activation, **kwargs)
    """,
    "made while nobody forbids it": """
        import keras
        inner = keras.layers.Dense(3)
        class MyDense(keras.layers.Layer):
            def __init__(self, units, activation=None, dropout=0.0, **kwargs): super().__init__(**kwargs)
            def build(self, shape): inner.build(shape)
            def call(self, x, training=None): return inner(x)
    """,
    "its methods": """
        import keras
        class MyDense(keras.layers.Layer):
            build, call = keras.layers.Dense.build, keras.layers.Dense.call
    """,
    "by another name": """
        import importlib
        dense = getattr(importlib.import_module('keras.src.layers.core.' + 'esned'[::-1]), 'Den' + 'se')
        def MyDense(units, activation=None, dropout=0.0, **kwargs): return dense(units, activation, **kwargs)
    """,
}  # fmt: skip
OF_19 = {
    "as its own method": "def train_step(model, x, y, *rest): return model.train_on_batch(x, y)",
    "by another name": "def train_step(model, x, y, *rest): return getattr(model, 'train_on_' + 'batch')(x, y)",
    "of the class below": """
        import keras
        def train_step(model, x, y, loss_fn, optimizer, metrics=()):
            model.compile(optimizer, loss_fn)
            return keras.Model.__mro__[1].train_on_batch(model, x, y)
    """,
}
FORBIDDEN = [("18_keras_layer", name, OF_18[name]) for name in OF_18]
FORBIDDEN += [("19_gradient_tape", name, OF_19[name]) for name in OF_19]


@pytest.mark.parametrize("arena", ["tensorflow, inner"], indirect=True)
@pytest.mark.parametrize(("exercise", "way", "source"), FORBIDDEN, ids=[f"{e[:2]}, {way}" for e, way, _ in FORBIDDEN])
def test_keras_own_is_refused_and_named(arena: Arena, exercise: str, way: str, source: str) -> None:
    found = catalog.load(EXERCISES / exercise)
    one = Arena(found, arena.source.fence, arena.cache, deadline=30.0, name_mistakes=False, source=arena.source)
    judging = one.judging({found.file_name: textwrap.dedent(source).encode()})
    result = judging.case(one.checks[0], one.checks[0].cases[0])
    judging.close()
    assert result.outcome == "forbidden", result.finding


@pytest.mark.parametrize(("arena", "name"), ATTACKS, indirect=["arena"])
def test_no_point_no_secret_nothing_left(
    arena: Arena, name: str, dear: Path, toy_root: Path, request: pytest.FixtureRequest
) -> None:
    """`dear` holds that HOME and the course are as they were."""
    ways = WAYS[request.node.callspec.params["arena"]]
    source = textwrap.dedent(ways[name]).replace("ROOT", str(toy_root)).replace("HOME", str(dear))
    compile(source, "double.py", "exec")
    before = arena.left_behind()  # Keras makes a folder for itself in the warm parent's
    outcome = arena.grade({"double.py": source.encode()})
    assert outcome.attempt.score == 0, outcome.outcomes
    assert name != "memory_at_once" or outcome.attempt.outcome == "memory", outcome.text
    assert "broken" not in outcome.outcomes.values()
    seen = outcome.text + outcome.printed
    assert not any(secret in seen for secret in (CANARY, "BEGIN SOLUTION", "PWNED"))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", outcome.text)
    assert len(outcome.printed) < 70_000
    honest = (toy_root / "solutions/90_double/double.py").read_bytes()
    assert arena.grade({"double.py": honest}, deadline=30.0).attempt.score == FULL
    assert arena.left_behind() == before
