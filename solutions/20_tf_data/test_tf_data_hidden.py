"""Hidden checks of exercise 20.

A learner's permutation is arbitrary, so the checks of shuffling compare facts that are derived here from the orders in
which samples came. The facts hold for a right dataset but for chances below one in a billion.
"""

from itertools import combinations, pairwise, permutations

import numpy as np
import pytest

from grader.checks import catches, close_to, equal_to, needs, points


def samples(count, *shape, dtype=np.float32):
    """Sample i is full of i; its label is 3 * i + 1."""
    x = np.broadcast_to(np.arange(count).reshape(-1, *(1 for _ in shape)), (count, *shape)).astype(dtype)
    return x, 3 * np.arange(count) + 1


def flat(batches):
    return [int(sample) for batch in batches for sample in batch]


def leaps(epoch):
    """How far each of 60 samples is from the one before it, around the circle: about 37 different ones by chance."""
    return {(after - before) % 60 for before, after in pairwise(flat(epoch))}


def all_hold(facts):
    return equal_to(dict.fromkeys(facts, True))


def draw_seeds(rng, count):
    """Different seeds other than 0."""
    return [int(seed) for seed in rng.choice(np.arange(1, 100_000), size=count, replace=False)]


SHAPES = {
    "numbers": lambda rng: (rng.normal(size=7), rng.normal(size=7)),
    "images and one-hot labels": lambda rng: (rng.normal(size=(6, 4, 3, 1)).astype(np.float32), np.eye(6, 3, dtype=np.uint8)),
    "one sample": lambda rng: (rng.normal(size=(1, 2)) > 0, np.array([4])),
}


@points(2, id="20.1b", about="make_dataset")
@catches("batch_size_ignored")
@pytest.mark.parametrize("kind", SHAPES)
def test_other_shapes_and_sizes(submission, rng, kind):
    """Whatever the shapes and the batch size, 1 too, the batches are TensorFlow's, in every iteration."""
    x, y = SHAPES[kind](rng)
    for batch_size in (1, 3, len(x) + 5):
        first, second = submission.run("reads", x, y, 2, batch_size=batch_size)
        expected = submission.alone("plain_batches", x, y, batch_size=batch_size)
        name = f"{kind}, batch_size={batch_size}"
        assert {name: first, f"{name}, again": second} == close_to({name: expected, f"{name}, again": expected})


@points(2, id="20.2b", about="make_dataset")
@needs("test_a_shuffled_epoch")
@catches("batch_before_shuffle", "pairs_torn_apart", "samples_with_replacement", "shuffles_the_arrays")
def test_permutations_of_samples(submission, rng):
    """Orders are drawn from all permutations of the samples, epoch by epoch; a sample keeps its label, and x and y keep
    their order and can be written into as before; a further step of tf.data reads shuffled samples too."""
    seeds = draw_seeds(rng, 3)
    x, y = samples(60, 2)
    epochs = submission.run("orders", x, y, 5, looks=True, batch_size=6, shuffle=True, seed=seeds[0])
    few = submission.run("orders", *samples(3), batch_size=2, shuffle=True, seed=seeds[1], epochs=130, times=1)[0]
    cut = [few[start : start + 2] for start in range(0, len(few), 2)]
    short = {tuple(flat(epoch)) for epoch in cut}
    (read,) = submission.run("reads", x, y, shuffle=True, batch_size=7, seed=seeds[2])
    further = submission.run("reads_further", x, y, 2, shuffle=True, batch_size=7)
    read += further[0] + further[1]  # without a seed: two shuffles of one seed agree by that alone
    further = [[int(row[0]) for batch, _ in epoch for row in batch] for epoch in further]
    options = {"shuffle": True, "batch_size": 7, "seed": seeds[2]}
    after = [submission.run("inputs_after", x, y, 2, reshuffle=reshuffle, **options) for reshuffle in (True, False)]
    together = {frozenset(map(int, batch)) for epoch in epochs for batch in epoch}
    facts = {
        "every sample once": all(sorted(flat(epoch)) == list(range(60)) for epoch in epochs),
        "a new order each epoch": len({tuple(flat(epoch)) for epoch in epochs}) == len(epochs),
        "no pattern from one sample to the next": all(len(leaps(epoch)) > 15 for epoch in epochs),
        "samples meet others in each epoch": len(together) == sum(map(len, epochs)),
        "the 6 orders of 3 samples in 130 epochs": short == set(permutations(range(3))),
        "each with its own label": all(np.array_equal(3 * batch[:, 0] + 1, labels) for batch, labels in read),
        "x and y keep their order": all(np.array_equal(one["x"], x) and np.array_equal(one["y"], y) for one in after),
        "x and y can be written into as before": all(one["writeable"] for one in after),
        "through a further step, every sample once": all(sorted(order) == list(range(60)) for order in further),
        "through a further step, a new order each time": list(range(60)) not in further and further[0] != further[1],
    }
    assert facts == all_hold(facts)


