"""What can be said when the window is started.

Invariant: understood without Qt, so that help and version come where no window can open, and the same words are wrong
there.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workbench import __version__


def database(argv: Sequence[str]) -> Path | None:
    """Return the database that the arguments name, None for none; most starts have no arguments and load no parser.

    Raises SystemExit after help, version, or a sentence about arguments that are wrong.
    """
    if not argv:
        return None
    import argparse

    from workbench.host.terminal import safe_streams

    parser = argparse.ArgumentParser(prog="prompt-workbench", description="Open the Prompt Workbench window.")
    parser.add_argument(
        "--db",
        metavar="PATH",
        type=Path,
        help="the history database (else WORKBENCH_DB, else the one in your data directory)",
    )
    parser.add_argument("--version", action="version", version=f"Prompt Workbench {__version__}")
    with safe_streams():
        named: Path | None = parser.parse_args(argv).db
    return named
