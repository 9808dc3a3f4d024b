"""The arguments of `workbench history training`, `handover` and `star`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import get_args

_EPILOG = """\
formats:
{formats}
pairs are made of answers to the same messages only. Cases are in one of the two files, never in both."""


def add_training(what: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add them to `workbench history`; its parsers are `LazyParser`."""
    what.add_parser(
        "training",
        parents=[shared],
        help="write training files from the answers you chose",
        complete=_complete_training,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what.add_parser(
        "handover",
        parents=[shared],
        help="write training files for a quarter, half and all rows, a checklist and the commands to train",
        complete=_complete_handover,
    )
    star = what.add_parser("star", parents=[shared], help="star answers, to choose them for training")
    star.add_argument("ids", metavar="ANSWER", nargs="+", help="ids of answers; show --json has them")
    star.add_argument("--off", action="store_true", help="remove the stars")
    star.add_argument("--json", action="store_true", help="one JSON document instead of a line")


def _complete_training(training: argparse.ArgumentParser) -> None:
    from workbench.formats.training import FORMATS
    from workbench.usecases.training import ChosenBy

    first, *_ = FORMATS
    ways = get_args(ChosenBy)
    lines = (f"  {row.name:<20}{row.help}" for row in FORMATS.values())
    training.epilog = _EPILOG.format(formats="\n".join(lines))
    training.add_argument("target", metavar="FOLDER", type=Path, help="the folder for train.jsonl and validation.jsonl")
    training.add_argument("--format", metavar="FORMAT", default=first, help=f"see below ({first})")
    _add_shared(training, ways, ways[0])


def _complete_handover(handover: argparse.ArgumentParser) -> None:
    from workbench.core.training_commands import training_commands
    from workbench.usecases.handover import HandOverRequest
    from workbench.usecases.training import ChosenBy

    base = training_commands().base_model
    handover.add_argument("target", metavar="FOLDER", type=Path, help="the folder for the files and HANDOVER.md")
    handover.add_argument("--base", metavar="MODEL", default="", help=f"the model to train ({base})")
    handover.add_argument("--pairs", action="store_true", help="pairs of a better and a worse answer, for DPO")
    _add_shared(handover, get_args(ChosenBy), HandOverRequest().chosen_by)


def _add_shared(parser: argparse.ArgumentParser, ways: tuple[str, ...], usual: str) -> None:
    """Add the arguments that training files and a hand-over share."""
    parser.add_argument("--prompt", metavar="NAME", help="the prompt (the sample)")
    parser.add_argument("--chosen", metavar="BY", default=usual, help=f"{', '.join(ways)} ({usual})")
    parser.add_argument(
        "--validation", metavar="SHARE", type=float, default=0.1, help="share of rows for validation (0.1)"
    )
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="seed of the split (0)")
    parser.add_argument("--epochs", metavar="N", type=int, default=3, help="epochs for the cost estimate (3)")
    parser.add_argument("--price", metavar="USD", type=float, help="dollars per million trained tokens")
    parser.add_argument("--preview", action="store_true", help="write nothing; show what would be written")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")
