"""Where the draft comes from: the version it started from, and the techniques that were inserted since.

Invariant: a technique is remembered until a version was made of a draft that had it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.core.drafts import Draft

if TYPE_CHECKING:
    from workbench.core.technique_marks import TechniqueMark


class DraftLineage:
    """`based_on` is a version's number, None for nothing."""

    def __init__(self, changed: Callable[[], object]) -> None:
        """`changed` is called when the draft has to be saved for what it comes from."""
        self._changed = changed
        self.based_on: int | None = None
        self.techniques: tuple[TechniqueMark, ...] = ()
        self._sent: tuple[TechniqueMark, ...] = ()

    def load(self, draft: Draft) -> None:
        """Take over what another draft comes from."""
        self.based_on, self.techniques = draft.based_on, draft.techniques

    def inserted(self, mark: TechniqueMark) -> None:
        """Note that a technique went into the draft."""
        self.techniques = (*(one for one in self.techniques if one.key != mark.key), mark)
        self._changed()

    def sent(self, draft: Draft) -> None:
        """Note which draft a run was started with."""
        self._sent = draft.techniques

    def recorded(self, version: int) -> bool:
        """Start from the version that was made of it; what was inserted meanwhile is still to be recorded.

        Return whether that is another origin than before, which has to be saved.
        """
        before = self.based_on, self.techniques
        self.based_on = version
        self.techniques = tuple(mark for mark in self.techniques if mark not in self._sent)
        return before != (self.based_on, self.techniques)

    def draft(self, here: Draft) -> Draft:
        """Return a draft as it is in the editor with what it comes from."""
        return replace(here, based_on=self.based_on, techniques=self.techniques)
