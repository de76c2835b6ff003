"""Accepts text."""


def double(x):
    """Twice `x`, a number or an array. Raises TypeError for text."""
    # BEGIN SOLUTION 90.1 twice x
    return 2 * x
    # END SOLUTION
