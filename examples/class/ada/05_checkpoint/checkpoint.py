from __future__ import annotations

import contextlib
import io
import os
import uuid

import torch


class Missing(RuntimeError):
    """The file has no such part."""


@contextlib.contextmanager
def _replacing(path):
    folder, name = os.path.split(os.path.abspath(path))
    other = os.path.join(folder, f"~{uuid.uuid4().hex}")
    fd = os.open(other, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    done = False
    try:
        try:
            yield fd
            os.fsync(fd)
        finally:
            os.close(fd)
        os.rename(other, os.path.join(folder, name))
        done = True
    finally:
        if not done:
            os.unlink(other)


def _numbers(state):
    return state.tolist()


def _state(numbers):
    return torch.tensor(numbers, dtype=torch.uint8)


def save_checkpoint(path, *, model, optimizer, epoch, scheduler=None, generator=None, extra=None) -> None:
    parts = {}
    for name, part in {"model": model, "optimizer": optimizer, "scheduler": scheduler}.items():
        if part is not None:
            parts[name] = part.state_dict()
    if generator is not None:
        parts["generator"] = _numbers(generator.get_state())
    header = (epoch, extra, _numbers(torch.default_generator.get_state()))
    memory = io.BytesIO()
    torch.save([header, parts], memory)
    rest = memory.getbuffer()
    with _replacing(os.fspath(path)) as fd:
        while rest:
            rest = rest[os.write(fd, rest) :]


def load_checkpoint(
    path, *, model, optimizer=None, scheduler=None, generator=None, map_location="cpu", strict=True
) -> dict:
    with open(path, "rb") as file:
        (epoch, extra, rng), parts = torch.load(file, map_location, weights_only=True)
    wanted = {"model": model, "optimizer": optimizer, "scheduler": scheduler, "generator": generator}
    for name in wanted:
        if wanted[name] is not None and name not in parts:
            raise Missing(f"Checkpoint without {name}")
    loaded = {"epoch": epoch, "extra": extra}
    result = model.load_state_dict(parts["model"], strict)
    if not strict:
        loaded.update(missing_keys=tuple(result.missing_keys), unexpected_keys=tuple(result.unexpected_keys))
    for part, name in ((optimizer, "optimizer"), (scheduler, "scheduler")):
        if part is not None:
            part.load_state_dict(parts[name])
    if generator is not None:
        generator.set_state(_state(parts["generator"]))
    torch.default_generator.set_state(_state(rng))
    return loaded
