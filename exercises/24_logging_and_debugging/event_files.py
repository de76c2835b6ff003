"""Epochs logged by a RunLogger; its files as bytes; what TensorBoard's own reader finds in them, elsewhere."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

MOST_BYTES = 4 << 20


@contextmanager
def kept_until_flushed() -> Iterator[None]:
    """TensorBoard's writers that are made in here bring points to disk when flushed or closed, as with TensorFlow.

    Without TensorFlow a thread writes each point a moment later: chance would then say how many
    points of a writer that is never closed are in the file.
    """
    from tensorboard.compat.tensorflow_stub.io.gfile import GFile

    init, lock = GFile.__init__, threading.Lock()

    def make(file: Any, *values: Any, **options: Any) -> None:
        init(file, *values, **options)
        write, flush, kept = file.write, file.flush, list[bytes]()

        def write_out() -> None:
            with lock:
                if kept:
                    write(b"".join(kept))
                kept.clear()
            flush()

        file.write, file.flush = kept.append, write_out

    GFile.__init__ = make
    try:
        yield
    finally:
        GFile.__init__ = init


def log(run: Any, epochs: list[dict[str, Any]]) -> list[Any]:
    """Log epochs, {"train": [metrics, ...], "validation": [(metrics, size), ...]} each: what end_epoch returns."""
    means = []
    for epoch in epochs:
        for metrics in epoch["train"]:
            run.log_train(metrics)
        for metrics, size in epoch["validation"]:
            run.log_validation(metrics, size)
        means.append(run.end_epoch())
    return means


def fresh_folder(name: str) -> str:
    """A folder of the worker's scratch that is not there yet, nor what lies above it."""
    free = next(f"{name} {number}" for number in range(1, 999) if not os.path.lexists(f"{name} {number}"))
    return os.path.join(os.getcwd(), free, "runs")


def files_in(folder: str) -> dict[str, bytes]:
    """Every file below the folder: path -> bytes. A log of these few points is small.

    Writers that are still open have done by then what they do by themselves: whether they were closed
    is the business of the checks that ask for it, with `kept_until_flushed`.
    """
    for thread in threading.enumerate():
        if type(thread).__name__ == "_AsyncWriterThread":
            thread._queue.join()  # type: ignore[attr-defined]
    found: dict[str, bytes] = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = file.read(MOST_BYTES)
    if sum(map(len, found.values())) >= MOST_BYTES:
        raise ValueError(f"the event files hold more than {MOST_BYTES >> 20} MB")
    return found


def curves_of(snapshots: list[dict[str, bytes]]) -> list[dict[str, Any]]:
    """The curves that TensorBoard's reader finds in a folder, by run and tag: steps and values as they were written.

    A snapshot is what `files_in` gave at one moment. Files that came later get a later name, as if a
    resumed run had begun on another day: TensorBoard reads the files of a run in the order of their names.
    """
    from tensorboard.backend.event_processing import plugin_event_multiplexer, tag_types
    from tensorboard.util.tensor_util import make_ndarray

    folder = fresh_folder("shown")
    order: dict[str, int] = {}
    for moment, files in enumerate(snapshots):
        for path in sorted(files):
            if os.path.isabs(path) or ".." in path.split(os.sep):
                raise ValueError("a path that leads out of the folder")
            order.setdefault(path, moment)
            place, name = os.path.split(os.path.join(folder, path))
            os.makedirs(place, exist_ok=True)
            with open(os.path.join(place, f"{order[path]}.{name}"), "wb") as file:
                file.write(files[path])
    everything = plugin_event_multiplexer.EventMultiplexer(size_guidance={tag_types.TENSORS: 0})
    everything.AddRunsFromDirectory(folder)
    everything.Reload()
    found = []
    for run, tags in sorted(everything.Runs().items()):
        for tag in sorted(tags[tag_types.TENSORS]):
            if everything.SummaryMetadata(run, tag).plugin_data.plugin_name == "scalars":
                # in the order of writing: of files that began in the same second, names do not tell it
                events = sorted(everything.Tensors(run, tag), key=lambda event: event.wall_time)
                values = [float(make_ndarray(event.tensor_proto).item()) for event in events]
                found.append({"run": run, "tag": tag, "steps": [event.step for event in events], "values": values})
    return found
