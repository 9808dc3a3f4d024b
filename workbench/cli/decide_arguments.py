"""The arguments of `workbench decide`."""

from __future__ import annotations

import argparse


def add_deciding(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser
) -> None:
    """Add `decide`."""
    decide = commands.add_parser(
        "decide", parents=[shared], help="say from a prompt's history whether prompting is enough"
    )
    decide.add_argument("prompt", metavar="PROMPT", help="a prompt of the history")
    decide.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    decide.add_argument("--markdown", metavar="FILE", help="also write the report as Markdown")
    decide.add_argument("--html", metavar="FILE", help="also write the report as an HTML page without scripts")
