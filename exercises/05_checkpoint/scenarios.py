"""What the visible checks run beside the learner's code. They know no expected value."""

import os
from typing import Any

import torch
from interruptions import Break
from torch import nn
from workbench import content, filled, fresh_folder, load_of, problem_of, sgd


def model_comes_back(module: Any, tensors: dict[str, Any]) -> dict[str, Any]:
    """A model with these tensors is saved; the state of another one that they are loaded into."""
    path = os.path.join(fresh_folder("model"), "a.pt")
    model, other = (filled(nn.Sequential(nn.Linear(2, 1), nn.BatchNorm1d(1)), 9.0) for _ in range(2))
    model.load_state_dict({key: torch.as_tensor(value) for key, value in tensors.items()})
    module.save_checkpoint(path, model=model, optimizer=sgd(model), epoch=1)
    module.load_checkpoint(path, model=other)
    return dict(other.state_dict())


def adam_goes_on(module: Any, weight: Any, gradients: list[Any], saved_after: int) -> dict[str, Any]:
    """Adam's steps on one parameter, saved and loaded into new objects on the way.

    Without `module`, in one go.
    """

    def begin(**options: Any) -> tuple[nn.Module, torch.optim.Optimizer]:
        model = nn.ParameterDict({"p": nn.Parameter(torch.from_numpy(weight.copy()))})
        return model, torch.optim.Adam(model.parameters(), **options)

    model, optimizer = begin(lr=0.1, betas=(0.8, 0.9), eps=0.01)
    weights = []
    for step, gradient in enumerate(gradients):
        if module is not None and step == saved_after:
            path = os.path.join(fresh_folder("adam"), "a.pt")
            module.save_checkpoint(path, model=model, optimizer=optimizer, epoch=step)
            model, optimizer = begin()
            module.load_checkpoint(path, model=model, optimizer=optimizer)
        model["p"].grad = torch.from_numpy(gradient.copy())
        optimizer.step()
        weights.append(model["p"].detach().clone())
    group, state = optimizer.param_groups[0], optimizer.state[model["p"]]
    return {
        "settings": {name: group[name] for name in ("lr", "betas", "eps")},
        "state": {name: state[name] for name in ("step", "exp_avg", "exp_avg_sq")},
        "p after each step": weights,
    }


def broken_off(module: Any, kind: str) -> dict[str, Any]:
    """An exception comes out of a call while a second checkpoint is half written over the first."""
    folder = fresh_folder("broken off")
    path = os.path.join(folder, "a.pt")
    old, new = filled(nn.Linear(40, 40), 1.0), filled(nn.Linear(40, 40), 2.0)
    module.save_checkpoint(path, model=old, optimizer=sgd(old), epoch=1)
    before = content(path)

    def come_out() -> None:
        raise {"RuntimeError": RuntimeError, "KeyboardInterrupt": KeyboardInterrupt}[kind]("broken off")

    with Break(folder, module.__file__, at=0, act=come_out) as interruption:
        problem = problem_of(lambda: module.save_checkpoint(path, model=new, optimizer=sgd(new), epoch=2))
    after = {"reached": problem["class"], "before": before, "after": content(path)}
    return {"broken off": interruption.done, **after}


def modes_after(module: Any, training: list[bool], whole: bool) -> dict[str, Any]:
    """The mode of each layer after a save (of every part, or of none) and a load of the model alone.

    Every argument is given by its name.
    """
    path = os.path.join(fresh_folder("modes"), "a.pt")

    def with_modes() -> nn.Module:
        model = nn.Sequential(nn.BatchNorm1d(2), nn.Dropout(0.5), nn.Linear(2, 2))
        for layer, mode in zip(model.modules(), training, strict=True):
            layer.training = mode
        return model

    saved, loaded = with_modes(), with_modes()
    parts: dict[str, Any] = {"path": path, "model": saved, "epoch": 3, "optimizer": sgd(saved)}
    wanted = {"path": path, "model": loaded, "map_location": "cpu", "strict": True}
    if whole:
        parts["scheduler"] = torch.optim.lr_scheduler.StepLR(parts["optimizer"], 2)
        parts |= {"generator": torch.Generator(), "extra": {"note": "whole"}}
    saving = {"the save raises": problem_of(lambda: module.save_checkpoint(**parts))["class"]}
    loading, back = load_of(lambda: module.load_checkpoint(**wanted))
    return {
        **saving,
        **loading,
        "extra": back.get("extra", "nothing"),
        "training of each layer, after saving": [layer.training for layer in saved.modules()],
        "training of each layer, after loading": [layer.training for layer in loaded.modules()],
    }


def given_back(module: Any, epoch: int, extra: Any) -> dict[str, Any]:
    """What a load returns of `epoch` and `extra`.

    Arrays stand for tensors, which come back as [type, dtype, values].
    """

    def with_tensors(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: with_tensors(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(with_tensors(item) for item in value)
        return torch.from_numpy(value.copy()) if hasattr(value, "dtype") else value

    def described(value: Any) -> Any:
        if type(value) is dict:
            names = {key: key if isinstance(key, str) else f"{type(key).__name__}({key})" for key in value}
            return {names[key]: described(item) for key, item in value.items()}
        if type(value) in (list, tuple):
            return type(value)(described(item) for item in value)
        return [type(value).__name__, str(value.dtype), value.tolist()] if hasattr(value, "dtype") else value

    path = os.path.join(fresh_folder("given back"), "a.pt")
    model, given = nn.Linear(2, 1), with_tensors(extra)
    module.save_checkpoint(path, model=model, optimizer=sgd(model), epoch=epoch, extra=given)
    loading, loaded = load_of(lambda: module.load_checkpoint(path, model=model))
    found = {name: described(loaded.get(name, "nothing")) for name in ("epoch", "extra")}
    return {**loading, **found, "the extra given, afterwards": described(given)}
