"""torch's functions, called with plain arrays: outputs and training of the model by its weights.

A weight has the name of its part and of its role, in torch's layout: `conv.weight`, `norm.running_mean`, ...
"""

from __future__ import annotations

STATISTICS = ("norm.running_mean", "norm.running_var")


def forward(weights, x, eps, momentum, training):
    """Logits; in training, `weights`' running statistics change in place."""
    from torch.nn import functional as F

    x = F.conv2d(x, weights["conv.weight"], weights["conv.bias"])
    statistics = [weights[name] for name in STATISTICS]
    x = F.batch_norm(x, *statistics, weights["norm.weight"], weights["norm.bias"], training, momentum, eps)
    x = F.linear(x.relu().flatten(1), weights["hidden.weight"], weights["hidden.bias"])
    return F.linear(x.relu(), weights["out.weight"], weights["out.bias"])


def torch_outputs(weights, x, eps=1e-5):
    """Logits of the evaluation mode for x (N, channels, height, width)."""
    import torch

    weights = {name: torch.tensor(array) for name, array in weights.items()}
    return forward(weights, torch.tensor(x), eps, 0.1, False).numpy()


def torch_training(
    weights, x, y, optimizer="sgd", lr=0.01, epochs=1, batch_size=32, norm_eps=1e-5, momentum=0.1, **adam
):
    """The mean loss of each epoch, and the weights at the end."""
    import torch

    weights = {name: torch.tensor(array) for name, array in weights.items()}
    trained = [tensor.requires_grad_() for name, tensor in weights.items() if name not in STATISTICS]
    kind = torch.optim.Adam if optimizer == "adam" else torch.optim.SGD
    update = kind(trained, lr=lr, **adam)
    x, y, losses = torch.tensor(x), torch.tensor(y), []
    for _ in range(epochs):
        total = 0.0
        for batch, wanted in zip(x.split(batch_size), y.split(batch_size), strict=True):
            update.zero_grad()
            logits = forward(weights, batch, norm_eps, momentum, True)
            loss = torch.nn.functional.cross_entropy(logits, wanted)
            loss.backward()
            update.step()
            total += loss.item() * len(batch)
        losses.append(total / len(x))
    return {"losses": losses, "weights": {name: tensor.detach().numpy().copy() for name, tensor in weights.items()}}


def torch_statistics(weights, batches, eps=1e-5, momentum=0.1):
    """The running statistics after each batch has gone through in training mode."""
    import torch

    weights = {name: torch.tensor(array) for name, array in weights.items()}
    for batch in batches:
        forward(weights, torch.tensor(batch), eps, momentum, True)
    return {name: weights[name].numpy() for name in STATISTICS}
