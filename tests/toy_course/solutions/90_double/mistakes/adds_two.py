"""Adds two."""


def double(x):
    """Twice `x`, a number or an array. Raises TypeError for text."""
    # BEGIN SOLUTION 90.1 twice x
    if isinstance(x, str):
        raise TypeError(f"x is a text: {x!r}")
    return x + 2
    # END SOLUTION
