"""The runner's files and its log. A line of the log that begins with `::` is a command to it: none is a learner's."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from grader.errors import KataError
from grader.locale import say
from grader.reports.text import plain

LINE_LIMIT, MOST_LINES = 2_000, 5_000
# What a command of ours that runs learners' code need not know: tokens, and the files that steer the next steps.
NOT_PASSED_ON = ("GITHUB_", "ACTIONS_", "RUNNER_", "INPUT_", "GH_")


def append(variable: str, text: str, runner: Mapping[str, str]) -> None:
    """To one of the runner's files: GITHUB_OUTPUT, GITHUB_STEP_SUMMARY."""
    try:
        with open(Path(runner[variable]), "a", encoding="utf-8") as file:
            file.write(text)
    except (KeyError, OSError):
        raise KataError(say("actions_no_file", variable=variable)) from None


def output(name: str, value: str, runner: Mapping[str, str]) -> None:
    """A step's output. Our values are numbers and words of our own; a line end would make two outputs of one."""
    if not value.isprintable():
        raise ValueError(name)
    append("GITHUB_OUTPUT", f"{name}={value}\n", runner)


def quietly(command: Sequence[str], runner: Mapping[str, str], show: Callable[[str], None]) -> int:
    """Run a command, without the runner's variables; show its lines so that none of them commands. Its exit code."""
    known = {name: value for name, value in runner.items() if not name.startswith(NOT_PASSED_ON)}
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=known
    ) as process:
        assert process.stdout is not None
        shown = 0
        while line := process.stdout.readline(1 << 16):  # to its end, or the command would wait for us
            shown += 1
            if shown <= MOST_LINES:
                show(harmless(os.fsdecode(line).rstrip("\r\n")))
        if shown > MOST_LINES:
            show("| " + say("summary_cut"))
    return process.returncode if process.returncode >= 0 else 128 - process.returncode


def harmless(line: str) -> str:
    """A command begins a line; an older one, `##[...]`, may stand anywhere."""
    return "| " + plain(line, LINE_LIMIT).replace("##[", "##\u200b[").replace("\n", " ")
