"""What a release says of the known mistakes: tried here on the visible checks, with the learners' own numbers."""

from __future__ import annotations

from grader import catalog
from grader.errors import BadExercise
from grader.judge.attempt import Judging
from grader.judge.cache import ValueCache
from grader.judge.diagnose import Diagnosis, misconception_of, mistakes_of
from grader.judge.shipped import packed
from grader.locale import say
from grader.model import LEARNER_SEED, Exercise
from grader.sandbox import WorkerSource


def known_mistakes(exercise: Exercise, source: WorkerSource, cache: ValueCache) -> bytes:
    """The file for a release. A mistake that loses no visible check could not be named there, and is left out."""
    checks = [check for check in catalog.load_checks(exercise.folder) if check.visibility == "visible"]
    judging = Judging(exercise, (), None, source=source, cache=cache, seed=LEARNER_SEED, name_mistakes=False)
    diagnosis = Diagnosis(exercise, LEARNER_SEED, cache, judging.run_on_mistake)
    known = []
    for mistake in mistakes_of(exercise):
        seen = diagnosis.behaviours(mistake, checks)
        if broken := [id for id, (outcome, _) in seen.items() if outcome == "broken"]:
            raise BadExercise(say("release_broken", exercise=exercise.name, mistake=mistake.name, check=broken[0]))
        if any(outcome != "passed" for outcome, _ in seen.values()):
            known.append((misconception_of(mistake), seen))
    return packed(known)
