from dataclasses import fields, is_dataclass

import numpy
import torch


def pick_device(preferred=None):
    if preferred is None:
        best = "cpu"
        if torch.cuda.device_count() > 0:
            best = "cuda:0"
        elif torch.backends.mps.is_available():
            best = "mps"
        return torch.device(best)
    try:
        probe = torch.zeros(1).to(preferred)
    except Exception as e:
        msg = "cannot use %s: %s" % (preferred, e)
        raise RuntimeError(msg) from None
    return probe.device


def _is_namedtuple(value):
    return isinstance(value, tuple) and hasattr(value, "_fields")


def _children(value):
    """(a list of the parts, how to build the value of new parts), or None for a leaf."""
    if isinstance(value, dict):
        keys = list(value)
        return [value[k] for k in keys], lambda parts: {k: p for k, p in zip(keys, parts, strict=True)}  # noqa: C416
    if _is_namedtuple(value):
        return list(value), lambda parts: value.__class__(*parts)
    if isinstance(value, (list, tuple)):
        return list(value), value.__class__
    if is_dataclass(value) and not isinstance(value, type):
        names = [f.name for f in fields(value)]

        def build(parts):
            new = object.__new__(value.__class__)
            for name, part in zip(names, parts, strict=True):
                object.__setattr__(new, name, part)
            return new

        return [getattr(value, name) for name in names], build
    return None


def to_device(obj, device, non_blocking=False):
    if torch.is_tensor(obj):
        return obj.to(device=device, non_blocking=non_blocking, copy=False)
    found = _children(obj)
    if found is None:
        return obj
    parts, build = found
    return build([to_device(part, device, non_blocking) for part in parts])


def to_numpy(tensor):
    return numpy.asarray(tensor.data.to("cpu"))


class NormalizedMLP(torch.nn.Module):
    def __init__(self, mean, std, hidden=(32, 32), out_features=10):
        super().__init__()
        dtype = torch.empty(0).dtype
        self.register_buffer("mean", torch.tensor(mean.tolist(), dtype=dtype))
        self.register_buffer("std", torch.tensor(std.tolist(), dtype=dtype))
        sizes = (mean.numel(),) + tuple(hidden) + (out_features,)
        self.depth = len(sizes) - 1
        for i in range(self.depth):
            bound = sizes[i] ** -0.5
            weight = torch.empty(sizes[i + 1], sizes[i]).uniform_(-bound, bound)
            setattr(self, f"weight{i}", torch.nn.Parameter(weight))
            setattr(self, f"bias{i}", torch.nn.Parameter(torch.zeros(sizes[i + 1])))

    def forward(self, x):
        h = (x - self.mean) / self.std
        for i in range(self.depth):
            h = torch.addmm(getattr(self, f"bias{i}"), h, getattr(self, f"weight{i}").t())
            if i + 1 < self.depth:
                h = torch.where(h > 0, h, torch.zeros_like(h))
        return h


def train_step(model, batch, loss_fn, optimizer, device):
    inputs = batch[0].to(device)
    targets = batch[1].to(device)
    model.zero_grad()
    prediction = model(inputs)
    loss = loss_fn(prediction, targets)
    value = loss.tolist()  # the only look at the device, and before the update
    loss.backward()
    optimizer.step()
    return value


def evaluate(model, loader, loss_fn, device):
    modes = [(m, m.training) for m in model.modules()]
    mean, seen = 0.0, 0
    try:
        for m, _ in modes:
            m.training = False
        for inputs, targets in loader:
            with torch.no_grad():
                batch_mean = loss_fn(model(inputs.to(device)), targets.to(device))
            seen += len(targets)
            mean = mean + (batch_mean - mean) * len(targets) / seen
    finally:
        for m, was in modes:
            m.training = was
    return float(mean)
