"""Workers that hold torch: what training needs works behind each fence, is imported beforehand, and prints nothing."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.sandbox.fences import Fence
from grader.sandbox.warm import FencedWorkers
from tests.sandbox.wall import INNER, SECONDS, unavailable

pytestmark = [
    pytest.mark.skipif(bool(unavailable(INNER)), reason=f"this machine lacks {unavailable(INNER)}"),
    pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed"),
]

SCENARIOS = """
import sys
import torch

def train(module):
    before = set(sys.modules)
    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Linear(4, 8), torch.nn.BatchNorm1d(8), torch.nn.ReLU(), torch.nn.Dropout(), torch.nn.Linear(8, 2)
    )
    optimizer = torch.optim.Adam(model.parameters())
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1)
    data = torch.utils.data.TensorDataset(torch.randn(16, 4), torch.zeros(16, dtype=torch.long))
    for x, y in torch.utils.data.DataLoader(data, batch_size=8, shuffle=True):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
    scheduler.step()
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, "file.pt")
    loaded = torch.load("file.pt", weights_only=True)
    equal = all(torch.equal(a, b) for a, b in zip(loaded["model"].values(), model.state_dict().values()))
    return equal, sorted(set(sys.modules) - before), torch.get_num_threads(), model[0].weight

def allocate(module, gigabytes):
    try:
        torch.empty(int(gigabytes * (1 << 30)), dtype=torch.uint8)
    except RuntimeError as problem:
        return str(problem)
    return "done"
"""


@pytest.fixture(scope="module")
def worker(fence: Fence, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temp")))
        source = FencedWorkers(fence)
        opened = source.open_worker("torch")
        opened.request("scenarios", SECONDS, key="k", source=SCENARIOS, support={})
        yield opened
        opened.end()
        source.close()
        assert list(Path(tempfile.gettempdir()).iterdir()) == []


def run(worker: Any, name: str, *args: Any) -> Any:
    return worker.request("run", SECONDS, key="k", name=name, args=args, options={})


def test_a_training_step_works_and_imports_nothing(worker: Any) -> None:
    """Each child would pay for what its parent has not imported."""
    equal, imported, threads, weight = run(worker, "train")
    assert equal
    assert imported == []
    assert threads == 1
    assert weight.shape == (8, 4)


def test_nothing_is_printed_that_is_not_the_learners(worker: Any) -> None:
    assert worker.output() == ""


def test_its_memory_is_bounded(worker: Any) -> None:
    assert run(worker, "allocate", 0.5) == "done"
    assert "memory" in run(worker, "allocate", 7)
