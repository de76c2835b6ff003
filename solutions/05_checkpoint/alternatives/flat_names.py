"""Tensors by flat names in one dict, keyword arguments collected, an ExitStack that cleans up."""

import os
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import torch
from torch import nn

PARTS = ("optimizer", "scheduler", "generator")


def _discard(path: Path) -> None:
    with suppress(FileNotFoundError):
        path.unlink()


def _snapshot(part: Any) -> Any:
    return part.state_dict() if hasattr(part, "state_dict") else part.get_state().clone()


def _restore(part: Any, snapshot: Any) -> None:
    if hasattr(part, "load_state_dict"):
        part.load_state_dict(snapshot)
    else:
        part.set_state(snapshot.to(device="cpu", dtype=torch.uint8))


def save_checkpoint(path: str | os.PathLike, *, model: nn.Module, optimizer, epoch: int, **rest: Any) -> None:
    facts = {"epoch": epoch, "extra": rest.get("extra")}
    tensors = {f"model/{key}": value.detach().cpu().clone() for key, value in model.state_dict().items()}
    given = {"optimizer": optimizer, "scheduler": rest.get("scheduler"), "generator": rest.get("generator")}
    snapshots = {name: _snapshot(part) for name, part in given.items() if part is not None}
    path = Path(os.fspath(path))
    half = path.parent / (path.name + ".half")
    with ExitStack() as stack:
        stack.callback(_discard, half)
        with half.open("wb") as file:
            torch.save({"facts": facts, **tensors, "rng": torch.get_rng_state(), **snapshots}, file)
        half.replace(path)
        stack.pop_all()


def load_checkpoint(path, *, model, map_location="cpu", strict=True, **parts):
    content = torch.load(os.fspath(path), map_location=map_location, weights_only=True)
    for name in PARTS:
        if parts.get(name) is not None and name not in content:
            raise RuntimeError(f"{name!r} was asked for and is not in {path}")
    weights = {key.removeprefix("model/"): value for key, value in content.items() if key.startswith("model/")}
    answer = dict(content["facts"])
    keys = model.load_state_dict(weights, strict=strict)
    if not strict:
        answer |= {"missing_keys": keys.missing_keys, "unexpected_keys": keys.unexpected_keys}
    for name in PARTS:
        if parts.get(name) is not None:
            _restore(parts[name], content[name])
    torch.set_rng_state(content["rng"].cpu())
    return answer
