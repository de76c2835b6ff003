"""What the differences.md of exercises 01 to 06 say, measured."""

from __future__ import annotations

import math
from typing import Any

from frameworks import jax, jnp, keras, np, raised, tf, torch, warned

DOUBLE = torch.float64


def slopes(function: str, *at: Any) -> list[Any]:
    """The gradients of each framework's function of that name: torch, Keras on TensorFlow, JAX."""
    leaves = [torch.tensor(x, requires_grad=True) for x in at]
    getattr(torch, function)(*leaves).backward()
    variables = [tf.Variable(x) for x in at]
    with tf.GradientTape() as tape:
        y = getattr(keras.ops, function)(*variables)
    ours = getattr(jax.nn if function == "relu" else jnp, function)
    theirs = jax.grad(ours, argnums=tuple(range(len(at))))(*(jnp.asarray(x) for x in at))
    found = ([x.grad for x in leaves], tape.gradient(y, variables), theirs)
    return [[np.asarray(slope).tolist() for slope in slopes] for slopes in found]


def autograd() -> dict[str, Any]:
    x, grads = torch.tensor(2.0, requires_grad=True), []
    for _ in range(2):
        (x**2 + 3 * x).backward()
        grads.append(x.grad.item())
    v = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = v**2 + 3 * v
    f = jax.grad(lambda x: x**2 + 3 * x)
    return {
        "torch adds": grads,
        "tape": float(tape.gradient(y, v)),
        "tape again": raised(lambda: tape.gradient(y, v)),
        "jax": [float(f(2.0)), float(f(2.0))],
        **{name: slopes(name, 0.0) for name in ("relu", "abs")},
        "maximum": slopes("maximum", 1.0, 1.0),
        "max": slopes("max", [1.0, 1.0]),
        "index": [raised(lambda: torch.arange(5)[10]), raised(lambda: tf.gather(tf.range(5), 10))],
        "index in jax": int(jnp.arange(5)[10]),
    }


def fills(drawn: Any, bound: float, told_bound: float, told_deviation: float) -> bool:
    """Are 5,000 numbers uniform in ±bound: within it, by 1 % at most, and of its deviation within 3 %? Are both told right?"""
    told = round(bound, 4) == told_bound and round(bound / math.sqrt(3), 4) == told_deviation
    reach, deviation = float(abs(drawn).max()) / bound, float(drawn.std()) / bound * math.sqrt(3)
    return told and 0.99 <= reach <= 1 + 1e-6 and abs(deviation - 1) < 0.03


def linear() -> dict[str, Any]:
    torch.manual_seed(0)
    keras.utils.set_random_seed(0)
    layer, dense = torch.nn.Linear(100, 50), keras.layers.Dense(50)
    unbuilt = len(dense.weights)
    dense.build((None, 100))
    theirs = dense.kernel.numpy()
    ones = np.ones((1, 100))
    params = {"W": jnp.ones((100, 50)), "b": jnp.zeros(50)}
    grads = jax.grad(lambda p: (ones @ p["W"] + p["b"]).sum())(params)
    return {
        "jax": {name: list(grad.shape) for name, grad in grads.items()},
        "torch fills its bound": fills(layer.weight.detach().numpy(), 1 / math.sqrt(100), 0.1000, 0.0577),
        "keras fills its bound": fills(theirs, math.sqrt(6 / 150), 0.2000, 0.1155),
        "biases": [bool(layer.bias.abs().max() > 0), bool((dense.bias.numpy() != 0).any())],
        "shapes": [list(layer.weight.shape), list(dense.kernel.shape)],
        "weights before the first input": unbuilt,
        "float64": [raised(lambda: layer(torch.from_numpy(ones))), str(dense(ones).numpy().dtype)],
    }


