"""Opening the database that the arguments mean.

Invariant: the terminal works beside an open window; it never takes the window's lock.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from workbench.host.dirs import default_database, named_database, places
from workbench.usecases.workbench import Workbench


def database(args: argparse.Namespace, env: Mapping[str, str]) -> Path:
    """Return the database file: --db, else WORKBENCH_DB, else the window's."""
    chosen: Path | None = getattr(args, "db", None)
    return default_database(env) if chosen is None else named_database(chosen)


def open_workbench(args: argparse.Namespace, env: Mapping[str, str]) -> Workbench:
    """Open it. Raises StoreError or HostError."""
    workbench = Workbench.open(database(args, env), places(env), env)
    if workbench.notice:
        print(workbench.notice, file=sys.stderr)
    return workbench
