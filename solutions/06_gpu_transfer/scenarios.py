"""What only the hidden checks run beside the learner's code."""

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from unittest import mock

import accelerator
import torch
from observe import (
    FrozenSample,
    Pair,
    Sample,
    Watched,
    WatchedLoss,
    arrivals,
    cuda_may_be_asked_for,
    described,
    network,
    place,
)
from torch.overrides import TorchFunctionMode


def numbers(start):
    """Two numbers in a tensor on the CPU, told apart by `start`."""
    return torch.tensor([start, start + 0.5])


@dataclass(slots=True)
class SlottedSample:
    """It has no __dict__."""

    image: torch.Tensor
    extra: object = None


STRUCTURES = {
    "one tensor": lambda: numbers(1),
    "namedtuple": lambda: Pair(numbers(1), [numbers(2), Pair(numbers(3), "x")]),
    "dataclass": lambda: Sample(numbers(1), {"a": numbers(2)}, "cat"),
    "frozen dataclass": lambda: [FrozenSample(numbers(1), Sample(numbers(2), (numbers(3), 4)))],
    "dataclass with slots": lambda: SlottedSample(numbers(1), [numbers(2)]),
    "deeply nested": lambda: {
        0: [({"a": [numbers(1)]}, numbers(2))],
        "b": ([numbers(3)], (), {}, [[]]),
        None: [None],
    },
    "other dtypes": lambda: [
        torch.tensor([True]),
        torch.tensor(3),
        torch.zeros(0, 2),
        torch.tensor([1.5]).double(),
    ],
}


@cuda_may_be_asked_for
def moved(module, structure, device):
    return described(module.to_device(obj=STRUCTURES[structure](), device=place(device), non_blocking=False))


class Thing:
    """An object of the learner's own, whatever it holds."""

    def __init__(self, tensor):
        self.tensor = tensor


@cuda_may_be_asked_for
def passed_through(module, device):
    """Objects that are none of ours to open: is each the very same afterwards?"""
    things = {
        "None": None, "int": 3, "bool": True, "float": 2.5, "str": "text", "bytes": b"text", "set": {1, 2},
        "array": torch.zeros(2).numpy(), "object": Thing(numbers(1)), "function": numbers, "range": range(3),
        "dtype": torch.float32, "module": torch.nn.Linear(2, 1), "dataclass's class": Sample,
    }  # fmt: skip
    weight = things["module"].weight
    weight.data = numbers(2)
    target = place(device)
    alone = {name: module.to_device(thing, target) is thing for name, thing in things.items()}
    inside = module.to_device([dict(things)], target)[0]
    nested = {name: inside[name] is thing for name, thing in things.items()}
    return {
        "alone": alone,
        "in a dict in a list": nested,
        "object's tensor": described(things["object"].tensor),
        "module's weight": described(things["module"].weight.detach()),
    }


@cuda_may_be_asked_for
def argument_afterwards(module, device):
    """The argument after the call, and the keys of the result in their order."""
    inner, sample = [numbers(1), numbers(2)], Sample(numbers(3))
    batch = {"z": inner, "a": {"y": numbers(4), "b": sample}, "k": (numbers(5),)}
    result = module.to_device(batch, place(device))
    inside = {"the same list": batch["z"] is inner, "the same dataclass": batch["a"]["b"] is sample}
    keys = [list(result), list(result["a"])]
    in_a_graph = module.to_device(numbers(6).requires_grad_() * 2, place(device))
    return {"argument": described(batch), **inside, "keys": keys, "moved with its graph": not in_a_graph.is_leaf}


def what_came(module, names, gpus=None):
    """For each name the device picked, or the classes and the text of the error that came."""
    came = {}
    for name in names:
        try:
            with built_with_cuda(gpus) if gpus else nullcontext():
                came[name] = getattr(module.pick_device(preferred=name), "type", None)
        except NotImplementedError:
            raise
        except Exception as problem:
            came[name] = ([kind.__name__ for kind in type(problem).__mro__], str(problem))
    return came


