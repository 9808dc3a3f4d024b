"""One order of time over everything that Ctrl+Z takes back: edits of texts, and verdicts.

Invariant: every step that is done, taken back or done again gets a stamp larger than all before. Of what is done the
newest is taken back first; of what was taken back, the last one is done again first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

_latest = 0


def stamp() -> int:
    """Return the stamp of a step that is done now."""
    global _latest  # one order over all texts and verdicts of the process
    _latest += 1
    return _latest


def latest() -> int:
    """Return the last stamp that was given, 0 for none."""
    return _latest


class Undoable(Protocol):
    """A journal of steps. All stamps are 0 for none."""

    @property
    def done_at(self) -> int:
        """The stamp of the step that `undo` takes back."""

    @property
    def undone_at(self) -> int:
        """The stamp at which the step was taken back that `redo` does again."""

    @property
    def recorded_at(self) -> int:
        """The stamp of the last step that was new."""

    def undo(self) -> object:
        """Take the last step back."""

    def redo(self) -> object:
        """Do the step again that was taken back last."""


@dataclass(frozen=True, slots=True)
class UndoOrder:
    """The verdicts and all texts that can be undone now."""

    verdicts: Undoable
    texts: Sequence[Undoable]
    typed_at: int = 0
    """When somebody typed last into a field that keeps its own steps."""

    @property
    def undo(self) -> Callable[[], object] | None:
        """What takes the last step of all back, None for nothing."""
        newest = max((self.verdicts, *self.texts), key=lambda one: one.done_at)
        return newest.undo if newest.done_at else None

    @property
    def redo(self) -> Callable[[], object] | None:
        """What does the step again that was taken back last of all, None for nothing."""
        found = [*self.texts, *([self.verdicts] if self._can_give_again else [])]
        newest = max(found, key=lambda one: one.undone_at, default=None)
        return newest.redo if newest is not None and newest.undone_at else None

    @property
    def undoes_verdict(self) -> bool:
        """Whether a verdict is the last step of all."""
        return self.verdicts.done_at > max((self.typed_at, *(one.done_at for one in self.texts)))

    @property
    def redoes_verdict(self) -> bool:
        """Whether a verdict is what was taken back last of all."""
        others = max((self.typed_at, *(one.undone_at for one in self.texts)))
        return self._can_give_again and self.verdicts.undone_at > others

    @property
    def _can_give_again(self) -> bool:
        """A verdict that was taken back is gone once something new was written."""
        return all(self.verdicts.undone_at > one.recorded_at for one in self.texts)