def torch_adam(p: float, grads: list[float | None], **options: Any) -> list[float]:
    param, after = torch.tensor(p, dtype=DOUBLE, requires_grad=True), []
    optimizer = torch.optim.Adam([param], **options)
    for grad in grads:
        param.grad = None if grad is None else torch.tensor(grad, dtype=DOUBLE)
        optimizer.step()
        after.append(param.item())
    return after


def keras_adam(p: float, grads: list[float | None], **options: Any) -> list[float]:
    """Beside a second variable that always has a gradient, for Keras wants one at least."""
    param, other, after = keras.Variable(p, dtype="float64"), keras.Variable(1.0, dtype="float64"), []
    optimizer = keras.optimizers.Adam(**options)
    for grad in grads:
        given = None if grad is None else tf.constant(grad, tf.float64)
        optimizer.apply_gradients([(given, param), (tf.constant(1.0, tf.float64), other)])
        after.append(float(param.numpy()))
    return after


def adam() -> dict[str, Any]:
    from jax.example_libraries import optimizers

    with jax.enable_x64(True):
        begin, update, params_of = optimizers.adam(1.0)
        state = begin(jnp.zeros(()))
        stepped = update(0, jnp.array(1e-4), state)
        moved = [-float(params_of(one)) for one in (state, stepped)]
    return {
        "jax": moved,
        "eps": [
            1 - torch_adam(1.0, [1e-4], lr=1.0)[0],
            1 - keras_adam(1.0, [1e-4], learning_rate=1.0, epsilon=1e-8)[0],
        ],
        "eps of keras": 1 - keras_adam(1.0, [1e-4], learning_rate=1.0)[0],
        "decay": torch_adam(1.0, [1.0], lr=0.1, weight_decay=0.5)
        + keras_adam(1.0, [1.0], learning_rate=0.1, weight_decay=0.5),
        "none": [torch_adam(0.0, [1.0, None, 1.0], lr=0.1)[2], keras_adam(0.0, [1.0, None, 1.0], learning_rate=0.1)[2]],
        "zero": torch_adam(1.0, [1.0, 0.0], lr=0.1),
        "zero or none": torch_adam(1.0, [1.0, None], lr=0.1),
    }


def dataloader() -> dict[str, Any]:
    def stream(n: int, buffer: int, **options: Any) -> tf.data.Dataset:
        return tf.data.Dataset.range(n).shuffle(buffer, **options)

    def orders(dataset: tf.data.Dataset) -> list[list[int]]:
        return [[int(x) for x in dataset.as_numpy_iterator()] for _ in range(2)]

    def loader() -> Any:
        generator = torch.Generator().manual_seed(1)
        return torch.utils.data.DataLoader(range(20), shuffle=True, generator=generator)

    def epochs(loader: Any) -> list[list[int]]:
        return [[int(x) for x in loader] for _ in range(2)]

    first, second = epochs(loader())
    tf_first, tf_second = orders(stream(20, 20, seed=1))
    one, another = orders(stream(20, 20, seed=1, reshuffle_each_iteration=False))
    pairs = [[int(x) for x in row] for row in tf.data.Dataset.range(8).batch(2).shuffle(4).as_numpy_iterator()]
    before = torch.get_rng_state()
    list(torch.utils.data.DataLoader(range(4), shuffle=True))
    text = next(iter(torch.utils.data.DataLoader([("a", 1), ("b", 2)], batch_size=2)))[0]
    firsts = [{int(next(stream(10, n, seed=i).as_numpy_iterator())) for i in range(99)} for n in (3, 10)]
    return {
        "first of a buffer of 3": sorted(firsts[0]),
        "first of a buffer of 10": sorted(firsts[1]),
        "permutation": sorted(jax.random.permutation(jax.random.key(0), 10).tolist()),
        "torch: a new order, and the same again": [first != second, epochs(loader()) == [first, second]],
        "tf: a new order, the same order": [tf_first != tf_second, one == another],
        "tf: batches stay whole": sorted(pairs),
        "torch moves the global state": not torch.equal(before, torch.get_rng_state()),
        "strings": type(text).__name__,
    }


