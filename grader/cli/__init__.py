"""The `kata` command: a file per subcommand, imported only when it is called."""

from __future__ import annotations

import difflib
import importlib
import traceback
from pathlib import Path
from typing import Any

import click

from grader import __version__
from grader.errors import KataError
from grader.locale import say
from grader.locale.narrow import let_streams_narrow
from grader.staged import finish_above

COMMANDS = (
    "watch", "list", "check", "trace", "show", "hint", "solution", "reset", "update", "doctor",
    "grade", "report", "export", "autograder", "actions", "nbgrader", "release", "seal", "dev",
)  # fmt: skip


class Commands(click.Group):
    """Finds `kata NAME` in grader/cli/NAME.py, so that `kata --help` pays for nothing else."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            raise KataError(_no_command(name))
        command: click.Command = importlib.import_module(f"grader.cli.{name}").command
        return command


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
@click.version_option(__version__, prog_name="kata")
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
        if words := _in_words(problem):
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


def _in_words(problem: click.ClickException) -> str:
    """A wrong use in the learner's language, with the command's example; "" where click's own words say more."""
    if not isinstance(problem, click.UsageError) or problem.ctx is None:
        return ""
    example = (problem.ctx.command.help or "").split("\n\n")[-1]
    if isinstance(problem, click.NoSuchOption):
        return say("no_option", name=problem.option_name, command=problem.ctx.command_path)
    if isinstance(problem, click.MissingParameter) and problem.param is not None:
        option = isinstance(problem.param, click.Option)
        name = problem.param.opts[0] if option else problem.param.make_metavar(problem.ctx)
        return f"{say('argument_missing', name=name)} {example}"
    if isinstance(problem, click.BadParameter) and problem.param is not None and problem.param.type is click.INT:
        return f"{say('argument_no_number', name=problem.param.make_metavar(problem.ctx))} {example}"
    if type(problem) is click.UsageError:  # of our commands only arguments too many end so
        return f"{say('argument_extra')} {example}"
    return ""
