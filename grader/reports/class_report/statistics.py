"""The numbers of a class report. Each is None where it is not defined; none is ever nan."""

from __future__ import annotations

import math
from collections.abc import Sequence

ENOUGH = 10  # attempts from which on a correlation is shown
BINS = 10


def mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value below which that share of the values lies, between neighbours in proportion."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def median(values: Sequence[float]) -> float | None:
    return quantile(values, 0.5)


def discrimination(shares: Sequence[float], rests: Sequence[float]) -> float | None:
    """Corrected item-rest correlation: Pearson's r of the share of a check's points with the points of the rest.

    Not defined for fewer than ENOUGH attempts, or where one side does not vary.
    """
    if len(shares) < ENOUGH:
        return None
    mean_share, mean_rest = math.fsum(shares) / len(shares), math.fsum(rests) / len(rests)
    both = math.fsum((x - mean_share) * (y - mean_rest) for x, y in zip(shares, rests, strict=True))
    of_shares = math.fsum((x - mean_share) ** 2 for x in shares)
    of_rests = math.fsum((y - mean_rest) ** 2 for y in rests)
    dust = 1e-12 * len(shares)  # what rounding leaves of no variance
    if of_shares <= dust or of_rests <= dust:
        return None
    return max(-1.0, min(1.0, both / math.sqrt(of_shares * of_rests)))


def histogram(shares: Sequence[float]) -> list[int]:
    """How many of the shares lie in each tenth; full marks belong to the last."""
    counts = [0] * BINS
    for share in shares:
        counts[min(BINS - 1, max(0, math.floor(share * BINS + 1e-9)))] += 1
    return counts
