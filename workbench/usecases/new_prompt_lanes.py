"""The lanes that new prompts begin with.

Invariant: lanes at endpoints that were removed are left out and said, never replaced by another endpoint.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from workbench.core.drafts import Draft
from workbench.core.lanes import Lane
from workbench.core.reused_lanes import available, calls_real_model, reusable
from workbench.store import Store, StoreError
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


def new_prompt_lanes(store: Store) -> NewPromptLanes:
    """Return the lanes of the preset that was chosen for new prompts, else those used last, else the built-in model.

    Blocks; raises StoreError.
    """
    chosen = store.lane_presets.chosen()
    preset = next((one for one in store.lane_presets.all() if chosen and one.name == chosen), None)
    wanted = _last_used(store) if preset is None else preset.lanes
    found = available(wanted, {endpoint.uid for endpoint in store.endpoints()})
    return NewPromptLanes(found.lanes or FIRST_DRAFT.lanes, found.sentence)


def _last_used(store: Store) -> tuple[Lane, ...]:
    """Return the lanes of the prompt that was open last, or of the next one that has any.

    Samples are skipped until they have been run with a real model, because their lanes were not chosen by anyone.
    """
    rows, last = store.prompts(), store.last_prompt()
    samples = {store.get_meta(fact) for fact in (SAMPLE, TOOL_SAMPLE)}
    for row in sorted(rows, key=lambda row: row.uid != last)[:_LOOKED_AT]:
        try:
            draft = store.draft(row.uid)
        except StoreError as error:
            if error.code != "corrupt":
                raise
            continue
        lanes = reusable(draft.lanes) if draft is not None else ()
        if lanes and (row.uid not in samples or (row.iterations > 0 and calls_real_model(lanes))):
            return lanes
    return ()
