"""The hostile submissions of exercise 03 that lie beside this repository: each gets what its description asks for.

They are read as those of a class are, and judged one after the other by the same workers. Mistakes are not named: that
costs a run of each mistake, and no points.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader import catalog
from grader.errors import BadSubmission
from grader.judge.cache import ValueCache
from grader.submissions import find
from tests.hostile.arena import CANARY, NOTHING, Arena, Outcome
from tests.sandbox.wall import FENCES, unavailable

ROOT = Path(__file__).resolve().parent.parent.parent
ATTACKS = ROOT.parent / "shared" / "attacks"
EXERCISE = ROOT / "exercises" / "03_adam"
# Right code that was written another way: the exercise does not forbid it.
AS_GOOD_AS_HONEST = {"delegate_forbidden_numpy_scan"}


def entries() -> list[dict[str, Any]]:
    """Those that concern a .py file; notebooks have tests of their own."""
    if not (ATTACKS / "attacks.json").is_file():
        return []
    found = json.loads((ATTACKS / "attacks.json").read_text("utf-8"))
    return [entry for entry in found if "adam.py" in entry["files"]]


HARMFUL = ("res_disk", "res_inode", "res_daemon", "res_fork", "exit_kill", "chan_", "plant_poison", "state_")
ENTRIES = entries()
NAMES = [entry["name"] for entry in ENTRIES]
pytestmark = pytest.mark.skipif(not ENTRIES, reason=f"{ATTACKS} is not there: it is no part of this repository")


@pytest.fixture(scope="module", params=["both", "inner"])
def arena(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    fence = FENCES[request.param]
    if why := unavailable(fence):
        pytest.skip(f"this machine lacks {why}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temp")))
        cache = ValueCache(tmp_path_factory.mktemp("cache") / "values.sqlite")
        made = Arena(catalog.load(EXERCISE), fence, cache, deadline=10.0, name_mistakes=False)
        made.source.warm("numpy").wait_until_ready()
        yield made
        made.close()


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class: one student per entry. Some bring a script that makes more files."""
    folder = tmp_path_factory.mktemp("class")
    subprocess.run([sys.executable, ATTACKS / "write.py", folder], check=True, timeout=60)
    for script in folder.glob("*/03_adam/make_*.py"):
        subprocess.run([sys.executable, script], check=True, timeout=60)
    return folder


@pytest.fixture(scope="module")
def grade(arena: Arena, handed_in: Path) -> Callable[[str], Outcome]:
    """name -> outcome, as `kata grade` does it. Honest code has ten seconds for a check, the rest a half."""
    hand_ins = {hand_in.student: hand_in for hand_in in find(handed_in, [catalog.load(EXERCISE)]).hand_ins}

    def of(name: str) -> Outcome:
        assert hand_ins[name].origin is not None
        try:
            files = hand_ins[name].read()
        except BadSubmission:
            files = None
        return arena.grade(files, deadline=0 if name.startswith("honest") else 0.5)

    return of


@pytest.fixture(scope="module")
def scores(grade: Callable[[str], Outcome]) -> dict[str, float]:
    """What right and wrong code get that attack nothing."""
    return {name: grade(name).attempt.score or 0.0 for name in ("honest_good", "honest_wrong")}


def harmless(outcome: Outcome, arena: Arena) -> bool:
    """Recorded for every check, not ours to blame for; no secret is seen, and no code ran where values are read."""
    assert list(outcome.outcomes) == [check.id for check in arena.checks]
    assert "broken" not in outcome.outcomes.values()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", outcome.text)
    seen = outcome.text + outcome.printed
    secrets = (CANARY, "BEGIN SOLUTION", "@points", "@catches", "torch.optim.Adam(params")
    return not any(secret in seen for secret in secrets)


@pytest.mark.parametrize("name", NAMES)
def test_it_gets_what_its_description_asks_for(
    name: str, arena: Arena, grade: Callable[[str], Outcome], scores: dict[str, float], handed_in: Path
) -> None:
    good, wrong = scores["honest_good"], scores["honest_wrong"]
    outcome = grade(name)
    score = outcome.attempt.score
    assert score is not None
    if name == "honest_syntax_error":
        assert score == 0
        assert re.search(r"adam\.py:\d+", outcome.text)
    elif name.startswith("honest_") and name != "honest_wrong":
        assert score == good > wrong
    elif name in AS_GOOD_AS_HONEST:
        assert wrong <= score <= good
    else:
        assert score <= wrong
    if name == "sbx_probe":
        assert re.findall(r"SBX allowed:(.*)", outcome.printed)[0].split() == []
        assert re.findall(r"SBX files:(.*)", outcome.printed)[0].split() == []
    assert harmless(outcome, arena)
    assert not list(handed_in.rglob("PWNED*"))


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith(HARMFUL)])
def test_the_next_one_is_judged_as_if_it_had_not_been(
    name: str, arena: Arena, grade: Callable[[str], Outcome], scores: dict[str, float]
) -> None:
    """Its second run, too: nothing is remembered from the first."""
    score = grade(name).attempt.score
    assert score is not None
    assert score <= scores["honest_wrong"]
    assert grade("honest_good").attempt.score == scores["honest_good"]
    assert arena.left_behind() == NOTHING
