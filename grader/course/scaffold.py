"""A new exercise: two folders that already hold together, of the files in blank/, for the author to fill."""

from __future__ import annotations

import json
import string
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from grader.catalog import NAME
from grader.errors import BadExercise

BLANK = Path(__file__).parent / "blank"
FOLDERS = {"exercise": "exercises", "solution": "solutions"}

ALONE = '''

def twice(module, x):
    """The framework's own answer. Run alone, in a worker that never saw the learner's file: `module` is None."""
    return {alone}
'''


def kinds() -> dict[str, dict[str, Any]]:
    """What a new exercise can be written for: runtime -> what is written for it."""
    return tomllib.loads((BLANK / "kinds.toml").read_text("utf-8"))


def texts() -> list[str]:
    """What the blank files say: it is in everybody's installation, so no secret of an exercise."""
    return [ALONE, *(file.read_text("utf-8") for file in sorted(BLANK.rglob("*")) if file.is_file())]


def new(root: Path, name: str, runtime: str) -> list[Path]:
    """Write the files of exercise `name` (`29_layer_norm`) and say which. Raises BadExercise if it is there already."""
    match = NAME.fullmatch(name)
    if match is None:
        raise BadExercise(f"`{name}` is no name for an exercise; use NN_slug, for example 29_layer_norm")
    number, slug = match[1], match[2]
    if slug in sys.stdlib_module_names or find_spec(slug) is not None:
        raise BadExercise(f"{slug}.py would hide the module `{slug}` from whoever imports it; choose another name")
    if taken := sorted((root / "exercises").glob(f"{number}_*")):
        raise BadExercise(f"number {number} is taken by {taken[0].name}; choose another")
    facts = _facts(number, slug, runtime)
    written = []
    for blank in sorted(BLANK.rglob("*.txt")):
        place = blank.relative_to(BLANK)
        if place.name == "references.py.txt" and "in_judge" not in facts:
            continue
        folder = root / FOLDERS[place.parts[0]] / name
        file = folder.joinpath(*place.parts[1:]).with_name(place.stem.replace("SLUG", slug))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(string.Template(blank.read_text("utf-8")).substitute(facts), "utf-8")
        written.append(file)
    return written


def _facts(number: str, slug: str, runtime: str) -> dict[str, str]:
    """What the placeholders of the files in blank/ stand for."""
    kind = kinds()[runtime]
    in_judge = "in_judge" in kind
    annotation, imports = kind["annotation"], kind["imports"]
    call = f"module.{slug}({kind['given']})"
    framework = [] if runtime == "numpy" else [imports]
    return {
        **{key: value for key, value in kind.items() if isinstance(value, str)},
        "number": number, "slug": slug, "runtime": runtime, "title": slug.replace("_", " ").capitalize(),
        "kind": kind["kind"][0], "tipo": kind["kind"][1],
        "forbidden": json.dumps(kind["forbidden"]), "deadline": str(kind["deadline"]),
        "framework": "".join(f"\n{line}\n" for line in framework),
        "framework_and_numpy": "\n".join(sorted([*framework, "import numpy as np"])),
        "imports_inside": "".join(f"    {line}\n\n" for line in framework),
        "answer_imports": f"\n{imports}\n" if annotation else "",
        "annotation": f": {annotation}" if annotation else "", "returns": f" -> {annotation}" if annotation else "",
        "run_it": f"return {call}" if kind["taken"] == "got" else f"got = {call}\n    return {kind['taken']}",
        "fixtures": "submission, reference" if in_judge else "submission",
        "expected": 'reference.run("twice", x)' if in_judge else 'submission.alone("twice", x)',
        "alone_scenario": "" if in_judge else ALONE.format(alone=kind["alone"]),
    }  # fmt: skip
