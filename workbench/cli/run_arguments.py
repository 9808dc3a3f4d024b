"""Runs that the arguments of a command mean.

Invariant: a run is meant by its id or by how that begins, if only one begins so; a search waits until all that has
ended can be found.
"""

from __future__ import annotations

import sys
import time

from workbench.usecases.problems import RefusedError
from workbench.usecases.workbench import Workbench

_LOOK_EVERY_S = 0.05
_TELL_AFTER_S = 0.5


def whole_uid(workbench: Workbench, beginning: str) -> str:
    """Return the id of the one run whose id begins so. Raises RefusedError."""
    uids = workbench.searcher.run_of(beginning) if beginning else ()
    if len(uids) != 1:
        what = "Several runs begin" if uids else "No run begins"
        raise RefusedError(
            f"{what} with “{beginning}”. `workbench history list` has the ids of runs first on each line."
        )
    return uids[0]


def wait_for_index(workbench: Workbench) -> None:
    """Wait until all that has ended can be found; of an old history that takes a while, which is told."""
    began, told = time.monotonic(), False
    while workbench.searcher.behind(1):
        if not told and time.monotonic() - began > _TELL_AFTER_S:
            print(
                f"Making {workbench.searcher.behind():,} runs findable; this is done once. Ctrl+C keeps what is done.",
                file=sys.stderr,
            )
            told = True
        time.sleep(_LOOK_EVERY_S)
