"""What only the hidden checks run beside the learner's code."""

import random
from itertools import islice

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import graph_pb2
from tensorflow.python.data.ops import shuffle_op
from tensorflow.python.eager import context
from tensorflow.python.framework import op_def_registry
from tensorflow.python.ops.script_ops import FuncRegistry

MOST_BATCHES = 400  # no check needs as many; a dataset without an end must not take for ever

AUGMENTS = {
    "twice and one": lambda sample: 2 * sample + 1,
    "noise": lambda sample: sample + tf.random.uniform((), 0.0, 0.5, dtype=sample.dtype),
    "turned": lambda sample: tf.transpose(sample),
}


def each(dataset):
    if not isinstance(dataset, tf.data.Dataset):
        raise TypeError(f"make_dataset returned a {type(dataset).__name__}, not a tf.data.Dataset")
    for batch in islice(dataset, MOST_BATCHES):
        yield tuple(np.asarray(part) for part in batch)


def orders(module, x, y, times=1, looks=False, **options):
    """The first number of each sample, batch by batch, of several iterations over one dataset; before them, an iteration
    stops after its first batch, if somebody `looks`.
    """
    dataset = module.make_dataset(x, y, **options)
    if looks:
        next(iter(dataset))
    return [[batch.reshape(len(batch), -1)[:, 0].tolist() for batch, _ in each(dataset)] for _ in range(times)]


def one_after_another(module, x, y, seeds, times, **options):
    """The orders of `times` iterations for each seed; a dataset is made when the one before it has been read."""
    given = [{} if seed == "not given" else {"seed": seed} for seed in seeds]
    return [orders(module, x, y, times, **seed, **options) for seed in given]


def in_another_program(module, *arguments, **options):
    """The same where `hash` of a text is another number, as in each new Python. (Worker processes come from one parent
    and share theirs; a hash of numbers alone is the same everywhere.)
    """

    def salted(value):
        return isinstance(value, str | bytes) or (isinstance(value, tuple) and any(map(salted, value)))

    vars(module).setdefault("hash", lambda value: hash(("another salt", value) if salted(value) else value))
    return one_after_another(module, *arguments, **options)


def inputs_after(module, x, y, times=1, **options):
    """x and y after a dataset over them has been made and read, and whether they can be written into, as before."""
    orders(module, x, y, times, **options)
    return {"x": x, "y": y, "writeable": x.flags.writeable and y.flags.writeable}


def before_and_after_a_change(module, x, y, **options):
    """An order over x, and one over the same array when each sample has become 100 larger."""
    before = orders(module, x, y, **options)
    x += 100
    return before + orders(module, x, y, **options)


def reads_further(module, x, y, times=1, **options):
    """The batches of several iterations, through one more step of tf.data."""
    dataset = module.make_dataset(x, y, **options).prefetch(1)
    return [list(each(dataset)) for _ in range(times)]


def first_batches(module, count, batch_size, epochs, seed):
    """The first batch of some epochs of the samples 0, 1, ..., count - 1."""
    x = np.arange(count)
    dataset = module.make_dataset(x, x, batch_size, shuffle=True, seed=seed)
    return [next(iter(dataset))[0].numpy() for _ in range(epochs)]


def calls_into_python(module, count, batch_size):
    """How often TensorFlow calls Python until the first batch of `count` shuffled samples is there."""
    x, calls, call = np.arange(count), [], FuncRegistry.__call__

    def counted(*arguments):
        calls.append(None)
        return call(*arguments)

    FuncRegistry.__call__ = counted
    try:
        next(iter(module.make_dataset(x, x, batch_size, shuffle=True, seed=1)))
    finally:
        FuncRegistry.__call__ = call
    return len(calls)


def steps(dataset):
    """A dataset and those that it is made of; what a function of a step makes is not among them."""
    yield dataset
    for before in dataset._inputs():
        yield from steps(before)


def largest_buffer(module, count):
    """How many samples the largest shuffle buffer of a dataset over `count` samples holds; 0 without one. Nothing is read."""
    x = np.zeros(count, np.uint8)
    dataset = module.make_dataset(x, x, 100, shuffle=True, seed=1)
    sizes = [int(step._buffer_size) for step in steps(dataset) if isinstance(step, shuffle_op._ShuffleDataset)]
    return max(sizes, default=0)


def order_is_promised(module, x, y, **options):
    """Does every parallel step of the dataset keep the order of its samples? By its settings: with the worker's one thread
    it would even if it need not. They are read from the graph, which knows those of inner datasets too.
    """
    dataset = module.make_dataset(x, y, augment=AUGMENTS["twice and one"], **options)
    unless_told = b"false" if dataset.options().deterministic is False else b"true"
    graph = graph_pb2.GraphDef.FromString(dataset._as_serialized_graph().numpy())
    for part in (graph.node, *(function.node_def for function in graph.library.function)):
        constants = {node.name: node.attr["value"].tensor for node in part if node.op == "Const"}
        for node in part:
            told = node.attr["deterministic"].s
            if (unless_told if told == b"default" else told) == b"false" and _calls(node, constants) != 1:
                return False
    return True


def _calls(node, constants):
    """How many parallel calls a step of a graph makes, if that is a constant."""
    names = [argument.name for argument in op_def_registry.get(node.op).input_arg]
    given = node.input[names.index("num_parallel_calls") - len(names)].split(":")[0]  # lists stand before it
    return int(tf.make_ndarray(constants[given])) if given in constants else None


def augmented(module, x, y, augment, times=1, **options):
    def of_a_tensor(sample):
        if not tf.is_tensor(sample) or sample.dtype != x.dtype:
            raise TypeError(f"augment got {sample!r}, not a tensor of {x.dtype}")
        return AUGMENTS[augment](sample)

    dataset = module.make_dataset(x, y, augment=of_a_tensor, **options)
    return [list(each(dataset)) for _ in range(times)]


def plain_augmented(module, x, y, augment, batch_size):
    """The same by TensorFlow alone."""
    dataset = tf.data.Dataset.from_tensor_slices((x, y))
    return list(each(dataset.map(lambda sample, label: (AUGMENTS[augment](sample), label)).batch(batch_size)))


def global_state(module, x, y, augment, **options):
    """What is global before and after a dataset is made and read: TensorFlow's seed, and numpy's and random's state."""
    options["augment"] = AUGMENTS[augment]
    tf.random.set_seed(1234)
    np.random.seed(5)
    random.seed(6)
    before = _state()
    for _ in each(module.make_dataset(x, y, **options)):
        pass
    return {"before": before, "after": _state()}


def _state():
    return {
        "TensorFlow's global seed": context.global_seed(),
        "TensorFlow's global generator": tf.random.get_global_generator().state.numpy().tolist(),
        "numpy's state": [*map(int, np.random.get_state()[1]), np.random.get_state()[2]],
        "random's state": list(random.getstate()[1]),
    }
