"""Facts about the simulated accelerator of exercise 06.

A backend can be registered once per process and never be removed. So this file, run as a script, states all
facts in a process of its own (`fact_*`, each raises where it does not hold), and the test below
reports them one by one.
"""

from __future__ import annotations

import copy
import io
import json
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

EXERCISE = Path(__file__).parent.parent / "exercises" / "06_gpu_transfer"
WORDS = "Expected all tensors to be on the same device, but found at least two devices, kata:0 and cpu!"


def fact_registering_is_cheap() -> None:
    """Setting up the device costs less than 50 ms of a processor: every worker pays it."""
    assert seconds_to_register < 0.05, seconds_to_register


def fact_tensors_are_plain_tensors() -> None:
    """A tensor there is a torch.Tensor whose device is not the CPU; "kata" and "kata:0" are one place."""
    x = torch.ones(2).to(device)
    assert type(x) is torch.Tensor
    assert str(x.device) == "kata:0"
    assert x.to("kata") is x
    assert x.to("kata:0") is x
    assert torch.accelerator.current_accelerator().type == "kata"


def fact_two_devices_do_not_mix() -> None:
    """Operands of two devices are refused in torch's words, wherever an operation meets them."""
    x, y = torch.ones(2, 2, device=device), torch.ones(2, 2)
    for operation in (
        lambda: x + y, lambda: y * x, lambda: x @ y, lambda: torch.cat([x, y]), lambda: y.add_(x),
        lambda: functional.linear(x, y), lambda: functional.mse_loss(x, y), lambda: torch.where(x > 0, x, y),
        lambda: functional.cross_entropy(x, torch.tensor([0, 1])), lambda: torch.zeros(()).add_(x.sum()),
    ):  # fmt: skip
        assert WORDS.partition("kata:0")[0] in error_of(RuntimeError, operation)
    assert WORDS in error_of(RuntimeError, lambda: x + y)


def fact_numbers_and_indices_may_mix() -> None:
    """As on CUDA, a CPU tensor without dimensions takes part and CPU indices select; never the other way."""
    x = torch.arange(4.0, device=device)
    assert (x * torch.tensor(2.0)).tolist() == [0, 2, 4, 6]
    assert x[torch.tensor([3, 0])].tolist() == [3, 0]
    x[torch.tensor([1])] = torch.tensor(7.0)
    assert x.tolist() == [0, 7, 2, 3]
    assert "indices should be" in error_of(RuntimeError, lambda: torch.ones(3)[torch.tensor([0], device=device)])


def fact_numpy_refuses() -> None:
    """`.numpy()` is a TypeError in torch's words, and works on the copy on the CPU."""
    x = torch.ones(2, device=device)
    assert "can't convert kata:0 device type tensor to numpy" in error_of(TypeError, x.numpy)
    assert x.cpu().numpy().tolist() == [1, 1]


def fact_a_second_device_is_not_there() -> None:
    """Only one device exists, under index 0."""
    assert "invalid device ordinal" in error_of(RuntimeError, lambda: torch.zeros(1, device="kata:1"))
    assert "invalid device ordinal" in error_of(RuntimeError, lambda: torch.zeros(1).to("kata:7"))


def fact_tensors_are_made_there() -> None:
    """Factories with `device=` and the `*_like` and `new_*` ones give tensors there."""
    x = torch.ones(2, 3, device=device)
    made = [
        torch.zeros(2, device=x.device), torch.arange(1, 9, 2, device=device),
        torch.linspace(0, 1, 5, device=device), torch.full((2,), 3.0, device=device),
        torch.eye(2, device=device), torch.rand(2, device=device), torch.randn(2, device=device),
        torch.randint(5, (2,), device=device), torch.randperm(4, device=device),
        torch.tensor([1, 2.5], device=device), torch.as_tensor([1], device=device),
        torch.empty(0, device=device), torch.zeros_like(x), torch.rand_like(x), torch.empty_like(x),
        x.new_zeros(2), x.new_tensor([1.0]),
    ]  # fmt: skip
    assert {tensor.device.type for tensor in made} == {"kata"}
    assert made[1].tolist() == [1, 3, 5, 7]
    assert torch.empty_like(x, device="cpu").device.type == "cpu"
    with torch.device(device):
        assert nn.Linear(2, 2).weight.device.type == "kata"


