"""The least that a process per submission costs: a fork from a process that has imported numpy, which loads the file and
runs the scenarios of 03's checks with the arguments that the checks give them. Prints the seconds of one.

    python benchmarks/floor.py FORKS
"""

from __future__ import annotations

import copy
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from grader import catalog
from grader.judge.attempt import Judging, judge
from grader.judge.cache import ValueCache
from grader.sandbox.fences import best
from grader.sandbox.link import LinkedWorker
from grader.sandbox.warm import FencedWorkers
from grader.worker.session import Session

ROOT = Path(__file__).resolve().parent.parent
ANSWER = ROOT / "solutions" / "03_adam" / "adam.py"


def requests() -> list[tuple[str, dict[str, Any]]]:
    """What the checks ask of a worker that holds the answer."""
    seen = []

    class Listening(FencedWorkers):
        def open_worker(self, runtime: str, folder: str | None = None) -> LinkedWorker:
            worker = super().open_worker(runtime, folder)
            ask = worker.request

            def request(operation: str, seconds: float, **values: Any) -> Any:
                seen.append((operation, copy.deepcopy(values)))
                return ask(operation, seconds, **values)

            worker.request = request  # type: ignore[method-assign]
            return worker

    exercise, source = catalog.resolve(ROOT, "03"), Listening(best())
    files = {"adam.py": ANSWER.read_bytes()}
    judging = Judging(
        exercise, catalog.load_checks(exercise.folder), files, source=source, cache=ValueCache(), seed="benchmark",
    )  # fmt: skip
    assert judge(judging).outcome == "passed"
    source.close()
    return seen


def one(asked: list[tuple[str, dict[str, Any]]]) -> None:
    folder = tempfile.mkdtemp()
    child = os.fork()
    if child == 0:
        session = Session(Path(folder))
        for operation, values in asked:
            session.answer({"op": operation, "with": values})
        os._exit(0)
    os.waitpid(child, 0)
    shutil.rmtree(folder)


def main() -> None:
    asked = requests()
    loads = [i for i, (operation, _) in enumerate(asked) if operation == "load"]
    asked = [request for i, request in enumerate(asked) if i not in loads[1:]]  # one process for all
    one(asked)
    began = time.perf_counter()
    for _ in range(int(sys.argv[1])):
        one(asked)
    print((time.perf_counter() - began) / int(sys.argv[1]))


if __name__ == "__main__":
    main()
