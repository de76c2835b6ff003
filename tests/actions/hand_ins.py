"""Submissions for the toy course: a right one, a wrong one, and those that talk to the runner."""

from __future__ import annotations

from pathlib import Path

COMMANDS = (
    "::notice::mine", "::error file=README.md,line=1::mine", "::set-output name=score::99", "::add-mask::a", "::stop-commands::x",
    "::save-state name=a::b", "##[error]mine", "##[set-output name=score]99", "  ::warning::indented", "::add-path::/tmp/evil",
)  # fmt: skip
RIGHT = (Path(__file__).parents[1] / "toy_course/solutions/90_double/double.py").read_text("utf-8")
WRONG = "def double(x):\n    return x + 2\n"
SHOUTED = "\n".join((*COMMANDS, "| a | <img src=x onerror=y> | [l](http://e.org) @team #7 ```", "</td><script>"))
TALKS = f"""
import os, sys
SHOUTED = {SHOUTED!r}
print(SHOUTED, flush=True)
print(SHOUTED, file=sys.stderr, flush=True)
print("x" * 3_000_000)
os.write(1, SHOUTED.encode())
os.write(2, SHOUTED.encode())
for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH"):
    try:
        open(os.environ[name], "a").write("score=99\\n")
    except BaseException:
        pass
"""
RAISES = TALKS + "def double(x):\n    raise ValueError(SHOUTED)\n"
RAISES_MUCH = TALKS + "def double(x):\n    raise ValueError(SHOUTED * 100_000)\n"
RETURNS = TALKS + "def double(x):\n    return SHOUTED\n"
CLASS = TALKS + "Odd = type(SHOUTED, (Exception,), {})\ndef double(x):\n    raise Odd(SHOUTED)\n"
SYNTAX = "def double(x)\n::error::mine <b>\n"
IMPORTS = "raise ModuleNotFoundError('::error::mine', name='\\n::error::mine')\n"
HOSTILE = {
    "raises": RAISES, "raises_much": RAISES_MUCH, "returns": RETURNS, "class": CLASS, "syntax": SYNTAX, "imports": IMPORTS,
}  # fmt: skip


def repository(source: str) -> dict[str, str | bytes]:
    """As a learner's: the exercise, and files that want to be run or read as something else."""
    return {
        "exercises/90_double/double.py": source,
        "exercises/90_double/<b>[l](e.org)$(touch pwned).py": "",
        ".github/workflows/kata.yml": "on: push",
        "exercises/90_double/test_double.py": "raise SystemExit('a check of the learner was run')",
        "conftest.py": "raise SystemExit('a conftest of the learner was run')",
    }


NAMES = {"exercises/90_double/double.py": RIGHT, "exercises/90_double/::error::name.py": "", "##[error]/<b>": ""}
