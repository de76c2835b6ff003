"""What the visible checks run beside the learner's code."""

from contextlib import nullcontext

import accelerator
import torch
from observe import Watched, WatchedLoss, arrivals, called, cuda_may_be_asked_for, described, place
from torch import nn


def accelerators(module):
    """Where else than on the CPU checks run: on the simulated device, and on CUDA where there is one."""
    return [accelerator.NAME, "cuda"] if torch.cuda.is_available() else [accelerator.NAME]


def best_without_simulation(module):
    found = torch.accelerator.current_accelerator(check_available=True)
    return "cpu" if found is None else found.type


@cuda_may_be_asked_for
def moved_batch(module, device, by_name=False):
    batch = {
        "image": torch.tensor([1.0, 2.0]),
        "masks": [torch.tensor([3.0]), torch.tensor([4.0])],
        "size": (torch.tensor([5, 6]), 7),
        "name": "cat",
    }
    options = {"non_blocking": False} if by_name else {}
    return described(called(module.to_device, by_name, obj=batch, device=place(device), **options))


def picked(module, *preferred, **named):
    device = module.pick_device(*preferred, **named)
    return {type(device).__name__: getattr(device, "type", None)}


def small_network(module, mean, std, weights, x):
    """A NormalizedMLP with one hidden layer of two, its parameters set by shape."""
    model = module.NormalizedMLP(mean=torch.tensor(mean), std=torch.tensor(std), hidden=(2,), out_features=1)
    with torch.no_grad():
        for parameter in model.parameters():
            values = weights.get(str(tuple(parameter.shape)))
            parameter.copy_(parameter if values is None else torch.tensor(values))
        state = model.state_dict()
        return {
            "shapes of the parameters": sorted(tuple(parameter.shape) for parameter in model.parameters()),
            "buffers": sorted({"mean", "std"} & {name for name, _ in model.named_buffers()}),
            "mean in state_dict": state.get("mean"),
            "std in state_dict": state.get("std"),
            "output": model(torch.tensor(x)),
        }


@cuda_may_be_asked_for
def one_step(module, device, weight, inputs, targets, by_name=False):
    """One SGD step of y = w x on mean squared error, from a batch on the CPU."""
    model = Watched(nn.Linear(1, 1, bias=False))
    model.model.weight.data.fill_(weight)
    model.to(place(device))
    loss = WatchedLoss(nn.functional.mse_loss)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    batch = (torch.tensor(inputs), torch.tensor(targets))
    returned = called(
        module.train_step, by_name, model=model, batch=batch, loss_fn=loss, optimizer=optimizer, device=place(device)
    )
    came = {"type of what is returned": type(returned).__name__, "returned": returned}
    return {**arrivals(model, loss), **came, "weight": model.model.weight.item()}


@cuda_may_be_asked_for
def mean_loss(module, device, weight, batches, by_name=False):
    """evaluate of y = w x with mean squared error."""
    model = Watched(nn.Linear(1, 1, bias=False))
    model.model.weight.data.fill_(weight)
    model.to(place(device))
    loss = WatchedLoss(nn.functional.mse_loss)
    loader = [(torch.tensor(inputs), torch.tensor(targets)) for inputs, targets in batches]
    returned = called(module.evaluate, by_name, model=model, loader=loader, loss_fn=loss, device=place(device))
    return {**arrivals(model, loss), "type of what is returned": type(returned).__name__, "returned": returned}


def as_array(module, device, graph, by_name=False):
    """2 x for x = [[1, 2], [3, 4]]; a copy to the CPU that nobody waits for has not arrived."""
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], device=place(device), requires_grad=graph)
    with nullcontext() if device == "cpu" else accelerator.late_copies():
        array = called(module.to_numpy, by_name, tensor=2 * x)
        return {"type": type(array).__name__, "values": array.copy() if hasattr(array, "copy") else array}
