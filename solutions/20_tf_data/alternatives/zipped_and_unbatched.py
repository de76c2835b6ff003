"""Two datasets zipped, epochs by flat_map, batches cut and cut again."""
import tensorflow as tf
from functools import partial


def _augmented(augment, features, label):
    return augment(features), label


def make_dataset(x, y, batch_size, shuffle=False, reshuffle=True, seed=None, augment=None, cache=False,
                 drop_last=False, epochs=1):
    features = tf.data.Dataset.from_tensors(x).unbatch()
    labels = tf.data.Dataset.from_tensors(y).unbatch()
    ds = tf.data.Dataset.zip((features, labels))
    n = int(tf.constant(x).shape[0])
    ds = ds.apply(tf.data.experimental.assert_cardinality(n))
    ds = ds.cache() if cache else ds
    if shuffle:
        if seed is None:
            seed = int(tf.random.Generator.from_non_deterministic_state().uniform([], 0, 2**31 - 1, tf.int32))
        ds = ds.shuffle(buffer_size=4 * n, seed=seed, reshuffle_each_iteration=reshuffle)
    if augment is not None:
        ds = ds.map(partial(_augmented, augment), num_parallel_calls=2, deterministic=True)
    ds = ds.batch(batch_size, drop_last, num_parallel_calls=tf.data.AUTOTUNE)
    options = tf.data.Options()
    options.deterministic = True
    return ds.repeat(epochs).with_options(options)
