"""Hostile submissions of our own, of every class in the literature: none gains a point, none costs the next one its
result, none leaves a process or a file, and each has an outcome for every check.

On the toy exercise, whose `double(x)` is twice x. None of these computes that, so what is not cheated is 0 points.
"""

from __future__ import annotations

import re
import sysconfig
import textwrap
from pathlib import Path

import pytest

from tests.hostile.arena import CANARY, NOTHING, Arena, Outcome
from tests.hostile.ways_to_end import BOMBS, ENDS, HANGS
from tests.hostile.ways_to_forge import CHANNEL, PATCHES, VALUES
from tests.hostile.ways_to_look import DELEGATES, LOOKS, PLANTED, WORDS

FULL = 20.0
ATTACKS = {
    f"{kind}: {name}": source
    for kind, sources in {
        "end": ENDS, "hang": HANGS, "bomb": BOMBS, "value": VALUES, "channel": CHANNEL, "patch": PATCHES,
        "look": LOOKS, "delegate": DELEGATES, "words": WORDS,
    }.items()
    for name, source in sources.items()
}  # fmt: skip


@pytest.fixture
def honest(toy_root: Path) -> dict[str, bytes]:
    return {"double.py": (toy_root / "solutions/90_double/double.py").read_bytes()}


def files_of(attack: str, toy_root: Path) -> dict[str, bytes]:
    source = textwrap.dedent(attack).replace("ROOT", str(toy_root)).replace("SITE", sysconfig.get_path("purelib"))
    return {"double.py": source.encode()}


def harmless(outcome: Outcome, arena: Arena) -> bool:
    """Recorded for every check, not ours to blame for, no secret and no control characters in what is read."""
    assert list(outcome.outcomes) == [check.id for check in arena.checks]
    assert "broken" not in outcome.outcomes.values()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", outcome.text)
    assert not any(line.startswith(("::", "=")) for line in outcome.text.splitlines())
    assert len(outcome.text) < 50_000
    assert CANARY not in outcome.text + outcome.printed
    return "BEGIN SOLUTION" not in outcome.text + outcome.printed and "PWNED" not in outcome.text + outcome.printed


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_no_point_no_harm_nothing_left(attack: str, arena: Arena, toy_root: Path, honest: dict[str, bytes]) -> None:
    files = files_of(attack, toy_root)
    compile(files["double.py"], "double.py", "exec")
    outcome = arena.grade(files)
    assert outcome.attempt.score == 0, outcome.outcomes
    assert harmless(outcome, arena)
    assert arena.grade(honest).attempt.score == FULL
    assert arena.left_behind() == NOTHING


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_file_changes_nothing(name: str, arena: Arena, honest: dict[str, bytes]) -> None:
    """Right code stays right and wrong code stays wrong."""
    wrong = {"double.py": b"def double(x): return None"}
    inside = {path: content for path, content in PLANTED.items() if not path.startswith("..")}
    assert arena.grade(honest | inside).attempt.score == FULL
    assert arena.grade(wrong | {name: PLANTED[name]}).attempt.score == 0
    assert arena.grade(honest).attempt.score == FULL
    assert arena.left_behind() == NOTHING


def test_what_one_printed_is_not_told_to_the_next(arena: Arena, toy_root: Path, honest: dict[str, bytes]) -> None:
    arena.grade(files_of("print('PWNED')\ndef double(x): return None", toy_root))
    assert "PWNED" not in arena.grade(honest).printed


@pytest.mark.parametrize("name", ["inputs_in_an_error", "inputs_in_a_long_error"])
def test_messages_of_hidden_checks_show_no_input(name: str, arena: Arena, toy_root: Path) -> None:
    outcome = arena.grade(files_of(LOOKS[name], toy_root))
    hidden = [check for check in outcome.attempt.checks if check.visibility == "hidden"]
    assert hidden
    assert not any(re.search(r"\d\.\d\d", text) for check in hidden for text in check.messages.values())


REMEMBERS = """
    import os, pathlib, tempfile
    PLACES = ['.', '..', tempfile.gettempdir(), os.path.expanduser('~'), '/tmp', '/var/tmp', '/dev/shm', 'ROOT']
    PATHS = [pathlib.Path(place, 'kata-was-here') for place in PLACES]
    if any(os.path.exists(path) for path in PATHS): print('SEEN BEFORE')
    for path in PATHS:
        try: path.write_text('x')
        except OSError: pass
    def double(x): return None
"""


def test_nothing_is_remembered_from_one_attempt_to_the_next(arena: Arena, toy_root: Path) -> None:
    for _ in range(2):
        outcome = arena.grade(files_of(REMEMBERS, toy_root))
        assert outcome.attempt.score == 0
        assert "SEEN BEFORE" not in outcome.printed


def test_an_attack_in_another_workers_life_does_not_reach_this_one(arena: Arena, honest: dict[str, bytes]) -> None:
    """A mistake's worker, say, is open while the learner's still runs: neither sees the other."""
    spy = b"""
import threading, os, glob
def look():
    while True:
        for path in glob.glob('../*/*') + glob.glob('/tmp/*/*'):
            print(open(path).read())
threading.Thread(target=look, daemon=True).start()
def double(x): return None
"""
    judging = arena.judging({"double.py": spy})
    judging.case(arena.checks[0], arena.checks[0].cases[0])
    assert arena.grade(honest).attempt.score == FULL
    spied = judging.submission.output()
    judging.close()
    assert "BEGIN SOLUTION" not in spied
    assert arena.left_behind() == NOTHING


def test_every_class_has_attacks() -> None:
    assert len(ATTACKS) + len(PLANTED) > 120
