"""Names and labels of the open prompt's versions, for lanes, the menus that pin them, and the run bar.

Invariant: newest first, each number once; a version made in this session has a label as soon as it is recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.core.content import Content
from workbench.core.text import first_line
from workbench.core.timeline import VersionLabel
from workbench.store.records import RunBegun


class VersionNames:
    """The version labels of one prompt."""

    def __init__(self) -> None:
        self._labels: tuple[VersionLabel, ...] = ()
        self._openings: dict[str, str] = {}

    @property
    def labels(self) -> tuple[VersionLabel, ...]:
        """The labels, newest first."""
        return self._labels

    def name(self, number: int | None) -> str:
        """Return the name of a version, "" for None and for one that is not known yet."""
        return next((label.name for label in self._labels if label.number == number), "")

    def clear(self) -> None:
        """Clear the labels, because another prompt is opened."""
        self._labels = ()

    def load(self, labels: Sequence[VersionLabel]) -> None:
        """Load the labels from the history; labels of versions recorded since stay."""
        newest = labels[0].number if labels else 0
        self._labels = (*(label for label in self._labels if label.number > newest), *labels)

    def started(self, run_uid: str, content: Content) -> None:
        """Remember the beginning of a run's text until the run is recorded."""
        texts = (message.text for message in content.messages)
        self._openings[run_uid] = next((line for text in texts if (line := first_line(text, 60))), "")

    def recorded(self, begun: RunBegun, *, of_this_prompt: bool) -> bool:
        """Add or rename the version that a run made; return False if nothing changed."""
        opening = self._openings.pop(begun.run_uid, "")
        number, name = begun.version_number, begun.version_name
        if not of_this_prompt or number is None:
            return False
        known = next((label for label in self._labels if label.number == number), None)
        if known is None:
            self._labels = (VersionLabel(number, begun.change.summary or opening, opening, name), *self._labels)
        elif known.name != name:
            self._labels = tuple(replace(known, name=name) if one is known else one for one in self._labels)
        else:
            return False
        return True
