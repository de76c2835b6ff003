"""How many cores a night needs: simulated, with the formulas beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from . import theory
from .costs import Costs
from .demand import DEADLINE, LAST_TEN_MINUTES, Floats, Habits, a_night
from .grading import Fleet, grade

PATIENCE = 60.0  # seconds from the submission to the result that 95 % of the last ten minutes may take
WRITERS_SHARE = 5.0  # seconds of them that may pass between the core and the ledger
PRECISION = 0.01


@dataclass(frozen=True)
class Night:
    """A simulated night (several, if it is small, put together), with what theory says of it."""

    submissions: float
    mean_service: float
    fleet: Fleet
    fluid_cores: int
    last_minute: float  # submissions a second
    waits: Floats  # of the last ten minutes
    median_of_all: float
    lost: float
    seconds_held: float  # cores times the time until the last result

    def wait(self, share: float) -> float:
        return float(np.quantile(self.waits, share))


class Planner:
    """Nights of one size, drawn once and graded by any fleet."""

    def __init__(self, size: int, costs: Costs, habits: Habits) -> None:
        nights = max(1, min(30, 500_000 // size))
        self.costs = costs
        self.demands = [a_night(size, costs, habits, seed) for seed in range(nights)]
        self.mean = float(np.mean([demand.services.mean() for demand in self.demands]))
        again = (habits.wrong + habits.hanging) * habits.retries
        self.flow = self.demands[0].first * theory.rates(again, habits.think_seconds)
        self.fluid_cores = theory.fluid_cores(self.flow, self.mean, PATIENCE)
        self.fleet = Fleet(
            self.fluid_cores,
            writers=theory.fluid_cores(self.flow, costs.writer_seconds, WRITERS_SHARE),
            writer_seconds=costs.writer_seconds,
            warm_up_seconds=costs.warm_up_seconds,
        )

    def night(self, **fleet: float) -> Night:
        """Grade them all. `fleet`: what differs from the planned one."""
        used = replace(self.fleet, **fleet)  # type: ignore[arg-type]  # ints stay ints
        graded = [grade(demand, replace(used, seed=seed)) for seed, demand in enumerate(self.demands)]
        late = [one.waits[one.came >= LAST_TEN_MINUTES] for one in graded]
        ends = [max(DEADLINE, float(one.known.max())) for one in graded]
        return Night(
            submissions=float(np.mean([len(one.came) for one in graded])),
            mean_service=self.mean,
            fleet=used,
            fluid_cores=self.fluid_cores,
            last_minute=float(self.flow[-60:].mean()),
            waits=np.concatenate(late),
            median_of_all=float(np.median(np.concatenate([one.waits for one in graded]))),
            lost=float(np.mean([one.lost for one in graded])),
            seconds_held=used.cores * float(np.mean(ends)),
        )

    def enough(self) -> Night:
        """The night with the fewest cores that keep the patience, to one part in a hundred."""
        low, high = 0, max(1, self.fluid_cores)
        found = self.night(cores=high)
        while found.wait(0.95) > PATIENCE:
            low, high = high, high + max(1, high // 10)
            found = self.night(cores=high)
        low = max(low, int(0.8 * high)) if low == 0 else low
        while high - low > max(1, PRECISION * high):
            middle = (low + high) // 2
            tried = self.night(cores=middle)
            low, high, found = (low, middle, tried) if tried.wait(0.95) <= PATIENCE else (middle, high, found)
        return found
