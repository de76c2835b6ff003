"""Each layer of the inner fence stops something, and that gets through when the layer alone is taken off."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grader.errors import FenceMissing, WorkerDied, WorkerTimeout
from grader.sandbox import landlock
from grader.sandbox.parent import MOST_BYTES
from tests.sandbox.conftest import Outside
from tests.sandbox.wall import INNER, Stripped, open_probe, probe, run, stripped, unavailable

pytestmark = pytest.mark.skipif(bool(unavailable(INNER)), reason=f"this machine lacks {unavailable(INNER)}")
Parents = Callable[..., Stripped]


@pytest.fixture(scope="module")
def parents() -> Iterator[Parents]:
    """`parents("seccomp", "landlock")`: a warm parent of the inner fence but for those, kept for the module."""
    made: dict[tuple[str, ...], Stripped] = {}

    def without(*layers: str) -> Stripped:
        key = tuple(sorted(layers))
        if key not in made:
            made[key] = Stripped(INNER, key)
        return made[key]

    yield without
    for parent in made.values():
        parent.close()


@dataclass(frozen=True)
class Case:
    """`probe` is refused by `layer`, and by nothing else once the layers in `off` are taken off."""

    id: str
    layer: str
    probe: str
    arguments: Callable[[Outside], list[Any]]
    off: tuple[str, ...] = ()
    needs: str = ""


def nothing(outside: Outside) -> list[Any]:
    return []


def tcp(outside: Outside) -> list[Any]:
    return ["AF_INET", ["127.0.0.1", outside.port]]


CASES = [
    Case("a file outside cannot be read", "landlock", "read", lambda o: [str(o.secret)]),
    Case("a folder outside cannot be listed", "landlock", "names_in", lambda o: [str(o.secret.parent)]),
    Case("a file outside cannot be written", "landlock", "write", lambda o: [str(o.secret)]),
    Case("a program cannot take its place", "landlock", "become", lambda o: ["/bin/true"], ("seccomp",)),
    Case("no process outside gets a signal", "landlock", "signal_to", lambda o: [o.victim], ("seccomp",), "abi 6"),
    Case(
        "no abstract socket outside is reached", "landlock", "connect",
        lambda o: ["AF_UNIX", o.abstract], ("seccomp",), "abi 6",
    ),
    Case(
        "no TCP port is reached", "landlock", "connect",
        tcp, ("seccomp",), "abi 4",
    ),
    Case("no process outside is looked at", "landlock", "read", lambda o: [f"/proc/{o.victim}/cmdline"]),
    Case("no process is forked", "seccomp", "fork", nothing),
    Case("no program is started", "seccomp", "become", lambda o: ["/bin/true"], ("landlock",)),
    Case("no signal is sent", "seccomp", "signal_to", lambda o: [o.victim], ("landlock",)),
    Case("no signal comes of a descriptor", "seccomp", "signal_by_descriptor", lambda o: [os.getpid()], ("landlock",)),
    Case("no TCP socket is made", "seccomp", "connect", tcp, ("landlock",)),
    Case("no Unix socket is made", "seccomp", "connect", lambda o: ["AF_UNIX", o.abstract], ("landlock",)),
    Case("no file is cut by reading it", "seccomp", "truncate_by_reading", lambda o: [str(o.secret)], ("landlock",)),
    Case("no more memory than allowed", "limits", "reserve", lambda o: [2.5]),
    Case("no file larger than allowed", "limits", "large_file", lambda o: [65 << 20]),
    Case("no more open files than allowed", "limits", "many_files_open", lambda o: [150]),
    Case("no file is given away", "capabilities", "give_away", lambda o: ["x"], ("seccomp", "landlock"), "root"),
]  # fmt: skip


def skip_if_not(needs: str) -> None:
    kind, _, version = needs.partition(" ")
    if kind == "abi" and landlock.abi() < int(version):
        pytest.skip(f"Landlock {version} is needed; this kernel has {landlock.abi()}")
    if kind == "root" and os.geteuid() != 0:
        pytest.skip("an ordinary user has no capability to begin with")


def was_refused(seen: Any) -> bool:
    return seen == "refused" or (isinstance(seen, list) and seen[:1] == ["refused"])


def probe_or_exit_code(parent: Stripped, name: str, *arguments: Any) -> Any:
    """What the probe gives; the exit code, if the worker became another program."""
    try:
        return probe(parent, name, *arguments)
    except WorkerDied as death:
        return f"exit code {death.code}, signal {death.signal}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.layer}: {case.id}")
@pytest.mark.parametrize("fence_name", ["inner", "both"])
def test_the_whole_fence_refuses(case: Case, outside: Outside, whole: Stripped) -> None:
    assert was_refused(probe(whole, case.probe, *case.arguments(outside)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.layer}: {case.id}")
def test_the_layer_refuses_it_and_nothing_else_does(case: Case, outside: Outside, parents: Parents) -> None:
    skip_if_not(case.needs)
    arguments = case.arguments(outside)
    assert was_refused(probe(parents(*case.off), case.probe, *arguments))
    kept = outside.secret.read_bytes()
    previous = signal.signal(signal.SIGTERM, signal.SIG_IGN)  # one case sends it to this process
    try:
        assert not was_refused(probe_or_exit_code(parents(*case.off, case.layer), case.probe, *arguments))
    finally:
        signal.signal(signal.SIGTERM, previous)
        outside.secret.write_bytes(kept)


def test_landlock_hides_the_scratch_folder_of_another_worker(parents: Parents) -> None:
    """Of a solution's mistake on its way through diagnosis, for one."""
    for layers, hidden in (((), True), (("landlock",), False)):
        one, other = open_probe(parents(*layers)), open_probe(parents(*layers))
        path = run(one, "make", "solution.py")
        assert was_refused(run(other, "read", path)) == hidden
        assert was_refused(run(other, "names_in", os.path.dirname(path))) == hidden
        assert was_refused(run(other, "write", path)) == hidden
        one.end()
        other.end()


