"""The learners' repository: what is in it, and how it comes into its folder."""

from __future__ import annotations

import dataclasses
import os
import re
import secrets
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from grader import catalog, progress
from grader.course import manifest, wheel
from grader.course.known import known_mistakes
from grader.course.leaks import leaks, refuse_leaks
from grader.course.manifest import SEALED, Manifest, manifest_of
from grader.course.seal import course_files, seal
from grader.course.stub import cut
from grader.course.titles import without_hidden_titles
from grader.errors import BadExercise, KataError
from grader.judge import shipped
from grader.judge.cache import ValueCache, framework_version
from grader.locale import say
from grader.model import LANGUAGES, Exercise
from grader.patience import saying_if_slow
from grader.sandbox import WorkerSource
from grader.sandbox.runtimes import packages_of
from grader.staged import Change, digest, finish, make, seen

KIT = Path(__file__).parent / "kit"
PLACES = {
    "README.md": "README.md", "README.es.md": "README.es.md", "kata.yml": ".github/workflows/kata.yml",
    "devcontainer.json": ".devcontainer/devcontainer.json", "settings.json": ".vscode/settings.json",
}  # fmt: skip
FIXED = {
    "pytest.ini": "[pytest]\naddopts = --import-mode=importlib\n",
    ".gitignore": ".venv/\n__pycache__/\n.pytest_cache/\n"
    ".gradkata/update*/\n.gradkata/here*\n.gradkata/hints*\n*.half\n",
    ".gitattributes": "* text=auto eol=lf\n*.whl binary\n"
    f"{shipped.FILE} binary\n{SEALED} binary\n{progress.FILE} merge=union\n",
}


@dataclasses.dataclass(frozen=True)
class Release:
    files: dict[str, bytes]  # by path; the manifest is not among them
    manifest: Manifest
    left_out: list[str]  # files of exercises that no rule takes along

    def everything(self) -> dict[str, bytes]:
        return {**self.files, manifest.FILE: self.manifest.text()}


def build(
    root: Path, exercises: list[Exercise], source: WorkerSource, cache: ValueCache, key: bytes | None = None,
    tell: Callable[[str], object] = lambda _: None,
) -> Release:  # fmt: skip
    """All of a release, in memory, searched for lines of solutions/. With a key the hidden checks are in it, sealed.

    What takes long is told while it runs.
    """
    files: dict[str, bytes] = {}
    left_out: list[str] = []
    for exercise in exercises:
        if exercise.solutions is None:
            raise BadExercise(say("release_no_solutions", exercise=exercise.name))
        own = _of_exercise(exercise)
        files |= {f"exercises/{exercise.name}/{name}": content for name, content in own.items()}
        with saying_if_slow(say("still_releasing", exercise=exercise.name), tell):
            files[f"exercises/{exercise.name}/{shipped.FILE}"] = known_mistakes(exercise, source, cache)
        left_out += [f"exercises/{exercise.name}/{name}" for name in _others(exercise, own)]
    files |= _frame(exercises)
    files[f"engine/{wheel.file_name()}"] = wheel.build()
    made = manifest_of(files, datetime.now(UTC).isoformat(timespec="microseconds"))
    if key is not None:
        files[SEALED] = seal(course_files(exercises), made.facts(), key)
        made = dataclasses.replace(made, files={**made.files, SEALED: digest(files[SEALED])})
    release = Release(files, made, left_out)
    with saying_if_slow(say("still_searching"), tell):
        refuse_leaks(leaks(release.everything(), root))
    manifest.parsed(made.text())  # what update would refuse is not given out
    return release


