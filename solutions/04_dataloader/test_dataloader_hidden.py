"""Hidden checks of exercise 04.

A learner's permutation is arbitrary, so the checks of shuffling compare facts that are derived here from
the orders in which samples came. The facts hold for a right loader but for chances below one in a billion.
"""

from itertools import pairwise, permutations

import numpy as np
import pytest

from grader.checks import catches, equal_to, needs, points, raised


def as_lists(batch):
    """The batch with a list for each tuple of fields: both are right. A tuple of strings stays what it is."""
    if isinstance(batch, dict):
        return {key: as_lists(part) for key, part in batch.items()}
    if isinstance(batch, tuple) and all(isinstance(part, str) for part in batch):
        return batch
    if isinstance(batch, (tuple, list)):
        return [as_lists(part) for part in batch]
    return batch


def flat(batches):
    return [sample for batch in batches if batch is not None for sample in batch]


def each_once(orders, count):
    """Does each of these orders hold 0, 1, ..., count - 1 once?"""
    return all(sorted(order) == list(range(count)) for order in orders)


def all_differ(orders):
    return len(set(map(tuple, orders))) == len(orders)


def all_hold(facts):
    return equal_to(dict.fromkeys(facts, True))


def draw_seeds(rng, count):
    """Different seeds other than 0 that every generator accepts."""
    return [int(seed) for seed in rng.choice(np.arange(1, 100_000), size=count, replace=False)]


SIZES = {
    "12 samples, batch_size=5": (12, {"batch_size": 5}),
    "12 samples, batch_size=5, drop_last=True": (12, {"batch_size": 5, "drop_last": True}),
    "9 samples, batch_size=3": (9, {"batch_size": 3}),
    "9 samples, batch_size=3, drop_last=True": (9, {"batch_size": 3, "drop_last": True}),
    "4 samples, batch_size not given": (4, {}),
    "1 sample, batch_size=1, drop_last=True": (1, {"batch_size": 1, "drop_last": True}),
}


@points(1, id="04.1c", about="DataLoader.__iter__")
@catches("drop_last_ignored", "drops_full_last_batch")
@pytest.mark.parametrize("sizes", SIZES)
def test_other_sizes(submission, reference, sizes):
    """For other sizes, too, batches and len are torch's: drop_last leaves out a short batch only, and
    batch_size is 1 unless you give it."""
    count, options = SIZES[sizes]
    (got,) = submission.run("orders", count, **options)
    assert {"batches": got} == equal_to({"batches": reference.run("torch_order", count, **options)})
    length = submission.run("length", count, **options)
    assert {"len(loader)": length} == equal_to({"len(loader)": reference.run("torch_length", count, **options)})


@points(1, id="04.1d", about="DataLoader.__iter__")
@catches("small_dataset_crashes")
@pytest.mark.parametrize(("count", "batch_size"), [(2, 3), (1, 100)])
def test_fewer_samples_than_a_batch(submission, reference, count, batch_size):
    """Fewer samples than a batch are one short batch; with drop_last they are none."""
    for drop_last in (False, True):
        options = {"batch_size": batch_size, "drop_last": drop_last}
        assert submission.run("few_samples", count, **options) == equal_to(
            {"raises an exception": False, "batches": reference.run("torch_order", count, **options)},
            call=f"list(DataLoader(list(range({count})), batch_size={batch_size}, drop_last={drop_last}))",
        )


@points(1, id="04.2b", about="DataLoader.__iter__")
@needs("test_shuffled_epochs")
@catches("shuffles_the_dataset")
def test_permutations_are_drawn_from_all(submission, rng):
    """Each epoch's order is drawn from all permutations of all samples, were there one sample only; the
    dataset itself stays in order."""
    seeds = draw_seeds(rng, 3)
    long, dataset = submission.run("shuffled", 240, 6, batch_size=8, seed=seeds[0])
    short, _ = submission.run("shuffled", 4, 1000, batch_size=2, seed=seeds[1])
    single, _ = submission.run("shuffled", 1, 3, batch_size=1, seed=seeds[1])
    dropped, _ = submission.run("shuffled", 10, 40, batch_size=4, drop_last=True, seed=seeds[2])
    same_sizes = []
    for drop_last in (False, True):
        (plain,) = submission.run("orders", 10, batch_size=4, drop_last=drop_last)
        (mixed,) = submission.run("orders", 10, batch_size=4, drop_last=drop_last, shuffle=True)
        same_sizes.append(list(map(len, plain)) == list(map(len, mixed)))
    kept = set().union(*(order[:8] for order in dropped))
    distances = [abs(sample - place) for order in long for place, sample in enumerate(order)]
    batches = [order[start : start + 8] for order in long for start in range(0, 240, 8)]
    runs = [all(b - a == 1 for a, b in pairwise(batch)) for batch in batches]
    facts = {
        "every sample once": each_once(long, 240) and each_once(short, 4) and each_once(single, 1),
        "a new order each epoch": all_differ(long),
        "a batch mixes distant samples": not all(runs),
        "samples travel through the whole dataset": sum(distances) > 60 * len(distances),  # about 80
        "the 24 orders of 4 samples in 1000 epochs": set(map(tuple, short)) == set(permutations(range(4))),
        "drop_last leaves out other samples each time": kept == set(range(10)),
        "batches have the sizes that they have without shuffle": same_sizes == [True, True],
        "the dataset is as it was": dataset == list(range(240)),
    }
    assert facts == all_hold(facts)


