"""What one worker does: loads the learner's module, runs scenarios beside it, describes errors. It decides nothing."""

from __future__ import annotations

import importlib.util
import linecache
import marshal
import os
import random
import re
import sys
import textwrap
import traceback
import types
from pathlib import Path
from typing import Any

import numpy as np

HIDDEN_TEXT = "(its text cannot be shown)"
TRACED = "in user code:\n"  # how the text of an error begins that a function raised while TensorFlow traced it
TRACED_LINE = re.compile(r'^ *File "([^"\n]+)", line (\d+), in .*\n.*\n?', re.M)


class ForbiddenImport(ImportError):
    """The learner's code imported what the exercise asks to build."""


class _Guard:
    """First on sys.meta_path: refuses the forbidden packages by name, wherever they lie."""

    def __init__(self, names: list[str]) -> None:
        self.names = frozenset(names)

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name.partition(".")[0] in self.names:
            raise ForbiddenImport(name.partition(".")[0])


def compiled(source: str, shown: str) -> bytes:
    """A scenario file's code as the judge sends it: compiled once, not in every worker."""
    return marshal.dumps(compile(source, f"<{shown}>", "exec", dont_inherit=True))


class Session:
    """What one worker knows: the learner's module and the scenario files sent so far."""

    def __init__(self, folder: Path, learner_file: Path | None = None) -> None:
        self.folder = folder
        self.learner_file = learner_file  # where the file really lies, for debuggers; else it is read from `folder`
        self.module: types.ModuleType | None = None
        self.scenarios: dict[str, dict[str, Any]] = {}
        self.scenario_files: set[str] = set()

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """One request, one reply: {"value": ...} or {"raised": {...}}. Never raises."""
        try:
            return {"value": getattr(self, "do_" + request["op"])(**request["with"])}
        except BaseException as problem:
            return {"raised": self.describe(problem)}

    def do_load(self, files: dict[str, bytes], main: str, forbidden: list[str], seed: int) -> None:
        np.random.seed(seed)
        random.seed(seed)
        for name, content in files.items():
            self.folder.joinpath(name).parent.mkdir(parents=True, exist_ok=True)
            self.folder.joinpath(name).write_bytes(content)
        sys.path.append(str(self.folder))  # last: no file of theirs stands in for a library
        sys.meta_path.insert(0, _Guard(forbidden))
        name = Path(main).stem
        spec = importlib.util.spec_from_file_location(name, self.learner_file or self.folder / main)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        self.module = module

    def do_scenarios(self, key: str, source: str | bytes, support: dict[str, str | bytes]) -> None:
        for name, text in support.items():
            if name not in sys.modules:
                self._execute(name, name, text)
        self.scenarios[key] = self._execute(f"scenarios_{key[:8]}", f"scenarios {key}", source)

    def _execute(self, module_name: str, shown: str, source: str | bytes) -> dict[str, Any]:
        module = sys.modules[module_name] = types.ModuleType(module_name)  # dataclasses look there
        self.scenario_files.add(f"<{shown}>")
        code = source if isinstance(source, bytes) else compiled(source, shown)
        exec(marshal.loads(code), module.__dict__)  # noqa: S302 (the judge compiled it)
        return module.__dict__

    def do_run(self, key: str, name: str, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        return self.scenarios[key][name](self.module, *args, **options)

    def describe(self, problem: BaseException) -> dict[str, Any]:
        """A structured error: class names, text, the learner's deepest line. Nothing of it is trusted."""
        try:
            return self._describe(problem)
        except BaseException:  # a class of the learner's whose parts cannot be read
            nothing = {"line": None, "file": "", "source": "", "missing": None, "owner": ""}
            return {"class": "Exception", "bases": ["Exception", "BaseException"], "text": HIDDEN_TEXT, **nothing}

    def _describe(self, problem: BaseException) -> dict[str, Any]:
        kind = type(problem)
        try:
            text = str(problem)
        except BaseException:
            text = HIDDEN_TEXT
        line, source, file = None, "", ""
        frames = traceback.extract_tb(problem.__traceback__, limit=-200)
        home = str(self.learner_file.parent if self.learner_file else self.folder) + os.sep
        for frame in frames:
            if frame.filename.startswith(home):
                line, file = frame.lineno, frame.filename.removeprefix(home)
                source = linecache.getline(frame.filename, frame.lineno or 0).strip()[:200]
        if text.startswith(TRACED):  # the traceback stops where the tracing begins; the text goes on
            text, inner = _traced(text[:20_000], kind.__name__)
            for path, number in inner:
                if path.startswith(home):
                    line, file, source = number, path.removeprefix(home), linecache.getline(path, number).strip()[:200]
        if isinstance(problem, SyntaxError):
            line, source = problem.lineno, (problem.text or "").strip()[:200]
            file, text = os.path.basename(problem.filename or ""), str(problem.msg)
        direct = bool(frames) and frames[-1].filename in self.scenario_files
        name = problem.name if isinstance(problem, AttributeError) and direct else None
        missing, owner = (None, "") if name is None else (_printable(name), _owner(problem))
        return {
            "class": _printable(kind.__name__),
            "bases": [_printable(base.__name__) for base in kind.__mro__ if base is not object][:20],
            "text": text[:2000], "line": line, "file": _printable(file, 200), "source": source,
            "missing": missing, "owner": owner,
        }  # fmt: skip


def _traced(text: str, kind: str) -> tuple[str, list[tuple[str, int]]]:
    """What an error says, and the lines that led to it, out of AutoGraph's text of it (TensorFlow 2.21)."""
    lines = list(TRACED_LINE.finditer(text))
    said = textwrap.dedent(text[lines[-1].end() :] if lines else text.removeprefix(TRACED)).strip()
    return said.removeprefix(f"{kind}: "), [(found[1], int(found[2])) for found in lines]


def _owner(problem: Any) -> str:
    owner = getattr(problem, "obj", None)
    return "" if isinstance(owner, types.ModuleType) else _printable(type(owner).__name__)


def _printable(name: str, most: int = 100) -> str:
    """A name without line breaks and other control characters, cut."""
    return "".join(character if character.isprintable() else "?" for character in name[:most])
