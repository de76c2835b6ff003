"""The script: what it prints is what the document holds, and a new run replaces the tables and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import deadline_night
import pytest
from night.costs import read
from night.demand import Habits
from night.plan import Planner


def test_a_new_run_replaces_the_tables_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "scale.md"
    place.write_text(f"before\n{deadline_night.BEGIN}\nold\n{deadline_night.END}\nafter\n")
    monkeypatch.setattr(deadline_night, "DOC", place)
    deadline_night.refresh("new")
    assert place.read_text() == f"before\n{deadline_night.BEGIN}\nnew\n{deadline_night.END}\nafter\n"


def test_the_document_was_written_from_the_costs_that_are_there() -> None:
    """Whoever measures anew runs the simulation anew."""
    assert deadline_night.measured(read()) in deadline_night.DOC.read_text("utf-8")


def test_cheaper_submissions_need_fewer_cores_and_a_slower_writer_needs_company() -> None:
    costs = read()
    base = Planner(20_000, costs, Habits()).enough()
    cheap = Planner(20_000, replace(costs, hanging_seconds=costs.hanging_seconds / 4), Habits()).enough()
    assert cheap.fleet.cores < base.fleet.cores
    slow = Planner(20_000, replace(costs, commit_seconds=0.2), Habits())
    assert slow.fleet.writers > base.fleet.writers


def test_every_table_has_its_columns() -> None:
    nights = [Planner(3_000, read(), Habits()).enough()]
    for text in (
        deadline_night.cores_needed(nights),
        deadline_night.cost(nights),
        deadline_night.breaks_first(nights, read()),
    ):
        rows = [line for line in text.splitlines() if line.startswith("|")]
        assert len(rows) >= 3
        assert len({line.count("|") for line in rows}) == 1
