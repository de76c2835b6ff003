"""Measures what grading costs here and writes benchmarks/measured_cost.json, which deadline_night.py plans with.

    python benchmarks/measure_cost.py [ROUNDS]

One process grades 03 as a judge of `kata grade` does; seconds are those of the slot it occupies (one core). Run it on a quiet machine:
of each submission's rounds the fastest counts, because whatever else runs there only adds.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from grader import catalog
from grader.judge.attempt import Judging, judge
from grader.judge.cache import ValueCache
from grader.ledger import Ledger
from grader.model import Attempt
from grader.reports import json_report
from grader.sandbox.fences import best
from grader.sandbox.warm import FencedWorkers

ROOT = Path(__file__).resolve().parent.parent
PLACE = Path(__file__).with_name("measured_cost.json")
HANGS = b"\nclass Adam:\n    def __init__(self, *args, **kwargs):\n        while True:\n            pass\n"
WRITING_ROUNDS, RESULTS = 10, 60  # attempts written to a ledger and to files
Grade = Callable[[bytes], Attempt]


def main() -> None:
    if sys.argv[1:] == ["first"]:
        return first()
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as nothing_known:
        os.environ["XDG_CACHE_HOME"] = nothing_known  # as for a run with a new seed
        cost = measured(rounds)
    PLACE.write_text(json.dumps({name: rounded(value) for name, value in cost.items()}, indent=1) + "\n")
    print(PLACE.read_text(), end="")


def measured(rounds: int) -> dict[str, float | str]:
    exercise = catalog.resolve(ROOT, "03")
    solutions = ROOT / "solutions" / exercise.name
    right = contents(solutions / exercise.file_name, *(solutions / "alternatives").glob("*.py"))
    wrong = contents(*(solutions / "mistakes").glob("*.py"))
    source, grade = judge_of_03()
    first_pass = sum(seconds_of(grade, wrong))  # references and known mistakes: remembered for this seed
    wrong_seconds = fastest(grade, wrong, rounds)
    cost: dict[str, float | str] = {
        "machine": machine(),
        "honest_seconds": fastest(grade, right, 4 * rounds),
        "wrong_seconds": wrong_seconds,
        "hanging_seconds": fastest(grade, [HANGS], 1),
        "once_a_run_seconds": max(0.0, first_pass - wrong_seconds * len(wrong)),
        "process_mib": mib_of_this_process(source),
        **writing(grade(wrong[0])),
    }
    source.close()
    cost["warm_up_seconds"] = min(seconds_of_a_first_attempt() for _ in range(rounds))
    return cost


def machine() -> str:
    """What the figures are of; a load above the cores means that they are too high."""
    load, cores = os.getloadavg()[1], os.cpu_count()
    return f"exercise 03, Python {platform.python_version()}, {platform.machine()}, {cores} cores, load {load:.1f}"


def contents(*files: Path) -> list[bytes]:
    return [file.read_bytes() for file in sorted(files)]


def judge_of_03() -> tuple[FencedWorkers, Grade]:
    exercise = catalog.resolve(ROOT, "03")
    checks = catalog.load_checks(exercise.folder)
    source, cache = FencedWorkers(best()), ValueCache()

    def grade(content: bytes) -> Attempt:
        files = {exercise.file_name: content}
        return judge(Judging(exercise, checks, files, source=source, cache=cache, seed="benchmark"), "student")

    return source, grade


def fastest(grade: Grade, submissions: Sequence[bytes], rounds: int) -> float:
    """The mean over the submissions of the fastest of their rounds."""
    each = [seconds_of(grade, submissions) for _ in range(rounds)]
    return statistics.mean(min(times) for times in zip(*each, strict=True))


def seconds_of(grade: Grade, submissions: Sequence[bytes]) -> list[float]:
    found = []
    for content in submissions:
        began = time.perf_counter()
        grade(content)
        found.append(time.perf_counter() - began)
    return found


def writing(attempt: Attempt) -> dict[str, float]:
    """What each result costs the one process that writes: a commit (WAL, synchronous=FULL), a file with fsync, bytes."""
    rounds = [one_round_of_writing(attempt) for _ in range(WRITING_ROUNDS)]
    names = ("commit_seconds", "result_file_seconds", "result_bytes")
    return {name: min(column) for name, column in zip(names, zip(*rounds, strict=True), strict=True)}


def one_round_of_writing(attempt: Attempt) -> tuple[float, float, float]:
    exercise = catalog.resolve(ROOT, "03")
    attempts = [replace(attempt, student=f"student{i}") for i in range(RESULTS)]
    with tempfile.TemporaryDirectory(dir=ROOT) as name:  # not /tmp, which may be memory
        folder = Path(name)
        ledger = Ledger(folder)
        began = time.perf_counter()
        for each in attempts:
            ledger.put(each, "key")
        committed = time.perf_counter()
        for each in attempts:
            json_report.write(each, exercise, folder)
        written = time.perf_counter()
        ledger.close()
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return (committed - began) / RESULTS, (written - committed) / RESULTS, size / RESULTS


def mib_of_this_process(source: FencedWorkers) -> float:
    """Memory of a judge, its warm parent and a worker, pages that they share counted once (PSS)."""
    worker = source.open_worker("numpy")
    parents = {int(pid.name): parent_of(pid) for pid in Path("/proc").iterdir() if pid.name.isdigit()}
    ours, found = {int(Path("/proc/self").resolve().name)}, 0
    while len(ours) > found:
        found = len(ours)
        ours |= {pid for pid, parent in parents.items() if parent in ours}
    size = sum(pss(pid) for pid in ours) / 1024
    worker.end()
    return size


def parent_of(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # it ended meanwhile
        return 0


def pss(pid: int) -> int:
    try:
        rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(row.split()[1]) for row in rows if row.startswith("Pss:")), 0)


def seconds_of_a_first_attempt() -> float:
    """From nothing to one result: interpreter, imports, warm parent, one right submission."""
    began = time.perf_counter()
    subprocess.run([sys.executable, __file__, "first"], check=True)
    return time.perf_counter() - began


def first() -> None:
    source, grade = judge_of_03()
    grade((ROOT / "solutions" / "03_adam" / "adam.py").read_bytes())
    source.close()


def rounded(value: float | str) -> float | str:
    return value if isinstance(value, str) else float(f"{value:.3g}")


if __name__ == "__main__":
    main()
