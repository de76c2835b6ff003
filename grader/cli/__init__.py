"""The `kata` command: a file per subcommand, imported only when it is called."""

from __future__ import annotations

import difflib
import importlib
import re
import traceback
from pathlib import Path
from typing import Any

import click

from grader import __version__
from grader.cli.words import Help, wrong_use
from grader.errors import KataError
from grader.locale import say
from grader.locale.narrow import let_streams_narrow
from grader.staged import finish_above

LEARNERS = ("watch", "list", "check", "trace", "show", "hint", "solution", "reset", "update", "doctor")
INSTRUCTORS = ("grade", "report", "export", "autograder", "actions", "nbgrader", "release", "seal", "dev")
COMMANDS = (*LEARNERS, *INSTRUCTORS)
click.Context.formatter_class = Help  # of every command, also of those that are not imported yet


class Commands(click.Group):
    """Finds `kata NAME` in grader/cli/NAME.py, so that `kata --help` pays for nothing else."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            raise KataError(_no_command(name))
        command: click.Command = importlib.import_module(f"grader.cli.{name}").command
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """In two lists; of each command what its help says first, whole."""
        for heading, names in (("help_commands", LEARNERS), ("help_instructors", INSTRUCTORS)):
            helps = [(name, (self.get_command(context, name) or self).help or "") for name in names]
            with formatter.section(say(heading)):
                formatter.write_dl([(name, re.split(r"[.:;](?:\s|$)", text)[0]) for name, text in helps])


def _no_command(name: str) -> str:
    """With what was probably meant: a typing error, `kata 03`, `kata help`, `kata next` as in watch mode."""
    close = difflib.get_close_matches(name, COMMANDS, 1, cutoff=0.7)
    others = {"help": "--help", "next": "list"}
    meant = f"check {name}" if name.isdigit() else others.get(name) or (close[0] if close else "")
    return say("no_command_but", name=name, line=f"kata {meant}") if meant else say("no_command", name=name)


@click.group(
    cls=Commands,
    invoke_without_command=True,
    help=f"{say('help_kata')}\n\n{say('example', line='kata check 03')}",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="kata", message="%(prog)s %(version)s")
@click.option("--plain", is_flag=True, help=say("help_plain"))
@click.pass_context
def kata(context: click.Context, plain: bool) -> None:
    """Alone it is watch mode in a terminal, in lines where it has to be or is asked for, and help elsewhere."""
    if context.invoked_subcommand is None:
        watch = importlib.import_module("grader.cli.watch")
        if plain or watch.somebody_types():
            context.invoke(watch.command, plain=plain)
        else:
            click.echo(context.get_help())


def main() -> Any:
    """Run; a KataError is a sentence and exit code 2, anything unforeseen is our fault and exit code 3."""
    let_streams_narrow()
    try:
        finish_above(Path.cwd())
        return kata(prog_name="kata", standalone_mode=False) or 0
    except click.ClickException as problem:
        if words := wrong_use(problem):
            click.echo(f"kata: {words}", err=True)
        else:
            problem.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        return 130
    except KataError as problem:
        click.echo(f"kata: {problem}", err=True)
        return 2
    except Exception:
        traceback.print_exc()
        click.echo(f"kata: {say('our_fault')}", err=True)
        return 3
