"""Former folders of a history and its backups, which may still hold copies of it.

Invariant: a folder that copies were left in is remembered as long as the history exists, so that permanent deletion
looks there, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from workbench.core.json_parts import load

FOLDERS = "copy_folders"
"""The meta key of a history that holds them, as JSON."""


def folders(text: str | None) -> tuple[Path, ...]:
    """Return the remembered folders; none for unreadable JSON."""
    try:
        found = load(text or "[]")
    except (ValueError, RecursionError):
        return ()
    return tuple(Path(one) for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def remembering(text: str | None, more: Iterable[Path]) -> str:
    """Return JSON of the remembered folders and `more`."""
    return json.dumps(list(dict.fromkeys(str(one) for one in (*folders(text), *more))))
