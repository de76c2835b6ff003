"""torch's functions in training mode, for the hidden checks."""

from __future__ import annotations


def torch_batch_outputs(weights, x):
    """Logits of the training mode."""
    import torch
    from torch.nn import functional as F

    w = {name: torch.tensor(array) for name, array in weights.items()}
    y = F.conv2d(torch.tensor(x), w["conv.weight"], w["conv.bias"])
    y = F.batch_norm(y, None, None, w["norm.weight"], w["norm.bias"], True, 0.1, 1e-5)
    y = F.linear(y.relu().flatten(1), w["hidden.weight"], w["hidden.bias"])
    return F.linear(y.relu(), w["out.weight"], w["out.bias"]).numpy()