@points(3, id="20.3", about="make_dataset")
@needs("test_a_shuffled_epoch")
@catches("small_buffer")
def test_any_sample_can_come_first(submission, rng):
    """However many samples there are, the first batch is drawn from all of them, without a way through Python for each."""
    few_calls = submission.run("calls_into_python", 20_000, 100) < 10_000
    assert {"samples do not pass through Python one by one": few_calls} == equal_to(
        {"samples do not pass through Python one by one": True}
    )
    got = {}
    for count, batch_size, epochs in [(300, 40, 1), (4_000, 1_000, 2), (130_000, 500, 1)]:
        (seed,) = draw_seeds(rng, 1)
        batch, *other = submission.run("first_batches", count, batch_size, epochs, seed)
        # of `batch_size` draws none from the last tenth: below 0.9 ** 40 = 1.5 %, so the smallest asks for a half
        least = count // 2 if count == 300 else count - count // 10
        got[f"{count} samples: the first {batch_size} reach beyond number {least}"] = bool(batch.max() >= least)
        for second in other:  # by chance 250 meet again; of arrays that are permuted once, then shuffled by 1000, 500
            met = len(np.intersect1d(batch, second))
            got[f"{count} samples: the first {batch_size} of another epoch are others"] = met < 350
    some = submission.run("largest_buffer", 130_000)
    more = max(10_000_000, some + 1)  # a fixed buffer, however large, is too small for one sample more
    grows = not 130_000 <= some < 100_000_000 or submission.run("largest_buffer", more) >= more
    got["a buffer for 130,000 samples grows with them"] = grows
    assert got == all_hold(got)


@points(2, id="20.4b", about="make_dataset")
@needs("test_a_shuffled_epoch")
@catches("repeat_before_shuffle", "batch_across_epochs", "cache_freezes_order", "epochs_ignored")
@catches("reshuffle_ignored")
@pytest.mark.parametrize("cache", [False, True])
def test_epochs_one_after_another(submission, rng, cache):
    """epochs=3 are three whole epochs, each with its own short batch and, with reshuffle, its own order, with cache too;
    the next iteration goes on so, and another dataset of the same arrays has their new numbers."""
    (seed,) = draw_seeds(rng, 1)
    x, y = samples(22, 3)
    got = {}
    for reshuffle in (True, False):
        options = {"batch_size": 5, "shuffle": True, "seed": seed, "epochs": 3, "cache": cache, "reshuffle": reshuffle}
        reads = submission.run("orders", x, y, 2, **options)
        sizes = [list(map(len, batches)) for batches in reads]
        orders = [flat(batches)[start : start + 22] for batches in reads for start in (0, 22, 44)]
        distinct = len(set(map(tuple, orders)))
        name = f"reshuffle={reshuffle}: "
        got[name + "each epoch ends with its short batch"] = sizes == 2 * [3 * [5, 5, 5, 5, 2]]
        got[name + "every sample once in each"] = all(sorted(order) == list(range(22)) for order in orders)
        got[name + "orders"] = distinct == (6 if reshuffle else 1)
        got[name + "shuffled"] = list(range(22)) not in orders
    for reshuffle, distinct in [(True, 4), (False, 1)]:
        unseeded = {"batch_size": 5, "shuffle": True, "epochs": 2, "cache": cache, "reshuffle": reshuffle}
        reads = submission.run("orders", x, y, 2, **unseeded)
        free = {tuple(flat(batches)[start : start + 22]) for batches in reads for start in (0, 22)}
        got[f"reshuffle={reshuffle} without a seed: orders"] = len(free) == distinct
    unshuffled = {"batch_size": 5, "epochs": 3, "cache": cache, "drop_last": True, "seed": seed}
    plain, changed = submission.run("before_and_after_a_change", x, y, **unshuffled)
    got["without shuffle"] = flat(plain) == 3 * list(range(20))
    got["arrays that have changed, in another dataset"] = flat(changed) == 3 * list(range(100, 120))
    assert got == all_hold(got)


