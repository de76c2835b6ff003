"""What the differences.md of exercises 18 to 24 say, measured."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from frameworks import jax, jnp, keras, np, raised, tf, torch, warned


class Own(keras.layers.Layer):
    """A layer that nobody registered."""

    def call(self, inputs: Any) -> Any:
        return inputs


def keras_layer() -> dict[str, Any]:
    lazy, ones = torch.nn.LazyLinear(3), np.ones((1, 1000), "float32")
    before = type(lazy.weight).__name__
    lazy(torch.ones(1, 2))
    drop, theirs = torch.nn.Dropout(0.25), keras.layers.Dropout(0.25)
    keras.Sequential([keras.Input((2,)), Own()]).save("own.keras")
    config = keras.layers.Dense(3, name="mine").get_config()
    return {
        "at once": list(torch.nn.Linear(2, 3).weight.shape),
        "lazy": [before, list(lazy.weight.shape), len(keras.layers.Dense(3).weights)],
        "left": [drop(torch.from_numpy(ones)).max().item(), float(keras.ops.max(theirs(ones, training=True)))],
        "without being asked": [
            bool((drop(torch.from_numpy(ones)) == 0).any()),
            bool((theirs(ones).numpy() == 0).any()),
        ],
        "state_dict": list(torch.nn.Linear(2, 3).state_dict()),
        "made again": keras.layers.Dense.from_config(config).units,
        "unknown class": raised(lambda: keras.models.load_model("own.keras")),
        "gelu": gelus(),
    }


def gelus() -> list[float]:
    """Of 1, in torch, Keras and JAX."""
    theirs = float(keras.activations.gelu(tf.constant(1.0)))
    return [torch.nn.functional.gelu(torch.tensor(1.0)).item(), theirs, float(jax.nn.gelu(1.0))]


def traces(compile: Callable[[Any], Any], *calls: Any) -> int:
    """How often Python runs a compiled function that is called with each of these."""
    seen = []

    @compile
    def twice(x: Any) -> Any:
        seen.append(x)
        return x * 2

    for x in calls:
        twice(x)
    return len(seen)


def gradient_tape() -> dict[str, Any]:
    used, unused = (torch.nn.Parameter(torch.ones(1)) for _ in range(2))
    used.sum().backward()
    optimizer = torch.optim.Adam([used, unused])
    v, w = keras.Variable([1.0]), keras.Variable([1.0])
    theirs, given = keras.optimizers.Adam(), tf.ones(1)
    grads = jax.grad(lambda p: p["used"])({"used": 1.0, "unused": 1.0})
    model = keras.Sequential(
        [keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="ones", kernel_regularizer="l2")]
    )
    number = tf.Variable(2)
    with tf.GradientTape() as tape:
        y = number * number
    same, other = [np.ones(2, "float32")] * 2, np.ones(3, "float32")
    as_tensors = [tf.constant(x) for x in (*same, other)]
    return {
        "missing": [unused.grad is None, raised(optimizer.step), float(grads["unused"])],
        "keras warns": warned(lambda: theirs.apply_gradients([(given, v), (None, w)]), "Gradients do not exist"),
        "own losses": [float(np.sum(model.losses)), torch.optim.Adam([used]).defaults["weight_decay"]],
        "integers": [
            raised(lambda: torch.tensor(2, requires_grad=True)), tape.gradient(y, number) is None,
            raised(lambda: jax.grad(lambda x: x * x)(2)),
        ],
        "traces": [traces(tf.function, *as_tensors), traces(jax.jit, *same, other)],
        "traces of numbers": [traces(tf.function, 0.1, 0.2, 0.3), traces(jax.jit, 0.1, 0.2, 0.3)],
        "eager": traces(lambda f: f, *same, other),
    }  # fmt: skip


def tf_data() -> dict[str, Any]:
    def epochs(dataset: Any) -> list[list[Any]]:
        return [np.concatenate([np.ravel(x) for x in dataset]).tolist() for _ in range(2)]

    numbers, calls = tf.data.Dataset.range(20), {"tf": 0, "torch": 0}

    def traced(x: Any) -> Any:
        calls["tf"] += 1
        return x

    class Samples(torch.utils.data.Dataset[int]):
        def __len__(self) -> int:
            return 5

        def __getitem__(self, i: int) -> int:
            calls["torch"] += 1
            return i

    epochs(tf.data.Dataset.range(5).map(traced))
    epochs(torch.utils.data.DataLoader(Samples()))
    kept, new = (epochs(dataset) for dataset in (numbers.shuffle(20).cache(), numbers.cache().shuffle(20)))
    three = tf.data.Dataset.range(3)
    batches = three.repeat(2).batch(2)
    return {
        "shuffle and cache": [kept[0] == kept[1], new[0] == new[1]],
        "across the end": [batch.tolist() for batch in batches.as_numpy_iterator()],
        "torch's batches": [batch.tolist() for batch in torch.utils.data.DataLoader(range(3), batch_size=2)],
        "calls": calls,
        "short batch": [len(three.batch(2)), len(torch.utils.data.DataLoader(range(3), batch_size=2))],
        "without the short batch": [
            len(three.batch(2, drop_remainder=True)), len(torch.utils.data.DataLoader(range(3), 2, drop_last=True)),
        ],
        "floats": [
            str(next(iter(torch.utils.data.DataLoader([1.0]))).dtype), str(jnp.asarray([1.0]).dtype),
            tf.data.Dataset.from_tensor_slices([1.0]).element_spec.dtype.name,
        ],
    }  # fmt: skip


def jax_functional() -> dict[str, Any]:
    key = jax.random.key(0)
    logits, label = np.zeros((1, 3), "float32"), np.array([3])
    sparse = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def positive(x: Any) -> Any:
        if x > 0:
            return x
        return -x

    def squares(w: Any, x: Any) -> Any:
        return (w * x) ** 2

    def set_first(array: Any) -> None:
        array[0] = 5.0

    rows = np.array([1.0, 2.0, 3.0], "float32")
    per_example = [
        jax.vmap(jax.grad(squares), (None, 0))(2.0, rows),
        torch.func.vmap(torch.func.grad(squares), (None, 0))(torch.tensor(2.0), torch.from_numpy(rows)),
    ]
    torch.manual_seed(0)
    return {
        "draws": [
            bool((torch.randn(9) == torch.randn(9)).any()),
            bool((jax.random.normal(key, 9) == jax.random.normal(key, 9)).all()),
        ],
        "in place": [raised(partial(set_first, array)) for array in (torch.ones(2), tf.ones(2), jnp.ones(2))],
        "changed": jnp.ones(2).at[0].set(5.0).tolist(),
        "label 3 of 3": [
            raised(lambda: torch.nn.functional.cross_entropy(torch.from_numpy(logits), torch.from_numpy(label))),
            raised(lambda: sparse(label, logits)), float(-jax.nn.log_softmax(jnp.asarray(logits))[0, 3]),
        ],
        "if": [float(tf.function(positive)(tf.constant(-2.0))), raised(lambda: jax.jit(positive)(-2.0))],
        "if without jit": float(positive(torch.tensor(-2.0))),
        "per example": [grads.tolist() for grads in per_example],
    }  # fmt: skip


def lstm_of_two_steps() -> list[float]:
    """The last output for inputs of 0: torch's, its bias in two parts; Keras's; that of the gates i, f, c, o by hand."""
    i, f, c, o = bias = np.array([0.5, -0.3, 0.8, 0.2], "float32")
    ours, theirs = torch.nn.LSTM(1, 1, batch_first=True), keras.layers.LSTM(1)
    for name, parameter in ours.named_parameters():
        share = {"bias_ih_l0": 0.25, "bias_hh_l0": 0.75}.get(name)
        parameter.data = torch.from_numpy(bias * share) if share else torch.zeros_like(parameter)
    theirs.build((None, None, 1))
    theirs.set_weights([np.zeros((1, 4)), np.zeros((1, 4)), bias])
    cell = sigmoid(i) * math.tanh(c)
    by_hand = sigmoid(o) * math.tanh(sigmoid(f) * cell + cell)
    zeros = np.zeros((1, 2, 1), "float32")
    return [ours(torch.from_numpy(zeros))[0][0, -1].item(), float(theirs(zeros)[0, 0]), by_hand]


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def same_model_twice() -> dict[str, Any]:
    batch = np.array([[0.0], [1.0], [5.0]], "float32")
    norm, theirs = torch.nn.BatchNorm1d(1), keras.layers.BatchNormalization()
    norm(torch.from_numpy(batch))
    theirs(batch, training=True)
    one, single = torch.zeros(1, 1), np.zeros((1, 1), "float32")
    lstm, their_lstm = torch.nn.LSTM(2, 1), keras.layers.LSTM(1)
    their_lstm.build((None, None, 2))
    p = torch.zeros((), dtype=torch.float64, requires_grad=True)
    v = keras.Variable(0.0, dtype="float64")
    sgd, their_sgd = torch.optim.SGD([p], lr=0.1, momentum=0.9), keras.optimizers.SGD(0.1, momentum=0.9)
    for lr in (0.1, 0.1, 0.01):
        sgd.param_groups[0]["lr"] = their_sgd.learning_rate = lr
        p.grad = torch.ones_like(p)
        sgd.step()
        their_sgd.apply_gradients([(tf.constant(1.0, tf.float64), v)])
    layer_norm = keras.layers.LayerNormalization()
    return {
        "batch norm": [
            [norm.running_mean.item(), norm.running_var.item()],
            [float(theirs.moving_mean[0]), float(theirs.moving_variance[0])],
        ],
        "batch variance": [(norm.running_var.item() - 0.9) / 0.1, (float(theirs.moving_variance[0]) - 0.99) / 0.01],
        "momentum": [norm.momentum, theirs.momentum],
        "eps": [norm.eps, theirs.epsilon, torch.nn.LayerNorm(1).eps, layer_norm.epsilon],
        "one sample": [raised(lambda: norm(one)), raised(lambda: theirs(single, training=True))],
        "bias vectors": sum("bias" in name for name, _ in lstm.named_parameters()),
        "forget part": their_lstm.cell.bias.numpy().tolist(),
        "gates": lstm_of_two_steps(),
        "sgd": [p.item(), float(v.numpy())],
        "gelu": gelus(),
    }


def logging_and_debugging() -> dict[str, Any]:
    """Writes into the current directory."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from torch.utils.tensorboard import SummaryWriter

    data = np.ones((6, 1), "float32")
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    told = [keras.callbacks.TensorBoard("runs/keras"), keras.callbacks.TerminateOnNaN()]
    model.fit(data, data, batch_size=2, epochs=2, validation_data=(data, data), verbose=0, callbacks=told)
    with SummaryWriter("runs/torch") as writer:
        for step in (1, 2, 3):
            writer.add_scalar("loss", 0.5, step)
    read = {name: EventAccumulator(f"runs/{name}").Reload() for name in ("keras/train", "keras/validation", "torch")}
    charts = [read[name].Tags()["tensors"] for name in ("keras/train", "keras/validation")]
    points = [event.step for event in read["keras/train"].Tensors("epoch_loss")]
    used, unused = (torch.nn.Parameter(torch.ones(1)) for _ in range(2))

    used.sum().backward()

    def bad_root() -> None:
        with torch.autograd.set_detect_anomaly(True):
            torch.sqrt(used * -1).sum().backward()

    def bad_root_in_jax() -> None:
        with jax.debug_nans(True):
            jnp.sqrt(-1.0)

    def bad_root_in_tf() -> None:
        tf.debugging.check_numerics(tf.sqrt(-1.0), "a root")

    return {
        "runs of keras": sorted(path.name for path in Path("runs/keras").iterdir()),
        "charts of keras": ["epoch_loss" in chart for chart in charts],
        "points of keras": points,
        "points of torch": [event.step for event in read["torch"].Scalars("loss")],
        "found": [raised(bad_root), raised(bad_root_in_tf), raised(bad_root_in_jax)],
        "nothing raised": [math.isnan(x) for x in (torch.sqrt(torch.tensor(-1.0)), tf.sqrt(-1.0), jnp.sqrt(-1.0))],
        "missing": [unused.grad is None, float(jax.grad(lambda p: p["used"])({"used": 1.0, "unused": 1.0})["unused"])],
    }
