"""Find and open the database that the arguments name.

Invariant: the terminal works beside an open window and does not take the window's lock to open the database. Only
commands that write create a history.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from workbench.host.dirs import DATABASE_VARIABLE, default_database, named_database, places
from workbench.usecases.problems import RefusedError
from workbench.usecases.workbench import Workbench


class NoHistoryError(RefusedError):
    """There is no history in the usual place yet, because nothing was run."""


def database(args: argparse.Namespace, env: Mapping[str, str]) -> Path:
    """Return the path of the database file: --db, else WORKBENCH_DB, else the window's."""
    chosen: Path | None = getattr(args, "db", None)
    return default_database(env) if chosen is None else named_database(chosen)


def require(args: argparse.Namespace, env: Mapping[str, str], path: Path) -> None:
    """Raise RefusedError if there is no file at `path`, the database that the arguments name."""
    try:
        path.stat()
    except FileNotFoundError:
        pass
    except OSError:
        # Opening the file gives a better error.
        return
    else:
        return
    if getattr(args, "db", None) is not None:
        raise RefusedError(f"There is no history at {path}. Check the name after --db.")
    if env.get(DATABASE_VARIABLE):
        raise RefusedError(f"There is no history at {path}. {DATABASE_VARIABLE} names it: correct or unset that.")
    raise NoHistoryError(
        "There is no history yet. The first run creates it, in the window or with workbench run.", str(path)
    )


def command(args: argparse.Namespace, does: str) -> str:
    """Return a `workbench history` command line for the same database."""
    return for_database(args, f"workbench history {does}")


def for_database(args: argparse.Namespace, line: str) -> str:
    """Return `line` with --db added if the arguments have it."""
    named = getattr(args, "db", None)
    return line if named is None else f"{line} --db {shlex.quote(str(named))}"


def way_out(args: argparse.Namespace) -> str:
    """Return a sentence with the commands that recover a damaged history."""
    return (
        f"Restore the newest backup: {command(args, 'restore newest')}; or recover what is readable into a new file: "
        f"{command(args, 'salvage NEW.db')}"
    )


def open_workbench(args: argparse.Namespace, env: Mapping[str, str], *, makes: bool = False) -> Workbench:
    """Open the database; `makes` creates it if it does not exist. Raises StoreError, HostError, RefusedError."""
    path = database(args, env)
    if not makes:
        require(args, env, path)
    workbench = Workbench.open(path, places(env), env)
    if workbench.notice:
        print(workbench.notice, file=sys.stderr)
    return workbench