class ServedByCpu(TorchFunctionMode):
    """Tensors asked for on a CUDA device lie on the CPU, and say that they lie on that device."""

    def __init__(self, devices):
        super().__init__()
        self.devices = devices
        self.served = []  # (tensor, the device that it says it lies on)

    def __torch_function__(self, function, types, args=(), kwargs=None):
        if function is torch.device:
            return function(*args, **(kwargs or {}))
        if function == torch.Tensor.device.__get__:
            for tensor, device in self.served:
                if args[0] is tensor:
                    return device
        asked = [value for value in (*args, *(kwargs or {}).values()) if self.is_cuda(value)]
        for value in asked:
            there_is(value, self.devices)
        kwargs = {name: self.on_cpu(value) for name, value in (kwargs or {}).items()}
        result = function(*map(self.on_cpu, args), **kwargs)
        if asked and isinstance(result, torch.Tensor):
            self.served.append((result, torch.device("cuda", torch.device(asked[0]).index or 0)))
        return result

    def is_cuda(self, value):
        return isinstance(value, torch.device | str) and str(value).partition(":")[0] == "cuda"

    def on_cpu(self, value):
        return "cpu" if self.is_cuda(value) else value


def there_is(device, devices):
    """Refuse a number, name or device that is none of so many CUDA devices, as CUDA does."""
    index = device if isinstance(device, int) else None if device is None else torch.device(device).index
    if index is not None and index >= devices:
        raise RuntimeError("CUDA error: invalid device ordinal")


@contextmanager
def built_with_cuda(devices):
    """torch thinks that it was built with CUDA and that this machine has so many CUDA devices."""

    def asked(device=None, *_):
        there_is(device, devices)
        return "one CUDA device"

    with (
        mock.patch.object(torch._C, "_cuda_getDeviceCount", return_value=devices, create=True),
        mock.patch.object(torch._C, "_accelerator_getAccelerator", return_value=torch.device("cuda")),
        mock.patch.multiple(torch.cuda, init=mock.DEFAULT, set_device=asked, synchronize=asked, get_device_name=asked),
        mock.patch.object(torch.cuda, "current_device", return_value=0),
        ServedByCpu(devices) if devices else nullcontext(),
    ):
        yield


def picked_beside_cuda(module, devices, preferred):
    with built_with_cuda(devices):
        device = module.pick_device(preferred)
    numbered = ":" in (preferred or "")
    return {type(device).__name__: str(device) if numbered else getattr(device, "type", None)}


def what_came_where_it_is(module, name):
    """What came for the name of a device that is there."""
    return what_came(module, [str(place(name))])[name]


def _mlp(module, mean, std, values=None, **options):
    """A NormalizedMLP; `values`: its parameters by shape, as str."""
    model = module.NormalizedMLP(mean=torch.tensor(mean), std=torch.tensor(std), **options)
    with torch.no_grad():
        for parameter in model.parameters() if values else ():
            new = values.get(str(tuple(parameter.shape)))
            parameter.copy_(parameter if new is None else torch.tensor(new))
    return model


def shapes_of(module, features, options):
    """The shapes of the parameters, sorted."""
    model = module.NormalizedMLP(torch.zeros(features), torch.ones(features), **options)
    return sorted(tuple(parameter.shape) for parameter in model.parameters())


def outputs(module, mean, std, values, x, options):
    model, x = _mlp(module, mean, std, values, **options), torch.tensor(x)
    with torch.no_grad():
        return {"output": model(x), "output of one sample": model(x[:1])}


def moved_network(module, device, mean, std, values, x, options):
    """Where everything lies after .to(), and what comes out there."""
    model = _mlp(module, mean, std, values, **options).to(place(device))
    where = {name: tensor.device.type for name, tensor in model.state_dict().items() if name in ("mean", "std")}
    buffers = sorted(name for name, _ in model.named_buffers() if name in ("mean", "std"))
    parameters = sorted({parameter.device.type for parameter in model.parameters()})
    return {"state_dict": where, "buffers": buffers, "parameters on": parameters}


def output_there(module, device, mean, std, values, x, options):
    target = place(device)
    model = _mlp(module, mean, std, values, **options).to(target)
    with torch.no_grad():
        return described(model(torch.tensor(x).to(target)))


def output_after_loading(module, device, mean, std, values, x, options):
    """Another network, with other statistics, loads the state_dict of the first on the device."""
    target = place(device)
    model = _mlp(module, mean, std, values, **options).to(target)
    other = module.NormalizedMLP(torch.zeros(len(mean)), torch.ones(len(std)), **options).to(target)
    other.load_state_dict(model.state_dict())
    with torch.no_grad():
        return described(other(torch.tensor(x).to(target)))


