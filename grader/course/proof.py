"""The proof of an exercise: what its graders accept and reject, tried on everything its authors wrote (rule R8)."""

from __future__ import annotations

import ast
import string
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from grader import catalog
from grader.course import answers
from grader.course.stub import cut
from grader.course.words import untranslated
from grader.errors import BadExercise
from grader.judge import trace
from grader.judge.attempt import Judging, judge
from grader.judge.cache import ValueCache
from grader.judge.diagnose import Diagnosis, misconception_of, mistakes_of
from grader.model import LANGUAGES, Attempt, Check, Exercise, Text
from grader.sandbox import WorkerSource

FULL, LEAST_MISTAKES, LEAST_ALTERNATIVES = 20, 6, 3


@dataclass
class Proof:
    """Attempts of everything that was tried, by name, and the faults found. No fault: proven."""

    exercise: Exercise
    checks: tuple[Check, ...] = ()
    attempts: dict[str, Attempt] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    untranslated: set[str] = field(default_factory=set)
    tell: Callable[[str], object] = lambda line: None
    """Told a line for each file that was tried: a proof takes minutes, and may be interrupted."""

    def matrix(self) -> str:
        """Rows: mistakes, right answers, stub. Columns: checks; `x` where points were lost, `n` where also named."""
        width = max((len(name) for name in self.attempts), default=0)
        ids = [check.id.partition(".")[2] for check in self.checks]
        rows = [f"{self.exercise.name:{width}}  " + " ".join(f"{id:>3}" for id in ids)]
        for name, attempt in self.attempts.items():
            signs = [_sign(name, attempt, i) for i in range(len(attempt.checks))]
            rows.append(f"{name:{width}}  " + " ".join(f"{sign:>3}" for sign in signs) + f"   {attempt.score}")
        return "\n".join(rows)

    def summary(self) -> str:
        right = sum(1 for attempt in self.attempts.values() if attempt.outcome == "passed")
        verdict = f"{len(self.faults)} faults" if self.faults else "proven"
        count = len(self.attempts) - right - 1
        return f"{self.exercise.name}: {verdict}; {len(self.checks)} checks, {right} right answers, {count} mistakes"


def _sign(name: str, attempt: Attempt, i: int) -> str:
    check = attempt.checks[i]
    if check.outcome == "passed":
        return "."
    if misconception_of(Path(name)) in check.misconceptions:
        return "n"
    return {"waiting": "w", "not_attempted": "o"}.get(check.outcome, "x")


def prove(
    exercise: Exercise, source: WorkerSource, cache: ValueCache, seeds: list[str],
    tell: Callable[[str], object] = lambda line: None,
) -> Proof:  # fmt: skip
    """Try everything in `solutions/` against the checks. Every fault is a sentence with the cure."""
    proof = Proof(exercise, tell=tell)
    if exercise.solutions is None:
        raise BadExercise(f"{exercise.name}: solutions/{exercise.name} is not here, so nothing can be proven")
    proof.checks = catalog.load_checks(exercise.folder)
    _prove_texts(proof)
    _prove_wall(proof, source)
    _prove_stub(proof, source, cache, seeds[0])
    _prove_right_answers(proof, source, cache, seeds)
    _learn_mistakes(proof, source, cache, seeds[0])
    _prove_mistakes(proof, source, cache, seeds[0])
    cure = f"write its words in [words], or in solutions/{exercise.name}/words.toml if only hidden checks say it"
    proof.faults += [f"{text!r} is English in a Spanish message; {cure}" for text in sorted(proof.untranslated)]
    return proof


