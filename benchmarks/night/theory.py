"""What formulas say: Erlang C, Allen-Cunneen and square-root staffing for a steady stream, a fluid for the burst."""

from __future__ import annotations

from functools import cache
from statistics import NormalDist

import numpy as np

from .demand import DEADLINE, PROFILE, Floats


def erlang_c(cores: int, load: float) -> float:
    """The chance that a submission waits, for Poisson arrivals and exponential services; `load` in cores, below `cores`."""
    blocked = 1.0
    for n in range(1, cores + 1):
        blocked = load * blocked / (n + load * blocked)
    return cores * blocked / (cores - load * (1 - blocked))


def mean_wait(cores: int, rate: float, services: Floats) -> float:
    """M/G/c by Allen and Cunneen: that of M/M/c, times the mean of the squared variations of arrivals (1) and services."""
    mean = float(services.mean())
    variation = float(services.var()) / mean**2
    return (1 + variation) / 2 * erlang_c(cores, rate * mean) * mean / (cores - rate * mean)


def staffing(load: float, chance_to_wait: float) -> int:
    """Halfin and Whitt: the load and beta times its square root, with chance = 1 / (1 + beta * cdf / pdf)."""
    normal = NormalDist()
    low, high = 0.0, 10.0
    for _ in range(60):
        beta = (low + high) / 2
        few = 1 / (1 + beta * normal.cdf(beta) / normal.pdf(beta)) < chance_to_wait
        low, high = (low, beta) if few else (beta, high)
    return int(np.ceil(load + high * np.sqrt(load)))


@cache
def rates(again: float, think_seconds: float) -> Floats:
    """Submissions a second, second by second, of a night of one first submission; `again` of each moment's come back."""
    first = np.zeros(int(DEADLINE))
    for begin, end, share in PROFILE:
        first[int(begin) : int(end)] = share / (end - begin)
    found, back = [], 0.0
    for rate in first.tolist():
        found.append(rate + back)
        back += (again * (rate + back) - back) / think_seconds
    return np.array(found)


def fluid_waits(flow: Floats, mean: float, cores: float) -> tuple[Floats, Floats]:
    """(waits, weights) of the last ten minutes, if work were a liquid: backlog over capacity, second by second."""
    surplus = np.cumsum(flow * mean - cores)
    backlog = surplus - np.minimum.accumulate(np.minimum(surplus, 0.0))
    return backlog[-600:] / cores, flow[-600:]


def fluid_95(flow: Floats, mean: float, cores: float) -> float:
    """The wait that 95 % of the last ten minutes' submissions do not exceed."""
    waits, weights = fluid_waits(flow, mean, cores)
    order = np.argsort(waits)
    passed = np.cumsum(weights[order]) / weights.sum()
    return float(waits[order][np.searchsorted(passed, 0.95)])


def fluid_cores(flow: Floats, mean: float, most: float) -> int:
    """The fewest cores for which `fluid_95` is no more than that."""
    low, high = 0, 1
    while fluid_95(flow, mean, high) > most:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fluid_95(flow, mean, middle) <= most else (middle, high)
    return high
