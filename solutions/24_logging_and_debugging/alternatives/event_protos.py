"""TensorBoard's own file writer and protos, an ExitStack, a generator of symptoms, a deep copy to look at."""
from __future__ import annotations

import copy
import time
from contextlib import ExitStack, contextmanager
from math import log
from pathlib import Path

import numpy as np
import torch
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from torch import nn


class Curve:
    def __init__(self, folder: Path):
        self.file = EventFileWriter(str(folder))

    def point(self, tag, value, step):
        value = Summary.Value(tag=tag, simple_value=value)
        self.file.add_event(Event(wall_time=time.time(), step=step, summary=Summary(value=[value])))


class RunLogger:
    _train = _val = None

    def __init__(self, folder, start_step=0):
        self._folder = Path(folder)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._step = start_step
        self._stack = ExitStack()
        self._weights, self._rows = [], []

    @property
    def step(self):
        return self._step

    def _curve(self, split):
        attribute = {"train": "_train", "run_val": "_val"}[split]
        if getattr(self, attribute) is None:
            curve = Curve(self._folder / split)
            self._stack.callback(curve.file.close)
            setattr(self, attribute, curve)
        return getattr(self, attribute)

    def log_train(self, metrics):
        self._step += 1
        for tag, value in dict(metrics).items():
            self._curve("train").point(tag, float(value), self._step)

    def log_validation(self, metrics, size):
        self._names = list(metrics)
        self._rows.append([float(v) for v in metrics.values()])
        self._weights.append(size)

    def end_epoch(self):
        means = {}
        if self._rows:
            averages = np.average(np.array(self._rows), axis=0, weights=self._weights)
            means = dict(zip(self._names, map(float, averages)))
            for tag, mean in means.items():
                self._curve("run_val").point(tag, mean, self._step)
        self._rows, self._weights = [], []
        for curve in (self._train, self._val):
            if curve:
                curve.file.flush()
        return means

    def close(self):
        self._stack.close()

    __enter__ = lambda self: self
    __exit__ = lambda self, *_: self.close()


@contextmanager
def a_copy_in_eval_mode(model):
    twin = copy.deepcopy(model).eval()
    with torch.no_grad():
        yield twin


def overfit_one_batch(model, batch, loss_fn, optimizer, steps=100):
    def closure():
        optimizer.zero_grad()
        loss = loss_fn(model.train()(batch[0]), batch[1])
        loss.backward()
        return loss

    return [float(optimizer.step(closure)) for _ in range(steps)]


def check_loss_at_init(model, batch, classes, tolerance=0.25):
    with a_copy_in_eval_mode(model) as twin:
        logits, targets = twin(batch[0]), batch[1]
        loss = (logits.logsumexp(1) - logits.gather(1, targets[:, None])[:, 0]).mean().item()
    low, high = (1 - tolerance) * log(classes), (1 + tolerance) * log(classes)
    return {"ok": low <= loss <= high, "loss": loss, "expected": log(classes)}


def find_dead_relu(model, inputs):
    outputs = {}
    with a_copy_in_eval_mode(model) as twin:
        for name, layer in twin.named_modules():
            if isinstance(layer, nn.ReLU):
                layer.register_forward_hook(lambda m, i, o, name=name: outputs.__setitem__(name, o.clone()))
        twin(inputs)
    return {name: [bool((o[:, u] == 0).all()) for u in range(o.shape[1])] for name, o in outputs.items()}


def symptoms(model, batch, optimizer, classes, steps):
    x, y = batch
    yield "loss_at_init", not check_loss_at_init(model, batch, classes)["ok"]
    yield "dead_relu", any(map(all, find_dead_relu(model, x).values()))
    for p in model.parameters():
        p.grad = None
    nn.CrossEntropyLoss()(model(x), y).backward()
    yield "no_gradient", any(p.requires_grad and p.grad is None for p in model.parameters())
    ids = [id(p) for group in optimizer.param_groups for p in group["params"]]
    yield "not_in_optimizer", any(p.requires_grad and id(p) not in ids for p in model.parameters())
    first, *_, last = [*overfit_one_batch(model, batch, nn.CrossEntropyLoss(), optimizer, steps)] * 2
    yield "does_not_overfit", not last < first / 2
    yield "healthy", True


def diagnose(model, batch, optimizer, classes, steps=100):
    return next(name for name, there in symptoms(model, batch, optimizer, classes, steps) if there)
