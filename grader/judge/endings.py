"""How a check ended: the outcome and the finding that an exception out of it stands for."""

from __future__ import annotations

import re
from typing import Any

from grader.errors import FrameworkMissing, KataError, LearnerRaised, WorkerDied, WorkerTimeout
from grader.judge.matchers import Mismatch
from grader.model import Finding
from grader.worker.values import BadFrame

OUT_OF_MEMORY = (
    "can't allocate memory", "Cannot allocate memory", "not enough memory", "CUDA out of memory",
    "OOM when allocating tensor", "Out of memory allocating",  # TensorFlow's, and XLA's below JAX
)  # fmt: skip
# How a check stumbles over a value of another form than right code gives, or over one of another size.
STUMBLES = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, MemoryError, BadFrame)
NO_MODULE = re.compile(r"No module named '([\w.]+)'")
NOT_UTF8 = ("null bytes", "'utf-8' codec", "Non-UTF-8 code")  # Python's words for a file in another encoding


def classify(problem: BaseException | None, answered: bool = False) -> tuple[str, Finding | None]:
    """The outcome that an exception out of a check stands for. What is not the learner's is ours: broken.

    `answered`: the check had a value from the worker. A check that then stumbles over it was given a value of another
    form than right code gives (else no learner's code could turn a lost score into `broken`).
    """
    if problem is None:
        return "passed", None
    if isinstance(problem, Mismatch):
        return "failed", problem.finding
    if isinstance(problem, LearnerRaised):
        return _classify_error(problem.error)
    if isinstance(problem, WorkerTimeout):
        return "timeout", Finding("timeout", {"seconds": problem.seconds})
    if isinstance(problem, WorkerDied):
        kind = "died_by_signal" if problem.signal else "wrote_on_channel" if problem.reason else "left"
        return "crashed", Finding(kind, {"signal": problem.signal, "code": problem.code})
    if isinstance(problem, AssertionError):
        return "failed", Finding("fact")
    if answered and isinstance(problem, STUMBLES):
        return "failed", Finding("odd_result")
    if isinstance(problem, FrameworkMissing):
        return "broken", Finding("not_installed", {"package": problem.package, "extra": problem.extra})
    text = str(problem) if isinstance(problem, KataError) else f"{type(problem).__name__}: {problem}"
    return "broken", Finding("broken", {"text": text[:500]})


def _classify_error(error: dict[str, Any]) -> tuple[str, Finding]:
    facts = {name: error[name] for name in ("class", "text", "line", "file", "source", "missing", "owner")}
    bases = error["bases"]
    if "NotImplementedError" in bases:
        return "not_attempted", Finding("not_attempted", facts)
    if "ForbiddenImport" in bases:
        return "forbidden", Finding("forbidden", facts)
    if "MemoryError" in bases or any(words in error["text"] for words in OUT_OF_MEMORY):
        return "memory", Finding("memory", facts)
    if "SystemExit" in bases:
        return "crashed", Finding("exit", facts)
    if "SyntaxError" in bases:
        if any(words in error["text"] for words in NOT_UTF8):  # the line is that of the literal, or none
            return "error", Finding("not_utf8", facts | {"line": None})
        return "error", Finding("syntax", facts)
    if "ModuleNotFoundError" in bases and (module := NO_MODULE.fullmatch(error["text"])):
        return "error", Finding("no_module", facts | {"module": module[1]})
    if error["missing"] is not None:
        return "error", Finding("no_attribute" if error["owner"] else "no_name", facts)
    return "error", Finding("error", facts)
