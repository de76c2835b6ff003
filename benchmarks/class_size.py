"""What one more submission of 03 costs in classes of growing size, and what memory all processes take; in one run.

    python benchmarks/class_size.py [STUDENTS ...]          (default 100 1000 10000)

Each class is graded by one `kata grade` (half right, half known mistakes; the seed's known mistakes are on disk
already). A submission's cost is the time between the first and the last line of progress; the CPU time is that of all
processes, whatever else the machine does. The smallest class is graded once more at the end: what that differs is noise.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from class_speed import ROOT, write_class
from process_tree import Memory


def grade(submissions: Path, out: Path, cache: Path) -> tuple[float, float, int]:
    """(wall seconds between the first and the last line of progress per submission, CPU seconds, peak bytes)."""
    line = [
        sys.executable,
        "-m",
        "grader.cli",
        "grade",
        str(submissions),
        "--out",
        str(out),
        "--exercise",
        "03",
        "--seed",
        "size",
    ]
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "KATA_LANG": "en"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(
        line, cwd=ROOT, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    assert process.stderr is not None
    with Memory(process.pid) as memory:
        seen = [(int(found[1]), time.perf_counter()) for text in process.stderr
                if (found := re.search(r"Grading: (\d+)/", text))]  # fmt: skip
    assert process.wait() == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    (first, began), (last, ended) = seen[0], seen[-1]
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return (ended - began) / (last - first), cpu, memory.peak


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or [100, 1000, 10000]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_class(folder / "few", 200)
        grade(folder / "few", folder / "few-out", folder / "cache")
        measured = []
        for number, size in enumerate([*sizes, sizes[0]]):
            write_class(folder / f"class{number}", size)
            wall, cpu, peak = grade(folder / f"class{number}", folder / f"out{number}", folder / "cache")
            measured.append(wall)
            print(
                f"{size:6} submissions: {wall * 1e3:6.1f} ms each, {cpu / size * 1e3:6.1f} ms of CPU time (start included), "
                f"{wall / measured[0]:.3f} of the smallest class's; peak memory {peak / 2**30:.2f} GiB",
                flush=True,
            )


if __name__ == "__main__":
    main()
