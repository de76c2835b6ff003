"""A class for each model, named layers, load_state_dict and assign, train_on_batch."""

import math

import keras
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


class TorchNet(nn.Module):
    def __init__(self, height, width, channels, filters, hidden, classes, eps=1e-5, momentum=0.1):
        super().__init__()
        # The dense layers come first: order of definition is not order of use.
        self.fc2 = nn.Linear(hidden, classes)
        self.fc1 = nn.Linear(filters * (height - 2) * (width - 2), hidden)
        self.bn = nn.BatchNorm2d(filters, eps, momentum)
        self.conv = nn.Conv2d(channels, filters, kernel_size=(3, 3))
        self.filters, self.size = filters, (height - 2, width - 2)

    def forward(self, x):
        x = F.relu(self.bn(self.conv(x)))
        return self.fc2(torch.relu(self.fc1(x.reshape(x.size(0), -1))))


class KerasNet(keras.Model):
    def __init__(self, filters, hidden, classes, eps, momentum):
        super().__init__()
        self.conv = keras.layers.Conv2D(filters, 3)
        self.bn = keras.layers.BatchNormalization(axis=-1, epsilon=eps, momentum=1.0 - momentum)
        self.fc1 = keras.layers.Dense(hidden)
        self.fc2 = keras.layers.Dense(classes)
        self.flatten = keras.layers.Flatten()

    def call(self, x, training=False):
        x = keras.ops.relu(self.bn(self.conv(x), training=training))
        return self.fc2(keras.activations.relu(self.fc1(self.flatten(x))))


def build_torch(height, width, channels, filters, hidden, classes, eps=1e-5, momentum=0.1):
    return TorchNet(height, width, channels, filters, hidden, classes, eps, momentum)


def build_keras(height, width, channels, filters, hidden, classes, eps=1e-5, momentum=0.1):
    model = KerasNet(filters, hidden, classes, eps, momentum)
    model(np.zeros((1, height, width, channels), dtype="float32"))
    return model


PAIRS = {"conv": ("kernel", "bias"), "fc1": ("kernel", "bias"), "fc2": ("kernel", "bias")}
NORM = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}


@torch.no_grad()
def port_weights(source, target):
    to_keras = isinstance(target, KerasNet)
    t, k = (source, target) if to_keras else (target, source)
    filters, (rows, columns) = t.filters, t.size

    def move(parameter, variable, there, back):
        if to_keras:
            variable.assign(there(parameter).contiguous())
        else:
            parameter.copy_(back(torch.as_tensor(keras.ops.convert_to_numpy(variable))))

    def same(array):
        return array

    move(t.conv.weight, k.conv.kernel, lambda w: w.permute(2, 3, 1, 0), lambda w: w.permute(3, 2, 0, 1))
    move(t.conv.bias, k.conv.bias, same, same)
    for ours, theirs in NORM.items():
        move(getattr(t.bn, ours), getattr(k.bn, theirs), same, same)
    move(
        t.fc1.weight,
        k.fc1.kernel,
        lambda w: w.view(-1, filters, rows, columns).permute(0, 2, 3, 1).flatten(1).t(),
        lambda w: w.t().reshape(-1, rows, columns, filters).permute(0, 3, 1, 2).flatten(1),
    )
    move(t.fc1.bias, k.fc1.bias, same, same)
    move(t.fc2.weight, k.fc2.kernel, torch.t, torch.t)
    move(t.fc2.bias, k.fc2.bias, same, same)


def train_both(torch_model, keras_model, x, y, *, optimizer="sgd", lr=0.01, betas=(0.9, 0.999), eps=1e-8,
               epochs=1, batch_size=32):  # fmt: skip
    if optimizer == "adam":
        opt = torch.optim.Adam(torch_model.parameters(), lr, betas, eps)
        kopt = keras.optimizers.Adam(lr, *betas, epsilon=eps * math.sqrt(1 - betas[1]))
    else:
        opt = torch.optim.SGD(torch_model.parameters(), lr)
        kopt = keras.optimizers.SGD(learning_rate=lr)
    keras_model.compile(optimizer=kopt, loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    criterion = nn.CrossEntropyLoss(reduction="sum")
    history = {"torch": [], "keras": []}
    for _ in range(epochs):
        torch_model.train()
        sums = {"torch": 0.0, "keras": 0.0}
        for start in range(0, len(x), batch_size):
            xb, yb = x[start : start + batch_size], y[start : start + batch_size]
            loss = criterion(torch_model(torch.from_numpy(xb)), torch.from_numpy(yb))
            opt.zero_grad(set_to_none=False)
            (loss / len(xb)).backward()
            opt.step()
            sums["torch"] += float(loss)
            keras_model.reset_metrics()
            sums["keras"] += float(keras_model.train_on_batch(np.moveaxis(xb, 1, -1), yb)) * len(xb)
        for name, total in sums.items():
            history[name].append(np.float64(total / len(x)))
    torch_model.eval()
    return history


def differences():
    """What each framework does by default: {question: {"torch": answer, "keras": answer}}.

    The README lists the questions and the answers that each of them allows.
    """
    return {
        "dense_weight_shape": {"torch": "(out, in)", "keras": "(in, out)"},
        "dense_bias_starts": {"torch": "random", "keras": "zero"},
        "batchnorm_eps": {"torch": 1e-5, "keras": 1e-3},
        "batchnorm_momentum_is": {"torch": "new share", "keras": "old share"},
        "batchnorm_running_variance": {"torch": "unbiased", "keras": "biased"},
        "layernorm_eps": {"torch": 1e-5, "keras": 1e-3},
        "lstm_bias_vectors": {"torch": 2, "keras": 1},
        "gelu": {"torch": "exact", "keras": "exact"},
        "adam_eps": {"torch": 1e-8, "keras": 1e-7},
        "adam_eps_joins": {"torch": "corrected", "keras": "uncorrected"},
        "adam_weight_decay": {"torch": "gradient", "keras": "parameter"},
        "adam_step_count": {"torch": "own", "keras": "global"},
        "sgd_new_lr_scales": {"torch": "all gradients", "keras": "newest gradient"},
    }
