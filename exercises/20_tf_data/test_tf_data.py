"""Visible checks of exercise 20."""

from itertools import pairwise

import numpy as np

from grader.checks import catches, close_to, equal_to, points


def samples(count, width=2):
    """Sample i is [i, i, ...] with label 10 * i, so that pairs can be told apart."""
    return np.repeat(np.arange(count, dtype=np.float32)[:, None], width, axis=1), 10 * np.arange(count)


@points(1, id="20.1a", about="make_dataset")
@catches("drops_remainder", "shuffles_always")
def test_ten_samples_by_four(submission):
    """Ten samples in batches of four come in order, as pairs of x and y, and the last batch holds the two that are
    left."""
    x, y = samples(10)
    (got,) = submission.run("reads", x, y, batch_size=4)
    assert got == close_to(
        submission.alone("plain_batches", x, y, batch_size=4),
        call="list(make_dataset(x, y, batch_size=4)) with x of shape (10, 2)",
    )


@points(1, id="20.2a", about="make_dataset")
@catches("batch_before_shuffle", "shuffle_ignored", "pairs_torn_apart")
def test_a_shuffled_epoch(submission):
    """With shuffle=True an epoch has every sample once, with its own label, and a batch is more than a run of
    neighbours."""
    x, y = samples(40)
    (epoch,) = submission.run("reads", x, y, batch_size=4, shuffle=True, seed=1)
    order = [int(sample) for batch, _ in epoch for sample in batch[:, 0]]
    runs = [all(b - a == 1 for a, b in pairwise(batch[:, 0])) for batch, _ in epoch]
    got = {
        "every sample once": sorted(order) == list(range(40)),
        "each with its own label": all(np.array_equal(10 * batch[:, 0], labels) for batch, labels in epoch),
        "not the order of x": order != list(range(40)),
        "a batch is more than a run of neighbours": not all(runs),
    }
    assert got == equal_to(
        dict.fromkeys(got, True), call="list(make_dataset(x, y, batch_size=4, shuffle=True, seed=1)) with 40 samples"
    )


@points(1, id="20.4a", about="make_dataset")
@catches("same_order_every_epoch", "reshuffle_ignored")
def test_the_orders_of_two_epochs(submission):
    """Each epoch has a new order; with reshuffle=False every epoch has the same."""
    x, y = samples(40)
    options = {"times": 2, "batch_size": 8, "shuffle": True, "seed": 1}
    got = {}
    for name, more in [("a new order each epoch", {}), ("the same order with reshuffle=False", {"reshuffle": False})]:
        first, second = submission.run("reads", x, y, **options, **more)
        equal = [batch[:, 0].tolist() for batch, _ in first] == [batch[:, 0].tolist() for batch, _ in second]
        got[name] = equal if more else not equal
    assert got == equal_to(
        dict.fromkeys(got, True),
        call="dataset = make_dataset(x, y, batch_size=8, shuffle=True, seed=1); list(dataset); list(dataset)",
    )


@points(1, id="20.5a", about="make_dataset")
@catches("drop_last_ignored", "drops_remainder", "repeats_for_ever")
def test_len_and_the_last_batch(submission):
    """len(dataset) is the number of batches, and drop_last leaves out the last one if it is short."""
    got, expected = {}, {}
    for drop_last in (False, True):
        x, y = samples(10)
        got[f"drop_last={drop_last}"] = submission.run("lengths", x, y, batch_size=4, drop_last=drop_last)
        plain = submission.alone("plain_batches", x, y, batch_size=4, drop_last=drop_last)
        expected[f"drop_last={drop_last}"] = {"len": len(plain), "sizes": [len(batch) for batch, _ in plain]}
    assert got == equal_to(expected, call="len(make_dataset(x, y, batch_size=4, drop_last=True)) with 10 samples")


@points(1, id="20.7a", about="make_dataset")
@catches("cache_after_augment", "augment_ignored", "python_side_effect")
def test_noise_is_new_in_each_epoch(submission):
    """A random augment gives other numbers in each epoch, with cache=True too."""
    submission.restart()  # a seed that an earlier check has set would make the noise the same
    x, y = samples(6)
    got = {}
    for cache in (False, True):
        first, second = submission.run("reads", x, y, 2, "noise", batch_size=3, cache=cache)
        noise = [np.concatenate([batch for batch, _ in epoch]) - x for epoch in (first, second)]
        got[f"augmented, cache={cache}"] = all(bool((part > 0).any()) for part in noise)
        got[f"anew in each epoch, cache={cache}"] = not np.array_equal(*noise)
    assert got == equal_to(
        dict.fromkeys(got, True),
        call="make_dataset(x, y, batch_size=3, augment=lambda v: v + tf.random.uniform(()), cache=True)",
    )
