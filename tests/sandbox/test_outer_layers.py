"""Each part of the outer fence stops something, and that gets through when the part alone is taken off.

The inner fence is off here: bubblewrap alone.
"""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.errors import WorkerDied
from grader.sandbox import parent as parent_module
from tests.sandbox.conftest import Outside
from tests.sandbox.wall import OUTER, Change, Stripped, open_probe, probe, run, stripped, unavailable

pytestmark = pytest.mark.skipif(bool(unavailable(OUTER)), reason=f"this machine lacks {unavailable(OUTER)}")


def drop(*flags: str, values: int = 0) -> Change:
    """The command line without these flags and the `values` words after each."""

    def change(line: list[str]) -> list[str]:
        kept: list[str] = []
        skip = 0
        for word in line:
            skip = values + 1 if word in flags else skip
            if not skip:
                kept.append(word)
            skip = max(0, skip - 1)
        assert len(kept) < len(line)
        return kept

    return change


def add(*words: str) -> Change:
    """The command line with more words where the file system is made."""

    def change(line: list[str]) -> list[str]:
        end = line.index("--remount-ro", line.index("--chdir") - 2)
        return [*line[:end], *words, *line[end:]]

    return change


NO_USER_NAMESPACE = ("--unshare-user", "--disable-userns")


@pytest.fixture(scope="module")
def walled() -> Iterator[Stripped]:
    with stripped(OUTER) as parent:
        yield parent


@pytest.fixture
def both_ways(walled: Stripped) -> Callable[..., tuple[Any, Any]]:
    """(what a probe gives behind the whole outer fence, what it gives behind the changed one)."""

    def two(change: Change, name: str, *arguments: Any) -> tuple[Any, Any]:
        with stripped(OUTER, change=change) as parent:
            return probe(walled, name, *arguments), probe(parent, name, *arguments)

    return two


Both = Callable[..., tuple[Any, Any]]


def test_network(both_ways: Both, outside: Outside) -> None:
    """Not even this machine's own ports."""
    arguments = ["AF_INET", ["127.0.0.1", outside.port]]
    with_it, without = both_ways(drop("--unshare-net"), "connect", *arguments)
    assert with_it[0] == "refused"
    assert without == "done"


def test_abstract_sockets_belong_to_a_network(both_ways: Both, outside: Outside) -> None:
    with_it, without = both_ways(drop("--unshare-net"), "connect", "AF_UNIX", outside.abstract)
    assert with_it[0] == "refused"
    assert without == "done"


def test_processes(both_ways: Both, outside: Outside) -> None:
    with_it, without = both_ways(drop("--unshare-pid"), "signal_to", outside.victim)
    assert with_it[0] == "refused"
    assert without == "done"


def test_files(both_ways: Both, outside: Outside) -> None:
    path = str(outside.secret)
    with_it, without = both_ways(add("--ro-bind", path, path), "read", path)
    assert with_it[0] == "refused"
    assert without == b"the reference"


def test_only_the_runtime_lies_on_its_disk(walled: Stripped) -> None:
    places = probe(walled, "names_in", "/")
    assert set(places) <= {"dev", "etc", "lib", "lib64", "proc", "root", "sys", "tmp", "usr", "worker-code",
                           "worker-packages", Path(os.path.realpath("/proc/self/exe")).parts[1]}  # fmt: skip
    packages = probe(walled, "names_in", "/worker-packages")
    assert "numpy" in packages
    assert not {"torch", "grader", "pytest"} & set(packages)
    assert probe(walled, "names_in", "/worker-code") == ["worker"]
    assert probe(walled, "names_in", "/proc") == ["cpuinfo"]


