"""What only the hidden checks run beside the learner's code. They know no expected value."""

import copy
import datetime
import gc
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from broken_models import HIDDEN, Detached, Made, adam, broken, dead, far_too_large, healthy
from event_files import files_in, fresh_folder, kept_until_flushed, log
from torch import nn

# 24.1 Tags and values, 24.4 floats


def logged_tensors(module: Any, values: list[float], sizes: list[int], dtype: str, on_graph: bool) -> dict[str, Any]:
    """Log each value as a tensor, for training and for validation: the files, what end_epoch returned, what was given."""
    folder, given, graphs = fresh_folder("tensors"), [], []
    with module.RunLogger(folder) as run:
        for value, size in zip(values, sizes, strict=True):
            tensor = torch.tensor(value, dtype=getattr(torch, dtype))
            loss = tensor.requires_grad_().clone() if on_graph else tensor.reshape(1)
            given.append({"loss": loss})
            graphs.append(loss)
            run.log_train(given[-1])
            run.log_validation(given[-1], size)
        means = run.end_epoch()
    kept = [isinstance(metrics.get("loss"), torch.Tensor) and float(metrics["loss"].detach()) for metrics in given]
    seen = {"files": files_in(folder), "means": means, "names given": [list(m) for m in given], "losses given": kept}
    return seen | {"losses with a graph": sum(loss.requires_grad for loss in graphs)}


class Witness:
    """Lives as long as something holds it."""


class WithWitness(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, witness: Witness) -> torch.Tensor:
        ctx.witness = witness
        return x.clone()

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> Any:
        return gradient, None


def graphs_alive(module: Any) -> dict[str, Any]:
    """How many graphs, and how many tensors without one, are still in memory after they were logged and dropped; whether
    a parameter that was logged is one still."""
    parameter, alive = nn.Parameter(torch.tensor(1.5)), dict[str, int]()
    with module.RunLogger(fresh_folder("graphs")) as run:
        logs = {
            "log_train": lambda loss: run.log_train({"loss": loss}),
            "log_validation": lambda loss: run.log_validation({"loss": loss}, 2),
        }
        for name, log in logs.items():
            seen = []
            for _ in range(3):
                witness = Witness()
                seen.append(weakref.ref(witness))
                log(WithWitness.apply(parameter, witness))
                array = np.array([0.5], dtype=np.float32)  # a tensor of its memory keeps it, and so does a detached one
                seen.append(weakref.ref(array))
                log(torch.from_numpy(array))
                del witness, array
            gc.collect()
            log(parameter)
            alive |= {name: sum(reference() is not None for reference in seen)}
        run.end_epoch()
    return {"still in memory": alive, "the parameter wants a gradient": parameter.requires_grad}


# 24.2 Steps


def steps_on_the_way(module: Any, batches: list[int], start_step: int) -> dict[str, Any]:
    """`step` at the start, after each training batch, and after each epoch, one of one batch without any metric."""
    folder, metrics, validation = fresh_folder("steps"), {"loss": 1.0, "accuracy": 0.5, "lr": 0.1}, {"loss": 1.0}
    steps, means = [], []
    with module.RunLogger(start_step=start_step, folder=Path(folder)) as run:
        steps.append(run.step)
        for count in batches:
            for _ in range(count):
                run.log_train(metrics if count > 1 else {})
                steps.append(run.step)
            if count > 1:
                run.log_validation(validation, 3)
                run.log_validation(validation, 3)
            means.append(run.end_epoch())
            steps.append(run.step)
    return {"files": files_in(folder), "steps": steps, "means": means}


def two_at_once(module: Any, epochs: list[list[dict[str, Any]]], starts: list[int]) -> dict[str, Any]:
    """Two runs that are open at the same time, their epochs in turn; validation comes before an epoch's training.

    The files of each run, what its end_epoch returned, and the step that it reached.
    """
    folders, means = [fresh_folder("beside"), fresh_folder("beside it")], list[list[Any]]([[], []])
    with (
        module.RunLogger(folders[0], start_step=starts[0]) as one,
        module.RunLogger(folders[1], start_step=starts[1]) as other,
    ):
        for both in zip(*epochs, strict=True):
            for run, epoch in zip((one, other), both, strict=True):
                for metrics, size in epoch["validation"]:
                    run.log_validation(metrics, size)
                for metrics in epoch["train"]:
                    run.log_train(metrics)
            for run, seen in zip((one, other), means, strict=True):
                seen.append(run.end_epoch())
        steps = [one.step, other.step]
    return {"files": [files_in(folder) for folder in folders], "means": means, "steps": steps}


