"""Lane presets, and the lanes that new prompts begin with.

Invariant: lanes at endpoints that were removed are left out and said, never replaced by another endpoint.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, replace

from workbench.core.drafts import Draft
from workbench.core.lane_presets import (
    MOST_NAME,
    AvailableLanes,
    LanePreset,
    available,
    calls_real_model,
    reusable,
)
from workbench.core.lanes import Lane
from workbench.store import Store, StoreError
from workbench.usecases.problems import RefusedError
from workbench.usecases.prompts import FIRST_DRAFT, SAMPLE, TOOL_SAMPLE

_LOOKED_AT = 20
"""Prompts whose lanes are looked at, the one that was open last first."""


@dataclass(frozen=True, slots=True)
class NewPromptLanes:
    """The lanes of a new prompt, at least one, and a sentence about those that were left out ("" for none)."""

    lanes: tuple[Lane, ...]
    sentence: str = ""

    @property
    def draft(self) -> Draft:
        """The empty draft with these lanes."""
        return replace(FIRST_DRAFT, lanes=self.lanes)


class LanePresets:
    """The presets of a history. Reads block, writes return futures; both raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> tuple[LanePreset, ...]:
        """Return the presets by name."""
        return self._store.lane_presets.all()

    def chosen(self) -> str:
        """Return the name of the preset that new prompts begin with, "" for the last used lanes."""
        return self._store.lane_presets.chosen()

    def save(self, name: str, lanes: Iterable[Lane]) -> Future[None]:
        """Save the lanes that run under a name, in place of the preset of this name.

        Raises RefusedError for an invalid name, or if no lane runs.
        """
        kept = reusable(lanes)
        if not kept:
            raise RefusedError("No lane runs, so there is nothing to save. Add a lane, or show a hidden one.")
        return self._store.lane_presets.save(preset_name(name), kept)

    def remove(self, name: str) -> Future[None]:
        """Remove a preset; if new prompts began with it, they begin with the last used lanes."""
        return self._store.lane_presets.remove(name)

    def choose(self, name: str) -> Future[None]:
        """Make new prompts begin with a preset, "" for the last used lanes."""
        return self._store.lane_presets.choose(name)

    def usable(self, lanes: Iterable[Lane]) -> AvailableLanes:
        """Divide lanes into those whose endpoints exist and the others."""
        return available(tuple(lanes), {endpoint.uid for endpoint in self._store.endpoints()})

    def for_new_prompt(self) -> NewPromptLanes:
        """Return the lanes of the chosen preset, else those last used, else the built-in model."""
        chosen = self.chosen()
        preset = next((one for one in self.all() if chosen and one.name == chosen), None)
        found = self.usable(preset.lanes if preset is not None else self._last_used())
        return NewPromptLanes(found.lanes or FIRST_DRAFT.lanes, found.sentence)

    def _last_used(self) -> tuple[Lane, ...]:
        """Return the lanes of the prompt that was open last, or of the next one that has any.

        A sample counts once it was run with a real model: before, nobody chose its lanes.
        """
        rows, last = self._store.prompts(), self._store.last_prompt()
        samples = {self._store.get_meta(fact) for fact in (SAMPLE, TOOL_SAMPLE)}
        for row in sorted(rows, key=lambda row: row.uid != last)[:_LOOKED_AT]:
            try:
                draft = self._store.draft(row.uid)
            except StoreError as error:
                if error.code != "corrupt":
                    raise
                continue
            lanes = reusable(draft.lanes) if draft is not None else ()
            if lanes and (row.uid not in samples or (row.iterations > 0 and calls_real_model(lanes))):
                return lanes
        return ()


def preset_name(typed: str) -> str:
    """Return the name of a preset on one line. Raises RefusedError if it is empty or too long."""
    name = " ".join(typed.split())
    if not name:
        raise RefusedError("A preset needs a name. Type one.")
    if len(name) > MOST_NAME:
        raise RefusedError(f"This name has {len(name)} characters. Use at most {MOST_NAME}.")
    return name
