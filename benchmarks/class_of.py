"""What one more submission costs: a class of copies of 03's answer and alternatives, graded by one process.

    python benchmarks/class_of.py [STUDENTS]

The floor is a fork from a warm parent that loads the file and ends: what no grader with a process per submission can go below.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from grader import catalog
from grader.judge.attempt import Judging, judge
from grader.judge.cache import ValueCache
from grader.sandbox.fences import best
from grader.sandbox.warm import FencedWorkers

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    students = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    exercise = catalog.resolve(ROOT, "03")
    checks = catalog.load_checks(exercise.folder)
    solutions = ROOT / "solutions" / "03_adam"
    contents = [
        file.read_bytes() for file in [solutions / "adam.py", *sorted((solutions / "alternatives").glob("*.py"))]
    ]
    source, cache = FencedWorkers(best()), ValueCache()

    def attempt(content: bytes) -> None:
        judge(Judging(exercise, checks, {exercise.file_name: content}, source=source, cache=cache, seed="benchmark"))

    def fork(content: bytes) -> None:
        worker = source.open_worker(exercise.runtime)
        worker.request("load", 10, files={"adam.py": content}, main="adam.py", forbidden=["torch"], seed=0)
        worker.end()

    times = {}
    for name, action in (("grade", attempt), ("fork", fork)):
        action(contents[0])
        began = time.perf_counter()
        for i in range(students):
            action(contents[i % len(contents)])
        times[name] = (time.perf_counter() - began) / students
    source.close()
    print(f"graded: {1e3 * times['grade']:.1f} ms a submission; fork, load, end: {1e3 * times['fork']:.1f} ms")
    print(f"ratio {times['grade'] / times['fork']:.1f}; a class of 1,000 on one core: {1e3 * times['grade']:.0f} s")


if __name__ == "__main__":
    main()
