"""purge_step for resumed runs, writers opened when needed, running means, nn.ReLU's own forward replaced for a while."""
import math
import os
import weakref
from typing import Any

import torch
from torch import nn
from torch.utils.tensorboard import SummaryWriter


class RunLogger(object):
    def __init__(self, folder: Any, start_step: int = 0):
        self.folder, self.step = os.fspath(folder), int(start_step)
        self.first = self.step + 1
        self.writers: dict[str, SummaryWriter] = {}
        self.mean: dict[str, float] = {}
        self.seen = 0

    def __getitem__(self, split: str) -> SummaryWriter:
        if split not in self.writers:
            self.writers[split] = SummaryWriter(f"{self.folder}/{split}", purge_step=self.first, max_queue=1, flush_secs=1)
        return self.writers[split]

    def log_train(self, metrics):
        self.step += 1
        [self["loss_train"].add_scalar(k, float(v), self.step, new_style=True) for k, v in metrics.items()]

    def log_validation(self, metrics, size):
        self.seen += size
        for k, v in metrics.items():
            old = self.mean.get(k, 0.0)
            self.mean[k] = old + (float(v) - old) * size / self.seen

    def end_epoch(self):
        mean, self.mean, self.seen = self.mean, {}, 0
        for k, v in mean.items():
            self["Validation"].add_scalar(k, v, self.step, double_precision=True, new_style=True)
        for w in self.writers.values():
            w.flush()
        return mean

    def close(self):
        while self.writers:
            self.writers.popitem()[1].close()

    def __enter__(self):
        return weakref.proxy(self) if False else self

    def __exit__(self, *a):
        self.close()


class looking:
    def __init__(self, model):
        self.model = model

    def __enter__(self):
        self.modes = {m: m.training for m in self.model.modules()}
        self.grad = torch.is_grad_enabled()
        torch.set_grad_enabled(False)
        self.model.eval()

    def __exit__(self, *a):
        torch.set_grad_enabled(self.grad)
        for m, mode in self.modes.items():
            m.training = mode


def overfit_one_batch(model, batch, loss_fn, optimizer, steps=100):
    inputs, targets = batch
    losses = []
    while len(losses) < steps:
        model.train()
        optimizer.zero_grad()
        output = model(inputs)
        loss = loss_fn(output, targets)
        losses += [loss.item()]
        loss.backward()
        optimizer.step()
    return losses


def check_loss_at_init(model, batch, classes, tolerance=0.25):
    with looking(model):
        loss = nn.CrossEntropyLoss()(model(batch[0]), batch[1]).item()
    expected = -math.log(1 / classes)
    return {"loss": loss, "expected": expected, "ok": abs(loss / expected - 1) <= tolerance}


def find_dead_relu(model, inputs):
    names = {m: n for n, m in model.named_modules() if isinstance(m, nn.ReLU)}
    found = {}
    original = nn.ReLU.forward

    def forward(self, x):
        y = original(self, x)
        flat = y.transpose(0, 1).reshape(y.shape[1], -1)
        found[names[self]] = (flat.amax(dim=1) == 0).tolist()
        return y

    nn.ReLU.forward = forward
    try:
        with looking(model):
            model(inputs)
    finally:
        nn.ReLU.forward = original
    return {names[m]: found[names[m]] for m in names}


def diagnose(model, batch, optimizer, classes, steps=100):
    if check_loss_at_init(model, batch, classes)["ok"] is False:
        return "loss_at_init"
    if any(sum(units) == len(units) for units in find_dead_relu(model, batch[0]).values()):
        return "dead_relu"
    for p in model.parameters():
        p.grad = None
    with torch.enable_grad():
        loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
        loss.backward()
    needed = {p for p in model.parameters() if p.requires_grad}
    if [p for p in needed if p.grad is None]:
        return "no_gradient"
    if needed - {p for g in optimizer.param_groups for p in g["params"]}:
        return "not_in_optimizer"
    losses = overfit_one_batch(model, batch, nn.functional.cross_entropy, optimizer, steps)
    if not losses[-1] < losses[0] * 0.5:
        return "does_not_overfit"
    return "healthy"
