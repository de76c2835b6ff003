"""Hostile submissions of exercise 03: an Adam without bias correction that reaches for the scenarios, the parameters
and the arrays it is given. None gets more than the same Adam that attacks nothing."""

from __future__ import annotations

import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import catalog
from grader.judge.cache import ValueCache
from grader.sandbox.fences import best
from tests.hostile.arena import NOTHING, Arena
from tests.hostile.ways_to_forge import CHANNEL, PATCHES
from tests.sandbox.wall import INNER, unavailable

pytestmark = pytest.mark.skipif(bool(unavailable(INNER)), reason=f"this machine lacks {unavailable(INNER)}")
EXERCISE = Path(__file__).resolve().parent.parent.parent / "exercises" / "03_adam"

WRONG = """
import numpy as np

class Adam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, amsgrad=False, maximize=False):
        self.params, self.lr, self.betas, self.eps = list(params), lr, betas, eps
        self.moments = [[np.zeros_like(p.data), np.zeros_like(p.data)] for p in self.params]
    def step(self):
        for p, (m, v) in zip(self.params, self.moments):
            if p.grad is not None:
                m += (1 - self.betas[0]) * (p.grad - m)
                v += (1 - self.betas[1]) * (p.grad**2 - v)
                p.data -= self.lr * m / (np.sqrt(v) + self.eps)
    def zero_grad(self):
        for p in self.params: p.grad = None
    def state_dict(self):
        return {}
    def load_state_dict(self, state):
        pass
"""

ATTACKS = {
    "arrays_that_lie": """
        class Lying(np.ndarray):
            def copy(self, order='C'): return self
            def __eq__(self, other): return np.ones(self.shape, bool)
            __array_ufunc__ = None
        real = Adam.step
        def step(self):
            real(self)
            for p in self.params: p.data = p.data.view(Lying)
        Adam.step = step
    """,
    "objects_for_arrays": """
        class Equal:
            def copy(self): return self
            def __eq__(self, other): return True
            shape, dtype, ndim = (2,), np.dtype('f8'), 1
        def step(self):
            for p in self.params: p.data = Equal()
        Adam.step = step
    """,
    "not_numbers": """
        def step(self):
            for p in self.params: p.data *= np.nan
        Adam.step = step
    """,
    "parameters_that_lie": """
        import sys
        real = Adam.__init__
        def __init__(self, params, *args, **options):
            real(self, params, *args, **options)
            for p in self.params:
                kind = type(p)
                kind.data = property(lambda p: p.__dict__['d'].copy(), lambda p, value: p.__dict__.update(d=value))
                p.__dict__['d'] = p.__dict__.pop('data', np.zeros(2))
        Adam.__init__ = __init__
    """,
    "scenarios_that_return_nothing": """
        import gc
        def step(self):
            for space in gc.get_objects():
                if isinstance(space, dict) and 'around_a_step' in space:
                    for name in list(space):
                        if callable(space[name]): space[name] = lambda *args, **options: {}
        Adam.step = step
    """,
    "scenarios_that_return_truths": """
        import gc
        for space in gc.get_objects():
            if type(space).__name__ == 'Session':
                type(space).do_run = lambda self, **request: {'finite numbers': True, 'passed': True}
    """,
    "changed_while_it_is_sent": """
        import threading
        def later(arrays):
            while True:
                for array in arrays: array += 1e-3
        real = Adam.step
        def step(self):
            real(self)
            threading.Thread(target=later, args=[[p.data for p in self.params]], daemon=True).start()
        Adam.step = step
    """,
    "the_reference_by_name": """
        import importlib, sys
        for name in ('references', 'kata_references_exercises_03_adam', 'torch', 'torch.optim', 'grader.catalog'):
            try: Adam = importlib.import_module(name).torch_steps
            except Exception: pass
        for folder in ('/worker-packages', '/worker-code', sys.prefix, sys.base_prefix):
            try: sys.path.append(folder + '/torch')
            except Exception: pass
    """,
    "errors_that_say_they_are_others": """
        class Chameleon(Exception):
            def __str__(self): return 'lr -1 eps betas weight_decay params ' * 50
        Chameleon.__name__ = Chameleon.__qualname__ = 'ValueError'
        Chameleon.__module__ = 'builtins'
        def __init__(self, params, **options): raise Chameleon
        Adam.__init__ = __init__
    """,
    **{f"channel_{name}": textwrap.dedent(source) + "\nAdam.step = lambda self: double(0.0)"
       for name, source in CHANNEL.items()},
    **{f"patch_{name}": source for name, source in PATCHES.items() if name != "comparisons"},
}  # fmt: skip


@pytest.fixture(scope="module")
def arena(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temp")))
        cache = ValueCache(tmp_path_factory.mktemp("cache") / "values.sqlite")
        made = Arena(catalog.load(EXERCISE), best(), cache, deadline=10.0, name_mistakes=False)
        made.source.warm("numpy").wait_until_ready()
        yield made
        made.close()


@pytest.fixture(scope="module")
def earned(arena: Arena) -> float:
    score = arena.grade({"adam.py": WRONG.encode()}).attempt.score
    assert score is not None
    assert 0 < score < 20
    return score


@pytest.mark.parametrize("name", ATTACKS)
def test_no_more_than_the_same_code_earns_without_the_attack(name: str, arena: Arena, earned: float) -> None:
    source = WRONG + textwrap.dedent(ATTACKS[name])
    compile(source, "adam.py", "exec")
    outcome = arena.grade({"adam.py": source.encode()}, deadline=0.5)
    assert outcome.attempt.score is not None
    assert outcome.attempt.score <= earned
    assert arena.left_behind() == NOTHING


def test_the_answer_still_gets_everything_after_them_all(arena: Arena) -> None:
    solution = (EXERCISE.parent.parent / "solutions" / "03_adam" / "adam.py").read_bytes()
    assert arena.grade({"adam.py": solution}).attempt.score == 20
