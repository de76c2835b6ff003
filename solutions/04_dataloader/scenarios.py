"""What only the hidden checks run beside the learner's code. Nothing here knows what is right."""

import contextlib
import operator
import random

import numpy as np


class Recorder:
    """A dataset with len and [i], nothing else, that writes down how it is read."""

    def __init__(self, samples):
        self._samples = samples
        self.reads = []  # an index for a sample read by itself, a list of indices for several read at once

    def __len__(self):
        return len(self._samples)

    def __getitem__(self, index):
        try:
            index = operator.index(index)
        except TypeError:
            several = range(len(self))[index] if isinstance(index, slice) else [int(i) for i in index]
            self.reads.append(list(several))
            return [self._samples[i] for i in several]
        self.reads.append(index)
        return self._samples[index]


def numbers(batch):
    return [int(sample) for sample in batch]


def flat(batches):
    return [sample for batch in batches for sample in numbers(batch)]


def construct(module, count, **options):
    module.DataLoader(list(range(count)), **options)
    return "a loader"


def all_of(loader):
    """The batches as they come. list(loader) would ask for len(loader), which another check is about."""
    return [batch for batch in loader]  # noqa: C416


def few_samples(module, count, **options):
    """The batches over very few samples, or that there was an exception; its class says little here.

    A loader that crashes with many samples, too, is another matter: its exception goes on.
    """
    flat(module.DataLoader(list(range(2 * options["batch_size"])), **options))
    try:
        loader = module.DataLoader(list(range(count)), **options)
        return {"raises an exception": False, "batches": [numbers(batch) for batch in loader]}
    except (ArithmeticError, AssertionError, LookupError, TypeError, ValueError):
        return {"raises an exception": True, "batches": None}


def strings_of_an_array(module, strings, **options):
    """The batches over an array of these. It gives each as np.str_, which does not pass the wall."""
    loader = module.DataLoader(np.array(strings), **options)
    return [[str(part) for part in batch] if isinstance(batch, list) else batch for batch in loader]


def shuffled(module, count, epochs, **options):
    """The samples of each epoch in one list, and the dataset after the last epoch."""
    dataset = list(range(count))
    loader = module.DataLoader(dataset, shuffle=True, **options)
    return [flat(loader) for _ in range(epochs)], dataset


def one_after_another(module, count, epochs, seeds, **options):
    """The epochs of a loader per seed; each loader is made and read before the next is made."""
    return [shuffled(module, count, epochs, seed=seed, **options)[0] for seed in seeds]


def in_a_new_process(module, count, **options):
    """An epoch of a loader without a seed. A worker is a fork: numpy's own numbers go on in it as in every other."""
    np.random.seed()
    return flat(module.DataLoader(list(range(count)), shuffle=True, **options))


def in_turns(module, count, epochs, seeds, **options):
    """The same, but all loaders are made first and then read an epoch each in turn."""
    loaders = [module.DataLoader(list(range(count)), shuffle=True, seed=seed, **options) for seed in seeds]
    rounds = [[flat(loader) for loader in loaders] for _ in range(epochs)]
    return [list(epochs_of_one) for epochs_of_one in zip(*rounds, strict=True)]


def by_turns(module, count, steps, **options):
    """Read iterators of one loader in turns: each letter of `steps` is the next batch of that iterator.

    An iterator is opened at its first step; None stands for a batch that an ended iterator does not have.
    The dataset comes back, too, as it is after that.
    """
    dataset = list(range(count))
    loader = module.DataLoader(dataset, **options)
    iterators, seen = {}, {}
    for name in steps:
        if name not in iterators:
            iterators[name], seen[name] = iter(loader), []
        batch = next(iterators[name], None)
        seen[name].append(None if batch is None else numbers(batch))
    return seen, dataset


def broken_off(module, count, limits, **options):
    """The batches of one epoch per limit, which is left after that many batches; None: read to its end.

    len(loader) is asked for at every batch; whether it is right, or there at all, is another check's business.
    """
    loader = module.DataLoader(list(range(count)), **options)
    epochs = []
    for limit in limits:
        epochs.append([])
        for batch in loader:
            epochs[-1].append(numbers(batch))
            with contextlib.suppress(Exception):
                len(loader)
            if len(epochs[-1]) == limit:
                break
    return epochs


def own_collate(module, count):
    """What comes out of loaders with a collate_fn of the caller's, and what the first one was called with."""
    calls = []

    def tell(*given):
        calls.append(list(given))
        return {"call": len(calls)}

    def take(*given):
        return {"given": list(given)}

    def nothing(*given):
        return None

    def some_list(*given):
        return [1, 2]

    dataset = list(range(count))
    loaders = {
        "collate_fn given by its name": module.DataLoader(dataset, batch_size=3, collate_fn=tell),
        "DataLoader(dataset, 3, False, True, None, collate_fn)": module.DataLoader(dataset, 3, False, True, None, take),
        "shuffled, with a collate_fn": module.DataLoader([5] * count, batch_size=3, shuffle=True, collate_fn=take),
        "a collate_fn that returns None": module.DataLoader(dataset, batch_size=3, collate_fn=nothing),
        "a collate_fn that returns a list": module.DataLoader(dataset, batch_size=3, collate_fn=some_list),
    }
    return {name: all_of(loader) for name, loader in loaders.items()} | {"what collate_fn is called with": calls}


def reads_by_batch(module, count, **options):
    """All reads so far, noted each time a batch arrives."""
    dataset = Recorder(list(range(count)))
    loader = module.DataLoader(dataset=dataset, **options)
    return [list(dataset.reads) for _ in loader]


def reads_by_epoch(module, count, epochs, **options):
    """The reads before the first epoch, those of each epoch, and the numbers in its batches.

    Sample i is the pair (i, count + i), so an epoch gives 0, 1, ..., 2 * count - 1.
    """
    dataset = Recorder([(i, count + i) for i in range(count)])
    loader = module.DataLoader(dataset=dataset, **options)
    before, reads, given = list(dataset.reads), [], []
    for _ in range(epochs):
        dataset.reads.clear()
        given.append([number for batch in loader for number in all_numbers(batch)])
        reads.append(list(dataset.reads))
    return before, reads, given


def all_numbers(batch):
    if isinstance(batch, (list, tuple)):
        return [number for part in batch for number in all_numbers(part)]
    return np.ravel(batch).tolist()


def global_states(module, start, **options):
    """The global state of numpy and random before a loader exists, and at every point of its life."""
    before_python, before_numpy = random.getstate(), np.random.get_state()
    try:
        random.seed(start)
        np.random.seed(start)
        states = [global_state()]
        loader = module.DataLoader(list(range(7)), batch_size=3, **options)
        states.append(global_state())
        for _ in range(2):
            for _ in loader:
                states.append(global_state())
            states.append(global_state())
        return states
    finally:
        random.setstate(before_python)
        np.random.set_state(before_numpy)


def global_state():
    _, keys, *rest = np.random.get_state()
    return keys.tobytes() + repr((rest, random.getstate())).encode()