@points(1, id="04.2c", about="DataLoader.__init__")
@catches("seed_ignored", "seed_zero_ignored")
def test_the_seed_decides(submission, rng):
    """The same seed gives the same sequence of epochs, in a new process too; another seed gives another
    sequence; 0 is a seed like any other, with a new order each epoch."""
    one, other = draw_seeds(rng, 2)
    first, again, another, zero, zero_again = submission.run(
        "one_after_another", 30, 6, [one, one, other, 0, 0], batch_size=4
    )
    submission.restart()
    (later,) = submission.run("one_after_another", 30, 6, [one], batch_size=4)
    facts = {
        "the samples are shuffled": list(range(30)) not in first,
        "the seed decides the sequence of epochs": first == again == later and first != another,
        "0 is a seed like any other": zero == zero_again and zero != first and all_differ(zero) == all_differ(first),
    }
    assert facts == all_hold(facts)


@points(1, id="04.2d", about="DataLoader.__init__")
@catches("no_seed_is_a_fixed_seed")
def test_without_a_seed(submission):
    """Without a seed, every loader has orders of its own; without shuffle, a seed changes nothing."""
    first, second = submission.run("one_after_another", 32, 3, [None, None], batch_size=4)
    third, fourth = (submission.run("shuffled", 32, 1, batch_size=4)[0] for _ in range(2))
    later = []
    for _ in range(2):
        submission.restart()
        later.append(submission.run("in_a_new_process", 32, batch_size=4))
    (in_order,) = submission.run("orders", 32, batch_size=4, seed=3)
    facts = {
        "every sample once": each_once(first + second + third + fourth, 32),
        "the samples are shuffled": list(range(32)) not in first + second + third + fourth,
        "a new order each epoch": all_differ(first) and all_differ(second),
        "two loaders have different orders": all_differ([first[0], second[0]]),
        "and so has one in a new process": all_differ([first[0], *later]),
        "and so without the argument": all_differ([third[0], fourth[0]]),
        "in order without shuffle": flat(in_order) == list(range(32)),
    }
    assert facts == all_hold(facts)


STACKED = {
    "whole numbers": lambda rng: rng.integers(-9, 9, size=4).tolist(),
    "floats": lambda rng: rng.normal(size=4).tolist(),
    "float32 numbers": lambda rng: list(rng.normal(size=4).astype(np.float32)),
    "int8 numbers": lambda rng: list(rng.integers(-9, 9, size=4).astype(np.int8)),
    "elements of an array": lambda rng: rng.integers(-9, 9, size=4),
    "float16 numbers": lambda rng: list(rng.normal(size=4).astype(np.float16)),
    "arrays without an axis": lambda rng: [np.array(x) for x in rng.normal(size=4).astype(np.float32)],
    "rows of an array": lambda rng: rng.normal(size=(4, 3)),
    "matrices": lambda rng: list(rng.normal(size=(4, 2, 3))),
    "float32 images": lambda rng: list(rng.normal(size=(4, 1, 4, 2)).astype(np.float32)),
    "uint8 images": lambda rng: list(rng.integers(0, 255, size=(4, 3, 2, 2)).astype(np.uint8)),
    "int16 arrays": lambda rng: list(rng.integers(-9, 9, size=(4, 2)).astype(np.int16)),
    "complex64 arrays": lambda rng: list(rng.normal(size=(4, 4)).astype(np.float32).view(np.complex64)),
    "masks": lambda rng: list(rng.normal(size=(4, 3)) > 0),
    "arrays of one element": lambda rng: rng.normal(size=(4, 1)),
    "arrays of size 0": lambda rng: list(np.zeros((4, 0, 2))),
    "numbers, the last batch short": lambda rng: rng.normal(size=3).tolist(),
}


