"""torch.optim.Adam, called with plain arrays and numbers."""

from __future__ import annotations


def torch_steps(params, grads, lrs=None, **options):
    """Every parameter's data after every step of torch.optim.Adam.

    `grads` holds for each step a gradient or None for each parameter; `lrs`, if given, the lr of each step.
    """
    import torch

    params = [torch.nn.Parameter(torch.tensor(data)) for data in params]
    optimizer = torch.optim.Adam(params, **options)
    seen = {}
    for step, row in enumerate(grads, start=1):
        for param, grad in zip(params, row, strict=True):
            param.grad = None if grad is None else torch.tensor(grad)
        if lrs is not None:
            optimizer.param_groups[0]["lr"] = lrs[step - 1]
        optimizer.step()
        for index, param in enumerate(params):
            seen[f"step {step}, parameter {index}"] = param.detach().numpy().copy()
    return seen
