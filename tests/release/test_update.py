"""`kata update`: what is new comes, what a learner wrote stays, and what cannot be trusted is refused."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from grader import staged
from grader.course import manifest
from grader.course import update as updating
from grader.course.release import Release
from grader.course.update import update
from grader.errors import KataError
from tests.course_copy import Course
from tests.release.conftest import ADDS_TWO, STUB, Next, contents
from tests.test_plugin import ANSWER

CHECKS = "exercises/90_double/test_double.py"
ORIGINAL = "exercises/90_double/.original/double.py"
NEW_STUB = b'"""Twice as much, newer."""\n\n\ndef double(x):\n    raise NotImplementedError("90.1 twice x")\n'
OF_STUB: dict[str, bytes | None] = {STUB: NEW_STUB, ORIGINAL: NEW_STUB}


def added(files: dict[str, bytes], name: str = "91_triple") -> dict[str, bytes | None]:
    """The exercise once more, under another name."""
    slug = name[3:]
    return {
        path.replace("90_double", name).replace("double.py", f"{slug}.py"): text.replace(
            b"90.", name[:2].encode() + b"."
        )
        for path, text in files.items()
        if path.startswith("exercises/")
    }


def test_new_exercises_texts_and_checks_come_and_untouched_stubs_are_replaced(
    learner: Course, next_release: Next, toy_release: Release
) -> None:
    newer = next_release({**OF_STUB, **added(toy_release.files), "README.md": b"newer\n", CHECKS: b"# none\n"})
    done = learner.run("kata", "update", str(newer))
    assert done.returncode == 0, done.stderr
    assert "Files brought from the release of 2999-01-01: 13." in done.stdout
    assert contents(learner.root) == contents(newer)
    assert update(learner.root, newer) == ["There is nothing to bring: all of it is here."]


def test_what_a_learner_wrote_stays_byte_for_byte(learner: Course, next_release: Next, toy_release: Release) -> None:
    """A file that is begun, files that were added, notes, backups, a commit."""
    mine = {
        STUB: ADDS_TWO.encode(), "exercises/90_double/helper.py": b"x = 1\n", "exercises/90_double/notes.md": b"hm\n",
        "exercises/90_double/double.20260101-120000.backup": b"old\n", "notes.txt": b"n\n", ".git/HEAD": b"ref\n",
        "exercises/91_triple/plan.md": b"soon\n", ".kata-progress": b"1\n",
    }  # fmt: skip
    for path, content in mine.items():
        (learner.root / path).parent.mkdir(exist_ok=True)
        (learner.root / path).write_bytes(content)
    newer = next_release({**OF_STUB, **added(toy_release.files)})
    said = update(learner.root, newer)
    files = contents(learner.root)
    assert {path: files[path] for path in mine} == mine
    assert files["exercises/90_double/double.new.py"] == NEW_STUB
    assert said[0] == (
        "exercises/90_double/double.py is yours and stays as it is. "
        "Its original has changed; to compare, the new one is exercises/90_double/double.new.py."
    )
    assert "exercises/91_triple/triple.py" in files
    assert "is yours" not in "".join(update(learner.root, newer))


def test_a_begun_file_whose_stub_is_the_same_needs_no_word(learner: Course, next_release: Next) -> None:
    learner.write(ADDS_TWO)
    said = update(learner.root, next_release({"README.md": b"newer\n"}))
    assert said == ["Files brought from the release of 2999-01-01: 1."]
    assert not list(learner.exercise.glob("*.new*"))


def test_a_file_of_ours_that_was_changed_is_replaced_and_kept_beside(learner: Course, next_release: Next) -> None:
    """Unless the release has nothing new for it."""
    (learner.root / CHECKS).write_bytes(b"# mine\n")
    (learner.root / "README.md").write_bytes(b"with my notes\n")
    said = update(learner.root, next_release({CHECKS: b"# theirs\n"}))
    files = contents(learner.root)
    assert (files[CHECKS], files[CHECKS + ".yours"]) == (b"# theirs\n", b"# mine\n")
    assert files["README.md"] == b"with my notes\n"
    assert f"{CHECKS} had been changed here: that one is now {CHECKS}.yours" in said[0]


def test_a_learners_file_in_the_way_is_left_until_it_is_moved(learner: Course, next_release: Next) -> None:
    path = "exercises/90_double/support.py"
    (learner.root / path).write_bytes(b"mine = 1\n")
    newer = next_release({path: b"ours = 1\n"})
    for _ in range(2):
        said = update(learner.root, newer)
        assert path in said[0]
        assert "Rename yours" in said[0]
        assert (learner.root / path).read_bytes() == b"mine = 1\n"
        assert (learner.root / "exercises/90_double/support.new.py").read_bytes() == b"ours = 1\n"
    update(learner.root, next_release({path: b"ours = 2\n"}, "3000"))
    assert (learner.root / path).read_bytes() == b"mine = 1\n"
    (learner.root / path).rename(learner.exercise / "my_support.py")
    update(learner.root, next_release({path: b"ours = 2\n"}, "3000"))
    assert (learner.root / path).read_bytes() == b"ours = 2\n"


def test_line_ends_that_git_changed_are_not_the_learners(learner: Course, next_release: Next) -> None:
    file = learner.root / STUB
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    update(learner.root, next_release(OF_STUB))
    assert file.read_bytes() == NEW_STUB


def test_exercises_that_a_release_leaves_out_stay_and_files_that_it_dropped_go(
    learner: Course, next_release: Next, toy_release: Release
) -> None:
    """A release of one week's exercise takes nothing away; an old engine and an old support file go."""
    one = {
        **added(toy_release.files),
        "exercises/90_double/old.py": b"old\n",
        "engine/gradkata-0.0.1-py3-none-any.whl": b"w",
    }
    update(learner.root, next_release(one))
    gone: dict[str, bytes | None] = dict.fromkeys(path for path in toy_release.files if path.startswith("exercises/"))
    update(learner.root, next_release({**gone, **added(toy_release.files)}, "3000"))
    assert {"90_double", "91_triple"} == {folder.name for folder in (learner.root / "exercises").iterdir()}
    assert (learner.exercise / "old.py").exists()
    assert not (learner.root / "engine/gradkata-0.0.1-py3-none-any.whl").exists()
    update(learner.root, next_release({}, "3001"))
    assert not (learner.exercise / "old.py").exists()
    assert (learner.root / "exercises/91_triple/triple.py").exists()


