"""What the visible checks run beside the learner's code. Nothing here knows what is right."""


def length(module, count, **options):
    """len of a loader over the samples 0, 1, ..., count - 1."""
    return len(module.DataLoader(dataset=[*range(count)], **options))


def orders(module, count, epochs=1, **options):
    """The samples of each epoch, batch by batch, of one loader over 0, 1, ..., count - 1."""
    loader = module.DataLoader(list(range(count)), **options)
    return [[numbers(batch) for batch in loader] for _ in range(epochs)]


def numbers(batch):
    """The numbers of a batch; one without an axis is shown as the number that it is."""
    return int(batch) if getattr(batch, "ndim", 1) == 0 else [int(sample) for sample in batch]


def collated(module, samples, **options):
    """The batches of one epoch as they come, and the samples after it."""
    loader = module.DataLoader(samples, **options)
    return [plain(batch) for batch in loader], samples


def plain(batch):
    """The batch with dict, tuple and list in place of their subclasses, which do not pass the wall."""
    if isinstance(batch, dict):
        return {key: plain(part) for key, part in batch.items()}
    if isinstance(batch, tuple):
        return tuple(plain(part) for part in batch)
    if isinstance(batch, list):
        return [plain(part) for part in batch]
    return batch
