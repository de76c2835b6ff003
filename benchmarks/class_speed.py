"""What one more submission costs, beside what it costs elsewhere; everything in one run, in turn, on this machine.

    python benchmarks/class_speed.py [STUDENTS] [EXERCISE]     (default 200 03_adam; half right, half known mistakes)

kata       `kata grade` of the whole class on all cores: its wall time without the start, per submission
pytest     a new pytest process per submission with the framework as reference (benchmarks/plain_course.py), all cores at work
nbgrader   `nbgrader autograde` of notebooks with the same checks (benchmarks/plain_notebook.py), as it comes (03_adam only)
floor      a fork from a warm process that runs the same scenarios, all cores at work: no wall, no wire, no judge (03_adam only)
"""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import plain_course
import plain_notebook
from process_tree import Memory

ROOT = Path(__file__).resolve().parent.parent
ADAM = "03_adam"
CORES = os.cpu_count() or 1
COLD = 2 * CORES  # pytest processes that are timed
NOTEBOOKS = 3


def submissions(exercise: str = ADAM) -> list[Path]:
    """Right answers and mistakes in turn."""
    solutions = ROOT / "solutions" / exercise
    right = [solutions / f"{exercise[3:]}.py", *sorted((solutions / "alternatives").glob("*.py"))]
    wrong = sorted((solutions / "mistakes").glob("*.py"))
    return [file for i, mistake in enumerate(wrong) for file in (right[i % len(right)], mistake)]


def write_class(folder: Path, students: int, exercise: str = ADAM) -> None:
    files = submissions(exercise)
    for number in range(students):
        place = folder / f"student{number:05}" / exercise / f"{exercise[3:]}.py"
        place.parent.mkdir(parents=True)
        place.write_text(files[number % len(files)].read_text() + f"\n# {number}\n")


def kata(folder: Path, students: int, exercise: str, cache: Path) -> tuple[float, list[float], int]:
    """(seconds a submission, those of each tenth, peak memory in bytes). The first run of a seed is not timed: it makes
    the references' and the mistakes' values that every later submission finds."""
    write_class(folder / "few", 20, exercise)
    write_class(folder / "class", students, exercise)
    times: list[tuple[int, float]] = []
    peak = 0
    for name, out in (("few", "warm-up"), ("class", "first"), ("class", "second")):
        line = [
            sys.executable,
            "-m",
            "grader.cli",
            "grade",
            str(folder / name),
            "--out",
            str(folder / out),
            "--exercise",
            exercise[:2],
        ]
        process = subprocess.Popen(
            [*line, "--seed", "benchmark"], cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
            env={**os.environ, "XDG_CACHE_HOME": str(cache), "KATA_LANG": "en"},
        )  # fmt: skip
        assert process.stderr is not None
        with Memory(process.pid) as memory:
            times = [(int(found[1]), time.perf_counter()) for text in process.stderr
                     if (found := re.search(r"Grading: (\d+)/", text))]  # fmt: skip
        assert process.wait() == 0
        peak = memory.peak
        if out != "warm-up":
            print(
                f"  {out} run: {(times[-1][1] - times[0][1]) / (times[-1][0] - times[0][0]) * 1e3:.1f} ms a submission"
            )
    tenths = [(t1 - t0) / (n1 - n0) for (n0, t0), (n1, t1) in itertools.pairwise(times)]
    return (times[-1][1] - times[0][1]) / (times[-1][0] - times[0][0]), tenths, peak


def cold_pytest(folder: Path, exercise: str) -> float:
    files = [submissions(exercise)[0]] * COLD
    for number, file in enumerate(files):
        plain_course.write(folder / str(number), exercise, file)

    def one(number: int) -> None:
        line = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:gradkata",
            "-p",
            "no:cacheprovider",
            str(folder / str(number)),
        ]
        done = subprocess.run(line, stdout=subprocess.DEVNULL, cwd=folder / str(number))
        assert done.returncode in (0, 1)  # what asks for a new process fails in one, and costs as much

    one(0)
    began = time.perf_counter()
    with ThreadPoolExecutor(CORES) as several:
        list(several.map(one, range(len(files))))
    return (time.perf_counter() - began) / len(files)


def floor() -> float:
    began = time.perf_counter()
    line = [sys.executable, str(ROOT / "benchmarks" / "floor.py"), str(FORKS)]
    running = [subprocess.Popen(line, stdout=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(CORES)]
    seconds = [float(process.communicate()[0]) for process in running]
    assert time.perf_counter() > began
    return sum(seconds) / len(seconds) / CORES


FORKS = 100


def main() -> None:
    students = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    exercise = sys.argv[2] if len(sys.argv) > 2 else ADAM
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours, tenths, peak = kata(folder / "kata", students, exercise, folder / "cache")
        others = {"pytest": cold_pytest(folder / "pytest", exercise)}
        if exercise == ADAM:
            others["floor"] = floor()
            others["nbgrader"] = plain_notebook.autograde(folder / "nbgrader", submissions()[0], NOTEBOOKS)
        again, _, _ = kata(folder / "again", students, exercise, folder / "cache")
    print(f"kata       {ours * 1e3:8.1f} ms a submission ({again * 1e3:.1f} when measured again), {CORES} cores")
    print(f"           fastest and slowest tenth of the class: {min(tenths) * 1e3:.1f} to {max(tenths) * 1e3:.1f} ms")
    print(f"           peak memory of all its processes: {peak / 2**30:.2f} GiB")
    for name, seconds in others.items():
        print(
            f"{name:10} {seconds * 1e3:8.1f} ms: kata / {name} = {ours / seconds:.3f}, {name} / kata = {seconds / ours:.1f}"
        )


if __name__ == "__main__":
    main()
