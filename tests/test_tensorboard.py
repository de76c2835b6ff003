"""Exercise 24's event files: real TensorBoard shows them, hostile ones harm nobody, and torch writes as its checks say."""

from __future__ import annotations

import dataclasses
import json
import re
import struct
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader import catalog
from grader.judge.attempt import Judging, judge
from grader.judge.cache import ValueCache
from grader.judge.submission import Submission
from grader.model import Exercise
from grader.sandbox.warm import FencedWorkers

ROOT = Path(__file__).resolve().parent.parent
METRICS = ["loss", "accuracy"]
EPOCH = {
    "train": [{"loss": 2.0, "accuracy": 0.25}, {"loss": 1.0, "accuracy": 0.5}],
    "validation": [({"loss": 1.5, "accuracy": 0.5}, 4)],
}


@pytest.fixture(scope="module")
def exercise() -> Exercise:
    return dataclasses.replace(catalog.load(ROOT / "exercises" / "24_logging_and_debugging"), deadline=60.0)


@pytest.fixture
def answer(exercise: Exercise) -> bytes:
    assert exercise.solutions is not None
    return (exercise.solutions / exercise.file_name).read_bytes()


@pytest.fixture
def submission(exercise: Exercise, answer: bytes, source: FencedWorkers, cache: ValueCache) -> Iterator[Submission]:
    """The answer, in the middle of a visible check."""
    made = Submission(exercise, {exercise.file_name: answer}, source, cache, seed=1)
    made.begin("visible", exercise.deadline)
    yield made
    made.close()


def asked(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)


def until(seconds: float, look: Callable[[], Any]) -> Any:
    """What `look` returns as soon as it is something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if seen := look():
            return seen
        time.sleep(0.05)
    raise AssertionError(f"nothing within {seconds} s")


@pytest.mark.timeout(180)
def test_tensorboard_shows_both_curves_of_a_run(submission: Submission, tmp_path: Path) -> None:
    """TensorBoard itself, on loopback, asked over its HTTP API; without TensorFlow, as in the workers."""
    for path, content in submission.run("logged", [EPOCH, EPOCH])["files"].items():
        (tmp_path / "first" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "first" / path).write_bytes(content)
    program = "import sys; sys.modules['tensorflow'] = None; from tensorboard import main; sys.exit(main.run_main())"
    options = ["--logdir", str(tmp_path), "--host", "127.0.0.1", "--port", "0", "--load_fast", "false"]
    said = tmp_path / "said.txt"
    with said.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-c", program, *options], stdout=output, stderr=output)
    try:
        address = until(90, lambda: re.search(r"http://127\.0\.0\.1:\d+/", said.read_text()) or process.poll())
        assert isinstance(address, re.Match), said.read_text()
        scalars = f"{address[0]}data/plugin/scalars"
        tags = until(60, lambda: asked(f"{scalars}/tags"))
        assert {run: sorted(found) for run, found in tags.items()} == {
            "first/train": ["accuracy", "loss"],
            "first/validation": ["accuracy", "loss"],
        }
        curves = {run: asked(f"{scalars}/scalars?run={run}&tag=loss") for run in tags}
    finally:
        process.kill()
        process.wait()
    points = {run: [(step, value) for _, step, value in curve] for run, curve in curves.items()}
    assert points["first/train"] == [(1, 2.0), (2, 1.0), (3, 2.0), (4, 1.0)]
    assert points["first/validation"] == [(2, 1.5), (4, 1.5)]


# Hostile files


def masked_checksum(data: bytes) -> int:
    """CRC-32C as event files hold it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def record(body: bytes, length: int | None = None) -> bytes:
    """A record whose checksums are right, whatever it says of its length."""
    head = struct.pack("<Q", len(body) if length is None else length)
    return head + struct.pack("<I", masked_checksum(head)) + body + struct.pack("<I", masked_checksum(body))


def field(number: int, content: bytes) -> bytes:
    """A protobuf field of bytes shorter than 16 KB."""
    size = len(content)
    return bytes([number << 3 | 2]) + (bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])) + content


def scalar(tag: bytes) -> bytes:
    """An event with one value of 1.0."""
    return field(5, field(1, field(1, tag) + b"\x15" + struct.pack("<f", 1.0)))


def nested(depth: int) -> bytes:
    body = b""
    for _ in range(depth):
        body = field(5, body)[:16000]
    return body


NAME = "train/events.out.tfevents.1.host.1.0"
HOSTILE: dict[str, Any] = {
    "not a record": {NAME: b"\x00" * 999},
    "text": {NAME: b"step,loss\n1,2.0\n" * 99},
    "a record that says it holds all memory": {NAME: record(b"", length=1 << 62)},
    "a record that says it holds 3 GB": {NAME: record(b"", length=3 << 30)},
    "no protobuf": {NAME: record(b"\xff" * 99)},
    "deep": {NAME: record(nested(3000))},
    "a tag that is no UTF-8": {NAME: record(scalar(b"loss\xff\xfe"))},
    "a long tag": {NAME: record(scalar(b"loss" + b"x" * 9000))},
    "many tags": {NAME: b"".join(record(scalar(b"loss%d" % number)) for number in range(3000))},
    "many runs": {f"{number}/{NAME}": record(scalar(b"loss")) for number in range(300)},
    "a tensor of text": {NAME: record(field(5, field(1, field(1, b"loss") + field(8, b"\x08\x07") + field(9, field(1, field(1, b"scalars"))))))},
    "a path upwards": {"../../" + NAME: b"x"},
    "an absolute path": {"/tmp/" + NAME: b"x"},
    "a path that no file can have": {"a" * 5000: b"x", "b\x00": b"x"},
    "a file that is a folder": {"train": b"x", NAME: b"x"},
    "names that are no text": {1: b"x"},
    "contents that are no bytes": {NAME: "text", "other": None},
    "no files": 7,
}  # fmt: skip


