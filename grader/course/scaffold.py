"""A new exercise: two folders that already hold together, with one check, for the author to fill."""

from __future__ import annotations

from pathlib import Path

from grader.catalog import NAME
from grader.errors import BadExercise

FILES = {
    "exercises/{name}/README.md": "# {title}\n\nThe idea, the task, one worked example, what it is compared with.\n",
    "exercises/{name}/README.es.md": "# {title}\n\nLa idea, la tarea, un ejemplo resuelto, con qué se compara.\n",
    "exercises/{name}/exercise.toml": """runtime = "numpy"
forbidden = ["torch", "tensorflow", "keras", "jax"]
hidden_numbers = true

[title]
en = "{title}"
es = "{title}"

[[hints]]
en = "A vague hint: where to look."
es = "Una pista vaga: dónde mirar."

[[hints]]
en = "What to ask oneself there."
es = "Qué preguntarse ahí."

[[hints]]
en = "A concrete step, but not the solution."
es = "Un paso concreto, pero no la solución."

[checks]
"{number}.1" = "El valor es el de la referencia."

[misconceptions.adds_one]
hint = 1
title.en = "one is added"
title.es = "se suma uno"
explanation.en = "The result is one too large. Which number was not asked for?"
explanation.es = "El resultado es uno mayor. ¿Qué número sobra?"
""",
    "exercises/{name}/scenarios.py": '''"""Runs beside the learner's code; knows no expected value."""


def value(module, x):
    return module.{slug}(x)
''',
    "exercises/{name}/references.py": '''"""The live framework, called with plain values. Import it inside the function."""


def expected(x):
    return x
''',
    "exercises/{name}/test_{slug}.py": '''"""Visible checks of {number}: small numbers that can be followed by hand."""

from grader.checks import catches, close_to, points


@points(20, id="{number}.1", about="{slug}")
@catches("adds_one")
def test_value(submission, reference):
    """The value is the reference's."""
    assert submission.run("value", 2.0) == close_to(reference.run("expected", 2.0), call="{slug}(2.0)")
''',
    "solutions/{name}/{slug}.py": '''"""{title}: what the learner's file is for."""


def {slug}(x: float) -> float:
    """`x` itself. Shapes, units, errors raised, and the source go here."""
    # BEGIN SOLUTION {number}.1 give back x
    return x
    # END SOLUTION
''',
    "solutions/{name}/mistakes/adds_one.py": '''"""One is added to the result."""


def {slug}(x: float) -> float:
    return x + 1
''',
    "solutions/{name}/alternatives/in_two_steps.py": '''"""Right, in another style."""


def {slug}(x):
    y = x
    return y
''',
}


def new(root: Path, name: str) -> list[Path]:
    """Write the files of exercise `name` (`29_layer_norm`) and say which. Raises BadExercise if it is there already."""
    match = NAME.fullmatch(name)
    if match is None:
        raise BadExercise(f"`{name}` is no name for an exercise; use NN_slug, for example 29_layer_norm")
    number, slug = match[1], match[2]
    if taken := sorted((root / "exercises").glob(f"{number}_*")):
        raise BadExercise(f"number {number} is taken by {taken[0].name}; choose another")
    written = []
    for place, text in FILES.items():
        facts = {"name": name, "number": number, "slug": slug, "title": slug.replace("_", " ").capitalize()}
        file = root / place.format(**facts)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.format(**facts), "utf-8")
        written.append(file)
    return written
