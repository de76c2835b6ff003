"""Twice as much."""


def double(x):
    """Twice `x`, a number or an array. Raises TypeError for text."""
    raise NotImplementedError("90.1 twice x")
