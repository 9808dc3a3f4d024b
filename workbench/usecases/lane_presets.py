"""Saving, using and removing presets of lanes.

Invariant: a preset has at least one lane, and its lanes name no version, baseline or run.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass

from workbench.core.lane_presets import MOST_NAME, LanePreset
from workbench.core.lanes import Lane
from workbench.core.reused_lanes import AvailableLanes, available, reusable
from workbench.core.visible_text import visible_note
from workbench.store import Store
from workbench.usecases.problems import RefusedError


@dataclass(frozen=True, slots=True)
class KnownPresets:
    """The presets by name. `first` is the name of the one that new prompts start with, "" for the last used lanes."""

    presets: tuple[LanePreset, ...] = ()
    first: str = ""

    def get(self, name: str) -> LanePreset | None:
        """Return the preset of this name."""
        return next((one for one in self.presets if one.name == name), None)


class LanePresets:
    """The presets of a history. Reads block, writes return futures; both raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def is_writable(self) -> bool:
        """Whether presets can be saved and removed."""
        return not self._store.read_only

    def read(self) -> KnownPresets:
        """Return the presets, and which of them new prompts start with."""
        return KnownPresets(self._store.lane_presets.all(), self._store.lane_presets.chosen())

    def save(self, name: str, lanes: Iterable[Lane]) -> Future[None]:
        """Save the lanes that run under a name, in place of the preset of this name.

        Raises RefusedError for an invalid name, or if no lane runs.
        """
        return self._store.lane_presets.save(preset_name(name), lanes_to_save(lanes))

    def rename(self, name: str, new: str) -> Future[None]:
        """Rename a preset; new prompts that start with it still do. Raises RefusedError for an invalid name."""
        return self._store.lane_presets.rename(name, preset_name(new))

    def remove(self, name: str) -> Future[None]:
        """Remove a preset; if new prompts started with it, they start with the last used lanes."""
        return self._store.lane_presets.remove(name)

    def put_back(self, preset: LanePreset, *, is_first: bool) -> Future[None]:
        """Save a preset as it was, and let new prompts start with it if it `is_first`."""
        saved = self._store.lane_presets.save(preset.name, preset.lanes)
        return self._store.lane_presets.choose(preset.name) if is_first else saved

    def start_with(self, name: str) -> Future[None]:
        """Let new prompts start with a preset, "" for the last used lanes."""
        return self._store.lane_presets.choose(name)

    def usable(self, lanes: Iterable[Lane]) -> AvailableLanes:
        """Divide lanes into those whose endpoints exist and the others."""
        return available(tuple(lanes), {endpoint.uid for endpoint in self._store.endpoints()})


def lanes_to_save(lanes: Iterable[Lane]) -> tuple[Lane, ...]:
    """Return the lanes that a preset of these would have. Raises RefusedError if there are none."""
    if kept := reusable(lanes):
        return kept
    raise RefusedError("No lane runs, so there is nothing to save. Add a lane, or show a hidden one.")


def preset_name(typed: str) -> str:
    """Return the name of a preset on one line. Raises RefusedError if it is empty or too long."""
    name = visible_note(" ".join(typed.split()))
    if not name:
        raise RefusedError("A preset needs a name. Type one.")
    if len(name) > MOST_NAME:
        raise RefusedError(f"This name has {len(name)} characters. Use at most {MOST_NAME}.")
    return name
