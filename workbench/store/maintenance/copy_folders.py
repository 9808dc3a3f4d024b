"""Folders that may hold copies of a history and are neither its own nor that of its backups any more.

Invariant: a folder that copies were left in is remembered as long as the history is, so that what goes for good is
looked for there, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from workbench.core.json_parts import load

FOLDERS = "copy_folders"
"""The fact of a history that holds them, as JSON."""


def folders(text: str | None) -> tuple[Path, ...]:
    """Return what is remembered; what cannot be read is nothing."""
    try:
        found = load(text or "[]")
    except (ValueError, RecursionError):
        return ()
    return tuple(Path(one) for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def remembering(text: str | None, more: Iterable[Path]) -> str:
    """Return what is to be remembered with these folders, too."""
    return json.dumps(list(dict.fromkeys(str(one) for one in (*folders(text), *more))))