@pytest.mark.parametrize("wrapped", ["", "exercises-main/"], ids=["zip", "wrapped zip"])
def test_a_zip_is_read_too(wrapped: str, learner: Course, next_release: Next, tmp_path: Path) -> None:
    newer = next_release({"README.md": b"newer\n"})
    with zipfile.ZipFile(tmp_path / "r.zip", "w") as archive:
        for path, content in contents(newer).items():
            archive.writestr(wrapped + path, content)
    assert ": 1." in update(learner.root, tmp_path / "r.zip")[-1]
    assert (learner.root / "README.md").read_bytes() == b"newer\n"


def test_a_new_engine_is_announced(learner: Course, next_release: Next) -> None:
    said = update(learner.root, next_release({"requirements.txt": b"./engine/gradkata-9-py3-none-any.whl\n"}))
    assert "The engine is a new one. Now run: pip install -r requirements.txt" in said


def test_an_older_release_is_refused(learner: Course, next_release: Next) -> None:
    before = contents(learner.root)
    with pytest.raises(KataError, match="was made on 1999-01-01"):
        update(learner.root, next_release({"README.md": b"older\n"}, "1999"))
    assert contents(learner.root) == before


def test_what_is_no_release_and_where_is_no_repository_are_sentences(
    learner: Course, next_release: Next, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.zip").write_text("no zip")
    for place in ("empty", "text.zip", "nowhere"):
        done = learner.run("kata", "update", str(tmp_path / place))
        assert done.returncode == 2, done.stdout
        assert "Traceback" not in done.stderr
    (learner.root / manifest.FILE).unlink()
    with pytest.raises(KataError, match="no learners' repository"):
        update(learner.root, next_release({}))


def hostile(folder: Path, tmp_path: Path, path: str, content: bytes, listed: str | None = None) -> Path:
    """A release with one more file, in its list and in its zip."""
    facts = json.loads((folder / manifest.FILE).read_text())
    facts["files"][path] = staged.digest(content) if listed is None else listed
    with zipfile.ZipFile(tmp_path / "hostile.zip", "w") as archive:
        for name, data in contents(folder).items():
            archive.writestr(name, json.dumps(facts) if name == manifest.FILE else data)
        archive.writestr(path, content)
    return tmp_path / "hostile.zip"


@pytest.mark.parametrize(
    "path",
    ["../evil.py", "/tmp/evil.py", ".git/hooks/post-commit", "exercises/../.git/config", "exercises/90_double/a/b/c.py",
     ".github/workflows/other.yml", "setup.py", "conftest.py", "exercises/conftest.py", "solutions/90_double/x.py"],
)  # fmt: skip
def test_a_release_writes_nowhere_but_where_releases_do(
    path: str, learner: Course, next_release: Next, tmp_path: Path
) -> None:
    before = contents(learner.root)
    with pytest.raises(KataError):
        update(learner.root, hostile(next_release({}), tmp_path, path, b"evil"))
    assert contents(learner.root) == before
    assert not (tmp_path / "evil.py").exists()


def test_a_file_that_is_not_as_listed_or_a_link_changes_nothing(
    learner: Course, next_release: Next, tmp_path: Path
) -> None:
    before = contents(learner.root)
    newer = next_release({"README.md": b"newer\n"})
    with pytest.raises(KataError, match="is not what its list says"):
        update(learner.root, hostile(newer, tmp_path, "exercises/90_double/x.py", b"evil", "0" * 64))
    secret = tmp_path / "secret"
    secret.write_text("s")
    (newer / "README.md").unlink()
    (newer / "README.md").symlink_to(secret)
    with pytest.raises(KataError):
        update(learner.root, newer)
    assert contents(learner.root) == before


def test_interrupted_half_way_the_repository_works_and_the_next_command_goes_on(
    learner: Course, next_release: Next, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New checks that need new scenarios: half of them would be broken."""
    scenarios = "exercises/90_double/scenarios.py"
    old = contents(learner.root)
    renamed = {
        CHECKS: old[CHECKS].replace(b'"doubled"', b'"twofold"'),
        scenarios: b"def twofold(module, x):\n    return module.double(x)\n",
    }
    newer = next_release({**renamed, "README.md": b"newer\n"})
    learner.write(ANSWER)
    real, moved = os.replace, []

    def dying(*names: Any) -> None:
        moved.append(names)
        if len(moved) == 3:
            raise SystemExit
        real(*names)

    monkeypatch.setattr(os, "replace", dying)
    with pytest.raises(SystemExit):
        update(learner.root, newer)
    monkeypatch.undo()
    half = contents(learner.root)
    assert half[scenarios] != renamed[scenarios] or half[CHECKS] != renamed[CHECKS]
    done = learner.run("pytest", "exercises/90")
    assert "8/8 points" in done.stdout, done.stdout
    assert contents(learner.root)[CHECKS] == renamed[CHECKS]
    assert not (learner.root / staged.FOLDER).exists()
    assert update(learner.root, newer) == ["There is nothing to bring: all of it is here."]


def test_what_cannot_be_written_is_a_sentence_and_the_next_run_goes_on(
    learner: Course, next_release: Next, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = next_release({"README.md": b"newer\n"})

    def locked(*names: Any) -> None:
        raise PermissionError(13, "Permission denied", str(names[1]))

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", locked)
        with pytest.raises(KataError, match="Close what has it open"):
            update(learner.root, newer)
    update(learner.root, newer)
    assert contents(learner.root)["README.md"] == b"newer\n"


def test_the_repository_may_be_copied_or_cloned_before(learner: Course, next_release: Next, tmp_path: Path) -> None:
    """Nothing in it depends on where it lies."""
    shutil.copytree(learner.root, tmp_path / "copy")
    assert updating.update(tmp_path / "copy", next_release({"README.md": b"newer\n"}))
    assert (tmp_path / "copy" / "README.md").read_bytes() == b"newer\n"


def test_progress_and_place_stay_as_they_are(learner: Course, next_release: Next) -> None:
    """A newer release brings none, and one that says it does is refused."""
    for path in ("progress.txt", ".gradkata/here"):
        (learner.root / path).write_text("2026-03-01 90_double 20/20\n")
    update(learner.root, next_release(OF_STUB))
    assert (learner.root / "progress.txt").read_text() == "2026-03-01 90_double 20/20\n"
    assert (learner.root / ".gradkata" / "here").is_file()
    with pytest.raises(KataError):
        update(learner.root, next_release({"progress.txt": b"2026-03-01 90_double 1/20\n"}, "3000"))
    assert (learner.root / "progress.txt").read_text() == "2026-03-01 90_double 20/20\n"
