"""A class that knows its parts, a temporary folder beside the file, the keys compared by hand."""

import os
import random
import shutil
import tempfile
from dataclasses import dataclass, field

import torch
from torch import load as read
from torch import save as write


@dataclass
class Checkpoint:
    epoch: int
    extra: object = None
    states: dict = field(default_factory=dict)

    def take(self, name, part):
        if part is None:
            return
        self.states[name] = part.get_state() if isinstance(part, torch.Generator) else part.state_dict()

    def give(self, name, part):
        if part is None:
            return
        if isinstance(part, torch.Generator):
            part.set_state(self.states[name].cpu())
        else:
            part.load_state_dict(self.states[name])

    def require(self, **parts):
        lacking = [name for name, part in parts.items() if part is not None and name not in self.states]
        if lacking:
            raise RuntimeError("The checkpoint lacks: " + ", ".join(lacking))


def save_checkpoint(path, *, model, optimizer, epoch, scheduler=None, generator=None, extra=None):
    checkpoint = Checkpoint(epoch, extra)
    for name, part in (
        ("model", model),
        ("optimizer", optimizer),
        ("scheduler", scheduler),
        ("generator", generator),
    ):
        checkpoint.take(name, part)
    checkpoint.states["torch"] = torch.get_rng_state()
    checkpoint.states["python"] = random.getstate()
    path = os.path.abspath(path)
    with tempfile.TemporaryDirectory(prefix=".saving-", dir=os.path.dirname(path)) as folder:
        part = os.path.join(folder, "part")
        with open(part, "wb") as file:
            write(vars(checkpoint), file)
            file.flush()
            os.fsync(file.fileno())
        shutil.move(part, path)


def load_checkpoint(path, *, model, optimizer=None, scheduler=None, generator=None, map_location="cpu", strict=True):
    if not os.path.isfile(path):
        raise FileNotFoundError(path)
    checkpoint = Checkpoint(**read(path, map_location=map_location, weights_only=True))
    checkpoint.require(optimizer=optimizer, scheduler=scheduler, generator=generator)

    own, saved = model.state_dict(), checkpoint.states["model"]
    missing = [key for key in own if key not in saved]
    unexpected = [key for key in saved if key not in own]
    misshapen = [key for key in own if key in saved and own[key].shape != saved[key].shape]
    if misshapen or (strict and (missing or unexpected)):
        raise RuntimeError(f"missing: {missing}, unexpected: {unexpected}, of another shape: {misshapen}")
    with torch.no_grad():
        for key, tensor in own.items():
            if key in saved:
                tensor.copy_(saved[key])

    checkpoint.give("optimizer", optimizer)
    checkpoint.give("scheduler", scheduler)
    checkpoint.give("generator", generator)
    torch.set_rng_state(checkpoint.states["torch"].cpu())
    return {
        "epoch": checkpoint.epoch,
        "extra": checkpoint.extra,
        "missing_keys": missing,
        "unexpected_keys": unexpected,
    }
