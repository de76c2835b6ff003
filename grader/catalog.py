"""Finds exercises by looking at folders, and loads what authors wrote in them. No registry."""

from __future__ import annotations

import importlib.util
import inspect
import itertools
import os
import re
import sys
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from grader.errors import BadExercise, UnknownExercise
from grader.locale import say
from grader.model import LANGUAGES, Check, CheckMarks, Exercise, Misconception, Text

NAME = re.compile(r"(\d\d)_([a-z][a-z0-9_]*)")
HINTS = 3  # where to look; an example to compute by hand; what to change
FIXTURES = {"submission", "reference", "rng"}
TO_WRITE = "raise NotImplementedError"  # a task of a stub
TASK = re.compile(r"# BEGIN SOLUTION (?!-\s*$)", re.MULTILINE)  # where it comes from


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


# What exercise.toml may say: each name with its rule, as a function and in words.
FACTS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "number": (lambda value: isinstance(value, str), 'a text such as "03"'),
    "runtime": (lambda value: isinstance(value, str), "the name of a runtime"),
    "other_runtimes": (_are_texts, "a list of names of runtimes"),
    "forbidden": (_are_texts, "a list of package names"),
    "support": (_are_texts, "a list of file names"),
    "deadline": (lambda value: type(value) in (int, float) and value > 0, "a number of seconds above 0"),
    "hidden_numbers": (lambda value: isinstance(value, bool), "true or false"),
    "title": (lambda value: True, "a text in each language"),
    "hints": (lambda value: isinstance(value, list), "a list of texts: [[hints]]"),
    "checks": (lambda value: isinstance(value, dict) and _are_texts([*value.values()]), "ids with Spanish titles"),
    "words": (lambda value: isinstance(value, dict), "English words with Spanish ones"),
    "misconceptions": (lambda value: isinstance(value, dict), "tables: [misconceptions.name]"),
}


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
    """The exercise whose folder's name, number or slug begins with `name` (`03`, `3`, `03_adam`, `adam`, a path)."""
    path, home = Path(name), (root / "exercises").resolve()
    wanted = (path.parent.name or path.stem) if path.suffix == ".py" else path.name
    if os.path.exists(name) and home in path.resolve().parents:  # `.` or `adam.py`, said inside the exercise's folder
        wanted = path.resolve().relative_to(home).parts[0]
    known = folders(root)
    fits = [path for path in known if wanted in (path.name, path.name[3:]) or wanted.zfill(2) == path.name[:2]]
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
    facts = _table(file)
    if unknown := sorted(set(facts) - set(FACTS)):
        raise BadExercise(f"{file}: `{unknown[0]}` is no fact; there are: {', '.join(FACTS)}")
    for name, (fits, rule) in FACTS.items():
        if name in facts and not fits(facts[name]):
            raise BadExercise(f"{file}: `{name}` must be {rule}, not {facts[name]!r}")
    if facts.get("number", match[1]) != match[1]:
        raise BadExercise(f"{file}: the number is {facts['number']}, the folder's is {match[1]}; make them equal")
    solutions = folder.parent.parent / "solutions" / folder.name
    hidden = solutions / "words.toml"
    return Exercise(
        number=match[1],
        slug=match[2],
        folder=folder,
        solutions=solutions if solutions.is_dir() else None,
        title=_text(file, facts, "title"),
        runtime=facts.get("runtime", "numpy"),
        other_runtimes=tuple(facts.get("other_runtimes", ())),
        forbidden=tuple(facts.get("forbidden", ())),
        support=tuple(facts.get("support", ())),
        deadline=float(facts.get("deadline", 10)),
        hidden_numbers=facts.get("hidden_numbers", False),
        hints=tuple(_text(file, {"hints": hint}, "hints") for hint in facts.get("hints", ())),
        check_titles=facts.get("checks", {}),
        words=_words(file, facts.get("words", {})) | _words(hidden, _table(hidden) if hidden.is_file() else {}),
        misconceptions={id: _misconception(file, id, entry) for id, entry in facts.get("misconceptions", {}).items()},
    )


