"""One chronological order of everything that Ctrl+Z undoes: text edits, edits of lanes, and verdicts.

Invariant: every step gets a stamp (`host.clock`) when it is done, undone or redone. Undo takes the newest done step
first; redo takes the step undone last first, until anything new is done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


class StepStamps(Protocol):
    """The stamps of a journal's steps; 0 means none."""

    @property
    def done_at(self) -> int:
        """The stamp of the next step to undo."""

    @property
    def undone_at(self) -> int:
        """The stamp at which the next step to redo was undone."""

    @property
    def recorded_at(self) -> int:
        """The stamp of the last new step."""


@dataclass(frozen=True, slots=True)
class UndoSteps:
    """The undo steps of one journal, and the calls that undo and redo them."""

    stamps: StepStamps
    undo: Callable[[], object]
    redo: Callable[[], object]


@dataclass(frozen=True, slots=True)
class UndoOrder:
    """Merges the undo steps of verdicts, of lanes and of all texts."""

    verdicts: UndoSteps
    lanes: UndoSteps
    texts: Sequence[UndoSteps]
    typed_at: int = 0
    """Stamp of the last typing in a field with its own undo stack."""

    @property
    def last_step(self) -> int:
        """The stamp of the last step, typing in a field with its own undo stack included; 0 for none."""
        return max(self.typed_at, *(one.stamps.done_at for one in self._all))

    @property
    def undo(self) -> Callable[[], object] | None:
        """The call that undoes the last step, or None."""
        newest = max(self._all, key=lambda one: one.stamps.done_at)
        return newest.undo if newest.stamps.done_at else None

    @property
    def redo(self) -> Callable[[], object] | None:
        """The call that redoes the step undone last, or None."""
        newest = max(self._all, key=lambda one: one.stamps.undone_at)
        return newest.redo if newest.stamps.undone_at > self._recorded_at else None

    @property
    def undoes_verdict(self) -> bool:
        """Whether the last step is a verdict."""
        return self._is_last_done(self.verdicts)

    @property
    def redoes_verdict(self) -> bool:
        """Whether the step undone last is a verdict."""
        return self._is_last_undone(self.verdicts)

    @property
    def undoes_beside_text(self) -> bool:
        """Whether the last step is none of a text."""
        return self._is_last_done(self.verdicts) or self._is_last_done(self.lanes)

    @property
    def redoes_beside_text(self) -> bool:
        """Whether the step undone last is none of a text."""
        return self._is_last_undone(self.verdicts) or self._is_last_undone(self.lanes)

    def _is_last_done(self, steps: UndoSteps) -> bool:
        others = (one.stamps.done_at for one in self._all if one is not steps)
        return steps.stamps.done_at > max((self.typed_at, *others))

    def _is_last_undone(self, steps: UndoSteps) -> bool:
        others = (one.stamps.undone_at for one in self._all if one is not steps)
        return steps.stamps.undone_at > max((self.typed_at, self._recorded_at, *others))

    @property
    def _all(self) -> tuple[UndoSteps, ...]:
        return (self.verdicts, self.lanes, *self.texts)

    @property
    def _recorded_at(self) -> int:
        """The stamp of the last new step; steps undone before it cannot be redone."""
        return max(one.stamps.recorded_at for one in self._all)
