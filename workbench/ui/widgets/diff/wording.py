"""Differences in words.

Invariant: a sign always precedes what it counts, and a minus is U+2212, not a hyphen.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.core.diff import TextDiff
from workbench.core.json_diff import JsonChange
from workbench.core.text import counted, plural
from workbench.ui.widgets.diff.text import DiffRun

_SIGNS = {"added": "+ ", "removed": "− ", "changed": "~ ", "moved": "→ "}


def changed_words(diff: TextDiff) -> str:
    """Return how much differs as "+12 −3 words", or as a phrase if no words were added or removed."""
    if not diff.hunks:
        return "no difference"
    if not diff.added and not diff.removed:
        return "only punctuation or white space"
    return f"+{diff.added:,} −{diff.removed:,} {plural(diff.added + diff.removed, 'word')}"


def changes(count: int) -> str:
    """Return a number of changes in words."""
    return counted(count, "change")


def json_runs(found: tuple[JsonChange, ...]) -> Iterator[DiffRun]:
    """Yield JSON differences, one per line."""
    if not found:
        yield DiffRun("same", "The data is the same; only its layout or the order of keys differs.")
    for number, change in enumerate(found):
        kind = change.kind if change.kind in ("added", "removed") else "same"
        yield DiffRun(kind, f"{_SIGNS[change.kind]}{change.path}", number)
        if change.kind == "moved":
            yield DiffRun("same", f" moved from {change.before}")
        else:
            yield DiffRun("same", ": ")
            if change.before:
                yield DiffRun("removed", change.before)
            if change.before and change.after:
                yield DiffRun("same", " ")
            if change.after:
                yield DiffRun("added", change.after)
        yield DiffRun("same", (f" ({change.note})" if change.note else "") + "\n")
