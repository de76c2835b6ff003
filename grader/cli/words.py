"""click's own words in the learner's language: the headings and the usage line of a help, and what a wrong use is told.

click takes its words from gettext's catalogue of the system's language; ours has one home, grader/locale, and is chosen
by KATA_LANG. What click says here is that of click 8; of another wording its English would stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import click

from grader.locale import say

PLACEHOLDERS = (
    "OPTIONS", "COMMAND", "ARGS", "DIR", "FILE", "TEXT", "SECONDS", "OLD", "ADDRESS", "PLACE", "COURSE", "NAME",
    "ASSIGNMENT", "LEVEL", "CHECK", "SUBMISSIONS", "RELEASE", "ROSTER",
)  # fmt: skip
HEADINGS = {"Options": "help_options", "Commands": "help_commands"}
OWN_OPTIONS = {"Show this message and exit.": "help_help", "Show the version and exit.": "help_version"}


class Help(click.HelpFormatter):
    """A help whose frame speaks the learner's language, as the texts in it do."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, placeholders(args), prefix or f"{say('usage')} ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(say(HEADINGS[heading]) if heading in HEADINGS else heading)

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(placeholders(name), _of_an_option(text)) for name, text in rows], col_max, col_spacing)


def placeholders(text: str) -> str:
    """`--out DIR` in the learner's language."""
    return re.sub(r"[A-Z]{3,}", lambda word: _placeholder(word[0]), text)


def _placeholder(word: str) -> str:
    return say(f"placeholder_{word.lower()}") if word in PLACEHOLDERS else word


def _of_an_option(text: str) -> str:
    text = say(OWN_OPTIONS[text]) if text in OWN_OPTIONS else text
    return text.replace("[required]", f"[{say('help_required')}]")


def wrong_use(problem: click.ClickException) -> str:
    """What was used wrongly and how to mend it, with the command's example where its command is known; "" where a help
    is to be shown in its place."""
    if isinstance(problem, click.exceptions.NoArgsIsHelpError):
        return ""
    context = problem.ctx if isinstance(problem, click.UsageError) else None
    example = (context.command.help or "").split("\n\n")[-1] if context is not None else ""
    if isinstance(problem, click.NoSuchOption) and context is not None:
        return say("no_option", name=problem.option_name, command=context.command_path)
    if isinstance(problem, click.exceptions.NoSuchCommand) and context is not None:
        return say("no_subcommand", name=problem.command_name, command=context.command_path)
    if isinstance(problem, click.BadOptionUsage):  # click tells the two apart in its text alone
        key = "option_without_value" if "does not take" in problem.message else "option_needs_value"
        return say(key, name=problem.option_name)
    if isinstance(problem, click.BadParameter) and problem.param is not None and context is not None:
        return f"{_about(problem, problem.param, context)} {example}".rstrip()
    if type(problem) is click.UsageError:  # of our commands only arguments too many end so
        return f"{say('argument_extra')} {example}".rstrip()
    return problem.format_message()


def _about(problem: click.BadParameter, param: click.Parameter, context: click.Context) -> str:
    """What is wrong with a value that was given, or that it is missing."""
    name = param.opts[0] if isinstance(param, click.Option) else placeholders(param.make_metavar(context))
    kind = param.type
    if isinstance(problem, click.MissingParameter):
        return say("argument_missing", name=name)
    if isinstance(kind, click.Choice):
        return say("argument_not_among", name=name, choices=", ".join(map(str, kind.choices)))
    if isinstance(kind, (click.IntRange, click.FloatRange)):
        key = "argument_whole_from" if isinstance(kind, click.IntRange) else "argument_from"
        return say(key, name=name, least=kind.min)
    if kind is click.INT:
        return say("argument_no_number", name=name)
    return say("argument_unfit", name=name)