def _table(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise BadExercise(f"{file}: {problem}") from None


def _words(file: Path, entries: dict[str, Any]) -> dict[str, str]:
    for english, spanish in entries.items():
        if not isinstance(spanish, str) or not spanish or english.count("{}") != spanish.count("{}"):
            raise BadExercise(f"{file}: the words {english!r} need Spanish ones with as many {{}}, not {spanish!r}")
    return entries


def _misconception(file: Path, id: str, entry: Any) -> Misconception:
    name, entry = f"misconceptions.{id}", entry if isinstance(entry, dict) else {}
    title, explanation = (_text(file, entry, key, name + ".") for key in ("title", "explanation"))
    hint = entry.get("hint", 1)
    if type(hint) is not int or hint < 1:
        raise BadExercise(f"{file}: `{name}.hint` must be the number of a hint, not {hint!r}")
    own = entry.get("hints", [])
    if "hints" in entry and (not isinstance(own, list) or len(own) != HINTS):
        raise BadExercise(f"{file}: `{name}.hints` must be a list of {HINTS} texts; write all levels or none")
    hints = tuple(_text(file, {f"hints[{i}]": text}, f"hints[{i}]", name + ".") for i, text in enumerate(own, 1))
    about = entry.get("about", "")
    if not isinstance(about, str):
        raise BadExercise(f"{file}: `{name}.about` must be a name in the learner's file, not {about!r}")
    return Misconception(id, title, explanation, 1 if hints else hint, hints, about)


def _text(file: Path, entry: dict[str, Any], key: str, before: str = "") -> Text:
    text, name = entry.get(key), before + key
    if not isinstance(text, dict) or not all(isinstance(text.get(language), str) for language in LANGUAGES):
        cure = " and ".join(f"{name}.{language}" for language in LANGUAGES)
        raise BadExercise(f"{file}: `{name}` needs a text in each language; write {cure}")
    return {language: text[language].strip() for language in LANGUAGES}


def is_check_file(path: Path) -> bool:
    """By its name and place, also where it is gone: exercises/03_adam/test_adam.py."""
    return path.parent.parent.name == "exercises" and path.name == f"test_{path.parent.name[3:]}.py"


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
        try:
            module = import_file(file, f"kata_{exercise.name}_{visibility}")
        except BadExercise as problem:
            if not is_released(exercise):
                raise
            raise BadExercise(say("checks_damaged", problem=problem, file=os.path.relpath(file))) from problem
        checks += checks_in(exercise, visibility, vars(module))
    if not checks:
        raise no_checks(exercise)
    return tuple(checks)


def no_checks(exercise: Exercise) -> BadExercise:
    """An author has to write them; a learner has lost them."""
    file = exercise.folder / f"test_{exercise.slug}.py"
    if is_released(exercise):
        return BadExercise(say("checks_gone", file=os.path.relpath(file)))
    return BadExercise(f"{exercise.folder}: no check was found; write {file.name}")


def is_released(exercise: Exercise) -> bool:
    """Is this a learner's copy, which `kata release` made?"""
    return exercise.solutions is None and (exercise.folder / ".original").is_dir()


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
    if excuses := {mark.name for mark in getattr(function, "pytestmark", ())} & {"skip", "skipif", "xfail"}:
        raise BadExercise(f"{exercise.name}: {function.__name__} is marked {min(excuses)}; a check passes or fails")
    cases = _cases(function)
    if not cases:
        raise BadExercise(f"{exercise.name}: {function.__name__} has no case; parametrize got an empty list")
    if strange := set(inspect.signature(function).parameters) - FIXTURES - set(cases[0]):
        known = ", ".join(sorted(FIXTURES))
        raise BadExercise(f"{exercise.name}: {function.__name__} asks for {min(strange)}; there are {known}")
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
        cases=cases,
    )


def _cases(function: Any) -> tuple[dict[str, Any], ...]:
    """The argument sets of the parametrize marks, in pytest's order (of stacked marks the uppermost varies fastest)."""
    axes: list[list[dict[str, Any]]] = []
    for mark in (m for m in getattr(function, "pytestmark", ()) if m.name == "parametrize"):
        given = dict(zip(("argnames", "argvalues"), mark.args, strict=False)) | mark.kwargs
        names = given["argnames"]
        single = isinstance(names, str) and "," not in names
        names = [name.strip() for name in names.split(",") if name.strip()] if isinstance(names, str) else names
        axes.append([dict(zip(names, _row(row, single), strict=True)) for row in given["argvalues"]])
    return tuple({k: v for part in case for k, v in part.items()} for case in itertools.product(*axes))


def _row(row: Any, single: bool) -> tuple[Any, ...]:
    """One row of a parametrize mark: a pytest.param, a tuple, or (for one name that is no list) a single value."""
    if type(row).__name__ == "ParameterSet":
        return tuple(row.values)
    return (row,) if single else tuple(row)


def import_file(path: Path, name: str) -> Any:
    """Import a file of ours by path under a name of its own. Never called with a learner's file."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except KeyboardInterrupt:
        raise
    except BaseException as problem:  # a module-level skip is no Exception
        del sys.modules[name]
        raise BadExercise(f"{os.path.relpath(path)}: {type(problem).__name__}: {problem}") from problem
    return module


def is_begun(exercise: Exercise) -> bool:
    """Has any task of the stub been worked on? A file that is not there is not begun."""
    if not exercise.stub.is_file():
        return False
    return exercise.stub.read_text("utf-8", "replace").count(TO_WRITE) < _tasks(exercise)


@cache
def _tasks(exercise: Exercise) -> int:
    """Of the stub as it was given out: a release keeps it; in the whole course our answer's marks say it."""
    kept = exercise.folder / ".original" / exercise.file_name
    if kept.is_file():
        return kept.read_text("utf-8", "replace").count(TO_WRITE)
    answer = exercise.solutions / exercise.file_name if exercise.solutions is not None else kept
    return len(TASK.findall(answer.read_text("utf-8", "replace"))) if answer.is_file() else 1
