"""Asks the path for something that only a str has."""

import os
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler


def save_checkpoint(
    path: str | os.PathLike[str],
    *,
    model: nn.Module,
    optimizer: Optimizer,
    epoch: int,
    scheduler: LRScheduler | None = None,
    generator: torch.Generator | None = None,
    extra: Any = None,
) -> None:
    """Write a checkpoint to `path`, wholly or not at all.

    Args:
        path: the file to write; its folder exists. A file that is there already is replaced.
        model: its `state_dict` is saved: parameters and buffers.
        optimizer: its `state_dict` is saved.
        epoch: the number of epochs completed.
        scheduler: its `state_dict` is saved; without it the file has no such part.
        generator: its state is saved; without it the file has no such part. The state of torch's
            global CPU generator is always saved.
        extra: None, bool, int, float, str, tensors, and dicts, lists and tuples of them.

    Whatever exception breaks it off, Ctrl-C included, reaches the caller; the old file is then
    as it was, and the folder holds nothing new. If the process is killed, the old file is as it was.
    None of the arguments is changed, and no random number is drawn.
    """
    parts = {"model": model, "optimizer": optimizer, "scheduler": scheduler}
    state: dict[str, Any] = {name: part.state_dict() for name, part in parts.items() if part is not None}
    if generator is not None:
        state["generator"] = generator.get_state()
    state |= {"epoch": epoch, "extra": extra, "global_rng": torch.get_rng_state()}
    _write(state, path)


def _write(state: dict[str, Any], path: str) -> None:
    """Write the state to a neighbour of `path`, then put that file in its place in one step.

    A neighbour, because `os.replace` is one step within a file system only.
    """
    temporary = ".tmp".join([path.removesuffix(".pt"), ".pt"])
    try:
        torch.save(state, temporary)
        os.replace(temporary, path)
    except BaseException:  # KeyboardInterrupt is no Exception
        if os.path.exists(temporary):
            os.remove(temporary)
        raise


def load_checkpoint(
    path: str | os.PathLike[str],
    *,
    model: nn.Module,
    optimizer: Optimizer | None = None,
    scheduler: LRScheduler | None = None,
    generator: torch.Generator | None = None,
    map_location: Any = "cpu",
    strict: bool = True,
) -> dict[str, Any]:
    """Put the parts saved in `path` back into the objects given, in place.

    Args:
        path: a file written by `save_checkpoint`.
        model: takes the parameters and buffers; its train/eval mode stays as it is.
        optimizer, scheduler, generator: each takes its part. A part that is not asked for is left alone.
        map_location: as in `torch.load`. Generator states go to the CPU in any case.
        strict: whether the keys of the file and of the model have to be the same.

    torch's global CPU generator takes its part as well.

    Returns:
        A dict with at least `epoch` and `extra`, as they were given; with `strict=False` also
        `missing_keys` (the model's, which the file does not have) and `unexpected_keys` (the reverse).

    Raises:
        FileNotFoundError: there is no such file.
        RuntimeError: the file does not have a part that is asked for (the message names it: optimizer,
            scheduler or generator); the shape of a key differs; with `strict`, a key is missing or
            unexpected (the message lists them).

    Only plain data is loaded: a file that holds any other object is refused, with any exception,
    before that object can do anything.
    """
    state = torch.load(path, map_location=map_location, weights_only=True)
    asked_for = {"optimizer": optimizer, "scheduler": scheduler, "generator": generator}
    for name, part in asked_for.items():
        if part is not None and name not in state:
            raise RuntimeError(f"{os.fspath(path)} has no {name}; it has {', '.join(state)}")

    keys = model.load_state_dict(state["model"], strict=strict)
    if optimizer is not None:
        optimizer.load_state_dict(state["optimizer"])
    if scheduler is not None:
        scheduler.load_state_dict(state["scheduler"])
    if generator is not None:
        generator.set_state(state["generator"].cpu())
    torch.set_rng_state(state["global_rng"].cpu())

    loaded = {"epoch": state["epoch"], "extra": state["extra"]}
    if not strict:
        loaded["missing_keys"] = keys.missing_keys
        loaded["unexpected_keys"] = keys.unexpected_keys
    return loaded
