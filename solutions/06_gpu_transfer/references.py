"""Live torch 2.13 on the CPU: the same steps and the same evaluation, without any device to think of."""


def _network(state):
    import torch

    tensors = {name: torch.tensor(values) for name, values in state.items()}
    (width, inputs), outputs = tensors["0.weight"].shape, len(tensors["3.weight"])
    model = torch.nn.Sequential(
        torch.nn.Linear(inputs, width),
        torch.nn.BatchNorm1d(width),
        torch.nn.ReLU(),
        torch.nn.Linear(width, outputs),
    )
    model.to(tensors["0.weight"].dtype).load_state_dict(tensors)
    return model


def training(state, batches, loss_fn, optimizer, options):
    """The loss before each step, and the state_dict after it."""
    import torch

    model = _network(state).train()
    stepper = getattr(torch.optim, optimizer)(model.parameters(), **options)
    losses, states = [], {}
    for i, (inputs, targets) in enumerate(batches):
        stepper.zero_grad()
        loss = getattr(torch.nn.functional, loss_fn)(model(torch.tensor(inputs)), torch.tensor(targets))
        loss.backward()
        stepper.step()
        losses.append(loss.item())
        states[f"after step {i + 1}"] = {name: value.numpy().copy() for name, value in model.state_dict().items()}
    return {"losses": losses, **states}


def mean_loss(state, batches, loss):
    """The mean loss over all samples of all batches at once, in eval mode."""
    import numpy as np
    import torch

    model = _network(state).eval()
    inputs, targets = (torch.tensor(np.concatenate(parts)) for parts in zip(*batches, strict=True))
    with torch.no_grad():
        return getattr(torch.nn, loss)()(model(inputs), targets).item()
