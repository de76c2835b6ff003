"""kata trace NN [CHECK]: the visible checks' values, the learner's beside the reference's."""

from __future__ import annotations

import click

from grader import catalog
from grader.cli.tools import compared_checks, console, help_of
from grader.locale import language, say


@click.command("trace", help=help_of("trace", "kata trace 03 03.2a"))
@click.argument("exercise", metavar="NN")
@click.argument("check", required=False, metavar="[CHECK]")
def command(exercise: str, check: str | None) -> None:
    from grader.side_by_side.picture import picture_of
    from grader.side_by_side.table import head, in_place_of_values, table

    found, out = catalog.resolve(catalog.find_root(), exercise), console()
    out.print(f"{found.number} · {found.title[language()]}", style="bold")
    told: set[str] = set()
    for compared in compared_checks(found, check):
        reason = in_place_of_values(compared, language())
        if reason and reason in told:  # a stub, a file that Python cannot read: said once
            out.print(head(compared, language()))
            continue
        told.add(reason)
        out.print()
        for part in table(compared, language(), out.width, whole=check is not None):
            out.print(part)
        if compared.result.outcome == "failed" and picture_of(compared) is not None:
            out.print("  " + say("trace_drawn", command=f"kata show {found.number} {compared.check.id}"))
