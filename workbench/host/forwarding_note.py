"""Where a history went that was moved.

Invariant: a file at the place itself is always the one that is meant; only where there is none a note beside it leads
on.
"""

from __future__ import annotations

import os
from pathlib import Path

from workbench.host.dirs import MOVED
from workbench.host.errors import HostError, explain


def leave_word(old: Path, new: Path) -> None:
    """Let whoever looks for a history at `old` find it at `new`, once there is no file at `old`. Raises HostError."""
    note = old.with_name(old.name + MOVED)
    partial = note.with_name(f"{note.name}.partial")
    try:
        with partial.open("wb") as file:
            file.write(os.fsencode(new))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(note)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise HostError(
            f"No note can be left in {old.parent}, so the next start would not find the history. Check the permissions"
            " of that folder, then try again.",
            explain(error),
        ) from error


def forget_word(path: Path) -> None:
    """Take the note away that leads on from `path`, where a history came back to."""
    path.with_name(path.name + MOVED).unlink(missing_ok=True)
