"""What a class does on the night of a deadline. Everything here is an assumption; each has its name and its place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .costs import Costs

Floats = NDArray[np.float64]

DEADLINE = 24 * 3600.0
# (from, until, share of all first submissions), seconds; uniform within. The last minute is the burst.
PROFILE = (
    (0.0, DEADLINE - 6 * 3600, 0.15),
    (DEADLINE - 6 * 3600, DEADLINE - 3600, 0.25),
    (DEADLINE - 3600, DEADLINE - 600, 0.30),
    (DEADLINE - 600, DEADLINE - 60, 0.22),
    (DEADLINE - 60, DEADLINE, 0.08),
)
LAST_TEN_MINUTES = DEADLINE - 600


@dataclass(frozen=True)
class Habits:
    """Shares of submissions, and how far one differs from another."""

    wrong: float = 0.48
    hanging: float = 0.01
    retries: float = 0.5  # of those who did not pass, how many hand in again
    think_seconds: float = 300.0  # before they do
    spread: float = 0.25  # sigma of the lognormal factor on every service
    stragglers: float = 0.005  # share that meets a slow moment of its machine ...
    straggler_tail: float = 1.5  # ... and takes 1 + Pareto(this) times as long: infinite variance, but for the limit
    limit_seconds: float = 120.0  # the engine ends an attempt then


@dataclass(frozen=True)
class Demand:
    """First submissions come at `arrivals` (sorted); further ones, from retries, take the rows after them."""

    arrivals: Floats
    services: Floats
    retries: NDArray[np.bool_]
    thinks: Floats

    @property
    def first(self) -> int:
        return len(self.arrivals)


def a_night(submissions: int, costs: Costs, habits: Habits, seed: int = 1) -> Demand:
    """About that many submissions, retries among them (those that the deadline cuts off are not made)."""
    rng = np.random.default_rng((seed, 1))
    again = (habits.wrong + habits.hanging) * habits.retries
    first = max(1, round(submissions * (1 - again)))
    rows = submissions + first  # far more than retries will need
    services, right = services_of(rows, costs, habits, rng)
    retries = ~right & (rng.random(rows) < habits.retries)
    return Demand(arrivals(first, rng), services, retries, rng.exponential(habits.think_seconds, rows))


def arrivals(count: int, rng: np.random.Generator) -> Floats:
    begin, end, share = (np.array(column) for column in zip(*PROFILE, strict=True))
    part = rng.choice(len(PROFILE), count, p=share)
    return np.sort(begin[part] + rng.random(count) * (end - begin)[part])


def services_of(count: int, costs: Costs, habits: Habits, rng: np.random.Generator) -> tuple[Floats, NDArray[np.bool_]]:
    """Seconds of a core for each, and which are right."""
    right = 1 - habits.wrong - habits.hanging
    kind = rng.choice(3, count, p=(right, habits.wrong, habits.hanging))
    base = np.array([costs.honest_seconds, costs.wrong_seconds, costs.hanging_seconds])[kind]
    factor = rng.lognormal(-(habits.spread**2) / 2, habits.spread, count)
    slow = rng.random(count) < habits.stragglers
    factor[slow] *= 1 + rng.pareto(habits.straggler_tail, count)[slow]
    return np.minimum(base * factor, habits.limit_seconds), kind == 0