def test_what_it_shows_is_read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tried on a folder that pretends to be a package."""
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    real = parent_module.package_folders
    monkeypatch.setattr(parent_module, "package_folders", lambda *names: {**real(*names), "package": str(package)})
    for change, refused in ((None, True), (lambda line: ["--bind" if w == "--ro-bind" else w for w in line], False)):
        with stripped(OUTER, change=change) as parent:
            seen = probe(parent, "write", "/worker-packages/package/__init__.py")
        assert (seen != "done") == refused
    assert (package / "__init__.py").read_text() == "x"


def test_its_own_root_is_read_only(both_ways: Both) -> None:
    def change(line: list[str]) -> list[str]:
        end = line.index("--chdir")
        assert line[end - 2 : end] == ["--remount-ro", "/"]
        return [*line[: end - 2], *line[end:]]

    with_it, without = both_ways(change, "write", "/file")
    assert with_it[0] == "refused"
    assert without == "done"


def test_its_temp_folder_is_small(both_ways: Both) -> None:
    with_it, without = both_ways(drop("--size", values=1), "fill", "/tmp", 288 << 20)
    assert with_it[0] == "refused"
    assert without == "done"


def test_it_is_nobody(both_ways: Both) -> None:
    change = drop("--uid", "--gid", values=1)
    with_it, without = both_ways(change, "user")
    assert with_it == (65534, 65534)
    assert without == (os.geteuid(), os.getegid())


@pytest.mark.skipif(os.geteuid() != 0, reason="bubblewrap gives an ordinary user a user namespace in any case")
def test_it_has_no_capabilities(both_ways: Both) -> None:
    """Without a user namespace, root's files could be given away."""

    def change(line: list[str]) -> list[str]:
        line = drop(*NO_USER_NAMESPACE)(drop("--uid", "--gid", "--cap-drop", values=1)(line))
        return add("--cap-add", "ALL")(line)

    with_it, without = both_ways(change, "give_away", "x")
    assert with_it[0] == "refused"
    assert without == "done"


def test_it_cannot_make_namespaces(both_ways: Both) -> None:
    """In which it would have every capability again."""
    with_it, without = both_ways(drop("--disable-userns"), "system_call", 272, 0x10000000)  # unshare(CLONE_NEWUSER)
    assert with_it[0] == "refused"
    assert without == 0


def test_memory_segments_of_others(both_ways: Both) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    key = 0x6B617461 + os.getpid()
    segment = libc.shmget(key, 4096, 0o1600)
    try:
        assert both_ways(drop("--unshare-ipc"), "memory_segment", key) == (False, True)
    finally:
        libc.shmctl(segment, 0, None)


def test_host_name(both_ways: Both) -> None:
    change = drop("--hostname", values=1)
    assert both_ways(lambda line: drop("--unshare-uts")(change(line)), "host_name") == ("worker", os.uname().nodename)


def test_environment(walled: Stripped, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens and keys of the judge's environment are not in the worker's."""
    monkeypatch.setenv("KATA_TEST_TOKEN", "secret")
    allowed = {"HOME", "LANG", "LC_CTYPE", "PWD", "TMPDIR", "PYTHONHASHSEED", "CUDA_MODULE_LOADING",
               "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
               "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"}  # fmt: skip
    with stripped(OUTER) as parent:
        assert set(probe(parent, "environment")) <= allowed
    monkeypatch.setattr(Stripped, "environment", lambda self: dict(os.environ))
    with stripped(OUTER) as parent:
        assert probe(parent, "environment")["KATA_TEST_TOKEN"] == "secret"


def test_it_goes_with_the_process_that_made_it() -> None:
    """When bubblewrap itself is killed, and nobody is left to end what it holds."""
    for change, survives in ((None, False), (drop("--die-with-parent"), True)):
        with stripped(OUTER, change=change) as parent:
            worker = open_probe(parent)
            parent._process.kill()
            parent._process.wait()
            if survives:
                assert run(worker, "process_id") > 0
                worker.keep_files = False
            else:
                with pytest.raises(WorkerDied):
                    run(worker, "wait_for_the_end")


def test_signals_in_its_own_world(walled: Stripped) -> None:
    """Process 1 of a worker's world is bubblewrap's; ending everything ends only that world."""
    with stripped(OUTER) as parent:
        worker = open_probe(parent)
        with pytest.raises(WorkerDied):
            run(worker, "signal_to", -1, int(signal.SIGKILL), then_wait=True)
    assert probe(walled, "process_id") > 0