def fact_reading_a_value_works() -> None:
    """item, float, bool, tolist, formatting, printing, iteration, `in` and use as an index give values."""
    x = torch.tensor([1.5, -2.0], device=device)
    assert (x[0].item(), float(x[1]), bool(x[0] > 1), x.tolist()) == (1.5, -2.0, True, [1.5, -2.0])
    assert f"{x[0]:.2f}" == "1.50"
    assert str(x) == "tensor([ 1.5000, -2.0000], device='kata:0')"
    assert [float(value) for value in x] == [1.5, -2.0]
    assert 1.5 in x
    assert [10, 20][torch.tensor(1, device=device)] == 20


def fact_dtypes_and_shapes_survive_the_way() -> None:
    """There and back again keeps dtype, shape, strides and values, for odd shapes and dtypes too."""
    for tensor in (
        torch.zeros(0, 3), torch.tensor(2), torch.tensor([True]), torch.ones(2, dtype=torch.float16),
        torch.arange(6)[::2], torch.arange(6.0).reshape(2, 3).T, torch.ones(2, dtype=torch.bfloat16),
        torch.ones(2, dtype=torch.complex64),
    ):  # fmt: skip
        there = tensor.to(device)
        assert there.stride() == tensor.to("cpu", copy=True).stride()
        assert there.dtype == tensor.dtype
        assert torch.equal(there.cpu(), tensor)
    x = torch.ones(2, device=device)
    assert x.double().dtype == torch.float64
    assert x.float() is x
    assert torch.ones(2).double().to(x).dtype == torch.float32
    assert x.type("torch.FloatTensor").device.type == "cpu"


def fact_operations_equal_the_cpu() -> None:
    """Everyday operations give what the CPU gives, and give it there."""
    for operation in (
        lambda x: x.mean(), lambda x: x.sum(0), lambda x: x.std(1), lambda x: x.argmax(1),
        lambda x: x.max(0).values, lambda x: x.T @ x, lambda x: x.view(-1)[3:], lambda x: x.reshape(4, 3),
        lambda x: x.sort(1).indices, lambda x: x[x > 0], lambda x: torch.stack([x, x]),
        lambda x: torch.cat([x, x], 1), lambda x: torch.nonzero(x > 0), lambda x: functional.relu(x),
        lambda x: functional.softmax(x, 1), lambda x: functional.log_softmax(x, -1),
        lambda x: functional.gelu(x), lambda x: functional.layer_norm(x, (4,)), lambda x: x.clamp(min=0.1),
        lambda x: torch.where(x > 0, x, 0.0), lambda x: x.expand(2, 3, 4), lambda x: x.unique(),
        lambda x: x.topk(2).values, lambda x: torch.einsum("ij,kj->ik", x, x),
        lambda x: torch.add(x, x, out=x.clone()), lambda x: x.norm(),
        lambda x: torch.mul(x, 2, out=x.new_empty(0)), lambda x: torch._foreach_add([x], 1.0)[0],
        lambda x: x.cumsum(0), lambda x: torch.vmap(torch.sum)(x),
        lambda x: torch.func.grad(lambda v: v.square().sum())(x),
        lambda x: functional.one_hot(x.argmax(1), 4), lambda x: x.masked_fill(x > 0, 2.0),
        lambda x: x.flip(0),
    ):  # fmt: skip
        x = torch.linspace(-1, 1.3, 12).reshape(3, 4)
        there = operation(x.to(device))
        assert there.device.type == "kata"
        torch.testing.assert_close(there.cpu(), operation(x))


def fact_views_share_memory() -> None:
    """A view is one: writing through it changes its base, and its storage is the base's."""
    x = torch.zeros(2, 3, device=device)
    view = x.view(-1)[2:]
    view.add_(1)
    x[0, 0] = 5
    x[x == 0] = -1
    assert x.tolist() == [[5, -1, 1], [1, 1, 1]]
    assert view._base is x
    assert view.untyped_storage().data_ptr() == x.untyped_storage().data_ptr()
    assert torch.empty(0, device=device).resize_(2, 3).shape == (2, 3)


def fact_modules_move_in_place() -> None:
    """`Module.to` keeps the Parameters it has, and takes buffers along; back and forth again, dtype too."""
    model = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    before = list(model.parameters())
    assert model.to(device) is model
    after = list(model.parameters())
    assert all(one is other for one, other in zip(before, after, strict=True))
    assert {tensor.device.type for tensor in model.state_dict().values()} == {"kata"}
    assert {type(parameter) for parameter in after} == {nn.Parameter}
    model.to("cpu").to(device, torch.float64)
    assert model[0].weight.dtype == torch.float64


