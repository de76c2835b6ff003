"""Reads a hand-in without trust: regular files of bounded size under plain names, links never followed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from grader.errors import BadSubmission
from grader.model import Exercise
from grader.submissions.choice import Beside, Origin
from grader.submissions.notebooks import NOTEBOOK_BYTES, SUFFIX, module_of
from grader.submissions.trees import DiskTree, Parts, TooLarge, Tree

MAIN_BYTES, OTHER_BYTES, OTHER_FILES, DEPTH, NAME_LENGTH = 1 << 20, 8 << 20, 200, 3, 100


def read(path: Path, exercise: Exercise) -> dict[str, bytes]:
    """The submission's files by relative name: the file itself and what lies beside it (helpers, data).

    A notebook becomes the exercise's file. A file of another name than the exercise's is taken alone. Raises
    BadSubmission if the file itself cannot be taken.
    """
    tree = DiskTree(path.parent)
    beside = None if path.name == exercise.file_name else ()
    return _files(tree, (path.name,), beside, exercise)


def content_of(origin: Origin, exercise: Exercise) -> dict[str, bytes]:
    """The files of a hand-in of a class."""
    if origin.place is None or origin.refused:
        raise BadSubmission(origin.refused)
    return _files(origin.place.tree(), origin.path, origin.beside, exercise)


def _files(tree: Tree, path: Parts, beside: Beside | None, exercise: Exercise) -> dict[str, bytes]:
    is_notebook = path[-1].endswith(SUFFIX)
    main = tree.read(path, NOTEBOOK_BYTES if is_notebook else MAIN_BYTES)
    files = {exercise.file_name: module_of(main, exercise, path[-1]) if is_notebook else main}
    others = _below(tree, path[:-1]) if beside is None else iter(beside)
    left = OTHER_BYTES
    for name, place in others:
        if len(files) > OTHER_FILES or left <= 0:
            break
        if _is_ours(name, exercise) or not all(map(_is_plain, Path(name).parts)):
            continue
        content = _other(tree, place, left)
        if content is not None:
            files[name] = content
            left -= len(content)
    return files


def _below(tree: Tree, folder: Parts) -> Iterator[tuple[str, Parts]]:
    """Files below a folder, a few levels deep, in a fixed order."""
    for entry in tree.walk(folder, DEPTH):
        if entry.kind == "file":
            yield "/".join(entry.parts), (*folder, *entry.parts)


def _other(tree: Tree, path: Parts, limit: int) -> bytes | None:
    """A file beside the main one; None if it is too large or cannot be read. An archive that is damaged is refused."""
    try:
        return tree.read(path, limit)
    except TooLarge:
        return None
    except BadSubmission:
        if tree.packed:
            raise
        return None


def _is_ours(name: str, exercise: Exercise) -> bool:
    """What comes with the exercise, and notebooks: large, and of no use to a module."""
    return name in exercise.given or name.startswith("README") or name == exercise.file_name or name.endswith(SUFFIX)


def _is_plain(name: str) -> bool:
    return (
        name.isprintable()
        and len(name) <= NAME_LENGTH
        and name[0] not in "-.="
        and not set(name) & set("\"'`$\\|<>*?;&")
    )
