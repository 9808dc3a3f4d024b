"""Undo steps of the lanes: adding, removing, moving, and every change of a lane.

Invariant: a step holds all lanes as they were, so undoing it restores them exactly, each in its own slot. Lanes that
come with a draft or a restored iteration are no step, and end those before them.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from workbench.app.lanes.lane_list import LaneList
from workbench.core.lanes import Lane
from workbench.host.clock import stamp

_MOST = 100
_Lanes = tuple[Lane, ...]


class LaneJournal(QObject):
    """Records the edits of a list of lanes, with the stamps that `UndoOrder` needs."""

    changed = Signal()
    """What can be undone or redone changed."""

    def __init__(self, lanes: LaneList, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes = lanes
        self._done: list[tuple[int, _Lanes]] = []
        self._undone: list[tuple[int, _Lanes]] = []
        self.recorded_at = 0
        lanes.edited.connect(self._record)
        lanes.loaded.connect(self._clear)

    @property
    def done_at(self) -> int:
        """The stamp of the step that `undo` takes back, 0 for none."""
        return self._done[-1][0] if self._done else 0

    @property
    def undone_at(self) -> int:
        """The stamp of the last undo that `redo` can reverse, 0 for none."""
        return self._undone[-1][0] if self._undone else 0

    def undo(self) -> None:
        """Restore the lanes before the last step."""
        self._swap(self._done, self._undone)

    def redo(self) -> None:
        """Do the step again that was undone last."""
        self._swap(self._undone, self._done)

    def _swap(self, source: list[tuple[int, _Lanes]], target: list[tuple[int, _Lanes]]) -> None:
        if source:
            _, lanes = source.pop()
            target.append((stamp(), self._lanes.lanes))
            self._lanes.put_back(lanes)
            self.changed.emit()

    def _record(self, before: _Lanes) -> None:
        self.recorded_at = stamp()
        self._done = [*self._done, (self.recorded_at, before)][-_MOST:]
        self._undone.clear()
        self.changed.emit()

    def _clear(self) -> None:
        self._done.clear()
        self._undone.clear()
        self.changed.emit()