def fact_a_shared_parameter_stays_shared() -> None:
    """A Parameter in two places of a module is one Parameter after moving."""
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    model[1].weight = model[0].weight
    model.to(device)
    assert model[1].weight is model[0].weight


def fact_training_equals_the_cpu() -> None:
    """Six steps of every common optimizer are bit-equal to the CPU's, and state_dicts go round."""
    for make in (
        lambda p: torch.optim.SGD(p, lr=0.1),
        lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
        lambda p: torch.optim.Adam(p, lr=0.1),
        lambda p: torch.optim.Adam(p, lr=0.1, foreach=True, amsgrad=True),
        lambda p: torch.optim.AdamW(p, lr=0.1, foreach=False),
        lambda p: torch.optim.AdamW(p, lr=0.1, fused=True), lambda p: torch.optim.RMSprop(p, lr=0.1),
        lambda p: torch.optim.Adagrad(p, lr=0.1),
    ):  # fmt: skip
        assert all(map(torch.equal, trained("cpu", make), trained(device, make)))


def trained(where: Any, make: Callable[..., Any]) -> list[Any]:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 3)).to(where)
    optimizer = make(model.parameters())
    for _ in range(6):
        inputs, targets = torch.randn(5, 4).to(where), torch.randint(0, 3, (5,)).to(where)
        optimizer.zero_grad()
        loss = nn.CrossEntropyLoss(label_smoothing=0.1)(model(inputs), targets)
        loss.backward()
        optimizer.step()
        optimizer.load_state_dict(optimizer.state_dict())
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    copied, saved = copy.deepcopy(model), io.BytesIO()
    torch.save(copied.state_dict(), saved)
    saved.seek(0)
    return [loss.detach().cpu(), *torch.load(saved, map_location="cpu").values()]


def fact_larger_layers_work() -> None:
    """Convolution, embedding and attention run there, forward and backward, as on the CPU."""
    image, words = torch.linspace(0, 1, 72).reshape(2, 1, 6, 6), torch.tensor([[0, 2], [1, 1]])
    for make, x in (
        (lambda: nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2)), image),
        (lambda: nn.ConvTranspose2d(1, 2, 3), image),
        (
            lambda: nn.Sequential(nn.Embedding(3, 4), nn.TransformerEncoderLayer(4, 2, 8, 0.0, batch_first=True)),
            words,
        ),
    ):
        gradients = []
        for where in ("cpu", device):
            torch.manual_seed(0)
            model = make().to(where)
            model(x.to(where)).square().mean().backward()
            gradients.append([parameter.grad.cpu() for parameter in model.parameters()])
        assert all(torch.allclose(*pair, atol=1e-6) for pair in zip(*gradients, strict=True))


def fact_gradients_cross_devices() -> None:
    """The gradient of a copy arrives where the original is; under inference mode nothing is recorded."""
    x = torch.ones(3, requires_grad=True)
    (x.to(device) * 2).sum().backward()
    assert x.grad.tolist() == [2, 2, 2]
    with torch.inference_mode():
        assert not (x.to(device) * 2).requires_grad
    with torch.autocast("kata", dtype=torch.bfloat16):
        assert (x.to(device) @ x.to(device)).item() == 3


def fact_copies_are_counted() -> None:
    """Copies are seen with their direction and non_blocking, and nothing else is."""
    x = torch.ones(2)
    with accelerator.watch() as seen:
        there = x.to(device)
        x.to(device, non_blocking=True)
        torch.empty_like(there).copy_(x, non_blocking=True)
        there.to(device)
        there + there
        there.clone()
        there.cpu()
        there.to("cpu", non_blocking=True)
    to_device, to_host = (
        [("to device", False), *[("to device", True)] * 2],
        [("to host", False), ("to host", True)],
    )
    assert seen.copies == [*to_device, ("on device", False), *to_host]