def _of_exercise(exercise: Exercise) -> dict[str, bytes]:
    """What an exercise consists of. Anything else in its folder may be a person's own, and stays here."""
    names = ["README.md", "README.es.md", f"test_{exercise.slug}.py", "scenarios.py", "references.py"]
    names += exercise.support
    files = {name: _lines(exercise.folder / name) for name in names if (exercise.folder / name).is_file()}
    visible = {check.id for check in catalog.load_checks(exercise.folder) if check.visibility == "visible"}
    facts = (exercise.folder / "exercise.toml").read_text("utf-8")
    stub = cut(exercise).encode()
    files["exercise.toml"] = without_hidden_titles(facts, visible, exercise.name).encode()
    return {**files, exercise.file_name: stub, f".original/{exercise.file_name}": stub}


def _lines(file: Path) -> bytes:
    """A text's bytes, its lines ended by \\n whoever wrote it; what is no text as it is."""
    content = file.read_bytes()
    return content if b"\0" in content else content.replace(b"\r\n", b"\n")


def _others(exercise: Exercise, own: dict[str, bytes]) -> list[str]:
    here = (file.name for file in sorted(exercise.folder.iterdir()))
    return [name for name in here if name not in own and not name.startswith((".", "__"))]


def _frame(exercises: list[Exercise]) -> dict[str, bytes]:
    """What surrounds the exercises."""
    first = exercises[0]
    torch = "torch" + (f"=={version}" if (version := _version("torch")) else "")
    facts = {"name": first.name, "slug": first.slug, "number": first.number, "torch": torch}
    facts |= {f"table_{language}": _table(exercises, language) for language in LANGUAGES}
    files = {place: _filled((KIT / name).read_text("utf-8"), facts).encode() for name, place in PLACES.items()}
    pins = [f"{name}=={_version(name)}" for name in packages_of(exercises) if _version(name)]
    needs = [f"# {say('release_requirements', 'en')}", f"./engine/{wheel.file_name()}", *pins, ""]
    return {**files, "requirements.txt": "\n".join(needs).encode()} | {k: v.encode() for k, v in FIXED.items()}


def _version(name: str) -> str:
    """The public version: 2.13.0+cpu is 2.13.0 for whoever installs it from elsewhere."""
    return framework_version(name).partition("+")[0]


def _table(exercises: list[Exercise], language: str) -> str:
    readme = "README.es.md" if language == "es" else "README.md"
    row = "| {one.number} | {title} | [exercises/{one.name}](exercises/{one.name}/{readme}) |"
    return "\n".join(row.format(one=one, title=one.title[language], readme=readme) for one in exercises)


def _filled(text: str, facts: dict[str, str]) -> str:
    return re.sub(r"@(\w+)@", lambda found: facts.get(found[1], found[0]), text)


def refuse_folder(out: Path) -> Manifest | None:
    """The earlier release in the folder, or None if it may be made. Raises KataError if it is anybody else's."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return None
    if out.is_dir():
        finish(out)
    known = manifest.of_folder(out) if out.is_dir() else None
    if known is None:
        raise KataError(say("not_a_release_folder", folder=out))
    for exercise in known.exercises:
        path = f"exercises/{exercise}/{exercise[3:]}.py"
        if seen(out / path) not in ("", known.files.get(path)):
            raise KataError(say("release_in_use", folder=out, file=path))
    return known


def place(release: Release, out: Path) -> None:
    """Into a new folder, or in place of the release that is there; what else lies there (.git) stays."""
    old = refuse_folder(out)
    if old is not None:
        files = release.everything()
        gone = [path for path in old.files if path not in files]
        changes = [Change(path, None, seen(out / path)) for path in gone]
        make(out, changes + [Change(path, content, seen(out / path)) for path, content in files.items()])
        return
    half = out.with_name(f"{out.name}.{secrets.token_hex(4)}.half")
    try:
        for path, content in release.everything().items():
            (half / path).parent.mkdir(parents=True, exist_ok=True)
            (half / path).write_bytes(content)
        if out.exists():
            out.rmdir()
        os.rename(half, out)
    finally:
        shutil.rmtree(half, ignore_errors=True)


def zip_file(release: Release, file: Path) -> None:
    half = file.with_name(file.name + ".half")
    half.write_bytes(wheel.zipped(release.everything()))
    os.replace(half, file)
