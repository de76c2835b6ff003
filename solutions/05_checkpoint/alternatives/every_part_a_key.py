"""One dict with None for what is absent, a named temporary file, pathlib."""

import tempfile
from pathlib import Path

import torch


def save_checkpoint(path, *, model, optimizer, epoch, scheduler=None, generator=None, extra=None):
    target = Path(path)
    checkpoint = dict(
        format=1,
        epoch=epoch,
        model_state_dict=model.state_dict(),
        optimizer_state_dict=optimizer.state_dict() if optimizer else None,
        scheduler_state_dict=scheduler.state_dict() if scheduler else None,
        generator_state=generator.get_state() if generator else None,
        rng_state=torch.random.get_rng_state(),
        extra=extra,
    )
    tmp = tempfile.NamedTemporaryFile(dir=target.parent, prefix=target.name, suffix=".tmp", delete=False)
    try:
        with tmp:
            torch.save(checkpoint, tmp)
        Path(tmp.name).replace(target)
    except:
        Path(tmp.name).unlink(missing_ok=True)
        raise


def load_checkpoint(path, *, model, optimizer=None, scheduler=None, generator=None, map_location="cpu", strict=True):
    # the default of weights_only has been True since torch 2.6
    checkpoint = torch.load(Path(path), map_location=map_location)

    if optimizer is not None and checkpoint["optimizer_state_dict"] is None:
        raise RuntimeError("checkpoint holds no state for the optimizer")
    if scheduler is not None and checkpoint["scheduler_state_dict"] is None:
        raise RuntimeError("checkpoint holds no state for the scheduler")
    if generator is not None and checkpoint["generator_state"] is None:
        raise RuntimeError("checkpoint holds no state for the generator")

    missing, unexpected = model.load_state_dict(checkpoint["model_state_dict"], strict=strict)
    if optimizer is not None:
        optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    if scheduler is not None:
        scheduler.load_state_dict(checkpoint["scheduler_state_dict"])
    if generator is not None:
        generator.set_state(checkpoint["generator_state"].to("cpu"))
    torch.random.set_rng_state(checkpoint["rng_state"].to("cpu"))

    print(f"resumed after epoch {checkpoint['epoch']}")
    return {
        "epoch": checkpoint["epoch"],
        "extra": checkpoint["extra"],
        "missing_keys": list(missing),
        "unexpected_keys": list(unexpected),
        "path": str(path),
    }


if __name__ == "__main__":
    net = torch.nn.Linear(2, 1)
    save_checkpoint("demo.pt", model=net, optimizer=torch.optim.Adam(net.parameters()), epoch=1)
    print(load_checkpoint("demo.pt", model=net))
