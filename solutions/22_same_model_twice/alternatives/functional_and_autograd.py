"""A functional Keras model, torch's autograd for both, a DataLoader, and Keras's optimizer applied by hand."""

import keras
import numpy as np
import torch
from keras import layers
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def build_torch(height, width, channels, filters, hidden, classes, eps=1e-5, momentum=0.1):
    features = nn.Sequential(nn.Conv2d(channels, filters, 3), nn.BatchNorm2d(filters, eps, momentum), nn.ReLU(True))
    flat = features.eval()(torch.zeros(1, channels, height, width)).numel()
    head = nn.Sequential(nn.Flatten(), nn.Linear(flat, hidden), nn.ReLU(), nn.Linear(hidden, classes))
    model = nn.Sequential()
    model.add_module("features", features.train())
    model.add_module("head", head)
    return model


def build_keras(height, width, channels, filters, hidden, classes, eps=1e-5, momentum=0.1):
    inputs = keras.Input(shape=(height, width, channels), name="image")
    x = layers.Conv2D(filters, 3, padding="valid", name="conv")(inputs)
    x = layers.BatchNormalization(momentum=1 - momentum, epsilon=eps, name="bn")(x)
    x = layers.Activation("relu")(x)
    x = layers.Reshape((-1,))(x)
    x = layers.Dense(hidden, "relu", name="fc1")(x)
    return keras.Model(inputs, layers.Dense(classes, name="fc2")(x))


def port_weights(source, target):
    forwards = not isinstance(source, keras.Model)
    torch_model, keras_model = (source, target) if forwards else (target, source)
    kernel = keras_model.get_layer("conv").kernel.shape
    rows, columns = (int(n) for n in keras_model.get_layer("bn").output.shape[1:3])
    filters = int(kernel[-1])
    # Where each of Keras's rows of the first dense layer lies in torch's order.
    order = np.arange(filters * rows * columns).reshape(filters, rows, columns).transpose(1, 2, 0).ravel()
    params = dict(torch_model.named_parameters()) | dict(torch_model.named_buffers())
    table = [
        ("features.0.weight", "conv", 0, "conv"), ("features.0.bias", "conv", 1, None),
        ("features.1.weight", "bn", 0, None), ("features.1.bias", "bn", 1, None),
        ("features.1.running_mean", "bn", 2, None), ("features.1.running_var", "bn", 3, None),
        ("head.1.weight", "fc1", 0, "flat"), ("head.1.bias", "fc1", 1, None),
        ("head.3.weight", "fc2", 0, "dense"), ("head.3.bias", "fc2", 1, None),
    ]  # fmt: skip
    for name, layer, index, kind in table:
        tensor, variable = params[name], keras_model.get_layer(layer).weights[index]
        if forwards:
            array = tensor.detach().numpy()
            if kind == "conv":
                array = np.moveaxis(array, (0, 1), (3, 2))
            elif kind == "dense":
                array = array.T
            elif kind == "flat":
                array = array.T[order]
            variable.assign(array)
        else:
            array = variable.numpy()
            if kind == "conv":
                array = np.moveaxis(array, (3, 2), (0, 1))
            elif kind == "dense":
                array = array.T
            elif kind == "flat":
                array = array.T[:, np.argsort(order)]
            tensor.data.copy_(torch.tensor(array))


def train_both(torch_model, keras_model, x, y, *, optimizer="sgd", lr=0.01, betas=(0.9, 0.999), eps=1e-8,
               epochs=1, batch_size=32):  # fmt: skip
    loader = DataLoader(TensorDataset(torch.tensor(x), torch.tensor(y)), batch_size=batch_size)
    make = {
        "sgd": lambda: (torch.optim.SGD(torch_model.parameters(), lr=lr), keras.optimizers.SGD(lr)),
        "adam": lambda: (
            torch.optim.Adam(torch_model.parameters(), lr=lr, betas=betas, eps=eps),
            keras.optimizers.Adam(lr, betas[0], betas[1], epsilon=eps * np.sqrt(1 - betas[1]).item()),
        ),
    }
    torch_opt, keras_opt = make[optimizer]()
    keras_loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    trained = keras_model.trainable_weights
    curves = {"torch": [], "keras": []}
    for _ in range(epochs):
        torch_losses, keras_losses, counts = [], [], []
        for xb, yb in loader:
            torch_model.train()
            torch_opt.zero_grad()
            loss = nn.CrossEntropyLoss()(torch_model(xb), yb)
            loss.backward()
            torch_opt.step()
            torch_losses.append(loss.item())

            keras_model.zero_grad()
            loss = keras_loss(yb, keras_model(xb.movedim(1, -1), training=True))
            loss.backward()
            with torch.no_grad():
                keras_opt.apply([v.value.grad for v in trained], trained)
            keras_losses.append(loss.item())
            counts.append(len(xb))
        curves["torch"].append(np.average(torch_losses, weights=counts))
        curves["keras"].append(np.average(keras_losses, weights=counts))
    return curves


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