def dtypes(module, default, mean, std, options):
    """The dtypes of parameters and statistics of a network made while `default` is torch's default dtype."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(getattr(torch, default))
    try:
        model = module.NormalizedMLP(torch.tensor(mean), torch.tensor(std), **options)
    finally:
        torch.set_default_dtype(before)
    found = {str(parameter.dtype) for parameter in model.parameters()}
    return {"mean": str(model.mean.dtype), "std": str(model.std.dtype), "parameters": sorted(found)}


def statistics_after_training(module, mean, std, x, options):
    """`mean` and `std` after steps on all that the network calls its parameters, and which got a gradient."""
    model = _mlp(module, mean, std, **options)
    optimizer, x = torch.optim.SGD(model.parameters(), lr=0.1), torch.tensor(x)
    for _ in range(6):
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()
    graded = [parameter.grad is not None for parameter in model.parameters()]
    return {"mean": model.mean.detach(), "std": model.std.detach(), "x": x, "graded": graded, **options}


def back_and_forth(module, device, mean, std, values, x, options):
    """Outputs on the CPU, on the device, on the CPU again, and on the device again, of one network."""
    model = _mlp(module, mean, std, values, **options)
    came = []
    for name in ("cpu", device, "cpu", device):
        model.to(place(name))
        with torch.no_grad():
            came.append(described(model(torch.tensor(x).to(place(name)))))
    return came


@cuda_may_be_asked_for
def trained(module, device, batches_on, state, batches, loss, optimizer, options):
    """The losses of steps on batches, a tuple and a list in turn, and the model after each step."""
    target, source = place(device), place(batches_on)
    model, loss = Watched(network(state)).to(target), WatchedLoss(getattr(torch.nn.functional, loss))
    stepper = getattr(torch.optim, optimizer)(model.parameters(), **options)
    losses, states = [], {}
    for i, arrays in enumerate(batches):
        batch = (tuple, list)[i % 2](torch.tensor(values).to(source) for values in arrays)
        # What is returned may arrive late; what a model on the CPU needs from an accelerator arrives at once.
        with nullcontext() if device == "cpu" else accelerator.late_copies():
            losses.append(module.train_step(model=model, batch=batch, loss_fn=loss, optimizer=stepper, device=target))
        now = model.model.state_dict()
        states[f"after step {i + 1}"] = {name: value.detach().cpu().clone() for name, value in now.items()}
    types = sorted({type(loss).__name__ for loss in losses})
    return {**arrivals(model, loss), "type of what is returned": types, "losses": losses, **states}


@cuda_may_be_asked_for
def watched_steps(module, device, batches_on, state, batches):
    """What each of some steps returns and waits for, and its batch, a list, afterwards."""
    target, source = place(device), place(batches_on)
    model, loss = Watched(network(state)).to(target), WatchedLoss(torch.nn.functional.mse_loss)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    returned, waits, same = [], [], []
    for arrays in batches:
        batch = [torch.tensor(values).to(source) for values in arrays]
        before = list(batch)
        with accelerator.watch() as seen:
            returned.append(module.train_step(model, batch, loss, optimizer, target))
        waits.append(seen.waits)
        same.append(len(batch) == len(before) and all(map(lambda one, other: one is other, batch, before)))
    types = [type(value).__name__ for value in returned]
    return {"type of what is returned": types, "waits": waits, "the batch is as it was": same}


def _loader(batches):
    """The batches as tensors on the CPU, a tuple and a list in turn."""
    return [(tuple, list)[i % 2](map(torch.tensor, arrays)) for i, arrays in enumerate(batches)]


class WatchedModule(WatchedLoss):
    """A loss module that is watched, with its reduction."""

    reduction = property(lambda self: self.loss.reduction, lambda self, new: setattr(self.loss, "reduction", new))


@cuda_may_be_asked_for
def evaluated(module, device, training, loss, state, batches):
    """The mean loss, in which mode the model was asked, and what it holds afterwards. The loader gives its batches once."""
    model = Watched(network(state)).to(place(device)).train(training)
    loss, loader = WatchedModule(getattr(torch.nn, loss)()), iter(_loader(batches))
    with accelerator.late_copies() if device != "cpu" else nullcontext():
        returned = module.evaluate(model=model, loader=loader, loss_fn=loss, device=place(device))
    after = {name: value.detach().cpu() for name, value in model.model.state_dict().items()}
    return {
        **arrivals(model, loss),
        "model.training in evaluate": sorted(set(model.modes)),
        "type of what is returned": type(returned).__name__,
        "returned": returned,
        "afterwards": after,
    }


class Batches:
    """A loader that can be iterated over, and nothing else."""

    def __init__(self, batches):
        self._batches = batches

    def __iter__(self):
        return iter(self._batches)


class Failing:
    """Batches of which the second cannot be read, or none: then the loop does not even begin."""

    def __init__(self, batches, at_once=False):
        self.batches, self.at_once = batches, at_once

    def __len__(self):
        return len(self.batches)

    def __iter__(self):
        if self.at_once:
            raise KeyError("the second batch")
        return self.first()

    def first(self):
        yield self.batches[0]
        raise KeyError("the second batch")


@cuda_may_be_asked_for
def mode_afterwards(module, device, training, fails, state, batches):
    """What came out of evaluate, and the model's mode; `fails`: what raises at the second batch, or None."""
    model = Watched(network(state)).to(place(device)).train(training)
    model.model[1].train(not training)
    calls = []

    def fail_at_second(*args):
        calls.append(args)
        if len(calls) == 2:
            raise KeyError("the second batch")

    def loss(outputs, targets):
        if fails == "loss_fn":
            fail_at_second(outputs)
        return torch.nn.functional.mse_loss(outputs, targets.to(outputs.device))

    if fails == "model":
        model.register_forward_pre_hook(fail_at_second)
    loader = _loader(batches)
    if fails in ("loader", "iter(loader)"):
        loader = Failing(loader, at_once=fails == "iter(loader)")
    try:
        came = type(module.evaluate(model, loader, loss, place(device))).__name__
    except KeyError as problem:
        came = f"KeyError: {problem}"
    return {"what evaluate ends in": came, "model.training afterwards": model.training}


