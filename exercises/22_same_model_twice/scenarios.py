"""What the visible checks run beside the learner's code. They know no expected value."""

from typing import Any

import keras
from workbench import fill, kept, keras_logits, layer_counts, put, takes, torch_logits, values, wiped


def layers(module: Any, sizes: dict[str, int]) -> dict[str, Any]:
    """How many layers of each kind each model has, and what the Keras model says that it takes."""
    ours, theirs = kept(module, sizes)
    return {"torch": layer_counts(ours), "keras": layer_counts(theirs), "an image in Keras": takes(theirs)}


def torch_only(module: Any, sizes: dict[str, int], weights: dict[str, Any], x: Any) -> Any:
    """Logits of the torch model with these weights."""
    model, _ = wiped(module, sizes)
    put(model, sizes, weights)
    return torch_logits(model, x)


def outputs(module: Any, sizes: dict[str, int], weights: dict[str, Any], x: Any) -> dict[str, Any]:
    """Logits of the torch model with these weights, and of the Keras model that they are ported to."""
    ours, theirs = wiped(module, sizes)
    put(ours, sizes, weights)
    module.port_weights(ours, theirs)
    return {"torch": torch_logits(ours, x), "keras": keras_logits(theirs, x)}


def there_and_back(module: Any, sizes: dict[str, int], weights: dict[str, Any]) -> dict[str, Any]:
    """The weights of a torch model, of the Keras model that took them, in a second torch model."""
    first, between = wiped(module, sizes)
    second = module.build_torch(**sizes)
    put(first, sizes, weights)
    fill(second, sizes, 5.0)  # a function that always returns the same model has now overwritten the first
    module.port_weights(source=first, target=between)
    module.port_weights(source=between, target=second)
    return {"back in torch": values(second, sizes), "the source": values(first, sizes)}


def curves(
    module: Any, sizes: dict[str, int], weights: dict[str, Any], x: Any, y: Any, options: dict[str, Any]
) -> dict[str, list[float]]:
    """What train_both returns for two models with these weights."""
    ours, theirs = wiped(module, sizes)
    put(ours, sizes, weights)
    module.port_weights(ours, theirs)
    keras.utils.set_random_seed(1)  # an order that is drawn is the same each time
    losses = module.train_both(ours, theirs, x, y, **options)
    return {name: [float(loss) for loss in losses[name]] for name in ("torch", "keras")}