@points(1, id="20.5b", about="make_dataset")
@catches("drop_last_ignored", "leaves_out_the_same_samples")
def test_lengths(submission, rng):
    """len and the sizes agree for other sizes, with several epochs, shuffled and not, with drop_last and without;
    what is left out is the end of a shuffled epoch, not of x."""
    got, expected = {}, {}
    for count, batch_size, epochs, drop_last in [(12, 4, 2, True), (3, 5, 1, True), (3, 5, 2, False), (13, 4, 3, True)]:
        shuffle = bool(rng.integers(2))
        options = {"batch_size": batch_size, "epochs": epochs, "drop_last": drop_last, "shuffle": shuffle}
        full, rest = divmod(count, batch_size)
        sizes = epochs * (full * [batch_size] + ([rest] if rest and not drop_last else []))
        name = ", ".join(f"{name}={value}" for name, value in options.items())
        got[name] = submission.run("lengths", *samples(count, 2), **options)
        expected[name] = {"len": len(sizes), "sizes": sizes}
    (seed,) = draw_seeds(rng, 1)
    (few,) = submission.run("orders", *samples(3), batch_size=2, shuffle=True, seed=seed, drop_last=True, epochs=40)
    got["drop_last leaves out other samples in other epochs"] = set(flat(few)) == {0, 1, 2}
    expected["drop_last leaves out other samples in other epochs"] = True
    assert got == equal_to(expected)


@points(2, id="20.6", about="make_dataset")
@catches("casts_to_float32", "labels_become_float", "labels_become_int32")
@pytest.mark.parametrize(
    ("x_dtype", "y_dtype"),
    [("float64", "int64"), ("uint8", "float64"), ("float16", "bool")],
)
def test_dtypes_are_kept(submission, rng, x_dtype, y_dtype):
    """x and y keep their dtypes, shuffled, cached and augmented too, and large whole numbers all their digits."""
    x, y = rng.integers(0, 50, size=(5, 2)).astype(x_dtype), rng.integers(0, 2, size=5).astype(y_dtype)
    if y_dtype == "int64":
        y += 2**62 + 1  # no float64 has that many digits
    (plain,) = submission.run("reads", x, y, batch_size=5)
    (mixed,) = submission.run("reads", x[:1], y[:1], batch_size=5, shuffle=True, cache=True, augment="twice and one")
    assert {"batches": plain, "shuffled, cached, augmented": mixed} == close_to(
        {"batches": [(x, y)], "shuffled, cached, augmented": [(2 * x[:1] + 1, y[:1])]}
    )