@cuda_may_be_asked_for
def watched_evaluation(module, device, state, batches):
    """Whether a graph was built, what waited, and what else was left behind."""
    model = Watched(network(state)).to(place(device))
    loss = WatchedLoss(torch.nn.functional.mse_loss)
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    with accelerator.watch() as seen:
        module.evaluate(model, Batches(_loader(batches)), loss, place(device))
    parameters = list(model.parameters())
    try:
        graph_later = (parameters[0] * 2).requires_grad
    finally:
        torch.set_grad_enabled(True)
    return {
        "the outputs have a graph": sorted(set(loss.graphs)),
        "waits": seen.waits,
        "gradients": [parameter.grad.mean().item() for parameter in parameters if parameter.grad is not None],
        "trainable": [parameter.requires_grad for parameter in parameters],
        "a graph later": graph_later,
    }


TENSORS = {
    "no dimensions": lambda: torch.tensor(2.5),
    "integers": lambda: torch.tensor([[1, -2], [3, 4]]),
    "booleans": lambda: torch.tensor([True, False]),
    "no elements": lambda: torch.zeros(0, 3),
    "float64": lambda: torch.tensor([0.1, 0.2], dtype=torch.float64),
    "float16": lambda: torch.tensor([0.5, 2.0], dtype=torch.float16),
    "transposed": lambda: torch.arange(6.0).reshape(2, 3).T,
    "sizes of 1": lambda: torch.ones(1, 2, 1),
    "a parameter": lambda: torch.nn.Parameter(torch.tensor([1.0, 2.0])),
}


def array_of(module, device, kind, graph):
    """The array, and whether the tensor still is where and what it was."""
    tensor = TENSORS[kind]().to(place(device))
    tensor = tensor * 3 if graph else tensor
    needs_grad = tensor.requires_grad
    with nullcontext() if device == "cpu" else accelerator.late_copies():
        array = module.to_numpy(tensor=tensor)
        array = array.copy() if hasattr(array, "copy") else array
    kept = tensor.device.type == place(device).type and tensor.requires_grad == needs_grad
    return {"type": type(array).__name__, "array": array, "the tensor is as before": kept}


def there_already(module, device):
    """Tensors that are there: what is copied, and whether a change of the original shows in the result."""
    target = place(device)
    one, two, three = (numbers(i).to(target) for i in (1, 2, 3))
    with accelerator.watch() as seen:
        result = module.to_device([one, {"a": two}, Sample(three)], target)
        alone = module.to_device(one, target)
    for tensor in (one, two, three):
        tensor.add_(10)
    return {
        "copies": len(seen.copies),
        "the result, after 10 was added to the originals": described(result),
        "a tensor alone, after 10 was added to it": described(alone),
    }


def flags(module, source, target, options):
    """With which non_blocking the tensors of a batch are copied from one device to another."""
    tensors = [numbers(i).to(place(source)) for i in range(6)]
    batch = {
        "a": tensors[0],
        "b": [tensors[1]],
        "c": (tensors[2],),
        "d": Pair(tensors[3], 0),
        "e": Sample(tensors[4]),
    }
    with accelerator.watch() as seen:
        module.to_device(batch, place(target), **options)
        module.to_device(tensors[5], place(target), **options)
    return sorted({non_blocking for direction, non_blocking in seen.copies if direction != "on device"})
