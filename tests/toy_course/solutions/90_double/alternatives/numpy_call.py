"""Twice as much."""


def double(x):
    """Twice `x`, a number or an array. Raises TypeError for text."""
    # BEGIN SOLUTION 90.1 twice x
    if isinstance(x, str):
        raise TypeError(f"x is a text: {x!r}")
    import numpy as np

    return np.multiply(x, 2.0)[()] if hasattr(x, "shape") else x * 2
    # END SOLUTION