def _learn_mistakes(proof: Proof, source: WorkerSource, cache: ValueCache, seed: str) -> None:
    """What each mistake does on all checks, in one worker.

    A diagnosis would ask for it check by check, in a worker each time; and a framework's first step is most of what a
    check costs.
    """
    judging = Judging(proof.exercise, (), None, source=source, cache=cache, seed=seed, name_mistakes=False)
    diagnosis = Diagnosis(proof.exercise, seed, cache, judging.run_on_mistake)
    for mistake in mistakes_of(proof.exercise):
        began = time.monotonic()
        diagnosis.behaviours(mistake, proof.checks)
        proof.tell(f"{proof.exercise.name} learned mistake/{mistake.stem}: {time.monotonic() - began:.1f} s")


def _attempt(
    proof: Proof, name: str, content: bytes, source: WorkerSource, cache: ValueCache, seed: str
) -> Attempt:  # fmt: skip
    files = {proof.exercise.file_name: content}
    began = time.monotonic()
    with trace.keeping() as kept:
        attempt = judge(Judging(proof.exercise, proof.checks, files, source=source, cache=cache, seed=seed))
    proof.untranslated |= untranslated(kept, proof.checks, proof.exercise)
    proof.attempts[name] = attempt
    proof.tell(f"{proof.exercise.name} {name}: {attempt.score} of {FULL}, {time.monotonic() - began:.1f} s")
    return attempt


def _prove_stub(proof: Proof, source: WorkerSource, cache: ValueCache, seed: str) -> None:
    exercise = proof.exercise
    text = cut(exercise)
    if not exercise.stub.is_file() or exercise.stub.read_text("utf-8") != text:
        proof.faults.append(f"the stub is out of step with the answer; run `kata dev sync {exercise.number}`")
    attempt = _attempt(proof, "stub", text.encode(), source, cache, seed)
    for check in attempt.checks:
        if check.outcome not in ("not_attempted", "waiting"):
            text = check.messages["en"]
            proof.faults.append(f"the stub is `{check.outcome}` in {check.id}, not `not_attempted`: {text}")


def _prove_right_answers(proof: Proof, source: WorkerSource, cache: ValueCache, seeds: list[str]) -> None:
    assert proof.exercise.solutions is not None
    alternatives = sorted((proof.exercise.solutions / "alternatives").glob("*.py"))
    if len(alternatives) < LEAST_ALTERNATIVES:
        proof.faults.append(f"{len(alternatives)} alternatives; write at least {LEAST_ALTERNATIVES}")
    for file in [proof.exercise.solutions / proof.exercise.file_name, *alternatives]:
        name = file.stem if file.parent == proof.exercise.solutions else f"alternative/{file.stem}"
        for seed in seeds:
            attempt = _attempt(proof, name, file.read_bytes(), source, cache, seed)
            for check in attempt.checks:
                if check.outcome != "passed":
                    what = f"{check.id} is {check.outcome}: {check.messages['en']}"
                    proof.faults.append(f"{name} should be right (seed {seed}), {what}")


def _prove_mistakes(proof: Proof, source: WorkerSource, cache: ValueCache, seed: str) -> None:
    assert proof.exercise.solutions is not None
    mistakes = sorted((proof.exercise.solutions / "mistakes").glob("*.py"))
    if len(mistakes) < LEAST_MISTAKES:
        proof.faults.append(f"{len(mistakes)} mistakes; write at least {LEAST_MISTAKES}")
    for file in mistakes:
        attempt = _attempt(proof, f"mistake/{file.stem}", file.read_bytes(), source, cache, seed)
        faults = proof.faults
        if attempt.score is None or attempt.score >= FULL:
            faults.append(f"{file.stem} scores {attempt.score}; a check should reject it")
        broken = [check for check in attempt.checks if check.outcome == "broken"]
        faults += [f"{file.stem}: {check.id} is broken: {check.messages['en']}" for check in broken]
        failing = [check for check in attempt.checks if check.outcome not in ("passed", "waiting")]
        named = {name for check in failing for name in check.misconceptions}
        id = misconception_of(file)
        if id not in named:
            faults.append(f"{file.stem} is not recognised as itself, but as {sorted(named) or 'nothing'}")
        elif named != {id}:
            others = sorted(named - {id})
            faults.append(f"{file.stem} is also taken for {others}: they must differ on a check, or be one")
        outcomes = {check.id: check.outcome for check in attempt.checks}
        for check in proof.checks:
            if file.stem in check.catches and outcomes[check.id] == "passed":
                faults.append(f"{check.id} says that it catches {file.stem}, and passes it")
        if not _docstring(file):
            faults.append(f"mistakes/{file.name}: its docstring should say what it does")
    known = {misconception_of(file) for file in mistakes}
    for check in proof.checks:
        faults_of = [name for name in check.catches if name not in known]
        proof.faults += [f"{check.id} catches {name}, which is no file in mistakes/" for name in faults_of]


