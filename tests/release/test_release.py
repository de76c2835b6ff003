"""`kata release`: what learners get, what they never get, and where it is written."""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import re
import shutil
import subprocess
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest

import grader
from grader import catalog
from grader.course import manifest, release, wheel
from grader.course.release import Release, place
from grader.course.titles import without_hidden_titles
from grader.errors import BadExercise, KataError
from grader.judge.cache import ValueCache
from grader.judge.shipped import packed
from grader.sandbox.warm import FencedWorkers
from tests.course_copy import TOY, Course, copy_to
from tests.release.conftest import ADDS_TWO, STUB, contents
from tests.test_plugin import ANSWER

ROOT = Path(grader.__file__).parent.parent


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return copy_to(tmp_path)


def test_learners_get_exercises_the_engine_readmes_a_devcontainer_and_a_workflow(toy_release: Release) -> None:
    own = ["README.es.md", "README.md", "double.py", "exercise.toml", "references.py", "scenarios.py", "test_double.py"]
    assert sorted(toy_release.everything()) == sorted(
        [f"exercises/90_double/{name}" for name in [*own, ".known-mistakes", ".original/double.py"]]
        + [f"engine/{wheel.file_name()}", "requirements.txt", "pytest.ini", ".gitignore", ".gitattributes"]
        + ["README.md", "README.es.md", ".devcontainer/devcontainer.json", ".vscode/settings.json"]
        + [".github/workflows/kata.yml", manifest.FILE]
    )


def test_every_text_is_filled_in_and_ends_its_lines_as_unix_does(toy_release: Release) -> None:
    for path, content in toy_release.files.items():
        if b"\0" not in content:
            assert b"\r" not in content, path
            assert not re.search(rb"@\w+@", content), path
    assert b"pytest exercises/90 " in toy_release.files["README.md"]
    assert b"[exercises/90_double](exercises/90_double/README.es.md)" in toy_release.files["README.es.md"]
    json.loads(toy_release.files[".devcontainer/devcontainer.json"])
    json.loads(toy_release.files[".vscode/settings.json"])


def test_the_engine_is_a_dependency_of_an_exact_version(toy_release: Release) -> None:
    lines = toy_release.files["requirements.txt"].decode().splitlines()
    assert f"./engine/gradkata-{grader.__version__}-py3-none-any.whl" in lines
    assert any(re.fullmatch(r"numpy==[\d.]+", line) for line in lines)


