"""What the visible checks run beside the learner's code. Nothing here knows what is right."""

from itertools import islice

import numpy as np
import tensorflow as tf

MOST_BATCHES = 1_000  # of one iteration: a dataset without an end must not fill the memory

AUGMENTS = {
    "twice and one": lambda sample: 2 * sample + 1,
    "noise": lambda sample: sample + tf.random.uniform((), 0.0, 0.5, dtype=sample.dtype),
    "turned": lambda sample: tf.transpose(sample),
    "none": None,
}


def batches(dataset):
    """The batches of one iteration as pairs of arrays, and whether it ended. `take` would be one more dataset to make."""
    if not isinstance(dataset, tf.data.Dataset):
        raise TypeError(f"make_dataset returned a {type(dataset).__name__}, not a tf.data.Dataset")
    read = [tuple(np.asarray(part) for part in batch) for batch in islice(dataset, MOST_BATCHES + 1)]
    return read[:MOST_BATCHES], len(read) <= MOST_BATCHES


def reads(module, x, y, times=1, augment="none", **options):
    """The batches of each of several iterations over one dataset."""
    dataset = module.make_dataset(x, y, augment=AUGMENTS[augment], **options)
    return [batches(dataset)[0] for _ in range(times)]


def lengths(module, x, y, **options):
    """len of the dataset, and the sizes of the batches that it gives."""
    dataset = module.make_dataset(x, y, **options)
    return {"len": len(dataset), "sizes": [len(first) for first, _ in batches(dataset)[0]]}


def plain_batches(module, x, y, batch_size, drop_last=False):
    """TensorFlow's own batches of these samples, in their order (for `submission.alone`)."""
    dataset = tf.data.Dataset.from_tensor_slices((x, y)).batch(batch_size, drop_remainder=drop_last)
    return batches(dataset)[0]
