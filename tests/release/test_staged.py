"""Changes to several files: as a whole, at whatever moment the process dies; nothing is written outside."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from grader.errors import KataError
from grader.staged import FOLDER, JOURNAL, Change, digest, finish, finish_above, is_safe, make, seen
from tests.release.conftest import contents

OLD = {"a": b"old a", "b/c": b"old c", "d": b"old d", "last": b"1"}
NEW = {"a": b"new a", "b/c": b"new c", "b/e": b"new e", "last": b"2"}


class Killed(BaseException):
    """As if the process had been killed there."""


def changes() -> list[Change]:
    found = [Change(path, NEW[path], digest(OLD[path]) if path in OLD else "") for path in ("a", "b/c", "b/e")]
    return [*found, Change("d", None, digest(OLD["d"])), Change("last", NEW["last"], digest(OLD["last"]))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path, content in OLD.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(content)
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    return {path: content for path, content in contents(folder).items() if not path.startswith(".gradkata/")}


def test_all_changes_are_made_and_nothing_is_left_behind(folder: Path) -> None:
    assert make(folder, changes()) == []
    assert contents(folder) == NEW


@pytest.mark.parametrize("step", range(10))
def test_killed_anywhere_the_files_are_all_old_or_become_all_new(
    step: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever call of the system was the last one."""
    steps = iter(range(100))

    def counted(name: str, module: Any = os) -> None:
        real = getattr(module, name)

        def call(*given: Any, **options: Any) -> Any:
            if next(steps) == step:
                raise Killed
            return real(*given, **options)

        monkeypatch.setattr(module, name, call)

    for name in ("replace", "rename", "fsync"):
        counted(name)
    with pytest.raises(Killed):
        make(folder, changes())
    monkeypatch.undo()
    begun = (folder / FOLDER / JOURNAL).exists()
    assert begun or files(folder) == OLD
    assert finish(folder) == []
    assert files(folder) == (NEW if begun else OLD)
    assert make(folder, [Change(path, content, seen(folder / path)) for path, content in NEW.items()]) == []
    assert make(folder, [Change("d", None, seen(folder / "d"))]) == []
    assert contents(folder) == NEW


def test_what_somebody_changed_meanwhile_stays_and_the_last_change_waits(folder: Path) -> None:
    planned = changes()
    (folder / "b" / "c").write_bytes(b"mine")
    assert make(folder, planned) == ["b/c", "last"]
    assert contents(folder) == {**NEW, "b/c": b"mine", "last": b"1"}


def test_line_ends_of_windows_are_no_change(folder: Path) -> None:
    (folder / "a").write_bytes(b"one\r\ntwo\r\n")
    assert seen(folder / "a") == digest(b"one\ntwo\n")


def test_links_are_neither_followed_nor_replaced(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "c").write_bytes(OLD["b/c"])
    (folder / "b" / "c").unlink()
    (folder / "b").rmdir()
    (folder / "b").symlink_to(outside)
    (folder / "a").unlink()
    (folder / "a").symlink_to(outside / "c")
    assert set(make(folder, changes())) == {"a", "b/c", "b/e", "last"}
    assert contents(outside) == {"c": OLD["b/c"]}


@pytest.mark.parametrize(
    "path", ["../a", "/a", "a/../../b", ".git/config", "b/.GIT/x", "c:\\a", "a//b", "", ".", "a\nb"]
)
def test_names_that_lead_elsewhere_are_refused(path: str, folder: Path) -> None:
    assert not is_safe(path)
    (folder / FOLDER).mkdir(parents=True)
    (folder / FOLDER / "0").write_bytes(b"x")
    (folder / FOLDER / JOURNAL).write_text(json.dumps([{"path": path, "was": "", "removes": False}]))
    with pytest.raises(KataError, match="cannot be finished"):
        finish(folder)
    assert files(folder) == OLD


def test_a_journal_of_another_user_is_left_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody may put one into /tmp."""
    (folder / FOLDER).mkdir(parents=True)
    (folder / FOLDER / "0").write_bytes(b"x")
    (folder / FOLDER / JOURNAL).write_text(json.dumps([{"path": "new", "was": "", "removes": False}]))
    with monkeypatch.context() as patch:
        patch.setattr(os, "geteuid", lambda: 12345)
        finish_above(folder / "b")
    assert not (folder / "new").exists()
    finish_above(folder / "b")
    assert (folder / "new").read_bytes() == b"x"


def test_somebodys_file_where_a_folder_should_be_is_left(folder: Path) -> None:
    assert make(folder, [Change("a/b", b"x"), Change("last", b"2", digest(b"1"))]) == ["a/b", "last"]
    assert contents(folder) == OLD


def test_a_damaged_journal_is_a_sentence_and_no_journal_is_nothing(folder: Path) -> None:
    assert finish(folder) == []
    (folder / FOLDER).mkdir(parents=True)
    (folder / FOLDER / JOURNAL).write_text("[{")
    with pytest.raises(KataError, match="Remove that folder"):
        finish(folder)
