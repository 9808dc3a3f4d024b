"""Lane presets, and which of them new prompts start with.

Invariant: a preset is one meta value, named after it, so windows that save different presets do not overwrite each
other. The preset that new prompts start with exists.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from itertools import zip_longest

from workbench.core.json_parts import load
from workbench.core.lane_presets import LanePreset, lanes_from_json
from workbench.core.lanes import Lane
from workbench.store.connections import Readers
from workbench.store.encoding import dump
from workbench.store.runs.prompts import meta, set_meta
from workbench.store.sqlite import sqlite3

_NUMBERS = re.compile("([0-9]+)")
_KEY = "lane_preset:"
_CHOSEN = "new_prompt_lanes"
"""Meta key for the name of the preset that new prompts start with, "" for the last used lanes."""


class LanePresetRecords:
    """The presets of one history."""

    def __init__(self, readers: Readers, write: Callable[[Callable[[sqlite3.Connection], None]], Future[None]]) -> None:
        self._readers, self._write = readers, write

    def all(self) -> tuple[LanePreset, ...]:
        """Return the presets by name; unreadable ones are left out."""
        with self._readers.use() as connection:
            rows = connection.execute(
                "SELECT substr(key, ?), value FROM meta WHERE key >= ? AND key < ? ORDER BY key",
                (len(_KEY) + 1, _KEY, _KEY[:-1] + chr(ord(_KEY[-1]) + 1)),
            ).fetchall()
        return tuple(sorted(filter(None, (_read(*row) for row in rows)), key=_place))

    def chosen(self) -> str:
        """Return the name of the preset that new prompts start with, "" for the last used lanes."""
        with self._readers.use() as connection:
            name = meta(connection, _CHOSEN) or ""
            return name if name and meta(connection, _KEY + name) is not None else ""

    def save(self, name: str, lanes: Sequence[Lane]) -> Future[None]:
        """Add a preset, or replace the one of this name."""
        return self._write(lambda c: set_meta(c, _KEY + name, dump([lane.to_json() for lane in lanes])))

    def rename(self, name: str, new: str) -> Future[None]:
        """Rename a preset, in place of one that has the new name; new prompts that start with it still do."""

        def work(connection: sqlite3.Connection) -> None:
            body = meta(connection, _KEY + name)
            if body is None or name == new:
                return
            connection.execute("DELETE FROM meta WHERE key = ?", (_KEY + name,))
            set_meta(connection, _KEY + new, body)
            if meta(connection, _CHOSEN) in (name, new):
                set_meta(connection, _CHOSEN, new)

        return self._write(work)

    def remove(self, name: str) -> Future[None]:
        """Remove a preset; if new prompts started with it, they start with the last used lanes."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM meta WHERE key = ?", (_KEY + name,))
            if meta(connection, _CHOSEN) == name:
                set_meta(connection, _CHOSEN, "")

        return self._write(work)

    def choose(self, name: str) -> Future[None]:
        """Let new prompts start with a preset, "" for the last used lanes."""
        return self._write(lambda c: set_meta(c, _CHOSEN, name))


def _place(preset: LanePreset) -> list[tuple[int, str]]:
    """Return the sorting key of a preset: 2 before 10, and case does not matter."""
    texts, numbers = _NUMBERS.split(preset.name.casefold())[::2], _NUMBERS.findall(preset.name)
    plain = [number.lstrip("0") for number in numbers]
    counts = [(len(number), number) for number in plain]
    return [key for pair in zip_longest(((0, text) for text in texts), counts) for key in pair if key is not None]


def _read(name: str, body: str) -> LanePreset | None:
    try:
        return LanePreset(name, lanes_from_json(load(body)))
    except (ValueError, RecursionError):
        return None
