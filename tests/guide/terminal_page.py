"""Makes the page about the terminal from its parser, its table of commands, and the docstrings of its modules."""

from __future__ import annotations

import argparse
import importlib
import inspect
import re
import textwrap
from collections.abc import Iterator

from workbench.cli.command_table import COMMANDS, CommandRow
from workbench.cli.parser import make_parser

_TOLD_IN = {"run:run": "workbench.cli.report"}
"""Modules that describe the JSON document of a command, where that is not the module of its function."""
_ELSEWHERE = {"test": "[Reports of tests](../TEST_REPORTS.md) describes the JSON document."}
_SHARED = ("-h", "--db", "--json")


def terminal() -> Iterator[str]:
    """Yield the page: what holds for all commands, then each command."""
    parser = make_parser()
    yield str(parser.description)
    yield ""
    yield "- `--db PATH` or the variable `WORKBENCH_DB` choose another history than the window's."
    yield "- `--json` prints one JSON document. Its `json_format` (of `test` and `decide`: `format`) rises when a key"
    yield "  is removed or changes its meaning; new keys do not change it."
    yield "- Exit codes: 0 success, 1 something failed or nothing was found, 2 wrong usage, 3 the budget of a test was"
    yield "  reached, 130 stopped with Ctrl+C. Lists of nothing end with 0."
    yield "- In a pipe, answers and what `show`, `diff`, `query` and `export` print are exact; everywhere else control"
    yield "  characters are made visible."
    yield "- Models are named `builtin`, `echo`, any id that LiteLLM knows, or `endpoint/model` for your own endpoints."
    yield "- Completion: `source <(workbench completion bash)` in `~/.bashrc`, the same with zsh in `~/.zshrc`, and"
    yield "  `workbench completion fish > ~/.config/fish/completions/workbench.fish`."
    yield ""
    for path, row in COMMANDS.items():
        yield from _command(_parser(parser, path), row)


def _parser(parser: argparse.ArgumentParser, path: str) -> argparse.ArgumentParser:
    for word in path.split():
        below = next(one for one in parser._actions if isinstance(one, argparse._SubParsersAction))
        helps = {row.dest: row.help for row in below._choices_actions}
        parser = below.choices[word]
        parser.description = parser.description or helps.get(word)
    parser.format_help()
    return parser


def _command(parser: argparse.ArgumentParser, row: CommandRow) -> Iterator[str]:
    yield f"## workbench {row.path}"
    yield ""
    yield f"{str(parser.description)[:1].upper()}{str(parser.description)[1:]}."
    yield ""
    yield from ("```sh", row.example, "```", "")
    formatter = argparse.HelpFormatter(parser.prog)
    for action in parser._actions:
        if not set(action.option_strings) & set(_SHARED):
            yield f"- {_names(formatter, action)}: {_help(formatter, action)}"
    yield ""
    if row.path not in ("run", "pack run") and parser.epilog:
        yield from ("```text", *str(parser.epilog).splitlines(), "```", "")
    yield from _document(row)


def _names(formatter: argparse.HelpFormatter, action: argparse.Action) -> str:
    given = formatter._format_args(action, action.metavar if isinstance(action.metavar, str) else action.dest.upper())
    if not action.option_strings:
        return f"`{given}`"
    names = ", ".join(f"`{name}`" for name in action.option_strings)
    return names if action.nargs == 0 else f"{names} `{given}`"


def _help(formatter: argparse.HelpFormatter, action: argparse.Action) -> str:
    said = re.sub(r"\s+", " ", formatter._expand_help(action)) if action.help else ""
    return re.sub(r"([<>*_|\[\]$])", r"\\\1", said)


def _document(row: CommandRow) -> Iterator[str]:
    """Yield what the module of a command says about its JSON document."""
    if row.path in _ELSEWHERE:
        yield from (_ELSEWHERE[row.path], "")
        return
    module = importlib.import_module(_TOLD_IN.get(row.function, f"workbench.cli.{row.function.partition(':')[0]}"))
    told = inspect.cleandoc(module.__doc__ or "")
    _, mark, rest = told.partition("The JSON document")
    if mark:
        text = textwrap.dedent(f"The JSON document{rest}").partition("\nInvariant:")[0].rstrip()
        yield from ("```text", *text.splitlines(), "```", "")
