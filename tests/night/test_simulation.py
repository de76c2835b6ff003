"""The simulated night: nothing lost, nothing doubled, nobody waits without a reason, and the averages that theory gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from night import steady, theory
from night.costs import Costs, read
from night.demand import DEADLINE, LAST_TEN_MINUTES, Demand, Habits, a_night
from night.grading import Fleet, grade, losses, written
from night.plan import PATIENCE, Planner

COSTS = Costs(0.1, 0.2, 20.0, 1.0, 30.0, 0.001, 0.001, 20_000, 100)
CALM = Fleet(4, hours_between_losses=0)


def demand(arrivals: list[float], services: list[float]) -> Demand:
    count = len(arrivals)
    return Demand(np.array(arrivals), np.array(services), np.zeros(count, bool), np.zeros(count))


@pytest.mark.parametrize("hours", [0, 12, 0.05])
def test_each_submission_is_graded_exactly_once(hours: float) -> None:
    """Also where a machine lives for three minutes: what it lost is graded again, what it gave is not."""
    night = a_night(5_000, COSTS, Habits())
    graded = grade(night, Fleet(8, cores_a_machine=2, hours_between_losses=hours, writer_seconds=0.002))
    assert (graded.times == 1).all()
    assert len(graded.came) > night.first  # retries were made
    assert (graded.begun >= graded.came).all()
    assert (graded.known > graded.begun).all()
    assert (graded.lost > 0) == (hours == 0.05)


def test_no_core_grades_two_at_once() -> None:
    """At any moment no more submissions are being graded than there are cores."""
    night = a_night(3_000, COSTS, Habits())
    graded = grade(night, CALM)
    events = [(begin, 1) for begin in graded.begun] + [(end, -1) for end in graded.known]
    busy = np.cumsum([change for _, change in sorted(events)])
    assert busy.max() == CALM.cores
    assert busy.min() == 0


def test_without_load_nobody_waits() -> None:
    graded = grade(demand([0, 100, 200, 300], [5, 6, 7, 8]), CALM)
    assert graded.waits.tolist() == [5, 6, 7, 8]


def test_first_come_first_served() -> None:
    """One core: each begins when the one before it ends."""
    graded = grade(demand([0, 1, 2, 30], [10, 4, 3, 1]), replace(CALM, cores=1))
    assert graded.begun.tolist() == [0, 10, 14, 30]
    assert graded.known.tolist() == [10, 14, 17, 31]


def test_a_lost_machine_costs_the_run_the_notice_and_the_wait() -> None:
    """Five minutes before the deadline its only machine is lost while it grades; the replacement grades again."""
    at = DEADLINE - 300
    fleet = Fleet(1, hours_between_losses=0, lost_together=1.0, minutes_until_replaced=3, warm_up_seconds=2)
    graded = grade(demand([at - 4], [10.0]), fleet)
    assert graded.lost == 1
    assert graded.begun.tolist() == [at + 182]
    assert graded.known.tolist() == [at + 192]


def test_what_comes_while_no_machine_is_there_waits_for_one() -> None:
    at = DEADLINE - 300
    graded = grade(demand([at + 5], [10.0]), Fleet(1, hours_between_losses=0, lost_together=1.0))
    assert graded.lost == 0
    assert graded.begun.tolist() == [at + 180]


def test_losses_come_as_often_as_said() -> None:
    fleet = Fleet(1, hours_between_losses=2)
    times = [[down for down, _ in iter(one.__next__, (float("inf"), float("inf")))] for one in losses(500, fleet)]
    each = np.mean([len(one) for one in times])
    assert each == pytest.approx(1.5 * 24 / 2, rel=0.05)
    assert all(one == sorted(one) for one in times)


def test_a_writer_takes_one_result_at_a_time() -> None:
    """Three results at once leave it one after the other; two writers share them."""
    ended = np.array([5.0, 5.0, 5.0, 60.0])
    assert written(ended, Fleet(1, writer_seconds=2.0)).tolist() == [7, 9, 11, 62]
    assert sorted(written(ended, Fleet(1, writers=2, writer_seconds=2.0)).tolist()) == [7, 7, 9, 62]


@settings(max_examples=30)
@given(st.lists(st.floats(0, 1000), min_size=1, max_size=60), st.floats(0, 20), st.integers(1, 4))
def test_the_writers_formula_is_the_plain_recursion(ends: list[float], each: float, writers: int) -> None:
    known = written(np.array(ends), Fleet(1, writers=writers, writer_seconds=each))
    for writer in range(writers):
        mine = range(writer, len(ends), writers)
        free = 0.0
        for i in sorted(mine, key=lambda i: (ends[i], i)):
            free = max(free, ends[i]) + each
            assert known[i] == pytest.approx(free)


def test_the_same_seed_is_the_same_night() -> None:
    seen = []
    for seed in (1, 1, 2):
        graded = grade(a_night(2_000, COSTS, Habits(), seed), Fleet(3, hours_between_losses=1))
        seen.append(graded.known.tolist())
    assert seen[0] == seen[1]
    assert seen[0] != seen[2]


def test_a_night_has_about_the_submissions_that_were_asked_for() -> None:
    """Retries are among them; only those that the deadline cut off are missing."""
    graded = grade(a_night(20_000, COSTS, Habits()), Fleet(50))
    assert 0.92 * 20_000 < len(graded.came) <= 20_000
    assert graded.came.max() <= DEADLINE
    assert np.mean(graded.came >= LAST_TEN_MINUTES) == pytest.approx(0.3, abs=0.03)


def test_arrivals_have_nothing_to_do_with_services_of_the_same_seed() -> None:
    """Else a long service would be followed by a long gap, and nobody would wait."""
    services = np.random.default_rng(3).exponential(1.0, 10_000)
    gaps = np.diff(steady.stream(1.0, services, seed=3).arrivals, prepend=0.0)
    assert abs(np.corrcoef(gaps, services)[0, 1]) < 0.05


@pytest.mark.parametrize(("cores", "use"), [(1, 0.7), (2, 0.5), (8, 0.8), (30, 0.9)])
def test_exponential_services_wait_as_erlang_c_says(cores: int, use: float) -> None:
    """On average over four streams; one alone may be a seventh off where waits are rare."""
    services = np.random.default_rng(5).exponential(1.0, 150_000)
    got = np.mean([steady.mean_wait(cores, use * cores / services.mean(), services, seed) for seed in range(4)])
    assert got == pytest.approx(theory.mean_wait(cores, use * cores / services.mean(), services), rel=0.1)


def test_one_core_with_any_services_waits_as_pollaczek_and_khinchine_say() -> None:
    """Constant services: half the wait of exponential ones, exactly what the formula becomes for one core."""
    got = steady.mean_wait(1, 0.8, np.ones(300_000))
    assert got == pytest.approx(0.8 / (2 * 0.2), rel=0.05)
    assert theory.mean_wait(1, 0.8, np.ones(10)) == pytest.approx(2.0)


def test_erlang_c_has_its_textbook_values() -> None:
    """One server waits as often as it is busy; two at load 1 a third of the time; ten at load 8: 0.409."""
    assert theory.erlang_c(1, 0.3) == pytest.approx(0.3)
    assert theory.erlang_c(2, 1.0) == pytest.approx(1 / 3)
    assert theory.erlang_c(10, 8.0) == pytest.approx(0.4092, abs=1e-4)


def test_the_square_root_rule_is_near_erlang_c() -> None:
    for load in (10, 100, 400):
        cores = theory.staffing(load, 0.2)
        assert theory.erlang_c(cores, load) == pytest.approx(0.2, abs=0.07)


def test_the_fluid_flow_holds_every_submission() -> None:
    """First ones and the retries that the deadline leaves: between one and 1 / (1 - again) of the first."""
    flow = theory.rates(0.25, 300.0)
    assert 1.15 < flow.sum() < 1 / 0.75
    assert theory.rates(0.0, 300.0).sum() == pytest.approx(1.0)


def test_the_plan_is_enough_and_not_by_much() -> None:
    """With the cores it names 95 % wait less than a minute; with a tenth less they do not."""
    planner = Planner(60_000, COSTS, Habits())
    found = planner.enough()
    assert found.wait(0.95) <= PATIENCE
    assert planner.night(cores=round(0.85 * found.fleet.cores)).wait(0.95) > PATIENCE
    assert found.fleet.cores == pytest.approx(found.fluid_cores, rel=0.25)


def test_the_measured_costs_can_be_read() -> None:
    costs = read()
    assert all(value > 0 for name, value in vars(costs).items() if name != "machine")
    assert costs.writer_seconds == costs.commit_seconds + costs.result_file_seconds