@points(1, id="04.3b", about="default_collate")
@catches("everything_becomes_float", "floats_become_float32", "concatenates_samples")
@pytest.mark.parametrize("kind", STACKED)
def test_arrays_and_numbers_are_stacked(submission, reference, rng, kind):
    """Arrays and numbers are stacked along a new first axis and keep their dtype; Python's int becomes
    int64 and float becomes float64."""
    samples = STACKED[kind](rng)
    batches, afterwards = submission.run("collated", samples, batch_size=2)
    assert {kind: batches} == equal_to({kind: reference.run("torch_batches", samples, batch_size=2)})
    assert {"the samples afterwards": afterwards} == equal_to({"the samples afterwards": samples})
    ones, _ = submission.run("collated", samples, batch_size=1)
    assert {"batches of one": ones} == equal_to({"batches of one": reference.run("torch_batches", samples)})
    equal = [samples[0]] * 4  # equal samples: whatever the order, the batches are the same
    shuffled, _ = submission.run("collated", equal, batch_size=2, shuffle=True)
    assert {"shuffled": shuffled} == equal_to({"shuffled": reference.run("torch_batches", equal, batch_size=2)})


NESTED = {
    "pairs of arrays of one shape": lambda x: [(x[i], -x[i]) for i in range(4)],
    "tuples of one field": lambda x: [(i,) for i in range(4)],
    "tuples in tuples": lambda x: [(i, (x[i], (0.5 * i, i))) for i in range(4)],
    "lists of numbers": lambda x: [[i, 10 + i, 20 + i] for i in range(4)],
    "tuples in lists": lambda x: [[i, (x[i], 0.5 * i)] for i in range(4)],
    "dicts": lambda x: [
        {"x": x[i], "y": i, "z": -i} if i % 2 else {"z": -i, "y": i, "x": x[i]} for i in range(4)
    ],
    "dicts of other keys": lambda x: [{0: x[i], (1, 2): i, None: 0.5 * i} for i in range(4)],
    "dicts in tuples": lambda x: [({"x": x[i], "more": {"box": [i, 0.5 * i]}}, i) for i in range(4)],
    "lists in dicts": lambda x: [{"boxes": [x[i], (i, 2 * i)], "area": 0.5 * i} for i in range(4)],
    "strings": lambda x: ["ant", "", "bee", "cat"],
    "strings in tuples and dicts": lambda x: [(i, "abcd"[i], {"name": "wxyz"[i] * i}) for i in range(4)],
    "pairs, the last batch short": lambda x: [(x[i], i) for i in range(3)],
}


@points(1, id="04.3c", about="default_collate")
@catches("collates_outer_level_only", "dicts_left_as_samples", "lists_become_arrays", "strings_become_array")
@pytest.mark.parametrize("kind", NESTED)
def test_nested_samples(submission, reference, rng, kind):
    """Tuples, lists and dicts keep their structure at every depth and hold a batch of each field; strings,
    those of an array too, become a list."""
    samples = NESTED[kind](rng.normal(size=(4, 3)))
    batches, afterwards = submission.run("collated", samples, batch_size=2)
    expected = reference.run("torch_batches", samples, batch_size=2)
    assert {kind: as_lists(batches)} == equal_to({kind: as_lists(expected)})
    if kind == "strings":
        of_an_array = submission.run("strings_of_an_array", samples, batch_size=2)
        assert {"strings of an array": of_an_array} == equal_to({"strings of an array": expected})
    assert {"the samples afterwards": afterwards} == equal_to({"the samples afterwards": samples})
    ones, _ = submission.run("collated", samples, batch_size=1)
    expected = reference.run("torch_batches", samples)
    assert {"batches of one": as_lists(ones)} == equal_to({"batches of one": as_lists(expected)})
    equal = [samples[0]] * 4  # equal samples: whatever the order, the batches are the same
    shuffled, _ = submission.run("collated", equal, batch_size=2, shuffle=True)
    expected = reference.run("torch_batches", equal, batch_size=2)
    assert {"shuffled": as_lists(shuffled)} == equal_to({"shuffled": as_lists(expected)})


