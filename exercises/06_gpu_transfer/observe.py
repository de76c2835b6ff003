"""What scenarios of this exercise look at: where tensors lie, what reaches a model and a loss, what waits."""

import collections
import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import accelerator
import torch
from torch import nn

Pair = collections.namedtuple("Pair", ["inputs", "targets"])


@dataclasses.dataclass
class Sample:
    image: Any
    label: Any = 0
    name: str = ""


@dataclasses.dataclass(frozen=True)
class FrozenSample:
    image: Any
    extra: Any = None


def place(name: str) -> torch.device:
    """The device of that name; "kata" is the simulated accelerator."""
    return accelerator.device() if name == accelerator.NAME else torch.device(name)


def described(value: Any) -> Any:
    """`value` with each tensor as its device and values; tuples, namedtuples and dataclasses by their names."""
    if isinstance(value, torch.Tensor):
        return {"device": value.device.type, "values": value.detach().cpu()}
    if type(value) is dict:
        return {key: described(item) for key, item in value.items()}
    if type(value) is list:
        return [described(item) for item in value]
    if type(value) is tuple:  # by name: a tuple in a namedtuple's place is then called one
        return {"tuple": [described(item) for item in value]}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {f"namedtuple {type(value).__name__}": described(value._asdict())}
    if dataclasses.is_dataclass(value):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return {f"dataclass {type(value).__name__}": described(fields)}
    return value


def called(function: Callable[..., Any], by_name: bool, **arguments: Any) -> Any:
    """What the function returns for these arguments, given by their names or in their order."""
    return function(**arguments) if by_name else function(*arguments.values())


def cuda_may_be_asked_for(scenario: Callable[..., Any]) -> Callable[..., Any]:
    """Where learner's code asks for CUDA and torch has none, that is the observation: torch's words."""

    @functools.wraps(scenario)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return scenario(*args, **kwargs)
        except (AssertionError, RuntimeError) as problem:
            if "CUDA enabled" not in str(problem) and "NVIDIA driver" not in str(problem):
                raise
            return {"torch raises": str(problem)}

    return run


def network(state: dict[str, Any]) -> nn.Module:
    """Linear, BatchNorm, ReLU, Linear of the sizes and dtype of `state`, a state_dict of arrays."""
    tensors = {name: torch.tensor(values) for name, values in state.items()}
    (width, inputs), outputs = tensors["0.weight"].shape, len(tensors["3.weight"])
    model = nn.Sequential(nn.Linear(inputs, width), nn.BatchNorm1d(width), nn.ReLU(), nn.Linear(width, outputs))
    model.to(tensors["0.weight"].dtype).load_state_dict(tensors)
    return model


class Notes(list):
    """Observations of a model or a loss; a deep copy of the model goes on writing here."""

    def __deepcopy__(self, memo: dict[int, Any]) -> "Notes":
        return self


class Watched(nn.Module):
    """A model that notes in which mode it is and where its inputs lie, and brings them over."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        self.seen = Notes()
        self.modes = Notes()

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        self.seen.append(inputs.device.type)
        self.modes.append(self.training)
        return self.model(inputs.to(next(self.parameters()).device))


class WatchedLoss:
    """A loss that notes where the targets lie and whether there is a graph, and brings the targets over."""

    def __init__(self, loss: Callable[..., torch.Tensor]) -> None:
        self.loss = loss
        self.seen = Notes()
        self.graphs = Notes()

    def __call__(self, outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        self.seen.append(targets.device.type)
        self.graphs.append(outputs.requires_grad)
        return self.loss(outputs, targets.to(outputs.device))


def arrivals(model: Watched, loss: WatchedLoss) -> dict[str, list[str]]:
    """On which devices inputs and targets arrived, each device once."""
    return {"inputs arrive on": sorted(set(model.seen)), "targets arrive on": sorted(set(loss.seen))}
