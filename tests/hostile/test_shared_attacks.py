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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader import catalog
from grader.errors import BadSubmission
from grader.judge.cache import ValueCache
from grader.submissions import find, read
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
        made = Arena(catalog.load(EXERCISE), fence, cache, deadline=2.0, name_mistakes=False)
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
def grade(arena: Arena, handed_in: Path) -> Any:
    """name -> outcome; as `kata grade` does it. The two controls are judged once."""
    paths = {hand_in.student: hand_in.path for hand_in in find(handed_in, [catalog.load(EXERCISE)])}
    known: dict[str, Outcome] = {}

    def of(name: str, again: bool = False) -> Outcome:
        if again or name not in known:
            path = paths[name]
            assert path is not None
            try:
                files = read(path, arena.exercise)
            except BadSubmission:
                files = None
            known[name] = arena.grade(files)
        return known[name]

    return of


def harmless(outcome: Outcome, arena: Arena) -> bool:
    """Recorded for every check, not ours to blame for; no secret is seen, and no code ran where values are read."""
    assert list(outcome.outcomes) == [check.id for check in arena.checks]
    assert "broken" not in outcome.outcomes.values()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", outcome.text)
    seen = outcome.text + outcome.printed
    secrets = (CANARY, "BEGIN SOLUTION", "@points", "@catches", "torch.optim.Adam(params")
    return not any(secret in seen for secret in secrets)


@pytest.mark.parametrize("name", NAMES)
def test_it_gets_what_its_description_asks_for(name: str, arena: Arena, grade: Any, handed_in: Path) -> None:
    good, wrong = grade("honest_good").attempt.score, grade("honest_wrong").attempt.score
    outcome = grade(name)
    score = outcome.attempt.score
    if name == "honest_syntax_error":
        assert score == 0
        assert re.search(r"adam\.py:\d+", outcome.text)
    elif name.startswith("honest_") and name != "honest_wrong":
        assert score == good > wrong
    elif name in AS_GOOD_AS_HONEST:
        assert wrong <= score <= good
    else:
        assert score <= wrong
    assert harmless(outcome, arena)
    assert not list(handed_in.rglob("PWNED*"))


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith(("res_", "chan_", "exit_", "state_"))])
def test_the_next_one_is_judged_as_if_it_had_not_been(name: str, arena: Arena, grade: Any) -> None:
    outcome = grade(name, again=True)
    assert outcome.attempt.score <= grade("honest_wrong").attempt.score
    assert grade("honest_good", again=True).attempt.score > grade("honest_wrong").attempt.score
    assert arena.left_behind() == NOTHING


@pytest.mark.skipif("sbx_probe" not in NAMES, reason="no such entry")
def test_a_probe_of_the_sandbox_finds_no_hole(grade: Any) -> None:
    printed = grade("sbx_probe").printed
    assert re.findall(r"SBX allowed:(.*)", printed)[0].split() == []
    assert set(re.findall(r"SBX files:(.*)", printed)[0].split()) <= {"/usr/lib"}


def test_nothing_is_left_of_the_whole_class(arena: Arena, grade: Any) -> None:
    for name in NAMES[::10]:
        grade(name, again=True)
    assert arena.left_behind() == NOTHING