def test_hostile_event_files_are_read_as_few_curves_or_none(submission: Submission) -> None:
    """Never an error, which would be `broken`, and never more than fits a message."""
    for name, files in HOSTILE.items():
        seen = submission.apart("shown", [files], METRICS)
        assert set(seen) == {"tags", "curves", "steps", "values"}, name
        assert len(repr(seen)) < 5000, name


HIJACK = """
import sys as _sys
def _close(self):
    scenario = _sys._getframe(1)
    while "files_in" not in scenario.f_globals:
        scenario = scenario.f_back
    scenario.f_globals["files_in"] = lambda folder: {value}
RunLogger.close = _close
"""


@pytest.mark.parametrize(
    "value",
    ["7", "None", "[1]", "{1: 2}", "{'train/x.tfevents': 'text'}", "{'a': object()}", "{'train': {}}", "'x' * 99"],
)
def test_what_a_submission_says_of_its_files_costs_itself_alone(
    exercise: Exercise, answer: bytes, source: FencedWorkers, cache: ValueCache, value: str
) -> None:
    """It takes over what the scenario returns: the check is lost, and nothing is `broken`."""
    checks = tuple(check for check in catalog.load_checks(exercise.folder) if check.id in ("24.5a", "24.2c"))
    files = {exercise.file_name: answer + HIJACK.replace("{value}", value).encode()}
    attempt = judge(Judging(exercise, checks, files, source=source, cache=cache, seed="seed", name_mistakes=False))
    assert {check.outcome for check in attempt.checks} == {"failed"}


# What the checks rely on

FACTS = """
import os, torch
from torch.utils.tensorboard import SummaryWriter
from event_files import curves_of, files_in, kept_until_flushed

def bfloat16(module):
    with SummaryWriter("bfloat16") as writer:
        for step, value in enumerate((100_000.0, 1e-9, 0.5)):
            writer.add_scalar("loss", torch.tensor(value, dtype=torch.bfloat16), step)
    return curves_of([files_in("bfloat16")])

def both_at_once(module):
    with SummaryWriter("both") as writer:
        writer.add_scalars("loss", {"train": 1.0, "val": 2.0}, 3)
    return curves_of([files_in("both")])

def held_back(module):
    with kept_until_flushed():
        writer = SummaryWriter("held")
    writer.add_scalar("loss", 1.0, 1)
    before = curves_of([files_in("held")])
    writer.flush()
    return [before, curves_of([files_in("held")])]

def by_name(module):
    for purge, name in ((3, "a"), (4, "b")):
        with SummaryWriter(name, purge_step=purge) as writer:
            for step in (3, 4, 5):
                writer.add_scalar("loss", float(step) if name == "a" else -1.0, step)
    return curves_of([files_in("a"), files_in("b")])
"""


@pytest.fixture
def fact(exercise: Exercise, source: FencedWorkers) -> Iterator[Callable[[str], Any]]:
    worker = source.open_worker("tensorboard")
    support = {"event_files": (exercise.folder / "event_files.py").read_text("utf-8")}
    worker.request("scenarios", 60, key="facts", source=FACTS, support=support)
    yield lambda name: worker.request("run", 60, key="facts", name=name, args=(), options={})
    worker.end()


def test_a_bfloat16_tensor_becomes_a_float16_in_add_scalar(fact: Any) -> None:
    """So 100,000 is inf and 1e-9 is 0, as the explanation of `tensor_to_the_writer` says."""
    (curve,) = fact("bfloat16")
    assert curve["values"] == [float("inf"), 0.0, 0.5]


def test_add_scalars_makes_a_run_for_each_value(fact: Any) -> None:
    curves = [(curve["run"], curve["tag"], curve["steps"]) for curve in fact("both_at_once")]
    assert curves == [("loss_train", "loss", [3]), ("loss_val", "loss", [3])]


def test_a_writer_that_is_not_flushed_leaves_no_point_in_the_file(fact: Any) -> None:
    """For certain, where `kept_until_flushed` holds: else it is a matter of moments."""
    before, after = fact("held_back")
    assert before == []
    assert after[0]["values"] == [1.0]


def test_a_later_snapshot_is_read_after_an_earlier_one(fact: Any) -> None:
    """`purge_step` hides the points of an earlier file alone: who uses it depends on the order."""
    (curve,) = fact("by_name")
    assert list(zip(curve["steps"], curve["values"], strict=True)) == [(3, 3.0), (3, -1.0), (4, -1.0), (5, -1.0)]
