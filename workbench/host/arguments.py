"""Command line arguments of the window.

Invariant: parsed without Qt, so that help, version and errors are printed where no window can open.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workbench import __version__


def database(argv: Sequence[str]) -> Path | None:
    """Return the database named by `argv`, None for none. Without arguments, argparse is not imported.

    Raises SystemExit after help, version, or an error message about invalid arguments.
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
        help="the history database (default: WORKBENCH_DB, or the one in your data directory)",
    )
    parser.add_argument("--version", action="version", version=f"Prompt Workbench {__version__}")
    with safe_streams():
        named: Path | None = parser.parse_args(argv).db
    return named
