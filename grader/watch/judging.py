"""The process that grades for watch mode. A line of JSON on standard input is a request, each line out is an event.

It keeps warm workers and the references' values. A newer request stops what is being graded; so does the end of input,
after which the process ends with all that it started. The screen is another process, which nothing here can hold up.
"""

from __future__ import annotations

import base64
import dataclasses
import inspect
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader import catalog
from grader.errors import KataError
from grader.judge import trace
from grader.judge.attempt import Judging
from grader.judge.cache import ValueCache
from grader.judge.compared import paired
from grader.model import LANGUAGES, LEARNER_SEED, Check, Exercise, worst
from grader.sandbox import WorkerSource
from grader.sandbox.channel import Stop
from grader.sandbox.link import LinkedWorker
from grader.sandbox.sources import own_workers
from grader.side_by_side.table import as_lines

Send = Callable[..., None]


class Requests(threading.Thread):
    """The newest request. While one is worked on, `stop` is set as soon as a newer one is there."""

    def __init__(self, incoming: Any) -> None:
        super().__init__(daemon=True)
        self._incoming = incoming
        self._there = threading.Condition()
        self._newest: dict[str, Any] | None = None
        self._ended = False
        self.stop = Stop()

    def run(self) -> None:
        for line in self._incoming:
            self._put(json.loads(line))
        self._put(None)

    def _put(self, request: dict[str, Any] | None) -> None:
        with self._there:
            self._newest, self._ended = request, request is None
            self.stop.set()
            self._there.notify()

    def next(self) -> dict[str, Any] | None:
        """Waits for a request; None at the end."""
        with self._there:
            self._there.wait_for(lambda: self._newest is not None or self._ended)
            request, self._newest = self._newest, None
            if request is not None:
                self.stop.clear()
            return request


class StoppableWorkers:
    """Workers whose answer nobody waits for any more once `stop` is set."""

    def __init__(self, source: WorkerSource, stop: Stop) -> None:
        self._source, self._stop = source, stop
        self.fence_names = source.fence_names

    def warm(self, runtime: str) -> object:
        return self._source.warm(runtime)

    def open_worker(self, runtime: str, folder: str | None = None) -> LinkedWorker:
        worker = self._source.open_worker(runtime, folder)
        assert isinstance(worker, LinkedWorker), "unreachable because only processes are started here"
        worker.stop = self._stop
        return worker

    def close(self) -> None:
        self._source.close()


def main() -> None:
    """Until standard input ends."""
    outgoing = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no event

    def send(number: int, event: str, **facts: Any) -> None:
        outgoing.write(json.dumps({"number": number, "event": event, **facts}) + "\n")
        outgoing.flush()

    requests = Requests(os.fdopen(os.dup(0), "rb", 0))
    requests.start()
    source, cache = StoppableWorkers(own_workers(), requests.stop), ValueCache()
    try:
        while (request := requests.next()) is not None:
            number = request["number"]
            os.environ["KATA_LANG"] = request["language"]  # of what is wrong with the exercise itself
            try:
                exercise = catalog.load(Path(request["folder"]))
                source.warm(exercise.runtime)
                grade(exercise, request, source, cache, lambda *event, n=number, **facts: send(n, *event, **facts))
            except KeyboardInterrupt:
                continue
            except KataError as problem:
                send(number, "problem", text=str(problem))
    finally:
        source.close()


def grade(exercise: Exercise, request: dict[str, Any], source: WorkerSource, cache: ValueCache, send: Send) -> None:
    """Sends the checks there are, each check's result as it is known, the attempt, and the attempt with its mistakes
    named. Raises KeyboardInterrupt when it is stopped."""
    checks = catalog.load_checks(exercise.folder)
    send("checks", checks=[_about(check) for check in checks])
    files = _decoded(request["files"])
    judging = Judging(
        exercise, checks, files, source=source, cache=cache, seed=LEARNER_SEED, refused=request["refused"]
    )
    try:
        for check in checks:
            printed, cases = "", []
            for case in check.cases:
                before = len(judging.submission.output())
                with trace.keeping() as kept:
                    ended = judging.case(check, case)
                cases.append(kept)
                if ended.outcome != "passed" and not printed and check.visibility == "visible":
                    output = judging.submission.output()
                    printed = output[before:] or output
            numbers = _numbers(judging, check)
            result = judging.result(check, [])
            values = _values(judging, check, cases, request["width"]) if result.outcome != "passed" else {}
            send("check", result=dataclasses.asdict(result), numbers=numbers, printed=printed, values=values)
        attempt = judging.attempt(name_mistakes=False)
        if attempt.outcome != "passed":
            send("attempt", attempt=dataclasses.asdict(attempt), final=False)
            attempt = judging.attempt()
        send("attempt", attempt=dataclasses.asdict(attempt), final=True)
    finally:
        judging.close()


def _about(check: Check) -> dict[str, Any]:
    """A check as the screen announces it; the source only of what the learner has anyway."""
    shown = check.visibility == "visible"
    return {
        "id": check.id,
        "title": check.title,
        "source": inspect.getsource(check.function) if shown else "",
        "place": f"{os.path.basename(check.function.__code__.co_filename)}:{check.function.__code__.co_firstlineno}",
    }


def _numbers(judging: Judging, check: Check) -> list[Any]:
    """Yours and the reference's, side by side, of the case that the message is about. The message then has no list of
    its own."""
    if check.visibility == "hidden" and not judging.exercise.hidden_numbers:
        return []
    results = judging.results[check.id]
    outcome = worst([result.outcome for result in results])
    first = next(result for result in results if result.outcome == outcome)
    if first.finding is None:
        return []
    first.finding.facts.pop("all_got", None)
    rows: list[Any] = first.finding.facts.get("numbers", [])
    return rows


def _values(judging: Judging, check: Check, cases: list[trace.Kept], width: int) -> dict[str, list[str]]:
    """The table of `kata trace` in each language; of a hidden check nothing."""
    if check.visibility != "visible":
        return {}
    return {language: as_lines(paired(judging, check, cases, language), language, width) for language in LANGUAGES}


def _decoded(files: dict[str, str] | None) -> dict[str, bytes] | None:
    return None if files is None else {name: base64.b64decode(content) for name, content in files.items()}


if __name__ == "__main__":
    main()
