"""Visible checks of exercise 04."""

from itertools import pairwise

import numpy as np

from grader.checks import catches, equal_to, points


@points(1, id="04.1a", about="DataLoader.__iter__")
@catches("loses_last_batch", "last_batch_wrong_start", "last_batch_filled_up")
def test_ten_samples_by_three(submission, reference):
    """Ten samples in batches of three come in order, and the last batch holds the one that is left."""
    (got,) = submission.run("orders", 10, batch_size=3)
    assert {"batches": got} == equal_to(
        {"batches": reference.run("torch_order", 10, batch_size=3)},
        call="list(DataLoader(list(range(10)), batch_size=3))",
    )


@points(1, id="04.1b", about="DataLoader.__len__")
@catches("len_rounds_down", "len_ignores_drop_last", "len_counts_samples")
def test_len_counts_the_batches(submission, reference):
    """len(loader) is the number of batches, with and without drop_last."""
    got, expected = {}, {}
    for count, drop_last in [(10, False), (10, True), (9, False), (9, True), (2, False), (2, True)]:
        options = {"batch_size": 3, "drop_last": drop_last}
        name = f"{count} samples, drop_last={drop_last}"
        got[name] = submission.run("length", count, **options, collate_fn=None)
        expected[name] = reference.run("torch_length", count, **options)
    assert got == equal_to(
        expected,
        call="[len(DataLoader(dataset=list(range(n)), batch_size=3, drop_last=d, collate_fn=None)) "
        "for n in (10, 9, 2) for d in (False, True)]",
    )


@points(1, id="04.2a", about="DataLoader.__iter__")
@catches("shuffle_ignored", "same_order_every_epoch", "shuffles_batches", "samples_with_replacement")
def test_shuffled_epochs(submission):
    """With shuffle=True an epoch holds every sample once, in a new order each time."""
    epochs = submission.run("orders", 20, epochs=3, batch_size=4, shuffle=True, seed=1)
    flat = [[sample for batch in epoch for sample in batch] for epoch in epochs]
    runs = [all(b - a == 1 for a, b in pairwise(batch)) for epoch in epochs for batch in epoch]
    got = {
        "samples in each epoch": [len(samples) for samples in flat],
        "every sample once": all(sorted(samples) == list(range(20)) for samples in flat),
        "not the order of the dataset": list(range(20)) not in flat,
        "a new order each epoch": flat[0] != flat[1] != flat[2] != flat[0],
        "a batch mixes distant samples": not all(runs),
    }
    assert got == equal_to(
        {
            "samples in each epoch": [20, 20, 20],
            "every sample once": True,
            "not the order of the dataset": True,
            "a new order each epoch": True,
            "a batch mixes distant samples": True,
        },
        call="loader = DataLoader(list(range(20)), batch_size=4, shuffle=True, seed=1); list(loader); list(loader)",
    )


@points(1, id="04.3a", about="default_collate")
@catches("no_collate", "samples_stacked_whole")
def test_a_batch_of_pairs(submission, reference):
    """A batch of (array, label) pairs is a stacked array and an array of labels, in the same order."""
    samples = [(np.array([1.0, 2.0]), 0), (np.array([3.0, 4.0]), 1)]
    batches, _ = submission.run("collated", samples, batch_size=2)
    # The contract allows a tuple or a list for a batch of tuples.
    got = [list(batch) if isinstance(batch, tuple) else batch for batch in batches]
    assert {"batches": got} == equal_to(
        {"batches": reference.run("torch_batches", samples, batch_size=2)},
        call="list(DataLoader([(np.array([1.0, 2.0]), 0), (np.array([3.0, 4.0]), 1)], batch_size=2))",
    )
    samples = [(i, 10 + i) for i in range(6)]
    batches, _ = submission.run("collated", samples, batch_size=3, shuffle=True, seed=1)
    got = {"shuffled, label - input": [label - x for x, label in batches]}
    assert got == equal_to(
        {"shuffled, label - input": [np.array([10, 10, 10]), np.array([10, 10, 10])]},
        call="list(DataLoader([(i, 10 + i) for i in range(6)], batch_size=3, shuffle=True, seed=1))",
    )


@points(1, id="04.4a", about="DataLoader.__iter__")
@catches("single_use")
def test_every_epoch_is_whole(submission, reference):
    """A loader can be read again: each epoch begins with the first sample and ends with the last."""
    epochs = submission.run("orders", 6, epochs=3, batch_size=2)
    whole = reference.run("torch_order", 6, batch_size=2)
    assert {f"epoch {i}": epoch for i, epoch in enumerate(epochs, start=1)} == equal_to(
        {"epoch 1": whole, "epoch 2": whole, "epoch 3": whole},
        call="loader = DataLoader(list(range(6)), batch_size=2); list(loader); list(loader)",
    )
