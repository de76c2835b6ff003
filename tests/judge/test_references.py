"""References: called once, remembered under everything they depend on. The cache may fail; no verdict changes."""

from __future__ import annotations

import dataclasses
import os
import sqlite3
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.errors import BadExercise, FrameworkMissing
from grader.judge import cache as cache_module
from grader.judge.cache import MISSING, ValueCache, default_path, key_of
from grader.judge.references import Reference
from grader.model import Exercise

SOURCE = """
def twice(x, calls=None):
    import framework_that_counts
    framework_that_counts.CALLS += 1
    x += x
    return {"twice": x, "pair": (1, [x])}
"""


@pytest.fixture
def framework(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module that stands for torch: counts how often it is used, and can be looked for in sys.modules."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "framework_that_counts.py").write_text("CALLS = 0\n")
    monkeypatch.syspath_prepend(str(folder))
    yield lambda: sys.modules.get("framework_that_counts")
    sys.modules.pop("framework_that_counts", None)


def reference(
    toy: Exercise, folder: Path, cache: ValueCache, source: str = SOURCE, visibility: str = "visible"
) -> Reference:
    """The references of an exercise whose folder is new: a file that was read is not read again in a run."""
    folder.mkdir()
    (folder / "references.py").write_text(source)
    return Reference(dataclasses.replace(toy, folder=folder), visibility, cache)


def test_values_come_back_as_plain_objects_and_arguments_are_copies(toy: Any, tmp_path: Path, framework: Any) -> None:
    x = np.arange(3.0)
    got = reference(toy, tmp_path / "a", ValueCache(tmp_path / "cache")).run("twice", x)
    assert x.tolist() == [0, 1, 2]
    assert type(got["pair"]) is tuple
    assert got["twice"].tolist() == got["pair"][1][0].tolist() == [0, 2, 4]
    assert got["twice"] is not got["pair"][1][0]


def test_a_known_value_does_not_import_the_framework(toy: Any, tmp_path: Path, framework: Any) -> None:
    """Neither in the same process nor in a later one, which has only the file."""
    first = reference(toy, tmp_path / "a", ValueCache(tmp_path / "cache")).run("twice", np.ones(2))
    assert framework().CALLS == 1
    sys.modules.pop("framework_that_counts")
    later = reference(toy, tmp_path / "b", ValueCache(tmp_path / "cache"))
    assert np.array_equal(later.run("twice", np.ones(2))["twice"], first["twice"])
    assert framework() is None


@pytest.mark.parametrize(
    ("values", "options"),
    [([np.ones(3)], {}), ([np.ones(2, np.float32)], {}), ([np.ones(2)], {"calls": 1}), ([2.0], {})],
)
def test_other_arguments_are_another_value(values: Any, options: Any, toy: Any, tmp_path: Path, framework: Any) -> None:
    ours = reference(toy, tmp_path / "a", ValueCache(tmp_path / "cache"))
    ours.run("twice", np.ones(2))
    ours.run("twice", *values, **options)
    assert framework().CALLS == 2


def test_another_source_is_another_value(toy: Any, tmp_path: Path, framework: Any) -> None:
    reference(toy, tmp_path / "a", ValueCache(tmp_path / "cache")).run("twice", 2.0)
    changed = reference(toy, tmp_path / "b", ValueCache(tmp_path / "cache"), SOURCE.replace("x += x", "x = 7"))
    assert changed.run("twice", 2.0)["twice"] == 7


def test_another_library_version_is_another_value(monkeypatch: pytest.MonkeyPatch) -> None:
    before = key_of("reference")
    monkeypatch.setattr(cache_module, "framework_version", lambda name: "99" if name == "torch" else "1")
    cache_module.machine.cache_clear()
    try:
        assert key_of("reference") != before
    finally:
        cache_module.machine.cache_clear()


def test_parts_of_a_key_do_not_run_together() -> None:
    assert len({key_of("a", "bc"), key_of("ab", "c"), key_of("abc"), key_of("a", b"bc", "")}) == 4


def test_what_changes_the_value_it_got_changes_no_other(toy: Any, tmp_path: Path, framework: Any) -> None:
    ours = reference(toy, tmp_path / "a", ValueCache(tmp_path / "cache"))
    for _ in range(3):
        got = ours.run("twice", np.ones(2))
        assert got["twice"].tolist() == [2, 2]
        got["twice"] += 1


def test_hidden_checks_find_the_references_of_both_folders_visible_ones_their_own(toy: Any, tmp_path: Path) -> None:
    solutions = tmp_path / "solutions"
    solutions.mkdir()
    (solutions / "references.py").write_text("def hidden(): return 'hidden'\ndef both(): return 'hidden'\n")
    exercise = dataclasses.replace(toy, solutions=solutions)
    source = "def both(): return 'visible'\ndef own(): return 1\n"
    hidden = reference(exercise, tmp_path / "a", ValueCache(tmp_path / "cache"), source, "hidden")
    visible = reference(exercise, tmp_path / "b", ValueCache(tmp_path / "cache"), source)
    assert [hidden.run(name) for name in ("hidden", "both", "own")] == ["hidden", "hidden", 1]
    assert visible.run("both") == "visible"
    with pytest.raises(BadExercise, match=r"no references\.py has a function `hidden`"):
        visible.run("hidden")


def test_a_framework_that_is_not_installed_is_named(toy: Any, tmp_path: Path) -> None:
    source = "def f():\n    import nobody_wrote_this\n"
    with pytest.raises(FrameworkMissing, match="nobody_wrote_this"):
        reference(toy, tmp_path / "a", ValueCache(tmp_path / "cache"), source).run("f")


def not_a_database(path: Path) -> None:
    path.write_bytes(b"this is no database" * 1000)


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1500])


