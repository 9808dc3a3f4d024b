"""The arguments of `workbench decide`."""

from __future__ import annotations

import argparse


def add_deciding(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser
) -> None:
    """Add `decide`."""
    decide = commands.add_parser("decide", parents=[shared], help="say what to do about a prompt, from its history")
    decide.add_argument("prompt", metavar="PROMPT", help="a prompt of the history")
    decide.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    decide.add_argument("--markdown", metavar="FILE", help="write the report as a text too")
    decide.add_argument("--html", metavar="FILE", help="write the report as one page without scripts too")
