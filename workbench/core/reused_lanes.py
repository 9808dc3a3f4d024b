"""The lanes of one prompt that another one can begin with.

Invariant: lanes for reuse name no version, no baseline and no run, because those belong to one prompt.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from workbench.core.lanes import BUILTIN, ECHO, Lane, for_new_prompt

STAND_INS = (BUILTIN, ECHO)
"""The endpoints that every installation has for trying things out."""


@dataclass(frozen=True, slots=True)
class AvailableLanes:
    """Lanes whose endpoints exist; `left_out` are those whose endpoints do not."""

    lanes: tuple[Lane, ...]
    left_out: tuple[Lane, ...] = ()

    @property
    def sentence(self) -> str:
        """Which lanes are omitted, why, and what to do; "" if none is."""
        if not self.left_out:
            return ""
        names = tuple(dict.fromkeys(lane.title for lane in self.left_out))
        if len(names) == 1:
            return f"{names[0]} was left out, because its endpoint was removed. Add a lane with another model."
        listed = f"{', '.join(names[:-1])} and {names[-1]}"
        return f"{listed} were left out, because their endpoints were removed. Add lanes with other models."


def reusable(lanes: Iterable[Lane]) -> tuple[Lane, ...]:
    """Return the lanes that another prompt can use: those that a run calls, each of them once.

    A label of a lane with a pinned version is left out, because it describes the version.
    """
    called = [
        replace(lane, label="" if lane.pinned is not None else lane.label)
        for lane in lanes
        if not lane.hidden and not lane.baseline
    ]
    found: dict[object, Lane] = {}
    for lane in for_new_prompt(called):
        found.setdefault((lane.endpoint, lane.model, lane.params), lane)
    return tuple(found.values())


def available(lanes: Sequence[Lane], endpoints: Collection[str]) -> AvailableLanes:
    """Divide lanes into those at one of the `endpoints`, by uid, and the others."""
    return AvailableLanes(
        tuple(lane for lane in lanes if lane.endpoint in endpoints),
        tuple(lane for lane in lanes if lane.endpoint not in endpoints),
    )


def calls_real_model(lanes: Iterable[Lane]) -> bool:
    """Whether a lane calls a model that is neither the built-in one nor Echo, which every installation has."""
    return any(lane.endpoint not in STAND_INS for lane in lanes)