@pytest.mark.parametrize("fence_name", ["both"])
def test_landlock_hides_it_inside_bubblewrap_too(whole: Stripped) -> None:
    one, other = open_probe(whole), open_probe(whole)
    assert was_refused(run(other, "read", run(one, "make", "solution.py")))
    one.end()
    other.end()


def test_modes_and_times_of_files_outside_stay(parents: Parents, tmp_path: Path) -> None:
    """Landlock does not hold chmod and utime, so seccomp lets them say yes without doing anything."""
    path = tmp_path / "file"
    path.touch(0o600)
    tmp_path.chmod(0o755)
    assert probe(parents(), "change_mode", str(path)) == (0o600, int(path.stat().st_mtime))
    assert probe(parents("seccomp"), "change_mode", str(path)) == (0o777, 1)


def test_no_core_is_dumped(parents: Parents) -> None:
    assert probe(parents(), "core_limit") == (0, 0)


def test_descriptors_other_than_its_own_four_are_closed(parents: Parents) -> None:
    assert probe(parents(), "descriptors") == [0, 1, 2, 3]
    assert len(probe(parents("descriptors"), "descriptors")) > 4


def test_it_is_a_session_of_its_own(parents: Parents) -> None:
    """Ctrl-C at the judge's terminal is not for it."""
    assert probe(parents(), "leads_its_session")


def test_a_worker_goes_with_its_parent() -> None:
    for without, survives in ((), False), (("parent_death",), True):
        with stripped(INNER, *without) as parent:
            worker = open_probe(parent)
            pid = run(worker, "process_id")
            parent._process.kill()
            parent._process.wait()
            if survives:
                assert run(worker, "process_id") == pid
                os.kill(pid, signal.SIGKILL)
            else:
                with pytest.raises(WorkerDied):
                    run(worker, "wait_for_the_end")


def test_no_new_privileges(parents: Parents) -> None:
    assert probe(parents("seccomp", "landlock"), "holds_no_new_privileges") == 1
    assert probe(parents("seccomp", "landlock", "no_new_privs"), "holds_no_new_privileges") == 0


def test_without_it_an_ordinary_process_gets_no_worker() -> None:
    """Landlock and seccomp are for processes that can gain nothing any more: the fence fails closed."""
    with stripped(INNER, "no_new_privs") as parent, pytest.raises(FenceMissing):
        open_probe(parent)


class Tight(Stripped):
    """Eight threads and twenty files are too many."""

    def setup(self) -> dict[str, Any]:
        setup = super().setup()
        setup["child"].get("threads", {})["most"] = 7
        if "scratch" in setup["child"]:
            setup["child"]["scratch"] = [19, 1 << 20]
        return setup


@pytest.fixture
def tight() -> Iterator[Tight]:
    parent = Tight(INNER)
    yield parent
    parent.close()


def test_threads_are_counted(tight: Tight, parents: Parents) -> None:
    assert probe(tight, "start_threads", 8) == 7
    assert probe(parents("threads"), "start_threads", 8) == 8


@pytest.mark.parametrize(("how", "amount"), [("make_files", 20), ("make_data", 2 << 20)])
def test_a_worker_that_fills_its_scratch_folder_is_killed(how: str, amount: int, tight: Tight) -> None:
    worker = open_probe(tight)
    with pytest.raises(WorkerDied) as death:
        run(worker, how, amount, then_wait=True)
    assert death.value.signal == signal.SIGXFSZ


def test_one_that_does_not_lives(tight: Tight) -> None:
    worker = open_probe(tight)
    run(worker, "make_files", 10)
    with pytest.raises(WorkerTimeout):
        run(worker, "wait_for_the_end", seconds=1)  # the folder is looked at four times a second


def test_without_that_layer_nobody_looks(parents: Parents) -> None:
    worker = open_probe(parents("scratch"))
    run(worker, "make_data", MOST_BYTES + (1 << 20))
    with pytest.raises(WorkerTimeout):
        run(worker, "wait_for_the_end", seconds=1)


@pytest.mark.parametrize("fence_name", ["inner", "both"])
def test_every_layer_is_reported(whole: Stripped) -> None:
    worker = whole.open_worker()
    required = whole.fence.required()
    worker.end()
    assert required <= set(worker.held)
    assert {"no_new_privs", "limits", "capabilities", "landlock", "seccomp", "parent_death", "descriptors"} <= required
    assert ("bubblewrap" in required) == whole.fence.outer