def checkpoint() -> dict[str, Any]:
    """Writes into the current directory."""
    moved_on = torch.nn.Linear(2, 1)
    torch.save(moved_on, "module.pth")
    layers = [keras.Input((2,)), keras.layers.Dropout(0.5), keras.layers.Dense(1)]
    model = keras.Sequential(layers)
    model.compile("adam", "mse")
    model.fit(np.ones((4, 2)), np.ones((4, 1)), epochs=3, verbose=0)
    model.save("model.keras")
    model.save_weights("model.weights.h5")
    fresh = keras.models.clone_model(model)
    fresh.compile("adam", "mse")
    told = warned(lambda: fresh.load_weights("model.weights.h5"), "optimizer")
    loaded = keras.models.load_model("model.keras")
    keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: x)]).save("lambda.keras")
    key = np.asarray(jax.random.key_data(jax.random.key(3)))
    masks = [jax.random.bernoulli(k, shape=(20,)) for k in (jax.random.key(3), jax.random.wrap_key_data(key))]
    torch.manual_seed(0)
    torch.save({"model": moved_on.state_dict()}, "mine.pth")
    before = torch.get_rng_state()
    torch.rand(3, generator=torch.Generator().manual_seed(1))
    return {
        "torch keeps": list(torch.load("mine.pth")),
        "a generator apart": torch.equal(before, torch.get_rng_state()),
        "iterations": [int(m.optimizer.iterations) for m in (model, loaded, fresh)],
        "warned": told,
        "masks go on": [seeds(model) == seeds(loaded), bool((masks[0] == masks[1]).all())],
        "refused": [raised(lambda: torch.load("module.pth")), raised(lambda: keras.models.load_model("lambda.keras"))],
    }


def seeds(model: Any) -> list[int]:
    return [int(x) for x in model.layers[0].seed_generator.state.numpy()]


def gpu_transfer() -> dict[str, Any]:
    with tf.device("CPU:0"):
        a = tf.constant([1.0])
    with tf.device("CPU:1"):
        b = tf.constant([2.0])
    here, there = (jax.device_put(jnp.ones(1), device) for device in jax.devices())
    ones, layer = np.ones((1, 2)), torch.nn.Linear(2, 1)
    moved = layer.to("meta")
    dense = keras.layers.Dense(1)
    mover, both = torch.ones(1), jnp.ones(1)
    elsewhere = jax.device_put(both, jax.devices()[1])
    with tf.device("CPU:1"):
        copied = tf.identity(a)
    drop, theirs = torch.nn.Dropout(0.5), keras.layers.Dropout(0.5)
    many = np.ones((1, 100), "float32")
    with jax.enable_x64(True):
        wide = str(jnp.asarray(ones).dtype)
    return {
        "another one": [both.devices() != elsewhere.devices(), a.device[-1], copied.device[-1]],
        "with x64": wide,
        "modes": [drop.training, drop.eval() is drop and drop.training],
        "training": [bool((theirs(many, training=flag).numpy() == 0).any()) for flag in (True, False)],
        "torch": raised(lambda: torch.ones(1) + torch.ones(1, device="meta")),
        "tensorflow": [a.device[-1], b.device[-1], float((a + b)[0])],
        "jax": [raised(lambda: here + there), str((jnp.ones(1) + there).devices() == there.devices())],
        "module.to changes it": moved is layer and layer.weight.device.type == "meta",
        "tensor.to returns another": mover.to("meta") is not mover and mover.device.type == "cpu",
        "float64": [str(torch.from_numpy(ones).dtype), str(jnp.asarray(ones).dtype)],
        "float64 in keras": [keras.ops.convert_to_tensor(ones).dtype.name, dense(ones).dtype.name],
        "float64 in torch's layer": raised(lambda: torch.nn.Linear(2, 1)(torch.from_numpy(ones))),
    }
