"""`nbgrader autograde` of 03 as it comes, beside ours: the same class, the same checks, in turn on this machine.

    python benchmarks/nbgrader_autograde.py [STUDENTS]          (default 8; half right, half known mistakes)

stock   nbgrader's own Execute: a kernel per notebook, torch as the reference in its test cells (plain_notebook.py)
first   `kata nbgrader autograde`, nothing on disk but what `kata dev check` leaves: judges, then lets nbgrader copy
again   the same with another seed: new numbers, so references and known mistakes are computed anew
copied  plain `nbgrader autograde --force` with our preprocessors after one of these: nothing is judged
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import plain_course
import plain_notebook

ROOT = Path(__file__).resolve().parent.parent
SOLUTIONS = ROOT / "solutions" / "03_adam"
ENVIRONMENT = {
    **os.environ,
    "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    "JUPYTER_PLATFORM_DIRS": "1",
    "PYTHONPATH": str(ROOT),
}


def answers(students: int) -> list[str]:
    right = [SOLUTIONS / "adam.py", *sorted((SOLUTIONS / "alternatives").glob("*.py"))]
    wrong = sorted((SOLUTIONS / "mistakes").glob("*.py"))
    files = [file for i, mistake in enumerate(wrong) for file in (right[i % len(right)], mistake)]
    return [f"{files[n % len(files)].read_text()}\n# {n}\n" for n in range(students)]


def timed(course: Path, *line: str) -> float:
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", *line], cwd=course, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return time.perf_counter() - began


def hand_in(course: Path, student: int, name: str, book: object) -> None:
    place = course / "submitted" / f"s{student:03}" / "ps" / name
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps(book))


def stock(folder: Path, students: int) -> float:
    plain, course = folder / "plain", folder / "stock"
    plain_course.write(plain, "03_adam", SOLUTIONS / "adam.py")
    (course / "source" / "ps").mkdir(parents=True)
    first = plain_notebook.notebook((SOLUTIONS / "adam.py").read_text(), plain)
    (course / "source" / "ps" / "adam.ipynb").write_text(json.dumps(first))
    (course / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'stock'\n")
    timed(course, "nbgrader", "generate_assignment", "ps")
    for number, code in enumerate(answers(students)):
        hand_in(course, number, "adam.ipynb", plain_notebook.notebook(code, plain))
    return timed(course, "nbgrader", "autograde", "ps")


def ours(folder: Path, students: int) -> dict[str, float]:
    course = folder / "ours"
    timed(ROOT, "grader.cli", "nbgrader", "build", str(course), "--exercise", "03", "--assignment", "ps")
    timed(course, "nbgrader", "generate_assignment", "ps")
    released = json.loads((course / "release" / "ps" / "03_adam.ipynb").read_text())
    answer = next(cell for cell in released["cells"] if cell["metadata"]["nbgrader"]["solution"])
    for number, code in enumerate(answers(students)):
        answer["source"] = f"# kata 03\n{code}"
        hand_in(course, number, "03_adam.ipynb", released)
    grade = ("grader.cli", "nbgrader", "autograde", str(course), "ps", "--seed")
    return {
        "first": timed(ROOT, *grade, "learner"),
        "again": timed(ROOT, *grade, f"benchmark {time.time_ns()}"),
        "copied": timed(course, "nbgrader", "autograde", "ps", "--force"),
    }


def main() -> None:
    students = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    with tempfile.TemporaryDirectory() as name:
        seconds = ours(Path(name), students)
        usual = stock(Path(name), students)
    print(f"{time.strftime('%Y-%m-%d')}, load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, {students} students")
    print(f"stock   {usual:7.1f} s  {usual / students:6.2f} s a submission")
    for way, taken in seconds.items():
        print(
            f"{way:7} {taken:7.1f} s  {taken / students:6.2f} s a submission  stock takes {usual / taken:.1f} times as long"
        )


if __name__ == "__main__":
    main()
