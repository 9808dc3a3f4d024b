"""The help of the terminal: what `workbench COMMAND --help` says, for every command, in any version of Python."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator

from workbench.cli.parser import make_parser


def described() -> str:
    """Return what the help of each command says, without the layout that argparse gives it."""
    return "\n".join(_lines(make_parser()))


def _lines(parser: argparse.ArgumentParser) -> Iterator[str]:
    # Some parsers are completed when they are first used.
    parser.format_help()
    yield f"$ {parser.prog} --help"
    yield from filter(None, (parser.description, parser.epilog))
    below = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    formatter = argparse.HelpFormatter(parser.prog)
    for action in parser._actions:
        if action not in below:
            yield " ".join(filter(None, _option(formatter, action)))
    for group in parser._mutually_exclusive_groups:
        yield f"only one of: {', '.join('/'.join(one.option_strings) or one.dest for one in group._group_actions)}"
    for commands in below:
        for row in commands._choices_actions:
            yield f"{row.dest}: {row.help}"
        for command in commands.choices.values():
            yield ""
            yield from _lines(command)


def _option(formatter: argparse.HelpFormatter, action: argparse.Action) -> Iterator[str]:
    names = ", ".join(action.option_strings)
    yield names or formatter._format_args(action, action.dest)
    if names and action.nargs != 0:
        yield formatter._format_args(action, action.dest.upper())
    yield "(required)" if names and action.required else ""
    said = formatter._expand_help(action) if action.help and action.help != argparse.SUPPRESS else ""
    yield re.sub(r"\s+", " ", f"· {said}") if said else ""
