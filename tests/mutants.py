"""Changes an exercise's answer in one place at a time: each change must cost points, or be listed with its reason.

    python tests/mutants.py 03 [--seed TEXT] [--sample N]

A survivor (every check passes) is a hole in the checks or an equivalent mutant. The latter belong in
solutions/NN_slug/EQUIVALENT_MUTANTS.md, a table `| line | becomes | reason |`; survivors are printed as such rows.
Exit code 1 if a survivor is not listed, an entry fits no survivor any more, or a mutant breaks a check.
"""

from __future__ import annotations

import argparse
import dataclasses
import random
import re
import sys
from collections.abc import Callable
from pathlib import Path

from mutation import Key, mutants_of

from grader import catalog
from grader.cli.tools import workshop
from grader.errors import KataError
from grader.judge.attempt import Judging
from grader.judge.cache import ValueCache
from grader.model import Check, Exercise
from grader.sandbox import WorkerSource

PATIENCE = 3.0  # seconds for a check at first: hanging mutants cost no more than that


def listed(file: Path) -> dict[Key, str]:
    """The equivalent mutants that an author wrote down: key -> reason."""
    entries = {}
    for row in file.read_text("utf-8").splitlines() if file.is_file() else ():
        cells = [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", row)]
        if len(cells) == 5 and cells[1].startswith("`"):
            entries[cells[1].strip("`").strip(), cells[2].strip("`").strip()] = cells[3]
    return entries


def row(key: Key) -> str:
    line, becomes = (part.replace("|", r"\|") for part in key)
    return f"| `{line}` | `{becomes}` |  |"


def fate(
    exercise: Exercise, checks: tuple[Check, ...], content: bytes, source: WorkerSource, cache: ValueCache, seed: str
) -> tuple[str, str]:
    """(outcome, id) of the first check that a mutant does not pass; "passed" if it survives them all.

    A timeout is believed at the exercise's own deadline only: on a loaded machine a framework's first step takes seconds.
    """
    result = ("timeout", "")
    for deadline in sorted({min(PATIENCE, exercise.deadline), exercise.deadline}):
        if result[0] == "timeout":
            patient = dataclasses.replace(exercise, deadline=deadline)
            result = _fate(patient, checks, content, source, cache, seed)
    return result


def _fate(
    exercise: Exercise, checks: tuple[Check, ...], content: bytes, source: WorkerSource, cache: ValueCache, seed: str
) -> tuple[str, str]:
    files = {exercise.file_name: content}
    judging = Judging(exercise, checks, files, source=source, cache=cache, seed=seed, name_mistakes=False)
    try:
        results = ((judging.case(check, case).outcome, check.id) for check in checks for case in check.cases)
        return next((result for result in results if result[0] != "passed"), ("passed", ""))
    finally:
        judging.close()


def report(
    exercise: Exercise, source: WorkerSource, cache: ValueCache, seed: str, sample: int | None,
    say: Callable[[str], None] = print,
) -> bool:  # fmt: skip
    """Try the mutants of an exercise's answer and print what is left to do. Is nothing left?"""
    if (solutions := exercise.solutions) is None:
        raise KataError(f"solutions/{exercise.name} is not here, so there is no answer to change")
    checks = catalog.load_checks(exercise.folder)
    known = listed(solutions / "EQUIVALENT_MUTANTS.md")
    answer = (solutions / exercise.file_name).read_bytes()
    if (right := fate(exercise, checks, answer, source, cache, seed))[0] != "passed":
        say(f"{exercise.name}: the answer itself is `{right[0]}` in {right[1]}")
        return False
    every = mutants_of(answer)
    chosen = every
    if sample is not None and sample < len(every):
        chosen = sorted(random.Random(seed).sample(every, sample), key=every.index)
    fates = {mutant.key: fate(exercise, checks, mutant.content, source, cache, seed)[0] for mutant in chosen}
    survivors = [m for m in chosen if fates[m.key] == "passed"]
    new = [m for m in survivors if not known.get(m.key)]
    breaking = [m for m in chosen if fates[m.key] == "broken"]
    stale = [key for key in known if key not in {m.key for m in every} or fates.get(key, "passed") != "passed"]
    for title, rows in (("survives", new), ("breaks a check", breaking)):
        for mutant in rows:
            say(f"{exercise.file_name}:{mutant.line_number} {title}\n  {row(mutant.key)}")
    for key in stale:
        say(f"EQUIVALENT_MUTANTS.md lists what does not survive:\n  {row(key)}")
    killed = len(chosen) - len(survivors) - len(breaking)
    say(
        f"{exercise.name}: {len(chosen)} of {len(every)} mutants, {killed} killed, {len(survivors) - len(new)} listed "
        f"as equivalent, {len(new)} survive, {len(breaking)} break a check, {len(stale)} stale entries"
    )
    return not new and not breaking and not stale


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("exercise")
    parser.add_argument("--seed", default="mutants")
    parser.add_argument("--sample", type=int)
    chosen = parser.parse_args()
    try:
        exercise = catalog.resolve(catalog.find_root(), chosen.exercise)
        with workshop() as (source, cache):
            return 0 if report(exercise, source, cache, chosen.seed, chosen.sample) else 1
    except KataError as problem:
        print(f"mutants: {problem}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
