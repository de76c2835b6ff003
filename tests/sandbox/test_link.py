"""The judge's end of a worker, with a scripted other end: whatever comes, the judge stays whole and in time.

Each fact holds of both channels: the one of descriptors and poll, and the one of pipes and threads.
"""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import numpy as np
import pytest

from grader.errors import FenceMissing, LearnerRaised, WorkerDied, WorkerTimeout
from grader.sandbox.channel import OUTPUT_KEPT, Channel, Stop
from grader.sandbox.link import LinkedWorker
from grader.sandbox.polled import Polled
from grader.sandbox.threaded import Threaded
from grader.worker.values import MAX_BODY, MAX_HEADER, PREFIX, decode, encode, read_frame

SECONDS = 30.0
MARK = b"<mark>"
ERROR = {"class": "E", "bases": ["E"], "text": "", "line": None, "file": "", "source": "", "missing": None, "owner": ""}
Script = Callable[[socket.socket, int], None]  # the other end of the data channel, the other end of the output pipe


class Marked(socket.socket):
    """Prints the mark before what it sends, as a worker does before an answer."""

    print_to: int

    def sendall(self, data: bytes, flags: int = 0) -> None:  # type: ignore[override]
        os.write(self.print_to, MARK)
        super().sendall(data, flags)


def polled(mine: int, output: int) -> Channel:
    return Polled(mine, mine, output)


def threaded(mine: int, output: int) -> Channel:
    pipes = (os.fdopen(descriptor, mode, 0) for descriptor, mode in ((os.dup(mine), "rb"), (mine, "wb"), (output, "rb")))
    return Threaded(*pipes, MARK)


class Scripted:
    """A worker whose other end is a thread of this process."""

    def __init__(self, make: Callable[[int, int], Channel], script: Script) -> None:
        mine, theirs = socket.socketpair()
        output, self.print_to = os.pipe()
        self.theirs = theirs
        if make is threaded:
            self.theirs = Marked(fileno=theirs.detach())
            self.theirs.print_to = self.print_to
        self.ended: list[bool] = []
        self.worker = LinkedWorker(make(mine.detach(), output), "/folder", self._how_it_ended)
        self._thread = threading.Thread(target=self._run, args=[script], daemon=True)
        self._thread.start()

    def _run(self, script: Script) -> None:
        with suppress(OSError):
            script(self.theirs, self.print_to)

    def _how_it_ended(self, keep_files: bool) -> tuple[int, int]:
        """As a process's end does, this ends what it was reading and writing."""
        self.ended.append(keep_files)
        with suppress(OSError):
            self.theirs.shutdown(socket.SHUT_RDWR)
        return 0, 7

    def close(self) -> None:
        self.worker.end()
        with suppress(OSError):
            self.theirs.shutdown(socket.SHUT_RDWR)
        self._thread.join(SECONDS)
        self.theirs.close()
        os.close(self.print_to)


