"""What one submission costs, as measured: benchmarks/measured_cost.json, written by measure_cost.py."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

PLACE = Path(__file__).resolve().parent.parent / "measured_cost.json"


@dataclass(frozen=True)
class Costs:
    """Seconds of one core, unless the name says otherwise."""

    honest_seconds: float
    wrong_seconds: float
    hanging_seconds: float
    warm_up_seconds: float  # a new process until it can grade
    once_a_run_seconds: float  # references and known mistakes of a new seed
    commit_seconds: float  # the ledger's, one after the other
    result_file_seconds: float  # written by the same process as the ledger
    result_bytes: float
    process_mib: float
    machine: str = ""

    @property
    def writer_seconds(self) -> float:
        """What each result occupies the one process that writes for."""
        return self.commit_seconds + self.result_file_seconds


def read(place: Path = PLACE) -> Costs:
    facts = json.loads(place.read_text("utf-8"))
    return Costs(**facts)
