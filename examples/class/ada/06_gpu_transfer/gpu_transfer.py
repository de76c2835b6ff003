import dataclasses
from contextlib import contextmanager
from functools import partial, singledispatch

import torch
from torch import nn


def pick_device(preferred=None):
    if preferred is None:
        for name, is_available in [("cuda", torch.cuda.is_available), ("mps", torch.backends.mps.is_available)]:
            if is_available():
                return torch.device(name)
        return torch.device("cpu")
    device = torch.device(preferred)
    if device.type == "cpu":
        return device
    module = getattr(torch, device.type, None)
    count = module.device_count() if module is not None and module.is_available() else 0
    if (device.index or 0) >= count:
        raise RuntimeError(f"{preferred} was asked for, but there are {count} devices of type {device.type} here")
    return device


@singledispatch
def _walk(obj, move):
    if dataclasses.is_dataclass(obj) and not isinstance(obj, type):
        changes = {f.name: _walk(getattr(obj, f.name), move) for f in dataclasses.fields(obj) if f.init}
        return dataclasses.replace(obj, **changes)
    return obj


@_walk.register
def _(obj: torch.Tensor, move):
    return move(obj)


@_walk.register
def _(obj: dict, move):
    return dict(zip(obj, (_walk(value, move) for value in obj.values()), strict=True))


@_walk.register
def _(obj: list, move):
    return [_walk(value, move) for value in obj]


@_walk.register
def _(obj: tuple, move):
    make = getattr(type(obj), "_make", type(obj))
    return make(_walk(value, move) for value in obj)


def to_device(obj, device, non_blocking=False):
    return _walk(obj, partial(torch.Tensor.to, device=device, non_blocking=non_blocking))


def to_numpy(tensor):
    return tensor.numpy(force=True)


class NormalizedMLP(nn.Sequential):
    def __init__(self, mean, std, hidden=(32, 32), out_features=10):
        width = mean.shape[0]
        layers = []
        for size in hidden:
            layers.extend([nn.Linear(width, size), nn.ReLU(inplace=True)])
            width = size
        super().__init__(*layers, nn.Linear(width, out_features))
        for name, values in {"mean": mean, "std": std}.items():
            self.register_buffer(name, torch.empty(values.shape).copy_(values))

    def forward(self, x):
        return super().forward(x.sub(self.mean).div(self.std))


@contextmanager
def in_eval_mode(model):
    before = model.training
    try:
        yield model.eval()
    finally:
        model.train(before)


def train_step(model, batch, loss_fn, optimizer, device):
    x, y = (tensor.to(device, non_blocking=True) for tensor in batch)
    loss = loss_fn(model(x), y)
    optimizer.zero_grad(set_to_none=False)
    loss.backward()
    optimizer.step()
    return float(loss)


@torch.inference_mode()
def evaluate(model, loader, loss_fn, device):
    losses, sizes = [], []
    with in_eval_mode(model) as judge:
        for x, y in loader:
            losses.append(loss_fn(judge(x.to(device)), y.to(device)))
            sizes.append(len(y))
    weights = torch.tensor(sizes, device=device)
    return (torch.stack(losses) @ weights.to(losses[0].dtype) / sum(sizes)).item()
