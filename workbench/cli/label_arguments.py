"""The arguments of `workbench label`."""

from __future__ import annotations

import argparse
from pathlib import Path

from workbench.cli.lazy_parser import LazyParser

_IMPORT_EPILOG = """\
The file is CSV, JSON, JSON Lines or a sheet with the columns label (pass, fail, unsure), and output, or case and column
that name the answer; perhaps sample, check, note, and kind (label or overrule). Rows that do not fit are left out."""


def add_label(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command; its parsers are `LazyParser`."""
    label = commands.add_parser(
        "label", parents=[shared], help="export and import labels, by which people measure the judges of a test"
    )
    late: type[argparse.ArgumentParser] = LazyParser
    what = label.add_subparsers(dest="what", metavar="WHAT", title="what", required=True, parser_class=late)
    exported = what.add_parser(
        "export", parents=[shared], help="write the labels and overrules of a test, or a sheet to fill in, as CSV"
    )
    imported = what.add_parser(
        "import",
        parents=[shared],
        help="add labels and overrules from a file to a test",
        epilog=_IMPORT_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for one in (exported, imported):
        one.add_argument("prompt", metavar="PROMPT", help="a prompt of the history")
    imported.add_argument("file", metavar="FILE", type=Path, help="a file; it is not changed")
    for one in (exported, imported):
        one.add_argument("--test", metavar="N", type=int, help="the number of the test (the newest with results)")
    exported.add_argument("--sample", action="store_true", help="a sheet of random answers to label, without verdicts")
    exported.add_argument("--check", metavar="CHECK", help="with --sample: the judged check, if there are several")
    exported.add_argument("-o", "--output", metavar="FILE", type=Path, help="the file (default: standard output)")
    exported.add_argument("--force", action="store_true", help="replace an existing file")
    imported.add_argument("--preview", action="store_true", help="only show what would be imported")
    for one in (exported, imported):
        one.add_argument("--json", action="store_true", help="one JSON document instead of lines")