def _docstring(file: Path) -> str | None:
    try:
        return ast.get_docstring(ast.parse(file.read_bytes()))
    except (SyntaxError, ValueError):
        return None


def _prove_texts(proof: Proof) -> None:
    exercise, checks, faults = proof.exercise, proof.checks, proof.faults
    total = sum(check.points for check in checks)
    if abs(total - FULL) > 1e-9:
        faults.append(f"the points sum to {total:g}; they must sum to {FULL}")
    ids = [check.id for check in checks]
    faults += [f"the id {id} is used twice" for id in sorted({id for id in ids if ids.count(id) > 1})]
    faults += [f"{id}: write its Spanish title in [checks]" for id in ids if id not in exercise.check_titles]
    faults += [f"[checks] has a title for {id}, which is no check" for id in exercise.check_titles if id not in ids]
    if len(exercise.hints) != catalog.HINTS:
        faults.append(f"{len(exercise.hints)} hints; write {catalog.HINTS}, from vague to concrete")
    folder: Path = exercise.solutions / "mistakes"  # type: ignore[operator]
    mistakes = {misconception_of(file) for file in folder.glob("*.py")}
    faults += [f"write [misconceptions.{name}]" for name in sorted(mistakes - set(exercise.misconceptions))]
    orphans = sorted(set(exercise.misconceptions) - mistakes)
    faults += [f"[misconceptions.{name}] has no file in mistakes/" for name in orphans]
    texts: list[Text] = [exercise.title, *exercise.hints]
    entries = exercise.misconceptions.values()
    texts += [text for entry in entries for text in (entry.title, entry.explanation, *entry.hints)]
    for text in texts:
        if len({_placeholders(text[language]) for language in LANGUAGES}) > 1 or not all(text.values()):
            faults.append(f"a text is empty or its placeholders differ: {text['en'][:60]!r}")
    for readme in ("README.md", "README.es.md"):
        if not (exercise.folder / readme).is_file():
            faults.append(f"write {readme}")
    written = [bool(answers.differences(exercise, language)) for language in LANGUAGES]
    if any(written) and not all(written):
        faults.append("differences.md is in one language only; write differences.md and differences.es.md, or none")


def _placeholders(text: str) -> frozenset[str]:
    try:
        return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)
    except ValueError:
        return frozenset()


REACH = """
def reachable(module, paths):
    found = []
    for path in paths:
        try:
            open(path, "rb").close()
            found.append(path)
        except OSError:
            pass
    return found
"""


def _prove_wall(proof: Proof, source: WorkerSource) -> None:
    """Nothing of solutions/ can be opened from a worker (where there is no fence, nothing is promised)."""
    if not source.fence_names or proof.exercise.solutions is None:
        return
    paths = [str(path) for path in proof.exercise.solutions.parent.rglob("*") if path.is_file()]
    worker = source.open_worker(proof.exercise.runtime)
    try:
        worker.request("scenarios", 10, key="wall", source=REACH, support={})
        found = worker.request("run", 10, key="wall", name="reachable", args=(paths,), options={})
    finally:
        worker.end()
    proof.faults += [f"a worker can open {path}" for path in found]