@points(1, id="20.7b", about="make_dataset")
@needs("test_noise_is_new_in_each_epoch")
@catches("augments_batches", "augments_labels", "cache_after_augment")
def test_augment_gets_one_sample_of_x(submission, rng):
    """augment gets a single sample of x, a tensor of its dtype, every sample of every epoch, and no label."""
    x, labels = rng.normal(size=(6, 2, 3)), rng.normal(size=(6, 2, 3))
    got, expected = {}, {}
    others = (100 * x).astype(np.int32), labels.astype(np.float32)  # labels of another dtype, not like x
    for name, pair in [("twice and one", (x, labels)), ("turned", others)]:
        (got[name],) = submission.run("augmented", *pair, name, batch_size=4)
        expected[name] = submission.alone("plain_augmented", *pair, name, batch_size=4)
    assert got == close_to(expected)
    facts = {}
    for cache, shuffle in [(False, False), (True, False), (True, True)]:
        options = {"batch_size": 6, "cache": cache, "shuffle": shuffle, "seed": 3, "epochs": 2}
        reads = submission.run("augmented", np.zeros((6, 2)), np.arange(6), "noise", times=2, **options)
        noise = [float(row[0]) for batches in reads for batch, _ in batches for row in batch]
        facts[f"{options}: 24 draws"] = len(set(noise)) == len(noise) == 24
    assert facts == all_hold(facts)


def orders_that_are_promised(seed):
    return {
        "no shuffle": {}, "a seed": {"shuffle": True, "seed": seed}, "reshuffle=False": {"shuffle": True, "reshuffle": False},
    }  # fmt: skip


@points(2, id="20.8", about="make_dataset")
@needs("test_a_shuffled_epoch")
@catches("seed_ignored", "seed_zero_ignored", "no_seed_is_a_fixed_seed", "sets_the_global_seed", "order_left_to_chance")
def test_the_seed_decides(submission, rng):
    """The same seed gives the same sequence of epochs, in a new process too, another seed another one, with
    reshuffle=False too; 0 is a seed like any other; without one no two datasets are alike,
    in a new process neither; no step leaves the order to chance; global random states stay as
    they were."""
    one, other = draw_seeds(rng, 2)
    x, y = samples(30, 2)
    options = {"batch_size": 4, "shuffle": True}
    seeds = [None, one, one, other, 0, 0, None, "not given", "not given"]
    submission.restart()  # its first dataset has no seed, as that of the new process below: a counter begins alike
    unseeded, first, again, another, zero, zero_again, *free = submission.run("one_after_another", x, y, seeds, 2, **options)
    assert len(free) == equal_to(3)  # each is compared with each below, however many there are
    fixed = submission.run("one_after_another", x, y, [None, None, one, one, other], 2, reshuffle=False, **options)
    states = {f"seed={seed}": submission.run("global_state", x, y, "noise", seed=seed, **options) for seed in (one, None)}
    promised = {
        f"{name}: no parallel step leaves the order to chance": submission.run("order_is_promised", x, y, batch_size=4, **how)
        for name, how in orders_that_are_promised(one).items()
    }
    submission.restart()
    unlike, later = submission.run("in_another_program", x, y, [None, one], 2, **options)
    free += [unseeded, unlike]
    facts = {
        "the same seed, the same epochs": first == again,
        "in a new process too": first == later,
        "another seed, other epochs": first != another and flat(first[0]) != flat(another[0]),
        "0 is a seed like any other": zero == zero_again and zero != first,
        "no seed: no two alike": all(a != b and flat(a[0]) != flat(b[0]) for a, b in combinations(free, 2)),
        "no seed, reshuffle=False: no two alike": fixed[0] != fixed[1],
        "the same seed, reshuffle=False: the same order": fixed[2] == fixed[3],
        "another seed, reshuffle=False: another order": fixed[3] != fixed[4],
        **promised,
    }
    for seed, state in states.items():
        for name, value in state["before"].items():
            facts[f"{seed.replace(str(one), 'a number')}: {name} as before"] = value == state["after"][name]
    assert facts == all_hold(facts)

