"""What the versions of the open prompt are called: in lanes, in the menus that pin them, and in the run bar.

Invariant: newest first, each number once; a version that this session makes is named as soon as it is recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.core.content import Content
from workbench.core.text import first_line
from workbench.core.timeline import VersionLabel
from workbench.store.records import RunBegun


class VersionNames:
    """What people call one prompt's versions."""

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
        """Forget the labels: another prompt is opened."""
        self._labels = ()

    def load(self, labels: Sequence[VersionLabel]) -> None:
        """Take the labels as the history had them; what was recorded since stays."""
        newest = labels[0].number if labels else 0
        self._labels = (*(label for label in self._labels if label.number > newest), *labels)

    def started(self, run_uid: str, content: Content) -> None:
        """Remember how the text of a run begins until the run is recorded."""
        texts = (message.text for message in content.messages)
        self._openings[run_uid] = next((line for text in texts if (line := first_line(text, 60))), "")

    def recorded(self, begun: RunBegun, *, of_this_prompt: bool) -> bool:
        """Take in the version that a run made, or ran for the first time; False when no name has changed."""
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
