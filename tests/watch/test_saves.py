"""When something was saved: by whichever way an editor does it, and where the system tells nothing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from watchfiles import Change

from grader.watch import saves
from grader.watch.saves import looks, matters, saved


def in_place(file: Path) -> None:
    file.write_text("new")


def by_renaming(file: Path) -> None:
    file.with_name("beside").write_text("new")
    os.replace(file.with_name("beside"), file)


def by_a_backup(file: Path) -> None:
    """As vim does: the old one is renamed, a new one is made."""
    os.rename(file, file.with_name(file.name + "~"))
    file.write_text("new")


def removed(file: Path) -> None:
    file.unlink()


@pytest.mark.parametrize("save", [in_place, by_renaming, by_a_backup, removed])
def test_a_save_is_told(save: Callable[[Path], None], tmp_path: Path) -> None:
    file = tmp_path / "03_adam" / "adam.py"
    file.parent.mkdir()
    file.write_text("old")

    async def main() -> None:
        events = saved(tmp_path)
        first = asyncio.ensure_future(anext(events))
        while not first.done():  # the first is told as soon as the watching has begun
            (tmp_path / "begun").write_text("")
            await asyncio.wait([first], timeout=0.05)
        save(file)
        while file not in await asyncio.wait_for(anext(events), 60):
            pass
        await events.aclose()  # type: ignore[attr-defined]

    asyncio.run(main())


def test_a_file_that_changes_silently_is_found_by_looking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once at the beginning, then for each change: of the content, by removing it, by going to another file."""
    monkeypatch.setattr(saves, "LOOK_SECONDS", 0.0)
    file, other = tmp_path / "one.py", tmp_path / "two.py"
    file.write_text("1")
    current = [file]

    async def main() -> None:
        seen = looks(lambda: current[0])

        async def told() -> None:
            await asyncio.wait_for(anext(seen), 60)

        await told()
        file.write_text("22")
        await told()
        file.unlink()
        await told()
        current[0] = other
        await told()
        other.write_text("3")
        await told()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("adam.py", True), ("helper.py", True), ("data.json", True), ("exercise.toml", True),
        ("adam.py~", False), (".adam.py.swp", False), ("adam.20260101-120000.backup", False), ("adam.half", False),
        ("__pycache__/adam.cpython-311.pyc", False), (".original/adam.py", False),
    ],
)  # fmt: skip
def test_what_editors_and_python_leave_is_no_save(name: str, told: bool) -> None:
    assert matters(Change.modified, f"/course/exercises/03_adam/{name}") is told


def test_a_folder_that_is_not_there_ends_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        waiting = asyncio.ensure_future(anext(saved(tmp_path / "nowhere")))
        done, _ = await asyncio.wait([waiting], timeout=0.2)
        assert not done
        waiting.cancel()

    asyncio.run(main())
