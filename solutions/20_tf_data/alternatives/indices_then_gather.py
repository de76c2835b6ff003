"""Shuffles indices and looks the samples up."""
import tensorflow as tf


def make_dataset(x, y, batch_size, shuffle=False, reshuffle=True, seed=None, augment=None, cache=False,
                 drop_last=False, epochs=1):
    x, y = tf.convert_to_tensor(x), tf.convert_to_tensor(y)
    n = tf.shape(x, tf.int64)[0]
    indices = tf.data.Dataset.range(n)
    if shuffle:
        indices = indices.shuffle(n, seed, reshuffle_each_iteration=reshuffle)

    def look_up(i):
        sample = tf.gather(x, i)
        return (sample if augment is None else augment(sample)), tf.gather(y, i)

    ds = indices.map(look_up, num_parallel_calls=tf.data.AUTOTUNE)
    ds = ds.batch(batch_size, drop_remainder=drop_last)
    if epochs != 1:
        ds = ds.repeat(epochs)
    return ds.prefetch(tf.data.AUTOTUNE)