@points(1, id="04.3d", about="DataLoader.__iter__")
@catches("collate_fn_ignored", "collate_fn_after_default", "collate_fn_for_each_sample")
@pytest.mark.parametrize("samples", [6, 7])
def test_own_collate_fn(submission, reference, samples):
    """A collate_fn of your own is called once per batch with the list of its samples, and what it returns is
    the batch, whatever it is."""
    groups = reference.run("torch_order", samples, batch_size=3)
    assert submission.run("own_collate", samples) == equal_to(
        {
            "collate_fn given by its name": [{"call": i} for i in range(1, len(groups) + 1)],
            "what collate_fn is called with": [[group] for group in groups],
            "DataLoader(dataset, 3, False, True, None, collate_fn)": [
                {"given": [[0, 1, 2]]},
                {"given": [[3, 4, 5]]},  # with drop_last
            ],
            "shuffled, with a collate_fn": [{"given": [[5] * len(group)]} for group in groups],
            "a collate_fn that returns None": [None for _ in groups],
            "a collate_fn that returns a list": [[1, 2] for _ in groups],
        }
    )


def by_name(read):
    return {f"batches of iterator {name}": batches for name, batches in read.items()}


@points(1, id="04.4b", about="DataLoader.__iter__")
@needs("test_every_epoch_is_whole")
@catches("iterators_share_position", "shuffles_one_order_in_place")
def test_two_iterators_are_independent(submission, reference, rng):
    """Two iterators of one loader, read in turns, are two epochs that know nothing of each other."""
    begin = reference.run("torch_order", 10, batch_size=3)[:2]
    read, _ = submission.run("by_turns", 10, "abab", batch_size=3)
    assert by_name(read) == equal_to({"batches of iterator a": begin, "batches of iterator b": begin})

    (seed,) = draw_seeds(rng, 1)
    options = {"batch_size": 4, "seed": seed}
    steps = "aaaaa" + "bbbbb" + "ababababab" + "abab"  # ten batches each; after that both have ended
    read, dataset = submission.run("by_turns", 40, steps, shuffle=True, **options)
    a, b = flat(read["a"]), flat(read["b"])
    alone, again = submission.run("one_after_another", 40, 2, [seed, seed], batch_size=4)
    seeds_work = alone == again  # if they do not, that is 04.2c's business
    facts = {
        "each iterator gives every sample once": each_once([a, b], 40),
        "an iterator that has ended stays ended": read["a"][10:] == read["b"][10:] == [None, None],
        "the two iterators have different orders": a != b,
        "they are the epochs of an equal loader": [a, b] == alone or not seeds_work,
        "the dataset is as it was": dataset == list(range(40)),
    }
    assert facts == all_hold(facts)


@points(1, id="04.4c", about="DataLoader.__iter__")
@needs("test_every_epoch_is_whole")
@catches("epoch_resumes_midway", "draws_while_reading", "counts_finished_epochs_only")
def test_a_broken_off_epoch_shifts_nothing(submission, reference, rng):
    """After an epoch that was broken off, the next one is the same as after an epoch read to its end, even
    if len(loader) is asked for on the way."""
    whole = reference.run("torch_order", 9, batch_size=3)
    first, second, third, fourth = submission.run("broken_off", 9, [1, None, 2, None], batch_size=3)
    got = {"epoch 1, broken off": first, "epoch 2": second, "epoch 3, broken off": third, "epoch 4": fourth}
    assert got == equal_to(
        {"epoch 1, broken off": whole[:1], "epoch 2": whole, "epoch 3, broken off": whole[:2], "epoch 4": whole}
    )

    (seed,) = draw_seeds(rng, 1)
    limits = [None, 2, None, 1, 1, None]
    epochs = submission.run("broken_off", 40, limits, batch_size=4, shuffle=True, seed=seed)
    unbroken, again = submission.run("one_after_another", 40, 6, [seed, seed], batch_size=4)
    seeds_work = unbroken == again  # if they do not, that is 04.2c's business
    got = list(map(flat, epochs))
    expected = [order[: 4 * limit if limit else 40] for order, limit in zip(unbroken, limits, strict=True)]
    facts = {
        "a whole epoch holds every sample once": each_once([got[0], got[2], got[5]], 40),
        "the order that was broken off does not come again": got[2][:8] != got[1] and got[4] != got[3],
        "each epoch is the one it would have been": got == expected or not seeds_work,
    }
    assert facts == all_hold(facts)


