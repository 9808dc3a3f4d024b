"""The arguments of `workbench run` and `workbench pack`.

Invariant: every command that runs a prompt takes the same arguments, wherever the prompt is from.
"""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path

from workbench.cli.prompt_arguments import LANES_HELP, add_var
from workbench.core.parameters import table

_PARAM_HELP = "a parameter of every lane, listed below, or one of the provider's own; repeat for more"
_JSON_HELP = "one JSON document instead of lines"
_PACK_HELP = "a pack: a folder or a .promptpack file"
_EPILOG = """\
a pack is a folder, or the same folder as one .promptpack file: prompts with their versions, cases, attachments, a
README and a promptfooconfig.yaml that promptfoo runs. docs/PACKS.md describes it."""


def add_running(run: argparse.ArgumentParser) -> None:
    """Add the arguments of a run."""
    run.add_argument("--model", metavar="M", action="append", default=[], help=LANES_HELP)
    add_var(run)
    run.add_argument("--param", metavar="K=V", action="append", default=[], help=_PARAM_HELP)
    run.formatter_class = argparse.RawDescriptionHelpFormatter
    run.epilog = "\n\n".join(filter(None, [run.epilog, _parameter_list()]))
    run.add_argument("--note", metavar="TEXT", default="", help="a note on the iteration")
    run.add_argument("--over-limit", action="store_true", help="run even if a limit of one run is exceeded")
    add_confirming(run)
    run.add_argument("--json", action="store_true", help="one JSON document with everything, at the end")


def add_confirming(command: argparse.ArgumentParser) -> None:
    """Add --confirm-address."""
    command.add_argument(
        "--confirm-address",
        metavar="URL",
        action="append",
        default=[],
        help="send a key to this address although it was entered for another one; this is remembered",
    )


def _parameter_list() -> str:
    lines = ["parameters:"]
    for row in table():
        words = f"{row.requirement[0].upper()}{row.requirement[1:]}. {row.help}"
        lines += textwrap.wrap(words, 100, initial_indent=f"  {row.name:<20}", subsequent_indent=" " * 22)
    return "\n".join(lines)


def add_pack(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add `pack` and its subcommands."""
    pack = commands.add_parser(
        "pack",
        parents=[shared],
        help="export and import prompts as packs",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = pack.add_subparsers(dest="what", metavar="WHAT", title="what", required=True)
    _add_export(what.add_parser("export", parents=[shared], help="export prompts as a pack"))
    _add_import(what.add_parser("import", parents=[shared], help="import the prompts of a pack"))
    undo = what.add_parser("undo", parents=[shared], help="undo the last import")
    undo.add_argument("--json", action="store_true", help=_JSON_HELP)
    for name, words in (
        ("validate", "check a pack, file by file"),
        ("show", "show the contents of a pack"),
        ("diff", "compare a pack with the history or another pack"),
    ):
        one = what.add_parser(name, parents=[shared], help=words)
        one.add_argument("pack", metavar="PACK", type=Path, help=_PACK_HELP)
        one.add_argument("--json", action="store_true", help=_JSON_HELP)
    what.choices["show"].add_argument(
        "--evidence", action="store_true", help="include iterations, answers, verdicts and the results of tests"
    )
    what.choices["diff"].add_argument("other", metavar="OTHER", type=Path, nargs="?", help="another pack")
    run = what.add_parser("run", parents=[shared], help="run a prompt of a pack and record it as an iteration")
    run.add_argument("pack", metavar="PACK", type=Path, help=_PACK_HELP)
    run.add_argument("--prompt", metavar="SLUG", help="the prompt of the pack")
    run.add_argument("--case", metavar="NAME", default="", help="use the values of this case")
    add_running(run)


def _add_export(export: argparse.ArgumentParser) -> None:
    export.add_argument("target", metavar="OUT", type=Path, help="a new folder, or a file that ends in .promptpack")
    export.add_argument(
        "--prompt", metavar="NAME", action="append", default=[], help="a prompt; repeat for more (the sample)"
    )
    export.add_argument(
        "--versions",
        metavar="WHICH",
        default="winner",
        help='winner, all, or names such as "#2,#5,imported 1"; the last is used. 2 is #2, what iteration 2 ran',
    )
    export.add_argument("--name", help="the name of the pack")
    export.add_argument("--description", help="the purpose of the pack")
    export.add_argument("--licence", help="the licence, such as Apache-2.0")
    export.add_argument("--author", help="the author")
    export.add_argument(
        "--evidence", action="store_true", help="include iterations, answers, verdicts and the results of tests"
    )
    export.add_argument("--hold-out", action="store_true", help="include held-out cases")
    export.add_argument(
        "--preview", action="store_true", help="write nothing; show what would be written and disclosed"
    )
    export.add_argument(
        "--disclose", action="store_true", help="write it even if it contains keys, addresses or the like"
    )
    export.add_argument("--json", action="store_true", help=_JSON_HELP)


def _add_import(import_: argparse.ArgumentParser) -> None:
    import_.add_argument("pack", metavar="PACK", type=Path, help=_PACK_HELP)
    import_.add_argument(
        "--choose",
        metavar="SLUG=add|update|skip",
        action="append",
        default=[],
        help="what to do with a prompt; repeat for more (new ones are added, changed ones updated, others skipped)",
    )
    import_.add_argument("--preview", action="store_true", help="write nothing; show what is new, changed or the same")
    import_.add_argument("--json", action="store_true", help=_JSON_HELP)
