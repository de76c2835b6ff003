"""What the visible checks run beside the learner's code. They know no expected value."""

import threading
from typing import Any

import numpy as np
import torch
from broken_models import broken, network
from event_files import curves_of, files_in, fresh_folder, kept_until_flushed, log


def logged(module: Any, epochs: list[dict[str, Any]]) -> dict[str, Any]:
    """Log these epochs: the files afterwards, what end_epoch returned, and `step` after each epoch."""
    folder = fresh_folder("logged")
    means, steps = [], []
    with module.RunLogger(folder) as run:
        for epoch in epochs:
            means += log(run, [epoch])
            steps.append(run.step)
    return {"files": files_in(folder), "means": means, "step after each epoch": steps}


def broken_off(module: Any, epochs: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """An exception comes out of the block: what reaches the caller, and the files."""
    folder = fresh_folder("broken off")
    problem = {"ValueError": ValueError, "KeyboardInterrupt": KeyboardInterrupt}[kind]("broken off")
    reached, threads = "nothing", set(threading.enumerate())
    try:
        with kept_until_flushed(), module.RunLogger(folder) as run:
            log(run, epochs)
            run.log_train({"loss": 7.5})
            raise problem
    except NotImplementedError:
        raise
    except BaseException as seen:
        reached = type(seen).__name__
        if seen is not problem and not isinstance(seen, type(problem)):
            raise
    return {"files": files_in(folder), "reached": reached, "threads": len(set(threading.enumerate()) - threads)}


def shown(module: Any, snapshots: list[dict[str, bytes]], metrics: list[str]) -> dict[str, Any]:
    """What TensorBoard shows of these files, for each metric: its tags, its curves, their steps and values.

    Runs in a process that never saw the learner's code (`submission.apart`), and raises nothing: the
    bytes may be anything. A curve belongs to training or to validation by the name of its run and tag.
    """
    seen: dict[str, Any] = {"tags": {}, "curves": {}, "steps": {}, "values": {}}
    try:
        curves = curves_of(snapshots)
        for metric in metrics:
            mine = [curve for curve in curves if curve["tag"] == metric][:9]
            if not mine:  # not in its own chart: what stands under a name like it
                mine = [curve for curve in curves if metric.lower() in curve["tag"].lower()][:9]
            seen["tags"][metric] = sorted({curve["tag"][:40] for curve in mine})
            seen["curves"][metric] = sorted(split_of(curve["run"]) for curve in mine)
            seen["steps"][metric] = joined(mine, "steps", np.int64)
            seen["values"][metric] = joined(mine, "values", np.float64)
    except Exception:  # no event files, though their names say so
        nothing: dict[str, Any] = {metric: {} for metric in metrics}
        return {"tags": nothing, "curves": nothing, "steps": nothing, "values": nothing}
    return seen


def split_of(name: str) -> str:
    return "validation" if "val" in name.lower() else "train" if "train" in name.lower() else "neither"


def joined(curves: list[dict[str, Any]], part: str, dtype: Any) -> dict[str, Any]:
    """The steps or values of training and of validation."""
    found: dict[str, list[Any]] = {}
    for curve in curves:
        found.setdefault(split_of(f"{curve['run']}/{curve['tag']}"), []).extend(curve[part])
    return {split: np.array(values, dtype) for split, values in found.items()}


def loss_at_init(module: Any, weight: Any, inputs: Any, targets: Any, classes: int) -> dict[str, Any]:
    """check_loss_at_init of a linear classifier with these weights."""
    model = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=False).double()
    model.load_state_dict({"weight": torch.from_numpy(weight)})
    batch = torch.from_numpy(inputs), torch.from_numpy(targets)
    return dict(module.check_loss_at_init(model, batch, classes))


def dead_units(module: Any, weights: list[Any], biases: list[Any], inputs: Any) -> Any:
    """find_dead_relu of Linear, ReLU, Linear, ReLU, ... with these weights."""
    return module.find_dead_relu(network(weights, biases), torch.from_numpy(inputs))


def diagnosed(module: Any, names: list[str], inputs: Any, targets: Any, classes: int, seed: int) -> dict[str, Any]:
    """What `diagnose` says of each of these models (broken_models.py)."""
    batch = torch.from_numpy(inputs), torch.from_numpy(targets)
    said = {}
    for name in names:
        model, optimizer = broken(name, inputs.shape[1], classes, seed)
        said[name] = module.diagnose(model, batch, optimizer, classes)
    return said
