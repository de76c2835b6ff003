"""Orders from numpy, samples from a Python generator, with its own count of batches."""
import itertools
import math

import numpy as np
import tensorflow as tf


def make_dataset(x, y, batch_size, shuffle=False, reshuffle=True, seed=None, augment=None, cache=False,
                 drop_last=False, epochs=1):
    x, y = np.asarray(x), np.asarray(y)
    n = len(x)
    rng = np.random.default_rng(seed)
    fixed = rng.permutation(n) if shuffle else np.arange(n)

    def order():
        return rng.permutation(n) if shuffle and reshuffle else fixed

    def batches():
        for _ in range(epochs):
            indices = order()
            for start in range(0, n, batch_size):
                chosen = indices[start:start + batch_size]
                if drop_last and len(chosen) < batch_size:
                    continue
                yield x[chosen], y[chosen]

    signature = (tf.TensorSpec((None, *x.shape[1:]), x.dtype), tf.TensorSpec((None, *y.shape[1:]), y.dtype))
    ds = tf.data.Dataset.from_generator(batches, output_signature=signature)
    if augment:
        ds = ds.map(lambda a, b: (tf.map_fn(augment, a), b))
    per_epoch = n // batch_size if drop_last else math.ceil(n / batch_size)
    return ds.apply(tf.data.experimental.assert_cardinality(per_epoch * epochs))