@pytest.fixture(params=[polled, threaded], ids=["polled", "threaded"])
def channel(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def scripted(channel: Callable[[int, int], Channel]) -> Iterator[Callable[[Script], Scripted]]:
    made: list[Scripted] = []

    def make(script: Script) -> Scripted:
        made.append(Scripted(channel, script))
        return made[-1]

    yield make
    for one in made:
        one.close()


Make = Callable[[Script], Scripted]


def after_a_request(*replies: bytes) -> Script:
    """Read a frame, then send these bytes."""

    def script(channel: socket.socket, output: int) -> None:
        read_frame(channel.recv)
        for reply in replies:
            channel.sendall(reply)

    return script


def frame(tree: Any, body: bytes = b"") -> bytes:
    header = json.dumps(tree).encode()
    return PREFIX.pack(len(header), len(body)) + header + body


def test_a_value_comes_back(scripted: Make) -> None:
    one = scripted(after_a_request(encode({"value": [1, "a"], "id": 1})))
    assert one.worker.request("run", SECONDS) == [1, "a"]


def test_a_request_says_what_to_do_with_what(scripted: Make) -> None:
    seen: list[Any] = []

    def script(channel: socket.socket, output: int) -> None:
        seen.append(decode(read_frame(channel.recv) or b""))
        channel.sendall(encode({"value": None, "id": 1}))

    scripted(script).worker.request("load", SECONDS, files={"a.py": b"x"})
    assert seen == [{"op": "load", "with": {"files": {"a.py": b"x"}}, "id": 1}]


def test_an_error_comes_back(scripted: Make) -> None:
    one = scripted(after_a_request(encode({"raised": ERROR, "id": 1})))
    with pytest.raises(LearnerRaised) as seen:
        one.worker.request("run", SECONDS)
    assert seen.value.error == ERROR
    assert one.worker.alive


BAD_REPLIES = {
    "an earlier id": encode({"value": 1, "id": 0}),
    "a later id": encode({"value": 1, "id": 2}),
    "no id": encode({"value": 1}),
    "an id that is equal only": encode({"value": 1, "id": True}),
    "an id that is a float": encode({"value": 1, "id": 1.0}),
    "an id that is an array": encode({"value": 1, "id": np.array([1, 1])}),
    "an id that is an array of one": encode({"value": 1, "id": np.array([1])}),
    "no dict": encode([1, 2]),
    "neither value nor error": encode({"id": 1}),
    "an error without its parts": encode({"raised": {"class": "E"}, "id": 1}),
    "an error of None": encode({"raised": None, "id": 1}),
    "bases that are no texts": encode({"raised": {**ERROR, "bases": [1]}, "id": 1}),
    "a text that is an array": encode({"raised": {**ERROR, "text": np.zeros(3)}, "id": 1}),
    "a line that is a text": encode({"raised": {**ERROR, "line": "3"}, "id": 1}),
    "a line that is beyond any file": encode({"raised": {**ERROR, "line": 10**4000}, "id": 1}),
    "a class of two lines": encode({"raised": {**ERROR, "class": "E\n::error::"}, "id": 1}),
    "a text of megabytes": encode({"raised": {**ERROR, "text": "x" * (1 << 20)}, "id": 1}),
    "a hundred bases": encode({"raised": {**ERROR, "bases": ["E"] * 100}, "id": 1}),
    "a part that nobody asked for": encode({"raised": {**ERROR, "score": 20}, "id": 1}),
    "a missing name that is a list": encode({"raised": {**ERROR, "missing": []}, "id": 1}),
    "no JSON": PREFIX.pack(3, 0) + b"{{{",
    "no UTF-8": PREFIX.pack(3, 0) + b"\xff\xfe\xff",
    "a header of another language": frame({"value": 1, "id": 1}),
    "an unknown kind": frame(["dict", ["id", 1], ["value", ["pickle", "x"]]]),
    "bytes that belong to nothing": frame(["dict", ["id", 1], ["value", 1]], b"12345678"),
    "an array beyond the end": frame(["dict", ["id", 1], ["value", ["array", "<f8", [4], 32]]], b"12345678"),
    "an array of objects": frame(["dict", ["id", 1], ["value", ["array", "|O", [1], 8]]], b"12345678"),
    "a header larger than allowed": PREFIX.pack(MAX_HEADER + 1, 0),
    "a body larger than allowed": PREFIX.pack(0, MAX_BODY + 1),
    "a body larger than any memory": PREFIX.pack(2, (1 << 64) - 1),
    "deep nesting": PREFIX.pack(200_000, 0) + b"[" * 200_000,
}


@pytest.mark.parametrize("reply", BAD_REPLIES.values(), ids=BAD_REPLIES.keys())
def test_bytes_that_are_no_reply_end_the_worker_at_once(reply: bytes, scripted: Make) -> None:
    """Not after the deadline; and what it had stays nowhere."""
    one = scripted(after_a_request(reply))
    one.worker.keep_files = True
    with pytest.raises(WorkerDied) as seen:
        one.worker.request("run", SECONDS)
    assert seen.value.reason
    assert not one.worker.alive
    assert one.ended == [False]


def test_an_answer_sent_ahead_is_no_answer(scripted: Make) -> None:
    """A thread of the learner's guesses the next id."""
    one = scripted(after_a_request(encode({"value": 1, "id": 1}) + encode({"value": "forged", "id": 2})))
    assert one.worker.request("load", SECONDS) == 1
    with pytest.raises(WorkerDied, match="protocol"):
        one.worker.request("run", SECONDS)


def test_a_frame_before_the_answer_is_no_answer(scripted: Make) -> None:
    one = scripted(after_a_request(encode({"value": "forged", "id": 5}), encode({"value": 1, "id": 1})))
    with pytest.raises(WorkerDied, match="protocol"):
        one.worker.request("run", SECONDS)


def test_a_frame_may_come_in_pieces(scripted: Make) -> None:
    whole = encode({"value": np.arange(10.0), "id": 1})
    one = scripted(after_a_request(*(whole[i : i + 7] for i in range(0, len(whole), 7))))
    assert one.worker.request("run", SECONDS).tolist() == list(range(10))


def test_half_a_frame_is_a_timeout(scripted: Make) -> None:
    one = scripted(after_a_request(encode({"value": 1, "id": 1})[:-1]))
    one.worker.keep_files = True
    with pytest.raises(WorkerTimeout):
        one.worker.request("run", 0.2)
    assert one.ended == [False]


def test_half_a_frame_and_an_end_is_a_death(scripted: Make) -> None:
    def script(channel: socket.socket, output: int) -> None:
        after_a_request(encode({"value": 1, "id": 1})[:-1])(channel, output)
        channel.shutdown(socket.SHUT_RDWR)

    one = scripted(script)
    one.worker.keep_files = True
    with pytest.raises(WorkerDied) as seen:
        one.worker.request("run", SECONDS)
    assert (seen.value.signal, seen.value.code) == (0, 7)
    assert one.ended == [True]  # a process that is killed on purpose keeps its files
    with pytest.raises(WorkerDied):
        one.worker.request("run", SECONDS)


def test_an_end_while_the_request_is_on_its_way_is_a_death(scripted: Make) -> None:
    one = scripted(lambda channel, output: channel.shutdown(socket.SHUT_RDWR))
    with pytest.raises(WorkerDied):
        one.worker.request("run", SECONDS, data=bytes(1 << 20))


def test_a_worker_that_does_not_read_is_a_timeout(scripted: Make) -> None:
    one = scripted(lambda channel, output: None)
    with pytest.raises(WorkerTimeout):
        one.worker.request("run", 0.2, data=bytes(8 << 20))


def test_large_values_go_both_ways(scripted: Make) -> None:
    data = np.arange(1 << 20, dtype=np.float64)

    def script(channel: socket.socket, output: int) -> None:
        request = decode(read_frame(channel.recv) or b"")
        channel.sendall(encode({"value": request["with"]["data"] * 2, "id": 1}))

    assert np.array_equal(scripted(script).worker.request("run", SECONDS, data=data), data * 2)


def test_output_is_kept_up_to_a_limit(scripted: Make) -> None:
    def script(channel: socket.socket, output: int) -> None:
        read_frame(channel.recv)
        for _ in range(64):
            os.write(output, b"0123456789abcdef" * 1024)
        channel.sendall(encode({"value": 1, "id": 1}))

    one = scripted(script)
    assert one.worker.request("run", SECONDS) == 1
    printed = one.worker.output()
    assert printed == "0123456789abcdef" * (OUTPUT_KEPT // 16) + "\n[...]"
    one.worker.end()
    assert one.worker.output() == printed


def test_endless_output_does_not_hold_the_deadline(scripted: Make) -> None:
    def script(channel: socket.socket, output: int) -> None:
        while True:
            os.write(output, b"x" * 4096)

    one = scripted(script)
    with pytest.raises(WorkerTimeout):
        one.worker.request("run", 0.5)
    assert len(one.worker.output()) <= OUTPUT_KEPT + len("\n[...]")


def test_output_that_is_never_empty_does_not_hold_the_deadline(channel: Callable[[int, int], Channel]) -> None:
    """However fast the other end writes."""
    mine, theirs = socket.socketpair()
    with theirs:
        zeros = os.open("/dev/zero", os.O_RDONLY)
        worker = LinkedWorker(channel(mine.detach(), zeros), "/folder", lambda keep_files: (9, 0))
        with pytest.raises(WorkerTimeout):
            worker.request("run", 0.2)


def test_output_is_any_bytes(scripted: Make) -> None:
    def script(channel: socket.socket, output: int) -> None:
        read_frame(channel.recv)
        os.write(output, b"\xff\xfe ok")
        channel.sendall(encode({"value": 1, "id": 1}))

    one = scripted(script)
    one.worker.request("run", SECONDS)
    assert one.worker.output() == "\ufffd\ufffd ok"


@pytest.mark.parametrize("hello", [{"held": [], "problem": "landlock: no"}, None])
def test_a_worker_that_does_not_get_ready_is_no_ones_fault_but_ours(hello: Any, scripted: Make) -> None:
    """Nothing of a learner's has run yet: not `crashed`, which would cost points."""

    def script(channel: socket.socket, output: int) -> None:
        if hello is not None:
            channel.sendall(encode(hello))
        else:
            channel.shutdown(socket.SHUT_RDWR)

    one = scripted(script)
    with pytest.raises(FenceMissing):
        one.worker.greet(SECONDS)
    assert one.ended


def test_an_answer_that_nobody_waits_for_any_more_ends_the_worker(scripted: Callable[[Script], Scripted]) -> None:
    """`stop` ends the wait at once, whatever the deadline; the worker is gone with its files."""
    made = scripted(lambda theirs, _: None)
    made.worker.stop = stop = Stop()
    made.worker.keep_files = True
    stop.set()
    with pytest.raises(KeyboardInterrupt):
        made.worker.request("run", SECONDS * 100)
    assert made.ended == [False]
    with pytest.raises(WorkerDied):
        made.worker.request("run", SECONDS)
    stop.clear()
    assert not stop.is_set()
    stop.close()
