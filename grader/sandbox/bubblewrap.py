"""The outer fence: bubblewrap around the warm parent, started once per runtime: namespaces, a read-only file system."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache

TMPFS_BYTES = 256 << 20  # for all workers of a warm parent; each may fill a quarter (worker/scratch.py)


def command(
    read: list[str], masked: list[str], folders: dict[str, str], devices: list[str], links: dict[str, str] | None = None
) -> list[str]:
    """The bwrap command line up to the program to run.

    `read`: paths shown read-only where they are; `masked`: folders in them to show empty; `folders`: place in the
    sandbox -> path outside; `devices`: device files; `links`: symbolic links, place -> what it says.
    """
    line = [bubblewrap() or "bwrap", "--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc"]
    line += ["--unshare-uts", "--unshare-cgroup-try", "--disable-userns", "--hostname", "worker"]
    line += ["--uid", "65534", "--gid", "65534"]
    line += ["--cap-drop", "ALL", "--new-session", "--die-with-parent"]
    line += ["--size", str(TMPFS_BYTES), "--tmpfs", "/tmp"]
    for path in read:
        line += ["--ro-bind", path, path]
    for path in masked:
        line += ["--tmpfs", path, "--remount-ro", path]
    for place, path in folders.items():
        line += ["--ro-bind", path, place]
    for path in devices:
        line += ["--dev-bind-try", path, path]
    for place, target in (links or {}).items():
        line += ["--symlink", target, place]
    return [*line, "--remount-ro", "/", "--chdir", "/tmp"]


def bubblewrap() -> str | None:
    return shutil.which("bwrap")


@cache
def why_not() -> str:
    """Why bubblewrap cannot be used here; empty if it can. Tried, not assumed."""
    if bubblewrap() is None:
        return "bubblewrap is not installed"
    trial = command(["/usr", *(path for path in ("/lib", "/lib64", "/bin") if os.path.exists(path))], [], {}, [])
    try:
        line = [*trial, "/usr/bin/env", "true"]
        done = subprocess.run(line, capture_output=True, encoding="utf-8", errors="replace", env={}, timeout=60)
    except subprocess.TimeoutExpired:
        return "it does not end"
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["it does not start"])[-1][:200]
