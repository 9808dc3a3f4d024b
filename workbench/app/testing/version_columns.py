"""Columns of several versions: what to add to compare one with another, and whether the tested text has changed.

Invariant: two columns with the same version, model and parameters ask the same; only one of them is ever added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.app.testing.source import SuiteOverview
from workbench.core.lanes import Lane
from workbench.core.testing.grid import SuiteColumn, SuiteRun


def missing_lanes(lanes: Sequence[Lane], columns: Sequence[Lane]) -> tuple[Lane, ...]:
    """Return the lanes that ask what no column asks: another version, model or parameters."""
    there = {_question(column) for column in columns}
    return tuple(lane for lane in lanes if _question(lane) not in there)


def version_lanes(columns: Sequence[Lane], version: int | None) -> tuple[Lane, ...]:
    """Return what is missing to have a version, None for the current text, with every model of the columns.

    The lanes have the slots of the first columns with their models.
    """
    models = {_question(replace(one, pinned=version)): one for one in reversed(columns)}
    wanted = [replace(one, pinned=version) for one in columns if one in models.values()]
    return missing_lanes(wanted, columns)


def asks_the_same(one: Lane, other: Lane) -> bool:
    """Return whether two lanes have the same version, model and parameters."""
    return _question(one) == _question(other)


def changed_since(overview: SuiteOverview, run: SuiteRun) -> SuiteColumn | None:
    """Return a column with the text that was current when a test began, None if that still is, or was not tested."""
    tested = next((one for one in run.columns if one.lane.pinned is None), None)
    current = next((one.version for one in overview.columns if one.lane.pinned is None), None)
    return None if tested is None or current in (None, tested.version) else tested


def _question(lane: Lane) -> Lane:
    """Return a lane without what does not change its answers."""
    return replace(lane, slot="", label="", samples=1, hidden=False, baseline="")
