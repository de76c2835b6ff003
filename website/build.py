"""Builds the course site: a Sphinx project per language, out of the exercises' READMEs and the pages beside this file.

    python website/build.py OUT

OUT/index.html leads to OUT/en/ and OUT/es/, which have the same pages. Everything works from disk: no page loads
anything from another machine. A broken reference is an error.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from grader import catalog
from grader.model import LANGUAGES, Exercise

HERE = Path(__file__).resolve().parent
README = {"en": "README.md", "es": "README.es.md"}
PLACES = ("@topics@", "@exercises@")  # what path.md leaves to be filled in


def build(root: Path, out: Path) -> None:
    """Write the site of the course in `root` to `out`. Raises CalledProcessError where a page is wrong."""
    exercises = catalog.all_exercises(root)
    for language in LANGUAGES:
        with tempfile.TemporaryDirectory() as name:
            source = Path(name)
            write_pages(source, exercises, language)
            strict = ["-q", "--fail-on-warning", "--keep-going", "-D", f"language={language}"]
            places = ["-c", HERE, "-d", source / ".doctrees", source, out / language]
            subprocess.run([sys.executable, "-m", "sphinx", *strict, *places], check=True)
    shutil.copyfile(HERE / "index.html", out / "index.html")


def write_pages(source: Path, exercises: list[Exercise], language: str) -> None:
    """The pages of one language, as Sphinx reads them."""
    shutil.copytree(HERE / language, source, dirs_exist_ok=True)
    (source / "exercises").mkdir()
    for exercise in exercises:
        shutil.copyfile(exercise.folder / README[language], source / "exercises" / f"{exercise.name}.md")
    path = source / "path.md"
    filled = (topics(exercises, language), "\n".join(f"exercises/{exercise.name}" for exercise in exercises))
    text = path.read_text("utf-8")
    for place, content in zip(PLACES, filled, strict=True):
        text = text.replace(place, content)
    path.write_text(text, "utf-8")


def topics(exercises: list[Exercise], language: str) -> str:
    """A table row for each topic of the lesson that an exercise of this course takes up."""
    known = {exercise.number: exercise for exercise in exercises}
    rows = []
    for topic in tomllib.loads((HERE / "topics.toml").read_text("utf-8"))["topic"]:
        taught = [known[number] for number in topic["exercises"] if number in known]
        if taught:
            links = " · ".join(f"[{one.number} {one.title[language]}](exercises/{one.name}.md)" for one in taught)
            rows.append(f"| {topic[language]} | {links} |")
    return "\n".join(rows)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python website/build.py OUT")
    build(HERE.parent, Path(sys.argv[1]))
    print(f"{sys.argv[1]}/index.html")