def holds_rubbish(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE kept SET value = X'00112233'")


def holds_a_number(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE kept SET value = 17")


def has_another_table(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE kept")
        connection.execute("CREATE TABLE kept (other INTEGER)")


def is_locked(path: Path) -> None:
    LOCKS.append(sqlite3.connect(path, isolation_level=None))
    LOCKS[0].execute("BEGIN EXCLUSIVE")


LOCKS: list[sqlite3.Connection] = []


def is_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


HARMS = [not_a_database, truncated, holds_rubbish, holds_a_number, has_another_table, is_locked, is_a_folder]


@pytest.mark.parametrize("harm", HARMS)
def test_a_harmed_cache_costs_time_and_nothing_else(harm: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It gives the value or nothing, takes new values, and never raises."""
    path = tmp_path / "home" / "values.sqlite"
    whole = ValueCache(path)
    whole.put("key", [1.5, np.ones(2)])
    whole.close()
    monkeypatch.setattr(cache_module, "LOCK_SECONDS", 0.05)
    harm(path)
    harmed = ValueCache(path)
    seen = harmed.get("key")
    assert seen is MISSING or seen[0] == 1.5
    harmed.put("key", "new")
    assert harmed.get("key") == "new"
    while LOCKS:
        LOCKS.pop().close()


@pytest.mark.parametrize("known", [True, False])
def test_a_read_only_cache_still_remembers_within_the_process(
    known: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if known:
        ValueCache(tmp_path / "cache").put("key", 1.5)
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda path, **more: connect(f"file:{path}?mode=ro", uri=True, **more))
    harmed = ValueCache(tmp_path / "cache")
    harmed.put("other", "new")
    assert harmed.get("other") == "new"
    assert harmed.get("key") is MISSING or (known and harmed.get("key") == 1.5)


def test_values_outlive_the_process_that_put_them(tmp_path: Path) -> None:
    ValueCache(tmp_path / "cache").put("key", {"a": np.arange(3, dtype=np.int8)})
    kept = ValueCache(tmp_path / "cache").get("key")
    assert kept["a"].dtype == np.int8
    assert ValueCache(tmp_path / "cache").get("other") is MISSING


def test_without_a_home_there_is_a_cache_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", lambda: Path("~nobody-at-all").expanduser())
    kept = ValueCache()
    kept.put("key", 1)
    assert kept.get("key") == 1


def test_a_cache_that_has_grown_forgets_its_older_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grown = ValueCache(tmp_path / "cache")
    for i in range(10):
        grown.put(f"key {i}", np.zeros(1000))
    grown.close()

    def left() -> list[int]:
        kept = ValueCache(tmp_path / "cache")
        found = [i for i in range(10) if kept.get(f"key {i}") is not MISSING]
        kept.close()
        return found

    assert left() == list(range(10))
    monkeypatch.setattr(cache_module, "KEPT_BYTES", 90_000)
    assert left() == [4, 5, 6, 7, 8, 9]
    assert left() == [4, 5, 6, 7, 8, 9]


def test_the_cache_lies_in_the_users_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_path().parent.parent == tmp_path
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert default_path().parts[-3:] == (".cache", "gradkata", "values.sqlite")
    assert os.fspath(default_path()).startswith(os.path.expanduser("~"))
