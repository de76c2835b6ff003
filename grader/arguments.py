"""What a learner gives to pytest: an exercise by its number, its folder or its file; and what wrong names may mean."""

from __future__ import annotations

import os
from pathlib import Path

from grader import catalog
from grader.errors import KataError
from grader.locale import say
from grader.model import Exercise


def what_is_meant(arg: str, here: Path) -> tuple[list[Exercise], list[str]]:
    """The exercises that an argument stands for, and in its place the files with their checks; itself where it stands
    for none. Raises KataError where it names something that is not there.
    """
    exercises = _exercises(arg, here)
    if not exercises:
        _refuse_wrong_names(arg, here)
    files = [str(file) for exercise in exercises for _, file in catalog.check_files(exercise)]
    if len(exercises) == 1 and not files:
        raise catalog.no_checks(exercises[0])
    return exercises, files or [arg]


def _exercises(arg: str, here: Path) -> list[Exercise]:
    """Those that `exercises`, `exercises/03`, `exercises/03_adam` or the learner's file in it stands for; none for
    anything else."""
    path = Path(here, arg)
    folder = path.parent if path.suffix == ".py" else path
    if "::" in arg or (path.is_file() and path.stem != folder.name[3:]):
        return []
    if folder.name == "exercises" and folder.is_dir():
        return [catalog.load(found) for found in catalog.folders(folder.parent)]
    if folder.parent.name != "exercises" or not folder.parent.is_dir():
        return []
    return [catalog.resolve(folder.parent.parent, folder.name)]


def _refuse_wrong_names(arg: str, here: Path) -> None:
    """`03`, `exercises/03::test_x`, or in another folder: pytest says only that there is no such file. Of a learner's
    file in a wrong folder it says that there are no tests."""
    name, colons, test = arg.partition("::")
    root = next((folder for folder in (here, *here.parents) if (folder / "exercises").is_dir()), None)
    if Path(here, name).exists():
        _refuse_wrong_places(Path(here, name).resolve(), name, root)
    elif catalog.is_check_file(Path(here, name)) and Path(here, name).parent.is_dir():
        raise catalog.no_checks(catalog.load(Path(here, name).parent))
    elif root is None and "exercises" in Path(name).parts:
        raise KataError(say("no_course", folder=here))
    elif root is not None:
        try:
            found = catalog.resolve(root, name)
        except KataError:
            return  # pytest's own words
        meant = found.folder / f"test_{found.slug}.py" if test else found.folder.with_name(found.number)
        raise KataError(say("no_such_path", path=name, meant=f"{os.path.relpath(meant, here)}{colons}{test}"))


def _refuse_wrong_places(path: Path, name: str, root: Path | None) -> None:
    if root is None or path.parent not in (root, root / "exercises"):
        return
    for folder in catalog.folders(root):
        if path.name == f"{folder.name[3:]}.py":
            raise KataError(say("wrong_place", file=name, place=f"exercises/{folder.name}/{path.name}"))