@contextmanager
def a_day_later(module: Any) -> Iterator[None]:
    """Python's clocks are a day ahead, under every name that the module has for them."""
    now, day = datetime.datetime, datetime.timedelta(days=1)

    class Later(datetime.datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return now.now(tz) + day

        @classmethod
        def today(cls) -> Any:
            return now.today() + day

    seconds, local, form = time.time, time.localtime, time.strftime

    def moment(given: float | None = None) -> time.struct_time:
        return local(seconds() + day.total_seconds() if given is None else given)

    clocks: list[tuple[Any, Any]] = [
        (datetime.datetime, Later),
        (time.time, lambda: seconds() + day.total_seconds()),
        (time.localtime, moment),
        (time.strftime, lambda text, given=None: form(text, moment() if given is None else given)),
    ]
    places = [
        (space, name, value, later)
        for space in (vars(datetime), vars(time), vars(module))
        for name, value in list(space.items())
        for clock, later in clocks
        if value is clock
    ]
    try:
        for space, name, _, later in places:
            space[name] = later
        yield
    finally:
        for space, name, value, _ in places:
            space[name] = value


def run_begun(module: Any, epochs: list[dict[str, Any]]) -> dict[str, Any]:
    """The first part of a run, in a folder with a file of the caller's: its files, and the step that it reached."""
    os.mkdir("resumed")
    Path("resumed", "model.txt").write_text("the caller's")
    with module.RunLogger("resumed") as run:
        log(run, epochs)
        step = run.step
    return {"files": files_in("resumed"), "step": step}


def run_resumed(module: Any, epochs: list[dict[str, Any]], start_step: int) -> dict[str, bytes]:
    """The second part, in a new process and the same folder, on the next day: its files."""
    with a_day_later(module), module.RunLogger("resumed", start_step=start_step) as run:
        log(run, epochs)
    return files_in("resumed")


# 24.3 Closed and flushed


def descriptors() -> set[int]:
    found = set()
    for descriptor in range(64):
        try:
            os.fstat(descriptor)
        except OSError:
            continue
        found.add(descriptor)
    return found


def closed(module: Any, epochs: list[dict[str, Any]], how: str) -> dict[str, Any]:
    """After the block, after close(), after both, or if nothing was logged: the files, what is still open or running."""
    folder = fresh_folder("closed")
    before, files_before = set(threading.enumerate()), descriptors()
    with kept_until_flushed():
        run = module.RunLogger(folder)
        if how == "close":
            log(run, epochs)
            run.log_train({"loss": 7.5})
            run.close()
        elif how == "nothing logged":
            run.end_epoch()
            run.close()
        else:
            with run as entered:
                log(entered, epochs)
                entered.log_train({"loss": 7.5})
            if how == "block and close":
                run.close()
                run.close()
    return {  # while `run` is held: nothing is closed by being forgotten
        "files": files_in(folder),
        "threads": len(set(threading.enumerate()) - before),
        "open files": len(descriptors() - files_before),
    }


def files_after_an_epoch(module: Any, epochs: list[dict[str, Any]]) -> dict[str, bytes]:
    """The files right after the last end_epoch: what a process that is killed then leaves."""
    folder = fresh_folder("epoch")
    with kept_until_flushed(), module.RunLogger(folder) as run:
        log(run, epochs)
        return files_in(folder)


# 24.5 One chart


def logged_below(module: Any, epochs: list[dict[str, Any]], folder: str) -> dict[str, bytes]:
    """Two runs in folders beside each other, given as os.PathLike: the files of the first alone."""
    above = Path(fresh_folder("experiments"))
    for name in (folder, "other"):
        with module.RunLogger(above / name) as run:
            log(run, epochs)
    return files_in(str(above / folder))


# 24.4 One batch


def overfitted(module: Any, inputs: Any, targets: Any, kind: str, steps: int | None, seed: int) -> dict[str, Any]:
    """Train a model that has modes and old gradients on one batch; without `module`, by torch's plain loop.

    Its layers are in eval mode though the model itself says training, one bias is frozen, and anomaly detection is on
    in the shortest training.
    """
    x, y = torch.from_numpy(inputs), torch.from_numpy(targets)
    with torch.random.fork_rng(devices=[]), torch_settings_restored():
        torch.manual_seed(seed)
        layers = [nn.Linear(x.shape[1], 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Dropout(0.3), nn.Linear(8, 3)]
        if kind == "Adam":  # logits of one place, (N, 3, 1): who squeezes them has others
            layers.append(nn.Unflatten(1, (3, 1)))
            y = y[:, None]
        model = nn.Sequential(*layers).to(x.dtype).eval()
        model.training = True
        for parameter in model.parameters():
            parameter.grad = torch.ones_like(parameter)
        layers[4].bias.requires_grad_(False)
        torch.autograd.set_detect_anomaly(steps == 7)
        optimizer: torch.optim.Optimizer
        if kind == "Adam":  # losses so small that "near 0" is no end
            optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
            loss_fn = nn.CrossEntropyLoss(weight=torch.full((3,), 1e-5, dtype=x.dtype), reduction="sum")
        else:  # and gradients so large that clipping shows
            optimizer = torch.optim.SGD(model.parameters(), lr=0.002, momentum=0.9)
            loss_fn = nn.MultiMarginLoss(weight=torch.full((3,), 50.0, dtype=x.dtype), reduction="sum")
        if module is not None:
            options = {} if steps is None else {"steps": steps}
            losses = module.overfit_one_batch(model, (x, y), loss_fn, optimizer, **options)
        else:
            losses = []
            model.train()
            for _ in range(100 if steps is None else steps):
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
        weights = {k: v.clone() for k, v in model.state_dict().items()}
        return {"losses": losses, "weights afterwards": weights, "torch's settings": torch_settings(seed)}


def torch_settings(seed: int) -> dict[str, Any]:
    """What is set for all of torch, whose seed was this one: that numbers were drawn since changes nothing."""
    return {
        "grad mode": torch.is_grad_enabled(),
        "anomaly detection": torch.is_anomaly_enabled(),
        "default dtype": str(torch.get_default_dtype()),
        "deterministic algorithms": torch.are_deterministic_algorithms_enabled(),
        "seeded anew": torch.initial_seed() != seed,
    }


@contextmanager
def torch_settings_restored() -> Iterator[None]:
    """Afterwards they are as they were, and no global hook is left."""
    grad, anomaly, dtype = torch.is_grad_enabled(), torch.is_anomaly_enabled(), torch.get_default_dtype()
    deterministic, hooks = torch.are_deterministic_algorithms_enabled(), [dict(kind) for kind in GLOBAL_HOOKS]
    try:
        yield
    finally:
        torch.set_grad_enabled(grad)
        torch.autograd.set_detect_anomaly(anomaly)
        torch.set_default_dtype(dtype)
        torch.use_deterministic_algorithms(deterministic)
        for kind, old in zip(GLOBAL_HOOKS, hooks, strict=True):
            kind.clear()
            kind.update(old)


# 24.6 The loss at the start


def loss_of(
    module: Any, weight: Any, inputs: Any, targets: Any, classes: int, tolerance: float | None
) -> dict[str, Any]:
    model = nn.Linear(weight.shape[1], weight.shape[0], bias=False).double()
    model.load_state_dict({"weight": torch.from_numpy(weight)})
    batch = torch.from_numpy(inputs), torch.from_numpy(targets)
    options = {} if tolerance is None else {"tolerance": tolerance}
    with torch_settings_restored():
        torch.set_grad_enabled(False)  # who looks at a model often has it off
        report = dict(module.check_loss_at_init(model=model, batch=batch, classes=classes, **options))
        return report | {"grad mode": torch.is_grad_enabled()}


class Notes(list[tuple[bool, bool]]):
    """The same notes for a model and its copies: who looks at a deep copy is right as well."""

    def __deepcopy__(self, memo: Any) -> "Notes":
        return self


class Observed(nn.Module):
    """Notes in which mode it runs and whether a graph would be built."""

    def __init__(self, fails: Any = None) -> None:
        super().__init__()
        self.seen = Notes()
        self.fails = fails

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.seen.append((self.training, torch.is_grad_enabled()))
        if self.fails:
            raise self.fails("the model raises")
        return x


def observed_model(x: torch.Tensor, classes: int, seed: int, fails: Any = None) -> tuple[nn.Module, Observed]:
    """A model whose layers are in different modes, with running statistics, gradients, a frozen weight and two hooks."""
    observed = Observed(fails)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        body = nn.Sequential(nn.Linear(x.shape[1], 6), nn.BatchNorm1d(6), nn.ReLU(inplace=True), nn.Dropout(0.5))
        model = nn.Sequential(body, observed, nn.Linear(6, classes)).to(x.dtype)
        with torch.no_grad():
            body[1].running_mean.normal_()
            body[1].running_var.uniform_(0.5, 2.0)
    model.train()
    body[1].eval()
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    body[0].weight.requires_grad_(False)
    for layer in (model, body[2]):
        layer.register_forward_hook(lambda *_: None)
    return model, observed


def left_as_it_was(module: Any, which: str, inputs: Any, targets: Any, classes: int, seed: int) -> dict[str, Any]:
    """What check_loss_at_init or find_dead_relu gives, in which mode it ran, and what it changed of the model."""
    x, y = torch.from_numpy(inputs), torch.from_numpy(targets)
    model, observed = observed_model(x, classes, seed)
    before, was = {"modes": modes_of(model), "tensors": tensors_of(model)}, layers_of(model)
    with torch.random.fork_rng(devices=[]), torch_settings_restored():
        torch.manual_seed(seed)
        if which == "check_loss_at_init":
            gives = dict(module.check_loss_at_init(model, (x, y), classes))
        else:
            gives = module.find_dead_relu(model, x)
        left, settings = hooks_of(model) - OWN_HOOKS, torch_settings(seed)
    return {
        "gives": gives,
        "it ran": bool(observed.seen),
        "in training mode": any(training for training, _ in observed.seen),
        "with a graph": any(graph for _, graph in observed.seen),
        "hooks left": left,
        "layers as before": layers_of(model) == was,
        "torch's settings": settings,
        "before": before,
        "after": {"modes": modes_of(model), "tensors": tensors_of(model)},
    }


def modes_of(model: nn.Module) -> list[bool]:
    return [layer.training for layer in model.modules()]


def tensors_of(model: nn.Module) -> dict[str, Any]:
    gradients = {f"gradient of {name}": parameter.grad for name, parameter in model.named_parameters()}
    return {name: None if t is None else t.detach().clone() for name, t in {**model.state_dict(), **gradients}.items()}


def layers_of(model: nn.Module) -> list[Any]:
    """Of each layer: its class, the `forward` of that class, its attributes and which parameters are frozen."""
    return [
        (type(layer), type(layer).forward, attributes_of(layer), [p.requires_grad for p in layer.parameters()])
        for layer in model.modules()
    ]


def attributes_of(layer: nn.Module) -> list[tuple[str, Any]]:
    """Names of what the layer holds, and values where they are plain; `training` is looked at by itself."""
    plain = bool, int, float, str
    names = sorted(name for name in vars(layer) if not name.startswith("_") and name != "training")
    return [(name, vars(layer)[name] if isinstance(vars(layer)[name], plain) else None) for name in names]


HOOKS = "_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks"
GLOBAL_HOOKS = [getattr(nn.modules.module, f"_global{kind}") for kind in HOOKS]


OWN_HOOKS = 2  # of `observed_model`


def hooks_of(model: nn.Module) -> int:
    """On the layers of this model, and on all layers there are."""
    return sum(len(getattr(layer, kind)) for layer in model.modules() for kind in HOOKS) + sum(map(len, GLOBAL_HOOKS))


def loss_in_eval_mode(module: Any, inputs: Any, targets: Any, classes: int, seed: int) -> dict[str, Any]:
    """The loss and the dead units of that same model in eval mode, by torch alone."""
    x, y = torch.from_numpy(inputs), torch.from_numpy(targets)
    model, _ = observed_model(x, classes, seed)
    model.eval()
    with torch.no_grad():
        loss = nn.functional.cross_entropy(model(x), y).item()
        units = (model[0][:3](x) == 0).all(dim=0).tolist()
    return {"loss": loss, "dead": units}


# 24.7 What is broken


class Block(nn.Module):
    """A convolution and an in-place ReLU, then one more thing done in place to what the ReLU gave."""

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, out, 3, padding=1)
        self.act = nn.ReLU(inplace=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.act(self.conv(x)).add_(0.5)


def dead_channels(module: Any, images: Any, weights: list[Any], biases: list[Any]) -> dict[str, list[bool]]:
    """find_dead_relu of two blocks of convolutions and a flat head with a ReLU; what is no nn.ReLU stands there too."""
    blocks = nn.ModuleDict({"first": Block(weights[0].shape[1], 4), "second": Block(4, 3)})

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.blocks = blocks
            self.head = nn.Sequential(nn.Flatten(), nn.Linear(weights[2].shape[1], 5), nn.ReLU(), nn.Linear(5, 2))
            self.head.extend([nn.LeakyReLU(), nn.ReLU6(), nn.PReLU()])

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.head(self.blocks["second"](self.blocks["first"](x)))

    net = Net().double()
    layers = (blocks["first"].conv, blocks["second"].conv, net.head[1])
    with torch.no_grad():
        for layer, weight, bias in zip(layers, weights, biases, strict=True):
            layer.weight.copy_(torch.from_numpy(weight))
            layer.bias.copy_(torch.from_numpy(bias))
    return dict(module.find_dead_relu(inputs=torch.from_numpy(images), model=net))


def dead_relu_alone(module: Any, inputs: Any, kind: str) -> dict[str, list[bool]]:
    """find_dead_relu of a model that is one nn.ReLU, or has one."""
    model = nn.ReLU() if kind == "alone" else nn.Sequential(nn.Identity(), nn.ReLU())
    return dict(module.find_dead_relu(model, torch.from_numpy(inputs)))


def hooks_after_an_error(module: Any, inputs: Any, seed: int, kind: str) -> dict[str, Any]:
    """A model that raises within find_dead_relu: what reaches the caller, and what is left of it."""
    x, raises = torch.from_numpy(inputs), {"RuntimeError": RuntimeError, "KeyboardInterrupt": KeyboardInterrupt}[kind]
    model, _ = observed_model(x, 3, seed, fails=raises)
    before, was, reached = modes_of(model), layers_of(model), "nothing"
    with torch.random.fork_rng(devices=[]), torch_settings_restored():
        torch.manual_seed(seed)
        torch.set_grad_enabled(kind == "RuntimeError")
        torch.autograd.set_detect_anomaly(True)
        try:
            module.find_dead_relu(model, x)
        except NotImplementedError:
            raise
        except raises as problem:
            reached = str(problem)
        left, settings = hooks_of(model) - OWN_HOOKS, torch_settings(seed)
    return {
        "reached": reached,
        "hooks left": left,
        "modes as before": modes_of(model) == before,
        "layers as before": layers_of(model) == was,
        "torch's settings": settings,
    }


def _nan_weights(model: nn.Sequential) -> Made:
    with torch.no_grad():
        model[2].weight[0, 0] = float("nan")
    return model, adam(model)


def _statistics_far_off(model: nn.Sequential) -> Made:
    """In training mode, with the statistics of the batch, its loss is about ln(classes)."""
    return at_zero_with_statistics(model, 40.0)


def at_zero_with_statistics(model: nn.Sequential, first_mean: float) -> Made:
    """Its logits are 0 in training mode; in eval mode the first one is far below."""
    head_at_zero(model, 0.0)
    norm = nn.BatchNorm1d(model[4].out_features).double()
    norm.running_mean[0] = first_mean
    model.append(norm)
    return model, adam(model)


def _without_relu(model: nn.Sequential) -> Made:
    model[1], model[3] = nn.Tanh(), nn.Tanh()
    return model, adam(model)


def _first_of_two_dead(model: nn.Sequential) -> Made:
    dead(model, 0)
    with torch.no_grad():
        model[2].bias.fill_(1.0)  # without it the second layer would be dead too, as it sees zeros
    return model, adam(model)


def _second_layer_dead(model: nn.Sequential) -> Made:
    dead(model, 2)
    return model, adam(model)


def _half_a_layer_dead(model: nn.Sequential) -> Made:
    dead(model, 0, HIDDEN // 2 + 2)
    return model, adam(model)


def _almost_dead_and_slow(model: nn.Sequential) -> Made:
    dead(model, 0, HIDDEN - 1)
    with torch.no_grad():  # the one that is left is alive whatever is drawn, and so is the next layer
        model[0].bias[-1] = model[2].bias[0] = 5.0
    return model, adam(model, lr=1e-9)


def _dead_and_detached(model: nn.Sequential) -> Made:
    dead(model, 2)
    return Detached(model[:4], model[4]), adam(model)


def _dead_and_far_off(model: nn.Sequential) -> Made:
    dead(model, 0)
    with torch.no_grad():
        model[4].bias[0] = -40.0
    return model, adam(model)


def _softmax_at_the_end(model: nn.Sequential) -> Made:
    model.append(nn.Softmax(dim=1))
    return model, adam(model)


def _softmax_at_the_end_head_at_zero(model: nn.Sequential) -> Made:
    """Its first loss is ln(classes) whatever was drawn, so half of it lies where it should above or below softmax's floor."""
    made = head_at_zero(model, 0.0)
    model.append(nn.Softmax(dim=1))
    return made


def _learning_rate_huge(model: nn.Sequential) -> Made:
    return model, torch.optim.SGD(model.parameters(), lr=1e12)


def _frozen_first_layer(model: nn.Sequential) -> Made:
    model[0].requires_grad_(False)
    return model, torch.optim.Adam([{"params": model[2].parameters()}, {"params": model[4].parameters()}], lr=0.05)


def _old_gradients(model: nn.Sequential) -> Made:
    detached = Detached(model[:4], model[4])
    for parameter in detached.parameters():
        parameter.grad = torch.ones_like(parameter)
    return detached, adam(detached)


def _detached_and_left_out(model: nn.Sequential) -> Made:
    detached, _ = _old_gradients(model)
    return detached, adam(model[4])


def _unused_layer(model: nn.Sequential) -> Made:
    model[1].register_module("never_called", nn.Linear(2, 2).double())
    return model, adam(model)


def head_at_zero(model: nn.Sequential, first_bias: float) -> Made:
    """Knows nothing of its input, and takes all for the first of the classes: a loss of 1.2 ln(4) at 1.5, of 1.4 at 2.2."""
    with torch.no_grad():
        model[4].weight.zero_()
        model[4].bias[0] = first_bias
    return model, adam(model)


def _bias_left_out(model: nn.Sequential) -> Made:
    kept = [parameter for name, parameter in model.named_parameters() if name != "2.bias"]
    return model, torch.optim.Adam(kept, lr=0.05)


def _too_large_and_left_out(model: nn.Sequential) -> Made:
    far_too_large(model)
    return model, adam(model[:4])


def _optimizer_of_a_copy(model: nn.Sequential) -> Made:
    return model, adam(copy.deepcopy(model))


def _optimizer_of_more(model: nn.Sequential) -> Made:
    return model, adam(nn.Sequential(model, nn.Linear(2, 2).double()))


class LateMisfortune(torch.optim.Adam):
    """Learns well; then one step spoils the last bias, and with it the loss of every sample of the first class.

    A later step may put it right again. From the spoilt step on nothing else changes.
    """

    def __init__(self, model: nn.Module, spoilt_at: int, put_right_at: int | None = None) -> None:
        super().__init__(model.parameters(), lr=0.05)
        self.steps, self.spoilt_at, self.put_right_at = 0, spoilt_at, put_right_at

    def step(self, closure: Any = None) -> Any:
        if self.steps < self.spoilt_at:
            loss = super().step(closure)
        else:
            loss = closure() if closure else None
        self.steps += 1
        with torch.no_grad():
            if self.steps == self.spoilt_at:
                self.param_groups[0]["params"][-1][0] -= 1e6
            if self.steps == self.put_right_at:
                self.param_groups[0]["params"][-1][0] += 1e6
        return loss


def _diverges_late(model: nn.Sequential) -> Made:
    return model, LateMisfortune(model, 21)


def _diverges_last(model: nn.Sequential) -> Made:
    return model, LateMisfortune(model, 99)


def _put_right_last(model: nn.Sequential) -> Made:
    return model, LateMisfortune(model, 14, put_right_at=24)


def _put_right_too_late(model: nn.Sequential) -> Made:
    return model, LateMisfortune(model, 14, put_right_at=25)


def _back_where_it_was(model: nn.Sequential) -> Made:
    return model, LateMisfortune(model, 1, put_right_at=24)


PATIENTS: dict[str, Callable[[nn.Sequential], Made]] = {
    "nan weights": _nan_weights,
    "statistics far off": _statistics_far_off,
    "no ReLU": _without_relu,
    "first layer dead, second alive": _first_of_two_dead,
    "second layer dead": _second_layer_dead,
    "half a layer dead": _half_a_layer_dead,
    "all but one of a layer dead, learning rate tiny": _almost_dead_and_slow,
    "dead and far off": _dead_and_far_off,
    "dead and detached": _dead_and_detached,
    "softmax at the end": _softmax_at_the_end,
    "softmax at the end, head at zero": _softmax_at_the_end_head_at_zero,
    "learning rate huge": _learning_rate_huge,
    "frozen first layer": _frozen_first_layer,
    "body detached, old gradients": _old_gradients,
    "body detached, left out of the optimizer": _detached_and_left_out,
    "unused layer": _unused_layer,
    "head at zero": lambda model: head_at_zero(model, 0.0),
    "a little sure of one class": lambda model: head_at_zero(model, 1.5),
    "too sure of one class": lambda model: head_at_zero(model, 2.2),
    "a little sure of the rarer class": lambda model: head_at_zero(model, -0.35),
    "a little sure in evaluation": lambda model: at_zero_with_statistics(model, 0.35),
    "one bias left out of the optimizer": _bias_left_out,
    "weights too large, head left out": _too_large_and_left_out,
    "optimizer of a copy": _optimizer_of_a_copy,
    "optimizer of one layer more": _optimizer_of_more,
    "diverges late": _diverges_late,
    "diverges at the 99th step": _diverges_last,
    "put right at the 24th step": _put_right_last,
    "put right by the 25th step, the last": _put_right_too_late,
    "back where it was": _back_where_it_was,
}


def diagnosed_all(
    module: Any, names: list[str], inputs: Any, targets: Any, classes: int, seed: int, steps: int | None = None
) -> dict[str, Any]:
    """What `diagnose` says of each of these models, and what is then set for all of torch."""
    options = {} if steps is None else {"steps": steps}
    said = dict[str, Any]()
    for name in names:
        if name in PATIENTS:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed)
                model, optimizer = PATIENTS[name](healthy(inputs.shape[1], classes))
        else:
            model, optimizer = broken(name, inputs.shape[1], classes, seed)
        if inputs.dtype == "float32":
            model.float()
        with torch.random.fork_rng(devices=[]), torch_settings_restored():
            batch = torch.from_numpy(inputs), torch.from_numpy(targets)
            torch.manual_seed(seed)
            torch.autograd.set_detect_anomaly(steps == 1)
            said[name] = module.diagnose(model, batch, optimizer, classes, **options)
            said["torch's settings"] = torch_settings(seed)
    return said
