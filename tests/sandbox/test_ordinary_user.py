"""The wall needs no root: the tests of its layers, run again as the user nobody."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
NOBODY = 65534
TESTS = ["sandbox/test_inner_layers.py", "sandbox/test_outer_layers.py", "worker/test_scratch.py"]


def interpreter() -> tuple[list[str], dict[str, str]] | None:
    """(command, environment) of a Python that nobody may run and that has our packages: this one, else the system's."""
    version = f"python3.{sys.version_info.minor}"
    packages = os.pathsep.join([str(ROOT), *{sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}])
    for command, paths in (([sys.executable], str(ROOT)), ([f"/usr/bin/{version}"], packages)):
        environment = {"PYTHONPATH": paths, "PATH": "/usr/local/bin:/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            done = as_nobody([*command, "-c", "import numpy, pytest, grader, pytest_timeout"], environment)
        except OSError:
            continue
        if done.returncode == 0:
            return command, environment
    return None


def as_nobody(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=environment, cwd=ROOT, user=NOBODY, group=NOBODY, extra_groups=[],
        capture_output=True, text=True, timeout=280,
    )  # fmt: skip


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests run as an ordinary user already")
def test_the_layers_hold_for_an_ordinary_user() -> None:
    found = interpreter()
    if found is None:
        pytest.skip("neither this Python nor the system's can be run, with our packages, by the user nobody")
    command, environment = found
    with tempfile.TemporaryDirectory(prefix="kata-nobody-", dir="/tmp") as folder:
        os.chown(folder, NOBODY, NOBODY)
        options = ["-q", "-p", "no:cacheprovider", "--basetemp", f"{folder}/pytest", "-r", "s"]
        tests = [str(ROOT / "tests" / name) for name in TESTS]
        environment |= {"HOME": folder, "TMPDIR": folder}
        done = as_nobody([*command, "-m", "pytest", *options, *tests], environment)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert " passed" in done.stdout
