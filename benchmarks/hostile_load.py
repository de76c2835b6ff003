"""A class with hostile submissions in it, beside the same class without them.

    python benchmarks/hostile_load.py [STUDENTS [SHARE [ATTACKS]]]      (default 1000, 0.05, ../shared/attacks/attacks.json)

Both classes have the same honest students; the hostile ones come on top. Prints what each run took, how much of it was
spent waiting for deadlines, whether the honest rows of scores.csv are byte-equal, and what was left behind.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from class_speed import CORES, ROOT, write_class

HOSTILE = "hostile"


def write_hostile(folder: Path, count: int, attacks: Path) -> None:
    """Every kind of attack with an adam.py in turn, until there are so many."""
    kinds = [entry for entry in json.loads(attacks.read_text("utf-8")) if "adam.py" in entry["files"]]
    random.Random(0).shuffle(kinds)  # so that few of them are of many kinds
    for number, entry in zip(range(count), itertools.cycle(kinds), strict=False):
        for name, content in entry["files"].items():
            file = folder / f"{HOSTILE}{number:04}_{entry['name']}" / "03_adam" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, str):
                file.write_text(content, "utf-8", errors="surrogateescape")
            elif "symlink" in content:
                file.symlink_to(content["symlink"])
            else:
                os.mkfifo(file)


def grade(submissions: Path, out: Path, cache: Path, temporary: Path) -> float:
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
        "load",
    ]
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "KATA_LANG": "en", "TMPDIR": str(temporary)}
    began = time.perf_counter()
    subprocess.run(line, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def rows(out: Path) -> list[str]:
    return [row for row in (out / "scores.csv").read_text().splitlines() if HOSTILE not in row]


def deadlines(out: Path) -> float:
    """Seconds that checks spent until their deadline, in all results."""
    results = (json.loads(file.read_text()) for file in (out / "results").glob("*/*.json"))
    return sum(check["seconds"] for one in results for check in one["checks"] if check["outcome"] == "timeout")


def processes() -> set[str]:
    found = set()
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                text = (place / "cmdline").read_bytes()
            except OSError:
                continue
            if re.search(rb"worker\.parent|bwrap|multiprocessing", text):
                found.add(place.name)
    return found


def main() -> None:
    students = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    share = float(sys.argv[2]) if len(sys.argv) > 2 else 0.05
    attacks = Path(sys.argv[3]) if len(sys.argv) > 3 else ROOT.parent / "shared" / "attacks" / "attacks.json"
    hostile = round(students * share)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        temporary = folder / "tmp"
        temporary.mkdir()
        before = processes()
        write_class(folder / "honest", students)
        write_class(folder / "mixed", students)
        write_hostile(folder / "mixed", hostile, attacks)
        write_class(folder / "few", 200)
        grade(folder / "few", folder / "warm-up", folder / "cache", temporary)
        calm = grade(folder / "honest", folder / "calm", folder / "cache", temporary)
        stormy = grade(folder / "mixed", folder / "stormy", folder / "cache", temporary)
        waited = deadlines(folder / "stormy")
        outcomes = [row["outcome"] for row in csv.DictReader(io.StringIO((folder / "stormy" / "scores.csv").read_text()))
                    if HOSTILE in row["student"]]  # fmt: skip
        equal = rows(folder / "calm") == rows(folder / "stormy")
        left = [str(file) for file in temporary.rglob("*")]
    allowed = 1.5 * calm + waited / CORES
    print(f"{students} honest: {calm:.1f} s; with {hostile} hostile ones: {stormy:.1f} s")
    print(
        f"ratio {stormy / calm:.2f}; {waited:.0f} s of deadlines on {CORES} cores: {stormy / allowed:.2f} of what is allowed"
    )
    print(f"every hostile one has a result: {len(outcomes) == hostile}; honest rows are byte-equal: {equal}")
    print(f"left behind: {len(processes() - before)} processes, {len(left)} files {left[:3]}")


if __name__ == "__main__":
    main()
