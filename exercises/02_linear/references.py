"""torch.nn.Linear and torch.autograd, called with plain values."""


def play(script, parameters):
    """Follow a script (see scenarios.play) on a torch.nn.Linear in float64; same keys, live values."""
    import torch

    layer = _layer(*parameters)
    seen = {}
    for number, (action, *values) in enumerate(script, start=1):
        line = f"{number} {action}"
        if action == "forward":
            x = torch.tensor(values[0], dtype=torch.float64, requires_grad=True)
            y = layer(x)
            seen[f"{line}: y"] = y.detach().numpy()
        elif action == "write":
            _write(layer, *values)
        else:
            if action == "backward":
                x.grad = None
                y.backward(torch.tensor(values[0], dtype=torch.float64), retain_graph=True)
                seen[f"{line}: grad_x"] = x.grad.numpy()
            elif action == "zero_grad":
                layer.zero_grad(set_to_none=False)
            else:
                seen[f"{line}: weight"] = layer.weight.detach().numpy().copy()
                seen[f"{line}: bias"] = None if layer.bias is None else layer.bias.detach().numpy().copy()
            seen[f"{line}: grad_weight"] = layer.weight.grad.numpy().copy()
            seen[f"{line}: grad_bias"] = None if layer.bias is None else layer.bias.grad.numpy().copy()
    return seen


def central_differences(weight, bias, x, grad_y, step=0.5):
    """The gradients of sum(grad_y * y) by differences over every index, from torch's forward alone."""
    import torch

    def loss():
        return (torch.tensor(grad_y) * _layer(weight, bias)(torch.tensor(x))).sum().item()

    weight, bias, x = weight.copy(), bias.copy(), x.copy()
    slopes = {}
    for name, array in (("grad_x", x), ("grad_weight", weight), ("grad_bias", bias)):
        slopes[name] = array * 0
        for index in range(array.size):
            middle = array.flat[index]
            array.flat[index] = middle + step
            above = loss()
            array.flat[index] = middle - step
            slopes[name].flat[index] = (above - loss()) / (2 * step)
            array.flat[index] = middle
    return slopes


def _layer(weight, bias):
    import torch

    out_features, in_features = weight.shape
    layer = torch.nn.Linear(in_features, out_features, bias=bias is not None, dtype=torch.float64)
    _write(layer, weight, bias)
    for parameter in layer.parameters():
        parameter.grad = torch.zeros_like(parameter)
    return layer


def _write(layer, weight, bias):
    import torch

    with torch.no_grad():
        layer.weight.copy_(torch.tensor(weight))
        if bias is not None:
            layer.bias.copy_(torch.tensor(bias))
