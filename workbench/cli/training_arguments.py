"""The arguments of `workbench history training` and `star`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import get_args

_EPILOG = """\
formats:
{formats}
pairs are made of answers to the same messages only. Cases are in one of the two files, never in both."""


def add_training(what: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add both to `workbench history`; its parsers are `LazyParser`."""
    what.add_parser(
        "training",
        parents=[shared],
        help="write training files from the answers you chose",
        complete=_complete_training,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    star = what.add_parser("star", parents=[shared], help="star answers, to choose them for training")
    star.add_argument("ids", metavar="ANSWER", nargs="+", help="ids of answers; show --json has them")
    star.add_argument("--off", action="store_true", help="remove the stars")
    star.add_argument("--json", action="store_true", help="one JSON document instead of a line")


def _complete_training(training: argparse.ArgumentParser) -> None:
    from workbench.formats.training import FORMATS
    from workbench.usecases.training import ChosenBy

    first, *_ = FORMATS
    lines = (f"  {row.name:<20}{row.help}" for row in FORMATS.values())
    training.epilog = _EPILOG.format(formats="\n".join(lines))
    training.add_argument("target", metavar="FOLDER", type=Path, help="the folder for train.jsonl and validation.jsonl")
    training.add_argument("--prompt", metavar="NAME", help="the prompt (the sample)")
    training.add_argument("--format", metavar="FORMAT", default=first, help=f"see below ({first})")
    ways = get_args(ChosenBy)
    training.add_argument("--chosen", metavar="BY", default=ways[0], help=f"{', '.join(ways)} ({ways[0]})")
    training.add_argument(
        "--validation", metavar="SHARE", type=float, default=0.1, help="share of rows for validation (0.1)"
    )
    training.add_argument("--seed", metavar="N", type=int, default=0, help="seed of the split (0)")
    training.add_argument("--epochs", metavar="N", type=int, default=3, help="epochs for the cost estimate (3)")
    training.add_argument("--price", metavar="USD", type=float, help="dollars per million trained tokens")
    training.add_argument("--preview", action="store_true", help="write nothing; show what would be written")
    training.add_argument("--json", action="store_true", help="one JSON document instead of lines")
