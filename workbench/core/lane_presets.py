"""Lanes under a name, for use in any prompt."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from workbench.core.content import MOST_LANES
from workbench.core.lanes import Lane, slots_apart
from workbench.core.visible_text import VisibleFields

MOST_NAME = 60
"""Characters of the name of a preset."""


@dataclass(frozen=True, slots=True)
class LanePreset(VisibleFields):
    """Lanes that a person saved under a name."""

    name: str
    lanes: tuple[Lane, ...]
    SHOWN = ("name",)

    @property
    def summary(self) -> str:
        """The titles of the lanes."""
        return ", ".join(lane.title for lane in self.lanes)


def lanes_from_json(data: object) -> tuple[Lane, ...]:
    """Read the lanes of a preset. Raises ValueError with a sentence for an invalid shape."""
    if not isinstance(data, list) or not 0 < len(data) <= MOST_LANES:
        raise ValueError(f"The lanes of a preset are not a list of 1 to {MOST_LANES}.")
    return slots_apart(Lane.from_json(lane) for lane in data)


def in_slots(lanes: Iterable[Lane], before: Iterable[Lane], new_slot: Callable[[], str]) -> list[Lane]:
    """Return lanes in the slots of those `before` that have the same model, so that their answers stay; the others in
    new ones."""
    free = list(before)
    found = []
    for lane in lanes:
        same = next((one for one in free if (one.endpoint, one.model) == (lane.endpoint, lane.model)), None)
        if same is not None:
            free.remove(same)
        found.append(replace(lane, slot=new_slot() if same is None else same.slot))
    return found