def test_the_wheel_has_every_file_of_the_engine() -> None:
    """All that git has of grader/, so that no kind of file is forgotten."""
    listed = subprocess.run(["git", "ls-files", "grader"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("this is no checkout")
    names = zipfile.ZipFile(BytesIO(wheel.build())).namelist()
    assert set(listed.stdout.split()) <= set(names)
    assert not [name for name in names if name.endswith(".pyc")]


def test_the_wheel_is_the_same_each_time() -> None:
    assert wheel.build() == wheel.build()


def test_the_workflow_has_no_secret_no_rights_and_pinned_actions(toy_release: Release) -> None:
    """The same pins as the project's own workflow."""
    text = toy_release.files[".github/workflows/kata.yml"].decode()
    assert "secrets" not in text
    assert re.findall(r"permissions:.*\n(?: +(\w+: \w+)\n)?", text) == ["", "contents: read"]
    used = re.findall(r"uses: (\S+)", text)
    own = (ROOT / ".github" / "workflows" / "tests.yml").read_text()
    assert used
    assert all(re.search(r"@[0-9a-f]{40}$", action) and action in own for action in used)


def test_a_release_says_nothing_of_hidden_checks_not_even_their_titles(toy_release: Release) -> None:
    facts = tomllib.loads(toy_release.files["exercises/90_double/exercise.toml"].decode())
    assert facts["checks"] == {"90.1": "El doble de un número pequeño."}
    assert set(facts["misconceptions"]) == {"adds_two", "in_place", "accepts_text"}
    everything = b"\n".join(toy_release.everything().values())
    assert b"Twice every element" not in everything
    assert b"cada elemento, sin cambiar" not in everything


def test_titles_of_several_lines_are_cut_out_whole_and_what_cannot_be_is_refused() -> None:
    text = '[checks]\n"1" = """a\n[b]\n"2" = 3\n"""\n2 = "c"  # d\n[x]\n2 = 1\n'
    assert without_hidden_titles(text, {"2"}, "n") == '[checks]\n2 = "c"  # d\n[x]\n2 = 1\n'
    assert without_hidden_titles(text, {"1"}, "n") == text.replace('2 = "c"  # d\n', "")
    with pytest.raises(BadExercise):
        without_hidden_titles('checks = {1 = "a", 2 = "b"}\n', {"1"}, "n")


def test_the_stub_is_given_out_whatever_the_instructor_wrote_in_its_place(course: Course, tmp_path: Path) -> None:
    """So are no files that merely lie there; the run names them."""
    course.write(ADDS_TWO)
    (course.exercise / "notes.txt").write_text("Ana should repeat this")
    (course.exercise / "double.20260101-120000.backup").write_text(ADDS_TWO)
    done = course.run("kata", "release", "--out", str(tmp_path / "out"), "--zip")
    assert done.returncode == 0, done.stderr
    files = contents(tmp_path / "out")
    assert b"raise NotImplementedError" in files[STUB]
    assert not [path for path in files if "notes" in path or "backup" in path]
    assert "exercises/90_double/notes.txt was left out" in done.stderr
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files
    (tmp_path / "out.zip").write_bytes(b"holidays")
    assert course.run("kata", "release", "--out", str(tmp_path / "out"), "--zip").returncode == 2
    assert (tmp_path / "out.zip").read_bytes() == b"holidays"


def test_it_writes_into_nobodys_folder(course: Course, tmp_path: Path) -> None:
    """Neither into a folder with other things nor over a release in which somebody has worked."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.tex").touch()
    done = course.run("kata", "release", "--out", str(tmp_path / "other"))
    assert done.returncode == 2
    assert "is not empty and is no release" in done.stderr
    assert [file.name for file in (tmp_path / "other").iterdir()] == ["thesis.tex"]


def test_an_earlier_release_is_replaced_and_its_git_stays(toy_release: Release, tmp_path: Path) -> None:
    out = tmp_path / "out"
    place(toy_release, out)
    (out / ".git").mkdir()
    (out / ".git" / "HEAD").write_text("ref")
    (out / "README.md").write_text("edited")
    place(toy_release, out)
    files = contents(out)
    assert files.pop(".git/HEAD") == b"ref"
    assert files == toy_release.everything()
    (out / STUB).write_text(ADDS_TWO)
    with pytest.raises(KataError, match="somebody has worked"):
        place(toy_release, out)
    assert (out / STUB).read_text() == ADDS_TWO


def test_a_release_cannot_be_made_of_a_release(learner: Course) -> None:
    done = learner.run("kata", "release", "--out", "../again")
    assert done.returncode == 2
    assert "go to the instructor's repository" in done.stderr
    assert not (learner.root.parent / "again").exists()


def test_a_line_of_an_answer_stops_it_and_is_named(course: Course, tmp_path: Path) -> None:
    with (course.exercise / "README.md").open("a") as readme:
        readme.write('For example:\n\n    raise TypeError(f"x is a text: {x!r}")\n')
    done = course.run("kata", "release", "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "exercises/90_double/README.md: solutions/90_double/double.py:8: raise TypeError" in done.stderr
    assert not (tmp_path / "out").exists()
    shutil.copy(course.exercise / "README.md", course.exercise / "README.es.md")
    (course.solutions / "public_lines.txt").write_text('raise TypeError(f"x is a text: {x!r}")\n')
    assert course.run("kata", "release", "--out", str(tmp_path / "out")).returncode == 0


def test_reset_puts_the_releases_stub_back(learner: Course) -> None:
    learner.write(ADDS_TWO)
    assert learner.run("kata", "reset", "90", "--yes").returncode == 0
    assert b"raise NotImplementedError" in (learner.exercise / "double.py").read_bytes()


def test_a_class_of_learners_repositories_is_graded(learner: Course, course: Course) -> None:
    """Nothing that a release puts beside a learner's file is taken for it."""
    for student, code in (("ana", ANSWER), ("bea", None)):
        shutil.copytree(learner.root, course.root / "in" / student)
        if code:
            (course.root / "in" / student / STUB).write_text(code)
    course.run("kata", "grade", "in", "--out", "out")
    rows = (course.root / "out" / "scores.csv").read_text().splitlines()
    assert [row.split(",")[:5] for row in rows[1:]] == [
        ["ana", "90_double", "20", "20", "passed"],
        ["bea", "90_double", "0", "20", "not_attempted"],
    ]


@pytest.mark.parametrize("place", ["kit", "known mistakes", "engine"])
def test_whatever_part_of_a_release_leaks_nothing_is_given_out(
    place: str, source: FencedWorkers, cache: ValueCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should one of them begin to carry an answer, packed in its own way."""
    answer = (TOY / "solutions" / "90_double" / "double.py").read_bytes()
    if place == "kit":
        monkeypatch.setitem(release.FIXED, "pytest.ini", base64.b64encode(gzip.compress(answer)).decode())
    elif place == "known mistakes":
        monkeypatch.setattr(release, "known_mistakes", lambda *given: packed([(answer.decode("utf-8"), {})]))
    else:
        monkeypatch.setattr(wheel, "_metadata", lambda: {"entry_points.txt": answer.decode().encode("utf-16")})
    with pytest.raises(KataError, match="lines of solutions/ would be given out"):
        release.build(TOY, catalog.all_exercises(TOY), source, cache)


def test_what_takes_long_is_told_while_it_runs(
    source: FencedWorkers, cache: ValueCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exercise by exercise, then the search; `kata release` writes it on the error output."""
    told: list[str] = []

    @contextlib.contextmanager
    def slow(text: str, write: Callable[[str], object]) -> Iterator[None]:
        write(text)
        yield

    monkeypatch.setattr(release, "saying_if_slow", slow)
    monkeypatch.setenv("KATA_LANG", "es")
    release.build(TOY, catalog.all_exercises(TOY), source, cache, tell=told.append)
    assert told == [
        "Preparando 90_double: qué devuelve cada error conocido ...", "Buscando en todo ello líneas de solutions/ ...",
    ]  # fmt: skip


def test_only_chosen_exercises_are_given_out(tmp_path: Path) -> None:
    """A learner's course has those, and commands know them."""
    course = copy_to(tmp_path)
    course.run("kata", "dev", "new", "29_layer_norm")
    done = course.run("kata", "release", "--out", str(tmp_path / "out"), "--exercise", "90")
    assert done.returncode == 0, done.stderr
    assert [folder.name for folder in catalog.folders(tmp_path / "out")] == ["90_double"]


def test_nobodys_progress_is_given_out(course: Course, tmp_path: Path) -> None:
    """An author who solves the exercises too has a progress.txt; the release has none, and tells git how to merge one."""
    (course.root / "progress.txt").write_text("2026-03-01 90_double 20/20\n")
    (course.exercise / "progress.txt").write_text("2026-03-01 90_double 20/20\n")
    assert course.run("kata", "release", "--out", str(tmp_path / "out")).returncode == 0
    assert not list((tmp_path / "out").rglob("progress.txt"))
    assert "progress.txt merge=union\n" in (tmp_path / "out" / ".gitattributes").read_text()
