"""Forwarding notes for moved histories.

Invariant: a history file at a path always takes precedence over the note beside it.
"""

from __future__ import annotations

import os
from pathlib import Path

from workbench.host.dirs import MOVED
from workbench.host.errors import HostError, explain


def leave_word(old: Path, new: Path) -> None:
    """Write a note that forwards from `old` to `new`; it takes effect when `old` is removed. Raises HostError."""
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
            f"No note can be written to {old.parent}, so the next start would not find the history. Check the "
            "permissions"
            " of that folder, then try again.",
            explain(error),
        ) from error


def forget_word(path: Path) -> None:
    """Remove the note beside `path` after a history was moved back there."""
    path.with_name(path.name + MOVED).unlink(missing_ok=True)
