"""Differences in words.

Invariant: signs always come with what they count, and a minus is a minus and no hyphen.
"""

from __future__ import annotations

from workbench.core.diff import TextDiff
from workbench.core.json_diff import JsonChange
from workbench.ui.diff.text import Run

_SIGNS = {"added": "+ ", "removed": "− ", "changed": "~ ", "moved": "→ "}


def counted(diff: TextDiff) -> str:
    """Return how much differs: "+12 −3 words", or what else can be said of it."""
    if not diff.hunks:
        return "no difference"
    if not diff.added and not diff.removed:
        return "only signs or white space"
    return f"+{diff.added:,} −{diff.removed:,} {'word' if diff.added + diff.removed == 1 else 'words'}"


def changes(count: int) -> str:
    """Return a number of changes in words."""
    return "1 change" if count == 1 else f"{count:,} changes"


def json_runs(found: tuple[JsonChange, ...]) -> list[Run]:
    """Return differences of data, one to a line."""
    if not found:
        return [Run("same", "The data is the same; only its layout or the order of keys differs.")]
    runs: list[Run] = []
    for number, change in enumerate(found):
        kind = change.kind if change.kind in ("added", "removed") else "same"
        runs.append(Run(kind, f"{_SIGNS[change.kind]}{change.path}", number))
        if change.kind == "moved":
            runs.append(Run("same", f" moved from {change.before}"))
        else:
            runs.append(Run("same", ": "))
            if change.before:
                runs.append(Run("removed", change.before))
            if change.before and change.after:
                runs.append(Run("same", " "))
            if change.after:
                runs.append(Run("added", change.after))
        runs.append(Run("same", (f" ({change.note})" if change.note else "") + "\n"))
    return runs