def fact_waits_are_counted() -> None:
    """Each look at a value is one wait; computing, comparing, copying there and stepping are none."""
    x = torch.arange(4.0, device=device)
    for look in (
        lambda: x[0].item(), lambda: float(x[0]), lambda: bool(x[0]), lambda: x.tolist(), lambda: x.cpu(),
        lambda: f"{x[0]}", lambda: 1 if x.sum() > 0 else 0, lambda: x[x > 1], lambda: torch.nonzero(x),
        lambda: torch.equal(x, x), lambda: torch.accelerator.synchronize(), lambda: torch.kata.synchronize(),
        lambda: x.isnan().any().item(), lambda: torch.empty(4).copy_(x),
    ):  # fmt: skip
        with accelerator.watch() as seen:
            look()
        assert len(seen.waits) == 1, (seen.waits, look.__code__.co_names)
    model = nn.Linear(4, 1).to(device)
    optimizer = torch.optim.Adam(model.parameters())
    with accelerator.watch() as seen:
        model(x.to(device, torch.float32)).sum().backward()
        optimizer.step()
        optimizer.zero_grad()
        torch.where(x > 1, x, 0.0).argmax()
        torch.ones(3).to(device)
    assert seen.waits == []


def fact_a_late_copy_arrives_with_the_next_wait() -> None:
    """With late copies, a non-blocking copy to the CPU holds nan until somebody waits."""
    x, n = torch.ones(2, device=device), torch.tensor([3], device=device)
    with accelerator.late_copies():
        copied, number = x.to("cpu", non_blocking=True), n.to("cpu", non_blocking=True)
        assert copied.isnan().all()
        assert number.item() == -1
        x.add_(1)
        x.sum().item()
        assert copied.tolist() == [1, 1]
        assert number.item() == 3
        at_the_end = x.to("cpu", non_blocking=True)
    assert at_the_end.tolist() == [2, 2]
    assert x.to("cpu", non_blocking=True).tolist() == [2, 2]


def fact_pinned_memory_does_no_harm() -> None:
    """`pin_memory()` gives an equal tensor on the CPU, in a DataLoader too."""
    pinned = torch.ones(2).pin_memory()
    assert (pinned.device.type, pinned.tolist()) == ("cpu", [1, 1])
    from torch.utils.data import DataLoader, TensorDataset

    loader = DataLoader(TensorDataset(torch.arange(5.0)), batch_size=2, pin_memory=True)
    assert [batch.to(device, non_blocking=True).tolist() for (batch,) in loader] == [[0, 1], [2, 3], [4]]


def fact_random_numbers_come_from_the_cpu() -> None:
    """torch.manual_seed decides what is drawn there; a generator of the CPU is refused, as on CUDA."""
    torch.manual_seed(3)
    there = torch.randn(4, device=device)
    torch.manual_seed(3)
    assert torch.equal(there.cpu(), torch.randn(4))
    words = error_of(RuntimeError, lambda: torch.randn(4, device=device, generator=torch.Generator()))
    assert "Expected a 'kata' device type for generator but found 'cpu'" in words


def fact_memory_outlives_its_makers() -> None:
    """A tensor there keeps its memory alive when every other name of it is gone, and the other way round."""
    import gc

    there = torch.arange(1000.0).to(device)
    view, host = there[500:], accelerator._on_host(there)
    del there
    gc.collect()
    torch.zeros(1000).to(device)
    assert view[0].item() == 500
    assert host[999].item() == 999


def error_of(kind: type[Exception], call: Callable[[], object]) -> str:
    """The text of the error that `call` raises."""
    try:
        call()
    except kind as problem:
        return str(problem)
    raise AssertionError(f"no {kind.__name__}")


FACTS = {name: function for name, function in globals().items() if name.startswith("fact_")}


@pytest.fixture(scope="module")
def outcomes() -> dict[str, str]:
    """Name of each fact -> "" or the traceback, from a process of its own."""
    ran = subprocess.run([sys.executable, __file__], capture_output=True, text=True, timeout=200, check=True)
    found: dict[str, str] = json.loads(ran.stdout)
    return found


@pytest.mark.parametrize("name", FACTS)
def test_accelerator(outcomes: dict[str, str], name: str) -> None:
    """The fact of that name holds in a process of its own."""
    assert not outcomes[name], outcomes[name]


if __name__ == "__main__":
    import time
    import warnings

    import torch
    from torch import nn
    from torch.nn import functional

    warnings.simplefilter("error")
    torch.set_num_threads(1)
    sys.path.insert(0, str(EXERCISE))
    began = time.process_time()
    import accelerator

    device = accelerator.device()
    seconds_to_register = time.process_time() - began
    results = {}
    for name, fact in FACTS.items():
        try:
            fact()
            results[name] = ""
        except Exception:
            results[name] = traceback.format_exc()
    print(json.dumps(results))
