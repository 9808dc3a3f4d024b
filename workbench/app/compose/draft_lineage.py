"""The lineage of the draft: the version it is based on, and the techniques inserted since.

Invariant: a technique is kept until a version has been recorded from a draft that contains it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.core.drafts import Draft

if TYPE_CHECKING:
    from workbench.core.technique_marks import TechniqueMark


class DraftLineage:
    """Tracks the lineage of one draft. `based_on` is a version number, or None."""

    def __init__(self, changed: Callable[[], object]) -> None:
        """`changed` is called when the lineage changes, so that the draft is saved."""
        self._changed = changed
        self.based_on: int | None = None
        self.techniques: tuple[TechniqueMark, ...] = ()
        self._sent: tuple[TechniqueMark, ...] = ()

    def load(self, draft: Draft) -> None:
        """Load the lineage of another draft."""
        self.based_on, self.techniques = draft.based_on, draft.techniques

    def inserted(self, mark: TechniqueMark) -> None:
        """Record that a technique was inserted into the draft."""
        self.techniques = (*(one for one in self.techniques if one.key != mark.key), mark)
        self._changed()

    def sent(self, draft: Draft) -> None:
        """Remember the draft that a run was started with."""
        self._sent = draft.techniques

    def recorded(self, version: int) -> None:
        """Base the draft on the version just recorded; techniques inserted since the run started stay pending."""
        self.based_on = version
        self.techniques = tuple(mark for mark in self.techniques if mark not in self._sent)

    def draft(self, here: Draft) -> Draft:
        """Return the draft `here` with its lineage filled in."""
        return replace(here, based_on=self.based_on, techniques=self.techniques)
