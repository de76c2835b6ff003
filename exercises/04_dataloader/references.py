"""torch.utils.data.DataLoader, called with plain values and giving plain values back."""


def torch_length(count, **options):
    from torch.utils.data import DataLoader

    return len(DataLoader(list(range(count)), **options))


def torch_order(count, **options):
    """The samples 0, 1, ..., count - 1 batch by batch; no shuffling."""
    from torch.utils.data import DataLoader

    return [batch.tolist() for batch in DataLoader(list(range(count)), **options)]


def torch_batches(samples, **options):
    """The batches of one epoch, tensors as arrays. Strings are a list; torch has tuples of them, too."""
    from torch import Tensor
    from torch.utils.data import DataLoader

    def plain(batch):
        if isinstance(batch, Tensor):
            return batch.numpy()
        if isinstance(batch, dict):
            return {key: plain(part) for key, part in batch.items()}
        if isinstance(batch, (tuple, list)):
            return [plain(part) for part in batch]
        return batch

    return [plain(batch) for batch in DataLoader(samples, **options)]
