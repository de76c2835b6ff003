"""Live torch 2.13 on the CPU: what the same work gives without an accelerator."""


def mlp(mean, std, weights, biases, x):
    """(x - mean) / std, then Linear with ReLU between; every array is taken as given, none is cast."""
    import torch
    from torch.nn import functional

    mean, std, x = torch.tensor(mean), torch.tensor(std), torch.tensor(x)
    layers = [(torch.tensor(weight), torch.tensor(bias)) for weight, bias in zip(weights, biases, strict=True)]
    x = (x - mean) / std
    for weight, bias in layers[:-1]:
        x = functional.relu(functional.linear(x, weight, bias))
    return functional.linear(x, *layers[-1]).numpy()


def sgd_step(weight, inputs, targets, lr):
    """(loss before, weight after) of one torch.optim.SGD step of y = w x on the mean squared error."""
    import torch

    model = torch.nn.Linear(1, 1, bias=False)
    model.weight.data.fill_(weight)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    loss = torch.nn.functional.mse_loss(model(torch.tensor(inputs)), torch.tensor(targets))
    loss.backward()
    optimizer.step()
    return loss.item(), model.weight.item()


def squared_error(weight, inputs, targets):
    """The mean squared error of y = w x over all samples at once."""
    import torch

    return torch.nn.functional.mse_loss(weight * torch.tensor(inputs), torch.tensor(targets)).item()
