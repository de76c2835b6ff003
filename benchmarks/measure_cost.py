"""Measures what grading costs here and writes benchmarks/measured_cost.json, which deadline_night.py plans with.

    python benchmarks/measure_cost.py [SUBMISSIONS OF EACH KIND]

One process grades 03 as a judge of `kata grade` does; seconds are those of the slot it occupies (one core). Run it on a quiet machine:
of three rounds the fastest counts, because whatever else runs there only adds.
"""

from __future__ import annotations

import json
import os
import platform
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
ROUNDS = 3
RESULTS = 200  # attempts written to a ledger and to files
Grade = Callable[[bytes], Attempt]


def main() -> None:
    if sys.argv[1:] == ["first"]:
        return first()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    with tempfile.TemporaryDirectory() as nothing_known:
        os.environ["XDG_CACHE_HOME"] = nothing_known  # as for a run with a new seed
        cost = measured(count)
    PLACE.write_text(json.dumps({name: rounded(value) for name, value in cost.items()}, indent=1) + "\n")
    print(PLACE.read_text(), end="")


def measured(count: int) -> dict[str, float | str]:
    exercise = catalog.resolve(ROOT, "03")
    solutions = ROOT / "solutions" / exercise.name
    right = contents(solutions / exercise.file_name, *(solutions / "alternatives").glob("*.py"))
    wrong = contents(*(solutions / "mistakes").glob("*.py"))
    source, grade = judge_of_03()
    first_pass = seconds_each(grade, wrong, len(wrong))  # references and known mistakes: remembered for this seed
    wrong_seconds = fastest_round(grade, wrong, count)
    cost: dict[str, float | str] = {
        "machine": f"{platform.machine()}, Python {platform.python_version()}, exercise 03",
        "honest_seconds": fastest_round(grade, right, count),
        "wrong_seconds": wrong_seconds,
        "hanging_seconds": seconds_each(grade, [HANGS], 1),
        "once_a_run_seconds": max(0.0, (first_pass - wrong_seconds) * len(wrong)),
        "process_mib": mib_of_this_process(source),
        **writing(grade(wrong[0])),
    }
    source.close()
    cost["warm_up_seconds"] = min(seconds_of_a_first_attempt() for _ in range(ROUNDS))
    return cost


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


def fastest_round(grade: Grade, submissions: Sequence[bytes], count: int) -> float:
    return min(seconds_each(grade, submissions, count) for _ in range(ROUNDS))


def seconds_each(grade: Grade, submissions: Sequence[bytes], count: int) -> float:
    began = time.perf_counter()
    for i in range(count):
        grade(submissions[i % len(submissions)])
    return (time.perf_counter() - began) / count


def writing(attempt: Attempt) -> dict[str, float]:
    """What each result costs the one process that writes: a commit (WAL, synchronous=FULL), a file with fsync, bytes."""
    rounds = [one_round_of_writing(attempt) for _ in range(ROUNDS)]
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
