"""Check the limits of a run in the terminal.

Invariant: a run above the limits starts only if the user agrees, at the question or with --over-limit. Without a
terminal it is refused before anything is written or sent.
"""

from __future__ import annotations

import sys

from workbench.core.drafts import Draft
from workbench.core.run_limits import LIMITS, Limits, excess
from workbench.usecases.problems import RefusedError
from workbench.usecases.workbench import Workbench

_YES = ("y", "yes")


def keep_limits(workbench: Workbench, prompt_uid: str, draft: Draft) -> None:
    """Return if the run may start, asking the user if it is above the limits. Raises RefusedError if it may not."""
    stored = workbench.store.get_meta(LIMITS)
    if not stored:
        return
    try:
        limits = Limits.from_text(stored)
    except ValueError as error:
        raise RefusedError(
            "The limits of a run cannot be read. Set them again in the settings, or add --over-limit.", str(error)
        ) from error
    if not limits.any:
        return
    over = excess(limits, workbench.forecaster.forecast(prompt_uid, draft))
    if over and not _agreed(over):
        raise RefusedError(f"{over} Nothing was run. Add --over-limit to run it anyway.")


def _agreed(over: str) -> bool:
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    print(f"{over} Run it? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in _YES
