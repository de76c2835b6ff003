"""The graders, event by event: cores that take submissions in the order they come, machines that get lost, one ledger.

First come, first served over c cores needs no clock: the next submission goes to the core that is free the earliest. A lost
machine takes what it was grading with it; the loss is noticed after a while and the submission joins the queue again.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, repeat

import numpy as np
from numpy.typing import NDArray

from .demand import DEADLINE, Demand, Floats

NEVER = (float("inf"), float("inf"))


@dataclass(frozen=True)
class Fleet:
    cores: int
    cores_a_machine: int = 16
    hours_between_losses: float = 12.0  # of one machine; 0: none is ever lost
    minutes_until_replaced: float = 3.0
    warm_up_seconds: float = 0.0  # of the replacement's processes
    seconds_until_noticed: float = 30.0
    lost_together: float = 0.0  # this share of the machines, five minutes before the deadline
    writers: int = 1  # ledgers, each with the one process that writes it
    writer_seconds: float = 0.0
    seed: int = 2


@dataclass(frozen=True)
class Graded:
    """One row for each submission that was made, by number: when it came, was begun (the last time), was known."""

    came: Floats
    begun: Floats
    known: Floats
    times: NDArray[np.int64]
    lost: int  # runs that ended with their machine

    @property
    def waits(self) -> Floats:
        """From the submission to the result."""
        return self.known - self.came


def grade(demand: Demand, fleet: Fleet) -> Graded:
    run = _Run(demand, fleet)
    run.to_the_end()
    rows = run.made
    came, begun, finished = (np.array(column[:rows]) for column in (run.came, run.begun, run.finished))
    known = written(finished, fleet)
    return Graded(came, begun, known, np.array(run.times[:rows]), run.lost)


class _Run:
    """Plain lists and numbers, because a million submissions go through here."""

    def __init__(self, demand: Demand, fleet: Fleet) -> None:
        rows = len(demand.services)
        self.demand, self.fleet = demand, fleet
        self.came = demand.arrivals.tolist() + [0.0] * (rows - demand.first)
        self.begun, self.finished, self.times = [0.0] * rows, [0.0] * rows, [0] * rows
        self.made, self.lost = demand.first, 0
        machines = -(-fleet.cores // fleet.cores_a_machine)
        self.losses = losses(machines, fleet)
        self.down = [next(times) for times in self.losses]

    def to_the_end(self) -> None:
        fleet, services = self.fleet, self.demand.services.tolist()
        retries, thinks = self.demand.retries.tolist(), self.demand.thinks.tolist()
        arrivals, first, rows = self.came[: self.demand.first], self.demand.first, len(services)
        free = [(0.0, core) for core in range(fleet.cores)]  # a heap already
        later: list[tuple[float, int]] = []  # regraded and retried
        i = 0
        while i < first or later:
            if later and (i >= first or later[0][0] <= arrivals[i]):
                ready, job = heapq.heappop(later)
            else:
                ready, job, i = arrivals[i], i, i + 1
            begin, core, down = self._take(free, ready)
            end = begin + services[job]
            if down[0] < end:
                heapq.heapreplace(free, (down[1], core))
                heapq.heappush(later, (down[0] + fleet.seconds_until_noticed, job))
                self.lost += 1
                continue
            heapq.heapreplace(free, (end, core))
            self.begun[job], self.finished[job] = begin, end
            self.times[job] += 1
            if retries[job] and self.made < rows and (back := end + thinks[job]) < DEADLINE:
                self.came[self.made] = back
                heapq.heappush(later, (back, self.made))
                self.made += 1

    def _take(self, free: list[tuple[float, int]], ready: float) -> tuple[float, int, tuple[float, float]]:
        """When and where a submission begins that is ready then, and when that machine is lost next."""
        while True:
            at, core = free[0]
            begin = ready if ready > at else at
            machine = core // self.fleet.cores_a_machine
            while self.down[machine][1] <= begin:  # begins never go back in time
                self.down[machine] = next(self.losses[machine])
            down = self.down[machine]
            if begin < down[0]:
                return begin, core, down
            heapq.heapreplace(free, (down[1], core))


def losses(machines: int, fleet: Fleet) -> list[Iterator[tuple[float, float]]]:
    """For each machine the times when it is lost and when its replacement can grade; ends with one that never comes."""
    rng = np.random.default_rng((fleet.seed, 2))
    away = 60 * fleet.minutes_until_replaced + fleet.warm_up_seconds
    until = 1.5 * DEADLINE  # a night that is graded until noon
    often = until / (3600 * fleet.hours_between_losses) if fleet.hours_between_losses else 0.0
    found = []
    for machine in range(machines):
        at = rng.random(rng.poisson(often)) * until
        if machine < round(fleet.lost_together * machines):
            at = np.append(at, DEADLINE - 300)
        at.sort()
        back = np.maximum.accumulate(at + away)
        found.append(chain(zip(at.tolist(), back.tolist(), strict=True), repeat(NEVER)))
    return found


def written(finished: Floats, fleet: Fleet) -> Floats:
    """When each result is in its ledger: every writer takes its results one after the other, in the order they end."""
    known = np.empty_like(finished)
    for writer in range(fleet.writers):
        mine = np.arange(writer, len(finished), fleet.writers)
        order = mine[np.argsort(finished[mine], kind="stable")]
        turn = np.arange(1, len(order) + 1) * fleet.writer_seconds
        known[order] = turn + np.maximum.accumulate(finished[order] - turn + fleet.writer_seconds)
    return known
