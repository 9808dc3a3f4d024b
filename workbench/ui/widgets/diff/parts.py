"""The differing parts of prompts as readable text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbench.core.content_diff import PartDiff
from workbench.ui.widgets.diff.text import DiffRun, runs_of

_STATES = {"same": "unchanged", "changed": "changed", "added": "added", "removed": "removed", "moved": "moved"}


def part_runs(parts: Sequence[PartDiff], *, unchanged: bool) -> Iterator[DiffRun]:
    """Yield the runs of the parts in order, each part under its title."""
    first = 0
    for part in parts:
        if part.state == "same" and not unchanged:
            continue
        yield DiffRun("heading", f"{part.title} · {_STATES[part.state]}\n")
        yield from runs_of(part.diff, first)
        first += len(part.diff.hunks)
        yield DiffRun("same", "\n\n")
