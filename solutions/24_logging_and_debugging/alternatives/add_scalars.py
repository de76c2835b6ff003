"""One writer and add_scalars, a defaultdict of lists, a decorator for looking, hooks on the modules' inputs."""
import collections
import functools
import math

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.tensorboard import SummaryWriter


def scalar(x):
    if torch.is_tensor(x):
        return x.detach().cpu().to(torch.float64).item()
    return float(x)


class RunLogger:
    def __init__(self, folder, start_step=0):
        self.writer = SummaryWriter(log_dir=str(folder))
        self.step = start_step
        self.val = collections.defaultdict(list)

    def _write(self, split, name, value):
        self.writer.add_scalars(name, {split: value}, global_step=self.step)

    def log_train(self, metrics):
        self.step = self.step + 1
        for k in metrics:
            self._write("train", k, scalar(metrics[k]))

    def log_validation(self, metrics, size):
        for k, v in metrics.items():
            self.val[k].append((scalar(v), size))

    def end_epoch(self):
        result = {}
        for k, pairs in self.val.items():
            total = sum(n for _, n in pairs)
            result[k] = sum(v * n for v, n in pairs) / total
            self._write("validation", k, result[k])
        self.val.clear()
        self.writer.flush()
        return result

    def close(self):
        self.writer.close()

    def __enter__(self):
        return self

    def __exit__(self, exc_type, exc, tb):
        self.close()
        return False

    def __del__(self):
        print("logger gone")


def looking(fn):
    @functools.wraps(fn)
    def inner(model, *args, **kwargs):
        was = [(m, m.training) for m in model.modules()]
        try:
            model.train(False)
            with torch.inference_mode():
                return fn(model, *args, **kwargs)
        finally:
            for m, t in was:
                m.training = t
    return inner


def overfit_one_batch(model, batch, loss_fn, optimizer, steps=100):
    x, y = batch
    model.train(True)
    history = torch.zeros(steps, dtype=torch.float64)
    for i in range(steps):
        loss = loss_fn(model(x), y)
        optimizer.zero_grad(set_to_none=False)
        loss.backward()
        optimizer.step()
        history[i] = loss.detach()
    return history.tolist()


@looking
def check_loss_at_init(model, batch, classes, tolerance=0.25):
    x, y = batch
    logp = F.log_softmax(model(x), dim=-1)
    loss = float(F.nll_loss(logp, y))
    want = math.log(classes)
    return dict(loss=loss, expected=want, ok=bool(math.isclose(loss, want, rel_tol=0, abs_tol=tolerance * want)))


@looking
def find_dead_relu(model, inputs):
    result = {}
    handles = []
    for name, m in model.named_modules():
        if isinstance(m, nn.ReLU):
            def hook(mod, args, out, name=name):
                alive = out.movedim(1, 0).flatten(1).abs().sum(dim=1) > 0
                result[name] = [not a for a in alive.tolist()]
            handles.append(m.register_forward_hook(hook))
    try:
        model(inputs)
    finally:
        [h.remove() for h in handles]
    return result


def diagnose(model, batch, optimizer, classes, steps=100):
    x, y = batch
    if not check_loss_at_init(model, batch, classes)["ok"]:
        return "loss_at_init"
    for units in find_dead_relu(model, x).values():
        if False not in units:
            return "dead_relu"
    trainable = [p for p in model.parameters() if p.requires_grad]
    grads = torch.autograd.grad(F.cross_entropy(model(x), y), trainable, allow_unused=True)
    if None in [g if g is None else 1 for g in grads]:
        return "no_gradient"
    known = set()
    for g in optimizer.param_groups:
        known |= set(g["params"])
    if not set(trainable) <= known:
        return "not_in_optimizer"
    curve = overfit_one_batch(model, batch, nn.CrossEntropyLoss(), optimizer, steps=steps)
    if curve[-1] < 0.5 * curve[0]:
        return "healthy"
    return "does_not_overfit"
