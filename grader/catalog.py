"""Finds exercises by looking at folders, and loads what authors wrote in them. No registry."""

from __future__ import annotations

import importlib.util
import inspect
import itertools
import os
import re
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from grader.errors import BadExercise, UnknownExercise
from grader.locale import say
from grader.model import LANGUAGES, Check, CheckMarks, Exercise, Misconception, Text

NAME = re.compile(r"(\d\d)_([a-z][a-z0-9_]*)")
FIXTURES = {"submission", "reference", "rng"}


def find_root(start: Path | None = None) -> Path:
    """The nearest folder at or above `start` that holds `exercises/`; else the one this package was installed from."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents, Path(__file__).resolve().parent.parent):
        if (folder / "exercises").is_dir():
            return folder
    raise UnknownExercise(say("no_course", folder=here))


def folders(root: Path) -> list[Path]:
    return sorted(path for path in (root / "exercises").iterdir() if NAME.fullmatch(path.name) and path.is_dir())


def resolve(root: Path, name: str) -> Exercise:
    """The exercise whose folder's name, number or slug begins with `name` (`03`, `3`, `03_adam`, `adam`)."""
    wanted = Path(name).name
    known = folders(root)
    fits = [path for path in known if path.name == wanted or path.name[3:] == wanted]
    starts = (wanted, wanted.zfill(2)) if wanted.isdigit() else (wanted,)
    fits = fits or [path for path in known if path.name.startswith(starts) or path.name[3:].startswith(wanted)]
    if len(fits) != 1 or not wanted:
        names = ", ".join(path.name for path in fits or known)
        raise UnknownExercise(say("several_exercises" if fits else "no_exercise", name=name, names=names))
    return load(fits[0])


def all_exercises(root: Path) -> list[Exercise]:
    return [load(folder) for folder in folders(root)]


@cache
def load(folder: Path) -> Exercise:
    """Read exercise.toml. Raises BadExercise naming the file, the rule and the cure."""
    match = NAME.fullmatch(folder.name)
    file = folder / "exercise.toml"
    if match is None:
        raise BadExercise(f"{folder}: an exercise's folder is called NN_slug")
    try:
        facts = tomllib.loads(file.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise BadExercise(f"{file}: {problem}") from None
    solutions = folder.parent.parent / "solutions" / folder.name
    misconceptions = {
        id: Misconception(id, _text(file, entry, "title"), _text(file, entry, "explanation"), int(entry.get("hint", 1)))
        for id, entry in facts.get("misconceptions", {}).items()
    }
    return Exercise(
        number=match[1],
        slug=match[2],
        folder=folder,
        solutions=solutions if solutions.is_dir() else None,
        title=_text(file, facts, "title"),
        runtime=facts.get("runtime", "numpy"),
        forbidden=tuple(facts.get("forbidden", ())),
        support=tuple(facts.get("support", ())),
        deadline=float(facts.get("deadline", 10)),
        hidden_numbers=bool(facts.get("hidden_numbers", False)),
        hints=tuple(_text(file, {"hint": hint}, "hint") for hint in facts.get("hints", ())),
        check_titles=dict(facts.get("checks", {})),
        misconceptions=misconceptions,
    )


def _text(file: Path, entry: dict[str, Any], key: str) -> Text:
    text = entry.get(key)
    if not isinstance(text, dict) or not all(isinstance(text.get(language), str) for language in LANGUAGES):
        raise BadExercise(f"{file}: `{key}` needs a text in each of {', '.join(LANGUAGES)}; write {key}.en and {key}.es")
    return {language: text[language].strip() for language in LANGUAGES}


def check_files(exercise: Exercise) -> list[tuple[str, Path]]:
    """(visibility, file) of the files with checks, visible first."""
    files = [("visible", exercise.folder / f"test_{exercise.slug}.py")]
    if exercise.solutions is not None:
        files.append(("hidden", exercise.solutions / f"test_{exercise.slug}_hidden.py"))
    return [(visibility, file) for visibility, file in files if file.is_file()]


@cache
def load_checks(folder: Path) -> tuple[Check, ...]:
    """Every check of the exercise in that folder, visible first, in the order of the files."""
    exercise = load(folder)
    checks: list[Check] = []
    for visibility, file in check_files(exercise):
        module = import_file(file, f"kata_{exercise.name}_{visibility}")
        checks += checks_in(exercise, visibility, vars(module))
    if not checks:
        raise BadExercise(f"{exercise.folder}: no check was found; write test_{exercise.slug}.py")
    return tuple(checks)


def checks_in(exercise: Exercise, visibility: str, names: dict[str, Any]) -> list[Check]:
    return [
        make_check(exercise, visibility, function)
        for name, function in names.items()
        if name.startswith("test_") and isinstance(getattr(function, "kata", None), CheckMarks)
    ]


def make_check(exercise: Exercise, visibility: str, function: Any) -> Check:
    """A Check from a function with marks. Its English title is the first paragraph of its docstring."""
    marks: CheckMarks = function.kata
    english = " ".join(inspect.cleandoc(function.__doc__ or "").split("\n\n")[0].split())
    if not marks.id or not english:
        raise BadExercise(f"{exercise.name}: {function.__name__} needs @points(n, id=...) and a docstring")
    return Check(
        id=marks.id,
        name=function.__name__,
        title={"en": english, "es": exercise.check_titles.get(marks.id, english)},
        points=marks.points,
        visibility=visibility,
        about=marks.about,
        catches=marks.catches,
        needs=marks.needs,
        function=function,
        cases=_cases(function),
    )


def _cases(function: Any) -> tuple[dict[str, Any], ...]:
    """The argument sets of the parametrize marks, in pytest's order (of stacked marks the uppermost varies fastest)."""
    axes: list[list[dict[str, Any]]] = []
    for mark in (m for m in getattr(function, "pytestmark", ()) if m.name == "parametrize"):
        names = mark.args[0] if not isinstance(mark.args[0], str) else [n.strip() for n in mark.args[0].split(",")]
        axes.append([dict(zip(names, _row(row, len(names)), strict=True)) for row in mark.args[1]])
    return tuple({k: v for part in case for k, v in part.items()} for case in itertools.product(*axes))


def _row(row: Any, names: int) -> tuple[Any, ...]:
    """One row of a parametrize mark: a pytest.param, a tuple, or a single value."""
    if type(row).__name__ == "ParameterSet":
        return tuple(row.values)
    return tuple(row) if names > 1 else (row,)


def import_file(path: Path, name: str) -> Any:
    """Import a file of ours by path under a name of its own. Never called with a learner's file."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as problem:
        del sys.modules[name]
        raise BadExercise(f"{os.path.relpath(path)}: {type(problem).__name__}: {problem}") from problem
    return module
