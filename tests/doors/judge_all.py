"""Judges files given on standard input by the workers of this system, and prints the attempts: one process for all.

Input: {"name": [exercise's folder, {file name: text}]}; output: {"name": what the attempt says, without its seconds}.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

from grader import catalog
from grader.judge.attempt import Judging, judge
from grader.judge.cache import ValueCache
from grader.model import LEARNER_SEED
from grader.sandbox import WorkerSource
from grader.sandbox.sources import own_workers


def told(folder: str, files: dict[str, str], source: WorkerSource, cache: ValueCache) -> dict[str, Any]:
    """The attempt without what time and fences make of it."""
    exercise = catalog.load(Path(folder))
    content = {name: text.encode("latin-1") for name, text in files.items()}  # any bytes can be given so
    judging = Judging(
        exercise, catalog.load_checks(exercise.folder), content, source=source, cache=cache, seed=LEARNER_SEED
    )
    attempt = dataclasses.asdict(judge(judging))
    for part in (attempt, *attempt["checks"]):
        del part["seconds"]
    del attempt["fence"]
    return attempt


def judge_all(given: dict[str, Any]) -> dict[str, Any]:
    source, cache = own_workers(), ValueCache()
    try:
        seen = {name: told(folder, files, source, cache) for name, (folder, files) in given.items()}
    finally:
        source.close()
        cache.close()
    return {"fences": list(source.fence_names), "attempts": seen}


if __name__ == "__main__":
    json.dump(judge_all(json.load(sys.stdin)), sys.stdout)
