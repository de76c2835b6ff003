"""kata show NN [CHECK] [--image FILE.png]: what differs in a visible check, drawn."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import click

from grader import catalog
from grader.cli.tools import compared_checks, console, help_of
from grader.errors import KataError
from grader.judge.compared import Compared
from grader.locale import language, say


@click.command("show", help=help_of("show", "kata show 03 03.2a --image adam.png"))
@click.argument("exercise", metavar="NN")
@click.argument("check", required=False, metavar="[CHECK]")
@click.option("--image", type=click.Path(path_type=Path), metavar="FILE.png", help=say("help_image"))
def command(exercise: str, check: str | None, image: Path | None) -> None:
    from grader.side_by_side.characters import drawing
    from grader.side_by_side.picture import picture_of
    from grader.side_by_side.table import head, table

    found, out = catalog.resolve(catalog.find_root(), exercise), console()
    if image is not None:
        _can_be_drawn(image)
    seen = compared_checks(found, check)
    shown = seen[0] if check else _to_look_at(seen)
    if shown is None:
        out.print(say("show_all_equal", number=found.number, id=seen[0].check.id))
        sys.exit(0 if image is None else 1)
    picture = picture_of(shown)
    if picture is None:
        for part in table(shown, language(), out.width):
            out.print(part)
        if shown.result.outcome in ("passed", "failed"):
            out.print("  " + say("show_nothing"))
        sys.exit(0 if image is None else 1)
    if image is None:
        out.print(head(shown, language()))
        for part in drawing(picture, language(), out.width):
            out.print(part)
    else:
        from grader.side_by_side.image import write

        write(picture, f"{shown.check.id} {shown.check.title[language()]}", language(), image)
        out.print(say("show_written", id=shown.check.id, file=image))
    more = [one.check.id for one in seen if one is not shown and one.result.outcome == "failed" and picture_of(one)]
    if more:
        out.print(say("show_more", commands=", ".join(f"kata show {found.number} {id}" for id in more)))


def _to_look_at(seen: list[Compared]) -> Compared | None:
    """The first failing check with something to draw, else the first that did not pass."""
    from grader.side_by_side.picture import picture_of

    lost = [one for one in seen if one.result.outcome != "passed"]
    return next((one for one in lost if picture_of(one) is not None), next(iter(lost), None))


def _can_be_drawn(image: Path) -> None:
    """Said before anything is run. Raises KataError."""
    if importlib.util.find_spec("matplotlib") is None:
        raise KataError(say("extra_missing", package="matplotlib", extra="pictures"))
    if image.suffix.lower() != ".png" or image.is_dir():
        raise KataError(say("show_not_png", file=image))
