"""Find the runs that the arguments of a command name.

Invariant: a run is named by its id, a unique prefix of it, or the word LAST. A search waits until all runs that have
ended are indexed.
"""

from __future__ import annotations

import sys
import time

from workbench.usecases.problems import RefusedError
from workbench.usecases.workbench import Workbench

LAST = "last"
_LOOK_EVERY_S = 0.05
_TELL_AFTER_S = 0.5


def whole_uid(workbench: Workbench, beginning: str) -> str:
    """Return the id of the only run whose id begins with `beginning`, of the newest one for LAST.

    Raises RefusedError for none or several.
    """
    if beginning == LAST:
        rows = workbench.searcher.search("", limit=1).page.rows
        if not rows:
            raise RefusedError("There is no run yet. `workbench run` makes one.")
        return rows[0].row.uid
    uids = workbench.searcher.run_of(beginning) if beginning else ()
    if len(uids) != 1:
        what = "Several runs begin" if uids else "No run begins"
        raise RefusedError(
            f"{what} with “{beginning}”. `workbench history list` has the ids of runs first on each line; "
            f"“{LAST}” is the newest run."
        )
    return uids[0]


def wait_for_index(workbench: Workbench) -> None:
    """Wait until all runs that have ended are indexed. Says so on stderr if it takes long, as for an old history."""
    began, told = time.monotonic(), False
    while workbench.searcher.behind(1):
        if not told and time.monotonic() - began > _TELL_AFTER_S:
            print(
                f"Indexing {workbench.searcher.behind():,} runs; this is done once. Ctrl+C keeps the progress.",
                file=sys.stderr,
            )
            told = True
        time.sleep(_LOOK_EVERY_S)
