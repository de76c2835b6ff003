"""A match statement, layers in a ModuleList, a sum of Python floats, and prints on the way."""

import copy
import dataclasses
from typing import Any

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

VERBOSE = False


def _available(device: torch.device) -> bool:
    match device.type:
        case "cpu":
            return True
        case "cuda":
            return (device.index or 0) < torch.cuda.device_count()
        case "mps":
            return torch.backends.mps.is_available()
        case _:
            current = torch.accelerator.current_accelerator()
            return current is not None and current.type == device.type


def pick_device(preferred: str | None = None) -> torch.device:
    candidates = [preferred] if preferred is not None else ["cuda", "mps", "cpu"]
    for name in candidates:
        if _available(torch.device(name)):
            return torch.device(name)
    raise RuntimeError(f"no such device on this machine: {preferred}")


def to_device(obj: Any, device: torch.device, non_blocking: bool = False) -> Any:
    match obj:
        case torch.Tensor():
            target = torch.device(device)
            same_index = target.index is None or target.index == obj.device.index
            if obj.device.type == target.type and same_index:
                return obj
            return torch.empty_like(obj, device=target).copy_(obj, non_blocking=non_blocking)
        case dict():
            moved = copy.copy(obj)
            for key in obj:
                moved[key] = to_device(obj[key], device, non_blocking)
            return moved
        case list():
            return [to_device(item, device, non_blocking) for item in obj]
        case tuple():
            items = [to_device(item, device, non_blocking) for item in obj]
            return (
                obj._replace(**dict(zip(obj._fields, items, strict=True))) if hasattr(obj, "_fields") else tuple(items)
            )
        case _ if hasattr(type(obj), "__dataclass_fields__"):
            values = {f.name: to_device(getattr(obj, f.name), device, non_blocking) for f in dataclasses.fields(obj)}
            return type(obj)(**values)
    return obj


def to_numpy(tensor: torch.Tensor) -> np.ndarray:
    with torch.no_grad():
        array = np.empty(tuple(tensor.shape), dtype=torch.empty(0, dtype=tensor.dtype).numpy().dtype)
        torch.from_numpy(array).copy_(tensor)
    return array


class NormalizedMLP(nn.Module):
    def __init__(self, mean, std, hidden=(32, 32), out_features=10):
        super().__init__()
        default = torch.get_default_dtype()
        self.mean: torch.Tensor
        self.std: torch.Tensor
        self.register_buffer("mean", torch.as_tensor(mean, dtype=default).clone())
        self.register_buffer("std", torch.as_tensor(std, dtype=default).clone())
        self.register_buffer("calls", torch.zeros((), dtype=torch.long), persistent=False)
        widths = [self.mean.numel()] + list(hidden) + [out_features]
        self.linears = nn.ModuleList([nn.Linear(widths[i], widths[i + 1]) for i in range(len(widths) - 1)])
        self.hidden = tuple(hidden)

    def forward(self, x):
        self.calls += 1
        x = (x - self.mean) * (1.0 / self.std)
        for i, linear in enumerate(self.linears):
            x = linear(x)
            if i < len(self.hidden):
                x = F.relu(x)
        return x


def train_step(model, batch, loss_fn, optimizer, device):
    """With a closure, as LBFGS would want it."""
    x, y = to_device(list(batch), device)

    def closure():
        for group in optimizer.param_groups:
            for p in group["params"]:
                p.grad = None
        loss = loss_fn(model(x), y)
        loss.backward()
        return loss

    model.train(True)
    value = optimizer.step(closure).detach().cpu().item()
    if VERBOSE:
        print(f"loss {value:.4f}")
    return value


def evaluate(model, loader, loss_fn, device):
    was_training = model.training
    model.eval()
    total, n = 0.0, 0
    before = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    try:
        for batch in loader:
            x, y = to_device(tuple(batch), device)
            total += loss_fn(model(x), y).item() * x.shape[0]
            n += x.shape[0]
    finally:
        torch.set_grad_enabled(before)
        model.train(was_training)
    return total / n
