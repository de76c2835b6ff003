"""What the checks run beside the learner's layer. Nothing here knows what is right."""

from layers import gradients, write


def attributes(module, *arguments, **named):
    """The four arrays of a new layer."""
    layer = module.Linear(*arguments, **named)
    return {"weight": layer.weight, "bias": layer.bias, **gradients(layer)}


def play(module, script, parameters, by_name=False, **options):
    """Build a layer, put weight and bias into it, follow the script, give back what each line shows.

    `by_name`: x and grad_y are given by their names. A line is ("forward", x), ("backward", grad_y), ("zero_grad",), ("look",) or ("write", weight, bias).
    """
    out_features, in_features = parameters[0].shape
    layer = module.Linear(in_features, out_features, **options)
    write(layer, *parameters)
    seen = {}
    for number, (action, *values) in enumerate(script, start=1):
        line = f"{number} {action}"
        if action == "forward":
            seen[f"{line}: y"] = layer.forward(x=values[0]) if by_name else layer.forward(*values)
        elif action == "write":
            write(layer, *values)
        else:
            if action == "backward":
                grad_x = layer.backward(grad_y=values[0]) if by_name else layer.backward(*values)
                seen[f"{line}: grad_x"] = grad_x
            elif action == "zero_grad":
                layer.zero_grad()
            else:
                seen |= {f"{line}: weight": layer.weight, f"{line}: bias": layer.bias}
            seen |= {f"{line}: {name}": value for name, value in gradients(layer).items()}
    return seen


def forward(module, in_features, out_features, x):
    """One forward of a new layer."""
    return module.Linear(in_features, out_features).forward(x)
