"""kata actions: what the workflows in .github/ call, one command a step (docs/github.md)."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path

import click

from grader.cli.tools import help_of
from grader.ledger import Ledger
from grader.locale import language, say
from grader.model import Attempt, worst
from grader.reports.json_report import printable
from grader.reports.text import number

FILE = click.Path(path_type=Path)


def _help(key: str, example: str) -> str:
    return f"{say(key)}\n\n{say('example', line=example)}"


@click.group(help=help_of("actions", "kata actions summary results/"))
def command() -> None: ...


def _attempts(results: Path) -> list[Attempt]:
    with closing(Ledger.existing(results)) as ledger:
        return list(ledger.attempts())


@command.command(help=_help("help_actions_take", "kata actions take --out in/"))
@click.option("--out", type=FILE, required=True, metavar="DIR", help=say("help_actions_in"))
def take(out: Path) -> None:
    from grader.actions import api, collect, event

    found = event.event(os.environ)
    collect.take(api.Api.of(os.environ), found.repository, found.commit, out / found.student)


@command.command(help=_help("help_actions_collect", "kata actions collect roster.csv --out in/ --commits commits.csv"))
@click.argument("roster", type=FILE, metavar="ROSTER")
@click.option("--out", type=FILE, required=True, metavar="DIR", help=say("help_actions_in"))
@click.option("--commits", type=FILE, required=True, metavar="FILE", help=say("help_actions_commits"))
def collect(roster: Path, out: Path, commits: Path) -> None:
    from grader.actions import api, collect

    taken = collect.collect(api.Api.of(os.environ), collect.roster(roster), out)
    collect.write_commits(taken, commits)
    for one in taken:
        if one.reason:
            click.echo(say("actions_missing", student=one.student, reason=one.reason))
    click.echo(say("actions_taken", count=sum(not one.reason for one in taken), all=len(taken)))


@command.command(help=_help("help_actions_quiet", "kata actions quiet -- kata grade in/ --out results/"))
@click.argument("line", nargs=-1, required=True, metavar="COMMAND...")
def quiet(line: tuple[str, ...]) -> None:
    from grader.actions.runner import quietly

    sys.exit(quietly(line, os.environ, click.echo))


@command.command(help=_help("help_actions_summary", "kata actions summary results/"))
@click.argument("results", type=FILE, metavar="DIR")
def summary(results: Path) -> None:
    from grader.actions.page import page
    from grader.actions.runner import append

    append("GITHUB_STEP_SUMMARY", page(_attempts(results), language()), os.environ)


@command.command(help=_help("help_actions_outputs", "kata actions outputs results/"))
@click.argument("results", type=FILE, metavar="DIR")
def outputs(results: Path) -> None:
    """`broken` has no number, and ends with 3."""
    from grader.actions.runner import output

    attempts = _attempts(results)
    outcome = worst([one.outcome for one in attempts])
    broken = outcome == "broken"
    output("outcome", outcome, os.environ)
    output("score", "" if broken else number(sum(one.score or 0 for one in attempts)), os.environ)
    output("max-score", number(sum(one.max_score for one in attempts)), os.environ)
    sys.exit(3 if broken else 0)


@command.command(help=_help("help_actions_handover", "kata actions handover results/ --out attempts.json"))
@click.argument("results", type=FILE, metavar="DIR")
@click.option("--out", type=FILE, required=True, metavar="FILE", help=say("help_actions_file"))
def handover(results: Path, out: Path) -> None:
    from grader.actions import handover

    handover.write(_attempts(results), out)


@command.command(help=_help("help_actions_status", "kata actions status attempts.json --commits commits.csv"))
@click.argument("file", type=FILE, metavar="FILE")
@click.option("--commits", type=FILE, metavar="FILE", help=say("help_actions_commits"))
def status(file: Path, commits: Path | None) -> None:
    from grader.actions import api, collect, event, handover, publish

    if commits is None:
        here = event.event(os.environ)
        if here.fork:
            click.echo(say("actions_fork"))
            return
        places = {here.student: (here.repository, here.commit)}
    else:
        places = collect.read_commits(commits)
    server, attempts = api.Api.of(os.environ), handover.read(file)
    known = [one for one in attempts if one.student in places]  # the commits decide who is told of, not the judging job
    told = sum(publish.status(server, *places[one.student], one, language()) for one in known)
    click.echo(say("actions_told", count=told))


@command.command(help=_help("help_actions_comment", "kata actions comment attempts.json"))
@click.argument("file", type=FILE, metavar="FILE")
def comment(file: Path) -> None:
    from grader.actions import api, event, handover, publish

    here = event.event(os.environ)
    if here.pull is None or here.fork:
        click.echo(say("actions_fork" if here.fork else "actions_no_pull"))
        return
    publish.put_comment(api.Api.of(os.environ), here, handover.read(file), language())
    click.echo(say("actions_commented", place=printable(f"{here.repository}#{here.pull}")))
