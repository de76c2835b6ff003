"""Exercise 22 relies on these facts of torch 2.13 and Keras 3.15 (section 5 of the curriculum), on Keras's torch backend."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NAME = "22_same_model_twice"
MEASURE = """
import json, sys
sys.path[:0] = sys.argv[1:]
import scenarios
print("MEASURED" + json.dumps([scenarios.layer_measurements(None), scenarios.optimizer_measurements(None)]))
"""


@pytest.fixture(scope="module")
def measured() -> tuple[dict, dict]:
    """What the exercise's own scenarios measure, in a process of its own: Keras has one backend in each."""
    folders = [str(ROOT / kind / NAME) for kind in ("solutions", "exercises")]
    environment = {**os.environ, "KERAS_BACKEND": "torch"}
    ran = subprocess.run(
        [sys.executable, "-c", MEASURE, *folders], env=environment, capture_output=True, text=True, check=True
    )
    layers, optimizers = json.loads(ran.stdout.partition("MEASURED")[2])
    return layers, optimizers


def test_layers_differ_as_the_curriculum_says(measured: tuple[dict, dict]) -> None:
    """Linear and Dense, batch norm, layer norm, bias vectors of an LSTM; both gelus are exact."""
    ours, theirs = measured[0]["torch"], measured[0]["keras"]
    assert (ours["weight"], theirs["weight"]) == ([2, 3], [3, 2])
    assert ours["largest bias"] > 0 and theirs["largest bias"] == 0
    assert (ours["batch norm eps"], theirs["batch norm eps"]) == (1e-5, 1e-3)
    assert (ours["layer norm eps"], theirs["layer norm eps"]) == (1e-5, 1e-3)
    # The batch 0, 1, 5 has the mean 2 and the variance 7 (unbiased) or 14/3.
    assert ours["running mean"] == pytest.approx(0.1 * 2)
    assert theirs["running mean"] == pytest.approx(0.01 * 2)
    assert ours["running variance"] == pytest.approx(0.9 + 0.1 * 7)
    assert theirs["running variance"] == pytest.approx(0.99 + 0.01 * 14 / 3)
    assert (ours["bias vectors"], theirs["bias vectors"]) == (2, 1)
    exact = (1 + math.erf(2**-0.5)) / 2
    assert [ours["gelu"], theirs["gelu"]] == pytest.approx([exact, exact], rel=1e-12)
    assert abs(ours["gelu by tanh"] - exact) > 1e-4 and abs(theirs["gelu by tanh"] - exact) > 1e-4


def test_optimizers_differ_as_the_curriculum_says(measured: tuple[dict, dict]) -> None:
    """Adam's eps, weight decay and step count; the learning rate in the velocity of SGD."""
    ours, theirs = measured[1]["torch"], measured[1]["keras"]
    assert (ours["eps"], theirs["eps"]) == (1e-8, 1e-7)
    # In float64; float32, in which a learner sees it, ends at 0.99684.
    assert [-ours["small gradient"], -theirs["small gradient"]] == pytest.approx([0.99990, 0.996848], abs=1e-6)
    assert [ours["weight decay"], theirs["weight decay"]] == pytest.approx([0.9, 0.85])
    assert [ours["a missing gradient"], theirs["a missing gradient"]] == pytest.approx([-0.2, -0.1858], abs=5e-5)
    assert [ours["another lr"], theirs["another lr"]] == pytest.approx([-0.3171, -0.4710], abs=5e-5)


def test_the_mapped_epsilon_gives_the_first_step_and_no_later_one() -> None:
    """The README's promise: eps * sqrt(1 - beta_2) is right for the first step, and a later one needs another."""
    gradients, beta_1, beta_2, eps = [1e-4, 3e-4], 0.9, 0.999, 1e-3
    m = v = 0.0
    apart = []
    for step, gradient in enumerate(gradients, start=1):
        m, v = beta_1 * m + (1 - beta_1) * gradient, beta_2 * v + (1 - beta_2) * gradient**2
        corrected = m / (1 - beta_1**step)
        by_torch = corrected / (math.sqrt(v / (1 - beta_2**step)) + eps)
        root = math.sqrt(1 - beta_2**step)
        by_keras = corrected * root / (math.sqrt(v) + eps * math.sqrt(1 - beta_2))
        apart.append(abs(by_keras / by_torch - 1))
    assert apart[0] < 1e-12 and apart[1] > 1e-2
