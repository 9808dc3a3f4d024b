"""The arguments of `workbench models`."""

from __future__ import annotations

import argparse

from workbench.cli.pack_arguments import add_confirming


def add_models(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add `models`."""
    models = commands.add_parser("models", parents=[shared], help="list models, the id first on each line")
    models.add_argument("query", metavar="QUERY", nargs="*", help="words in the id or the provider")
    source = models.add_mutually_exclusive_group()
    source.add_argument("--endpoint", metavar="NAME", help="list the models of one of your endpoints")
    source.add_argument(
        "--retiring",
        action="store_true",
        help="list the models you use that are retired or retire within 90 days, with their successors",
    )
    add_confirming(models)
    models.add_argument("--json", action="store_true", help="one JSON document instead of lines; prices are per token")
