"""A deadline night of 10,000 to 1,000,000 submissions: how many cores, what breaks first, what it costs.

    python benchmarks/deadline_night.py            simulates, prints, and puts the tables into docs/scale.md
    python benchmarks/deadline_night.py 30000      another size, printed only

Needs numpy and benchmarks/measured_cost.json (measure_cost.py). Half a minute on one core; the same seed, the same night.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
from night import steady, theory
from night.costs import Costs, read
from night.demand import Habits
from night.plan import Night, Planner

SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
WHAT_IF = 100_000
STEADY, STREAMS = 250_000, 4
DOC = Path(__file__).resolve().parent.parent / "docs" / "scale.md"
BEGIN, END = "<!-- begin: benchmarks/deadline_night.py -->", "<!-- end -->"


def main() -> None:
    costs, habits = read(), Habits()
    sizes = [int(size) for size in sys.argv[1:]]
    plans = [Planner(size, costs, habits) for size in sizes or SIZES]
    began = time.perf_counter()
    plans[-1].night()
    seconds = time.perf_counter() - began
    nights = [plan.enough() for plan in plans]
    parts = [cores_needed(nights), cost(nights), breaks_first(nights, costs)]
    if not sizes:
        parts = [measured(costs), *parts, what_if(costs, habits), formulas(costs, habits)]
    text = "\n\n".join(parts)
    print(text)
    print(f"\n{plans[-1].flow.sum():,.0f} submissions simulated once: {seconds:.1f} s", file=sys.stderr)
    if not sizes:
        refresh(text)


def table(head: str, rows: Iterable[Iterable[object]]) -> str:
    columns = head.split(" | ")
    lines = [f"| {head} |", "|" + "---|" * len(columns)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])


def measured(costs: Costs) -> str:
    rows = (
        ("a right submission", f"{1000 * costs.honest_seconds:.0f} ms of a core"),
        ("a wrong one, with its mistake named", f"{1000 * costs.wrong_seconds:.0f} ms of a core"),
        ("one that hangs in every check", f"{costs.hanging_seconds:.1f} s of a core"),
        ("a new process, until its first result", f"{costs.warm_up_seconds:.1f} s"),
        ("references and known mistakes, once a run", f"{costs.once_a_run_seconds:.0f} s"),
        ("a commit to the ledger, on this disk", f"{1000 * costs.commit_seconds:.2f} ms, one after the other"),
        ("a result's file, synced, by the same process", f"{1000 * costs.result_file_seconds:.2f} ms"),
        ("bytes a result leaves", f"{costs.result_bytes / 1000:.0f} kB"),
        ("memory of a judge with its workers", f"{costs.process_mib:.0f} MiB"),
    )
    return f"### Measured ({costs.machine})\n" + table("what | cost", rows)


def cores_needed(nights: list[Night]) -> str:
    head = (
        "submissions | seconds of a core each | cores, simulated | cores, fluid | simulated / fluid | writers"
        " | median wait | 95 % | 99 % | longest | median wait of the whole night | runs lost"
    )
    rows = (
        (
            f"{night.submissions:,.0f}", f"{night.mean_service:.2f}", night.fleet.cores, night.fluid_cores,
            f"{night.fleet.cores / night.fluid_cores:.2f}", night.fleet.writers,
            *(f"{night.wait(share):.1f} s" for share in (0.5, 0.95, 0.99, 1.0)),
            f"{night.median_of_all:.2f} s", f"{night.lost:.1f}",
        )
        for night in nights
    )  # fmt: skip
    return "### Cores for a wait under a minute for 95 % of the last ten minutes\n" + table(head, rows)


def cost(nights: list[Night]) -> str:
    head = (
        "submissions | core-hours of work | held from an hour before the deadline | held all night | in use all night"
    )
    rows = []
    for night in nights:
        work = night.submissions * night.mean_service / 3600
        held = night.seconds_held / 3600
        last_hour = held - night.fleet.cores * 23
        rows.append(
            (f"{night.submissions:,.0f}", f"{work:.1f}", f"{last_hour:.1f}", f"{held:.0f}", f"{work / held:.0%}")
        )
    return "### What it costs, in core-hours\n" + table(head, rows)


def breaks_first(nights: list[Night], costs: Costs) -> str:
    head = "submissions | submissions a second in the last minute | a writer gives | memory of the judges | results on disk"
    rows = []
    for night in nights:
        memory = night.fleet.cores * costs.process_mib / 1024
        disk = night.submissions * costs.result_bytes / 1e9
        rows.append(
            (
                f"{night.submissions:,.0f}",
                f"{night.last_minute:.0f}",
                f"{1 / costs.writer_seconds:.0f}",
                f"{memory:.1f} GiB",
                f"{disk:.2f} GB",
            )
        )
    least = min(WRITER_LIMITS, key=lambda size: abs(writer_wait(size, costs) - 60))
    text = (
        f"1. **Cores**, at any size: {nights[0].mean_service:.2f} s of a core a submission.\n"
        f"2. **The ledger's one writer**: {1 / costs.writer_seconds:.0f} results a second (a commit and a synced file each). However many cores"
        f" there are, with one writer 95 % of the last ten minutes wait over a minute from about {least:,} submissions a night on; from"
        " there on the class is split over several ledgers (`writers` above keeps a result's time at the writer under 5 s).\n"
        f"3. **Memory** ({costs.process_mib:.0f} MiB a core; a machine with 2 GiB a core has {2048 / costs.process_mib:.1f} times that) and"
        f" **disk** ({costs.result_bytes / 1000:.0f} kB a result) come after both."
    )
    return f"### What breaks first\n{table(head, rows)}\n\n{text}"


WRITER_LIMITS = tuple(range(10_000, 5_000_000, 10_000))


def writer_wait(size: int, costs: Costs) -> float:
    again = (Habits.wrong + Habits.hanging) * Habits.retries
    flow = size * (1 - again) * theory.rates(again, Habits.think_seconds)
    return theory.fluid_95(flow, costs.writer_seconds, 1)


def what_if(costs: Costs, habits: Habits) -> str:
    plan = Planner(WHAT_IF, costs, habits)
    base = plan.enough()
    cores = base.fleet.cores
    same = (
        ("as assumed", base),
        ("no machine is lost", plan.night(cores=cores, hours_between_losses=0)),
        ("each machine is lost once an hour", plan.night(cores=cores, hours_between_losses=1)),
        (
            "a third of the machines is lost five minutes before the deadline",
            plan.night(cores=cores, lost_together=0.34),
        ),
        ("no stragglers", Planner(WHAT_IF, costs, replace(habits, stragglers=0.0)).night(cores=cores)),
        ("ten times the stragglers", Planner(WHAT_IF, costs, replace(habits, stragglers=0.05)).night(cores=cores)),
        ("one core in ten less", plan.night(cores=round(0.9 * cores))),
    )
    rows = [
        (name, night.fleet.cores, f"{night.wait(0.95):.0f} s", f"{night.wait(1.0):.0f} s", f"{night.lost:.1f}")
        for name, night in same
    ]
    text = f"### What if: {WHAT_IF:,} submissions on the same cores\n"
    text += table("what differs | cores | 95 % | longest | runs lost", rows)
    others = (
        ("nobody's code hangs", costs, replace(habits, hanging=0.0)),
        ("5 % of submissions hang", costs, replace(habits, hanging=0.05)),
        ("a hanging one costs 10 s", replace(costs, hanging_seconds=10.0), habits),
        ("right and wrong ones cost 20 ms", replace(costs, honest_seconds=0.02, wrong_seconds=0.02), habits),
        ("nobody hands in again", costs, replace(habits, retries=0.0)),
    )
    needed = [("as assumed", cores, "1.00")]
    for name, other_costs, other_habits in others:
        enough = Planner(WHAT_IF, other_costs, other_habits).enough().fleet.cores
        needed.append((name, enough, f"{enough / cores:.2f}"))
    return text + "\n\n" + table("what differs | cores needed | ratio", needed)


def formulas(costs: Costs, habits: Habits) -> str:
    services = steady.mixed(STEADY, costs, habits)
    plain = np.random.default_rng(3).exponential(services.mean(), STEADY)
    rows = []
    for cores in (1, 8, 64):
        for use in (0.7, 0.9):
            rate = use * cores / float(services.mean())
            row: list[object] = [cores, f"{use:.0%}"]
            for these in (plain, services):
                got = float(np.mean([steady.mean_wait(cores, rate, these, seed) for seed in range(STREAMS)]))
                said = theory.mean_wait(cores, rate, these)
                row += [f"{got:.3g} s", f"{said:.3g} s", f"{got / said:.2f}"]
            rows.append(row)
    head = (
        "cores | in use | exponential services: simulated | Erlang C | ratio | ours: simulated | Allen-Cunneen | ratio"
    )
    staff = [
        (
            load,
            theory.staffing(load, 0.1),
            next(n for n in range(load + 1, 2 * load + 9) if theory.erlang_c(n, load) <= 0.1),
        )
        for load in (4, 30, 300)
    ]
    return (
        f"### Steady streams, {STREAMS} of {STEADY:,}: mean wait in the queue\n{table(head, rows)}\n\n"
        f"{table('load, in cores | cores by the square-root rule for a tenth that waits | by Erlang C', staff)}"
    )


def refresh(text: str) -> None:
    before, _, rest = DOC.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    DOC.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
