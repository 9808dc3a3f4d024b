"""One order of time over everything that Ctrl+Z takes back: edits of texts, and verdicts.

Invariant: every step gets a stamp (`host.clock`) when it is done, taken back or done again. Of what is done the newest
is taken back first; of what was taken back, the last one is done again first, until something new is done anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


class StepStamps(Protocol):
    """When the steps of a journal were done; 0 stands for none."""

    @property
    def done_at(self) -> int:
        """The stamp of the step that is taken back next."""

    @property
    def undone_at(self) -> int:
        """The stamp at which the step was taken back that is done again next."""

    @property
    def recorded_at(self) -> int:
        """The stamp of the last step that was new."""


@dataclass(frozen=True, slots=True)
class UndoSteps:
    """What can be undone in one place, and what does it."""

    stamps: StepStamps
    undo: Callable[[], object]
    redo: Callable[[], object]


@dataclass(frozen=True, slots=True)
class UndoOrder:
    """The verdicts and all texts that can be undone now."""

    verdicts: UndoSteps
    texts: Sequence[UndoSteps]
    typed_at: int = 0
    """When somebody typed last into a field that keeps its own steps."""

    @property
    def undo(self) -> Callable[[], object] | None:
        """What takes the last step of all back, None for nothing."""
        newest = max((self.verdicts, *self.texts), key=lambda one: one.stamps.done_at)
        return newest.undo if newest.stamps.done_at else None

    @property
    def redo(self) -> Callable[[], object] | None:
        """What does the step again that was taken back last of all, None for nothing."""
        newest = max((self.verdicts, *self.texts), key=lambda one: one.stamps.undone_at)
        return newest.redo if newest.stamps.undone_at > self._recorded_at else None

    @property
    def undoes_verdict(self) -> bool:
        """Whether a verdict is the last step of all."""
        return self.verdicts.stamps.done_at > max((self.typed_at, *(one.stamps.done_at for one in self.texts)))

    @property
    def redoes_verdict(self) -> bool:
        """Whether a verdict is what was taken back last of all."""
        others = max((self.typed_at, self._recorded_at, *(one.stamps.undone_at for one in self.texts)))
        return self.verdicts.stamps.undone_at > others

    @property
    def _recorded_at(self) -> int:
        """The stamp of the last step that was new; what was taken back before it is gone."""
        return max(one.stamps.recorded_at for one in (self.verdicts, *self.texts))
