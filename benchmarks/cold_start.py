"""How long a learner waits: `pytest exercises/03` against a bare interpreter that imports torch and does one Adam step.

    python benchmarks/cold_start.py [PAIRS]

Both are whole processes, in turn (A B A B ...) on the same machine in the same run; the ratio is taken pair by pair. The values of the
references are on disk, as they are from a learner's second run on; `first` is one run with an empty cache. The submission is the answer.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TORCH_STEP = (
    "import torch; p = torch.nn.Parameter(torch.ones(3)); o = torch.optim.Adam([p]); p.sum().backward(); o.step()"
)
OURS = [
    sys.executable, "-m", "pytest", "-q", "exercises/03", "--submission", "solutions/03_adam/adam.py",
]  # fmt: skip
THEIRS = [sys.executable, "-c", TORCH_STEP]


def seconds(line: list[str], cache: str) -> float:
    began = time.perf_counter()
    subprocess.run(line, cwd=ROOT, env={**os.environ, "XDG_CACHE_HOME": cache}, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as cache:
        first = seconds(OURS, cache)
        seconds(THEIRS, cache)  # the files of both are in the page cache from here on
        runs = [(seconds(OURS, cache), seconds(THEIRS, cache)) for _ in range(pairs)]
    ratios = [ours / theirs for ours, theirs in runs]
    print(
        f"pytest exercises/03      median {statistics.median(ours for ours, _ in runs):.2f} s  (first run: {first:.2f} s)"
    )
    print(f"torch, one Adam step     median {statistics.median(theirs for _, theirs in runs):.2f} s")
    print(
        f"ratio                    median {statistics.median(ratios):.2f}  (min {min(ratios):.2f}, max {max(ratios):.2f})"
    )


if __name__ == "__main__":
    main()