def samples_read(reads, count):
    """How many different samples these reads touched."""
    touched = {i for read in reads for i in (read if isinstance(read, list) else [read])}
    return len(touched & set(range(count)))


@points(1, id="04.5a", about="DataLoader.__iter__")
@catches("reads_everything_first", "reads_one_batch_ahead")
def test_samples_are_read_when_their_batch_is_asked_for(submission):
    """The samples of a batch are read when the batch is asked for, not earlier."""
    reads = submission.run("reads_by_batch", 9, batch_size=3)
    counts = [samples_read(so_far, 9) for so_far in reads]
    assert {"samples read when each batch arrives": counts} == equal_to(
        {"samples read when each batch arrives": [3, 6, 9]}
    )
    reads = submission.run("reads_by_batch", 50, batch_size=5, shuffle=True, seed=1)
    # Each batch has five samples. One more, read to look at it, is the business of 04.5b.
    facts = {
        "shuffled: the same": len(reads) == 10
        and all(samples_read(so_far, 50) <= 5 * k + 1 for k, so_far in enumerate(reads, start=1))
    }
    assert facts == all_hold(facts)


@points(1, id="04.5b", about="DataLoader.__iter__")
@catches("reads_samples_twice", "reads_several_at_once")
def test_each_sample_is_read_once(submission):
    """In an epoch each sample is read once, by itself, with an integer from 0 to len(dataset) - 1."""
    before, epochs, given = submission.run("reads_by_epoch", 12, 2, batch_size=3)
    before_too, shuffled, given_too = submission.run("reads_by_epoch", 12, 2, batch_size=3, shuffle=True, seed=1)
    epochs, given = epochs + shuffled, given + given_too
    one_by_one = all(isinstance(read, int) for reads in epochs for read in reads)
    facts = {
        "nothing is read before the first epoch": before == before_too == [],
        "one by one, with an integer": one_by_one,
        "each sample is read once an epoch": one_by_one and each_once(epochs, 12),
        "no sample is read without need": 2 * sum(map(len, epochs)) <= sum(map(len, given)),  # pairs
        "each sample comes once an epoch": each_once(given, 24),
    }
    assert facts == all_hold(facts)


@points(1, id="04.6", about="DataLoader.__init__")
@catches("global_random_state", "loaders_share_a_generator")
def test_no_random_state_is_shared(submission, rng):
    """The global random state of numpy and of random stays as it was, with a seed and without one; two
    loaders do not disturb each other either."""
    start, seed, other = draw_seeds(rng, 3)
    same = {
        len(set(submission.run("global_states", start, shuffle=shuffle, seed=seed_or_none))) == 1
        for seed_or_none in (None, seed)
        for shuffle in (False, True)
    }
    alone, again = submission.run("one_after_another", 30, 3, [seed, seed], batch_size=4)
    seeds_work = alone == again  # if they do not, that is 04.2c's business
    one, _, equal = submission.run("in_turns", 30, 3, [seed, other, seed], batch_size=4)
    facts = {
        "the global random state stays as it was": same == {True},
        "loaders read in turns have the orders of their own": one == equal == alone or not seeds_work,
    }
    assert facts == all_hold(facts)


@points(1, id="04.7a", about="DataLoader.__init__")
@catches("batch_size_unchecked")
@pytest.mark.parametrize("batch_size", [0, -1, 2.5, "3", None])
def test_bad_batch_size(submission, batch_size):
    """A batch_size that is not a positive integer is a ValueError that names batch_size and the value."""
    got = submission.error("construct", 5, batch_size=batch_size)
    assert got == raised(ValueError, mentions=["batch_size", str(batch_size)])


EMPTY = {
    "batch_size=3": {},
    "batch_size=3, drop_last=True": {"drop_last": True},
    "batch_size=3, shuffle=True, seed=1": {"shuffle": True, "seed": 1},
}


@points(1, id="04.7b", about="DataLoader.__iter__")
@catches("empty_dataset_crashes")
@pytest.mark.parametrize("arguments", EMPTY)
def test_empty_dataset(submission, arguments):
    """An empty dataset gives no batch, and len is 0."""
    got = submission.run("few_samples", 0, batch_size=3, **EMPTY[arguments])
    assert got == equal_to({"raises an exception": False, "batches": []})
    length = submission.run("length", 0, batch_size=3, **EMPTY[arguments])
    assert {"len(loader)": length} == equal_to({"len(loader)": 0})
