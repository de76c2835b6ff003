"""`kata update`: a newer release comes into a learners' repository. Nothing that a learner wrote is lost or moved.

What we gave out and nobody changed is replaced. A file that is begun stays, and its new stub is laid beside it. A file
of ours that was changed is replaced, and the changed one kept beside it. Files that we never gave out stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from grader.course import manifest
from grader.course.manifest import LARGEST, Manifest, NoRelease
from grader.errors import BadSubmission, KataError
from grader.locale import say
from grader.staged import Change, digest, finish, make, seen
from grader.submissions.archives import ONE, archive_tree
from grader.submissions.trees import DiskTree, Parts, Tree


@dataclass
class Plan:
    changes: list[Change] = field(default_factory=list)
    in_the_way: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Newer:
    """A release as it was handed over: a folder or an archive, whole or in one folder that wraps it."""

    tree: Tree
    top: Parts
    manifest: Manifest

    def read(self, path: str) -> bytes:
        content = self.tree.read((*self.top, *path.split("/")), LARGEST)
        if digest(content) != self.manifest.files[path]:
            raise NoRelease(say("update_damaged", file=path))
        return content


@contextmanager
def newer(place: Path) -> Iterator[Newer]:
    """Open a release without trust. Raises a KataError if it is none."""
    if place.is_dir():
        yield _newer(DiskTree(place), place)
        return
    try:
        file = place.open("rb")
    except OSError:
        raise NoRelease(say("update_no_release", release=place)) from None
    with file:
        tree = archive_tree(file, place.name, ONE)
        if objection := tree.objection(()):
            raise NoRelease(objection)
        yield _newer(tree, place)


def _newer(tree: Tree, place: Path) -> Newer:
    folders = [entry.parts for entry in tree.children(()) if entry.kind == "folder"]
    for top in [(), *(folders if len(folders) == 1 else [])]:
        try:
            text = tree.read((*top, *manifest.FILE.split("/")), LARGEST)
        except BadSubmission:
            continue
        try:
            return Newer(tree, top, manifest.parsed(text))
        except (ValueError, TypeError, RecursionError):
            raise NoRelease(say("bad_manifest", file=place / manifest.FILE)) from None
    raise NoRelease(say("update_no_release", release=place))


def update(root: Path, place: Path) -> list[str]:
    """Bring the release into the repository; what there is to tell, in sentences."""
    finish(root)
    old = manifest.of_folder(root)
    if old is None:
        raise KataError(say("update_not_here", folder=root))
    with newer(place) as release:
        if release.manifest.made < old.made and release.manifest.release != old.release:
            raise KataError(say("update_older", release=place, made=release.manifest.made[:10], here=old.made[:10]))
        plan = planned(root, old, release)
    if not plan.changes:
        return [*plan.notices, say("update_same")]
    brought = sum(change.content is not None for change in plan.changes)
    plan.changes.append(_new_manifest(root, old, release.manifest, plan.in_the_way))
    left = make(root, plan.changes)
    plan.notices += [say("update_changed_meanwhile", file=path) for path in left]
    if _requirements(old) != _requirements(release.manifest):
        plan.notices.append(say("update_install"))
    return [*plan.notices, say("update_done", count=brought, made=release.manifest.made[:10])]


def _requirements(known: Manifest) -> str | None:
    return known.files.get("requirements.txt")


def planned(root: Path, old: Manifest, release: Newer) -> Plan:
    plan = Plan()
    for path, new in release.manifest.files.items():
        here, before = seen(root / path), old.files.get(path)
        if here == new:
            continue
        if here in ("", before):
            plan.changes.append(Change(path, release.read(path), here))
        elif _is_stub(path):
            if before != new:
                _beside(plan, root, path, release.read(path), "update_kept_stub")
        elif before is None or here == "other":
            _beside(plan, root, path, release.read(path), "update_in_the_way")
            plan.in_the_way.append(path)
        elif before != new:
            kept = _free(root, path, ".yours", here)
            if seen(root / kept) == "":
                plan.changes.append(Change(kept, (root / path).read_bytes()))
            plan.changes.append(Change(path, release.read(path), here))
            plan.notices.append(say("update_kept_edited", file=path, kept=kept))
    for path in old.files:
        superseded = path.startswith("engine/") or _exercise(path) in release.manifest.exercises
        untouched = seen(root / path) == old.files[path]
        if path not in release.manifest.files and superseded and untouched and not _is_stub(path):
            plan.changes.append(Change(path, None, old.files[path]))
    return plan


def _beside(plan: Plan, root: Path, path: str, content: bytes, sentence: str) -> None:
    """Lay ours beside theirs: adam.new.py."""
    place = _free(root, path, ".new", digest(content))
    if seen(root / place) == "":
        plan.changes.append(Change(place, content))
    plan.notices.append(say(sentence, file=path, new=place))


def _free(root: Path, path: str, word: str, same: str) -> str:
    """A name beside the file that is free, or holds the very same already."""
    pure = PurePosixPath(path)
    number = 1
    while True:
        tag = word if number == 1 else f"{word}-{number}"
        name = f"{pure.name}{tag}" if word == ".yours" else f"{pure.stem}{tag}{pure.suffix}"
        place = str(pure.with_name(name))
        if seen(root / place) in ("", same):
            return place
        number += 1


def _is_stub(path: str) -> bool:
    """exercises/03_adam/adam.py: the file that a learner fills."""
    parts = path.split("/")
    return len(parts) == 3 and parts[2] == f"{parts[1][3:]}.py"


def _exercise(path: str) -> str:
    parts = path.split("/")
    return parts[1] if parts[0] == "exercises" else ""


def _new_manifest(root: Path, old: Manifest, new: Manifest, not_ours: list[str]) -> Change:
    """That of the new release. It still knows the files of exercises that the new one does not have, and claims none
    that the learner has."""
    gone = {path: hash for path, hash in old.files.items() if _exercise(path) not in ("", *new.exercises)}
    files = {path: hash for path, hash in (gone | new.files).items() if path not in not_ours}
    merged = Manifest(new.release, new.made, new.engine, sorted({*new.exercises, *map(_exercise, gone)}), files)
    return Change(manifest.FILE, merged.text(), seen(root / manifest.FILE))
