"""The parser of the `workbench` command: all its commands and their arguments.

Invariant: modules that only one command's arguments need are imported when that command is used (`LazyParser`).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from workbench import __version__
from workbench.cli.decide_arguments import add_deciding
from workbench.cli.label_arguments import add_label
from workbench.cli.lazy_parser import LazyParser
from workbench.cli.models_arguments import add_models
from workbench.cli.pack_arguments import add_pack, add_running
from workbench.cli.prompt_arguments import RUN_HELP, add_prompts
from workbench.cli.setup_arguments import add_completion, add_setup
from workbench.cli.testing_arguments import add_testing
from workbench.cli.training_arguments import add_training

_EPILOG = """\
models are named `builtin`, `echo`, any id that LiteLLM knows, or `endpoint-name/model` for your own endpoints.
Without --prompt the sample is run, without --model the lanes of the prompt.
exit codes: 0 success, 1 something failed or nothing was found, 2 wrong usage, 3 a budget was reached, 130 stopped.
JSON documents have a number, json_format or format, that rises when a key changes its meaning or is removed."""

_SEARCH_EPILOG = """\
words, "phrases" and beginnings* are searched in prompts, values, answers and notes; all must match.
-word excludes runs that have it. Filters:
{filters}
A - before a filter negates it. Put -- before a query that begins with -."""

_CARE = ("backup", "check", "salvage", "restore", "move")
"""`workbench history` commands for maintenance of the file."""
_IMPORT_EPILOG = """\
files to import:
{formats}
Importing again adds only what is new. Ctrl+C keeps what is imported so far."""

_QUERY_EPILOG = """\
The views run_list, output_list, verdict_list and others join the tables; the guide describes them.
SELECT name, sql FROM sqlite_schema shows all tables. ATTACH, PRAGMA and every change are refused."""

_EXPORT_EPILOG = """\
{formats}
Write a query that begins with - as --query=-word."""


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--db",
        metavar="PATH",
        type=Path,
        # Not None: the subcommand's default would overwrite a --db given before the subcommand.
        default=argparse.SUPPRESS,
        help="the history database (default: WORKBENCH_DB, or the one of the window)",
    )
    parser: argparse.ArgumentParser = LazyParser(
        prog="workbench",
        description="Run prompts against models side by side; every run is kept in the history.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[shared],
    )
    parser.add_argument("-V", "--version", action="version", version=f"workbench {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    run = commands.add_parser("run", parents=[shared], help="run a prompt and record it as an iteration")
    run.add_argument("text", metavar="TEXT", nargs="?", help="a prompt as text; - reads it from standard input")
    run.add_argument(
        "--prompt", metavar="NAME|FILE", help="a prompt of the history or a .prompt.yml file; with TEXT its name"
    )
    add_running(run)
    add_models(commands, shared)
    add_testing(commands, shared)
    add_label(commands, shared)
    add_deciding(commands, shared)
    add_prompts(commands, shared)
    _add_import(commands, shared)
    _add_history(commands, shared)
    add_pack(commands, shared)
    add_setup(commands, shared)
    doctor = commands.add_parser("doctor", parents=[shared], help="check that everything works")
    doctor.add_argument("--install-model", action="store_true", help="download the built-in model first")
    doctor.add_argument("--network", action="store_true", help="only list all addresses that may be contacted")
    doctor.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    add_completion(commands, shared)
    return parser


def _add_history(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser
) -> None:
    history = commands.add_parser("history", parents=[shared], help="find, compare, import and export runs")
    what = history.add_subparsers(dest="what", metavar="WHAT", title="what", required=True)
    json_help = "one JSON document instead of lines"
    listed = what.add_parser("list", parents=[shared], help="list the newest runs, one per line, id first")
    searched = what.add_parser(
        "search",
        parents=[shared],
        help="search runs by words and filters",
        complete=_complete_search,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    searched.add_argument("query", metavar="QUERY", nargs="*", help="the search; quote it as one argument")
    searched.add_argument("--saved", metavar="NAME", help="a search saved in the window; a query narrows it down")
    orders = searched.add_mutually_exclusive_group()
    orders.add_argument("--best", action="store_true", help="best matches first, not newest")
    for pages, order in ((listed, listed), (searched, orders)):
        order.add_argument("--oldest", action="store_true", help="oldest first, not newest")
        pages.add_argument("--limit", metavar="N", type=int, default=20, help="maximum number of runs (20)")
        pages.add_argument("--after", metavar="PLACE", help="continue after the previous page")
        pages.add_argument("--json", action="store_true", help=json_help)
    saved = what.add_parser("searches", parents=[shared], help="list the saved searches, one per line, name first")
    saved.add_argument("--json", action="store_true", help=json_help)
    shown = what.add_parser("show", parents=[shared], help="show a run: prompt, values, answers, verdict")
    shown.add_argument("id", metavar="ID", help=RUN_HELP)
    shown.add_argument("--json", action="store_true", help=json_help)
    compared = what.add_parser("diff", parents=[shared], help="compare the prompts and answers of two runs")
    compared.add_argument("old", metavar="A", help=RUN_HELP)
    compared.add_argument("new", metavar="B", help="the run to compare it with")
    compared.add_argument("--json", action="store_true", help=json_help)
    asked = what.add_parser(
        "query",
        parents=[shared],
        help="read the history with SQL; nothing can be changed",
        epilog=_QUERY_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    asked.add_argument("sql", metavar="SQL", help="the statement, quoted; - reads it from standard input")
    shapes = asked.add_mutually_exclusive_group()
    shapes.add_argument("--csv", action="store_true", help="CSV with a header")
    shapes.add_argument("--json", action="store_true", help="one JSON document with a list of rows")
    _add_import(what, shared)
    what.add_parser(
        "export",
        parents=[shared],
        help="export runs to a file",
        complete=_complete_export,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    deleted = what.add_parser("delete", parents=[shared], help="delete runs, bring them back, or delete them for good")
    deleted.add_argument(
        "ids", metavar="ID", nargs="+", help="the id of a run, its beginning, or last for the newest run"
    )
    deleted.add_argument("--back", action="store_true", help="bring deleted runs back")
    deleted.add_argument("--for-good", action="store_true", help="delete for good, and rewrite the file without them")
    deleted.add_argument("--with-backups", action="store_true", help="with --for-good: also backups that have them")
    deleted.add_argument("--preview", action="store_true", help="only show what --for-good would do")
    deleted.add_argument("--json", action="store_true", help=json_help)
    add_training(what, shared)
    what.add_parser("backup", parents=[shared], help="make a verified backup beside the history")
    what.add_parser("check", parents=[shared], help="check the file for damage")
    salvaged = what.add_parser(
        "salvage", parents=[shared], help="recover what is readable in a damaged file into a new one"
    )
    salvaged.add_argument("target", metavar="NEW", type=Path, help="the new file")
    restored = what.add_parser(
        "restore", parents=[shared], help="replace the history with a backup; the old one becomes a backup"
    )
    restored.add_argument("backup", metavar="BACKUP", nargs="?", help="its file, or newest (default: list all)")
    moved = what.add_parser("move", parents=[shared], help="move the history to another folder and use it there")
    moved.add_argument("folder", metavar="FOLDER", type=Path, help="the folder")
    moved.add_argument("--remove", action="store_true", help="remove the old file after verifying the new one")
    for care in _CARE:
        what.choices[care].add_argument("--json", action="store_true", help=json_help)


def _add_import(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    imported = commands.add_parser(
        "import",
        parents=[shared],
        help="import runs, and prompts with their tests, from other tools",
        complete=_complete_import,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    imported.add_argument("files", metavar="FILE", nargs="+", type=Path, help="a file; it is not changed")
    imported.add_argument("--preview", action="store_true", help="only show what would be imported")
    imported.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    imported.set_defaults(what="import")


def _complete_search(searched: argparse.ArgumentParser) -> None:
    from workbench.core.search.filter_fields import help_lines
    from workbench.store.search.fields import FIELDS

    searched.epilog = _SEARCH_EPILOG.format(filters="\n".join(f"  {line}" for line in help_lines(FIELDS)))


def _complete_import(imported: argparse.ArgumentParser) -> None:
    from workbench.formats.imports import importable

    lines = (f"  {row.id:<11}{row.help}" for row in importable())
    imported.epilog = _IMPORT_EPILOG.format(formats="\n".join(lines))


def _complete_export(exported: argparse.ArgumentParser) -> None:
    from workbench.formats.exports import FORMATS

    first, *_ = FORMATS
    width = max(map(len, FORMATS)) + 2
    lines = (f"{row.id:<{width}}{row.help}" for row in FORMATS.values())
    exported.epilog = _EXPORT_EPILOG.format(formats="\n".join(lines))
    exported.add_argument(
        "ids", metavar="ID", nargs="*", help="the id of a run, its beginning, or last for the newest run"
    )
    exported.add_argument("--query", metavar="QUERY", help="the runs that match a search (default: all runs)")
    exported.add_argument("--format", choices=tuple(FORMATS), help="the format (default: by the file name)")
    exported.add_argument(
        "-o", "--output", metavar="FILE", type=Path, help=f"the file (default: standard output, as {first})"
    )
    exported.add_argument("--force", action="store_true", help="replace an existing file")
    exported.add_argument("--json", action="store_true", help="one JSON document about the written file")
