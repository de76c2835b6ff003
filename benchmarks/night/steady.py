"""A steady stream, long enough for averages: where the formulas of queueing can be held against the simulation."""

from __future__ import annotations

import numpy as np

from .costs import Costs
from .demand import Demand, Floats, Habits, services_of
from .grading import Fleet, grade


def stream(rate: float, services: Floats, seed: int) -> Demand:
    """Poisson arrivals for these services, no retries."""
    rng = np.random.default_rng((seed, 4))  # the services may be drawn with the same seed, but not from the same stream
    count = len(services)
    arrivals = np.cumsum(rng.exponential(1 / rate, count))
    return Demand(arrivals, services, np.zeros(count, bool), np.zeros(count))


def mean_wait(cores: int, rate: float, services: Floats, seed: int = 1) -> float:
    """In the queue, after the first tenth, during which it fills."""
    graded = grade(stream(rate, services, seed), Fleet(cores, hours_between_losses=0))
    return float((graded.begun - graded.came)[len(services) // 10 :].mean())


def mixed(count: int, costs: Costs, habits: Habits, seed: int = 1) -> Floats:
    return services_of(count, costs, habits, np.random.default_rng(seed))[0]
