"""Timeline rows marked for comparison.

Invariant: at most two rows are marked, all of them loaded; a third mark replaces the older one.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal


class RowMarks(QObject):
    """The uids of the marked rows. `position` returns the index of a row in the timeline, -1 if it is not loaded."""

    changed = Signal()

    def __init__(
        self, position: Callable[[str], int], uid_at: Callable[[int], str], parent: QObject | None = None
    ) -> None:
        """`uid_at` returns the uid at an index, "" outside the loaded rows."""
        super().__init__(parent)
        self._position, self._uid_at = position, uid_at
        self._uids: tuple[str, ...] = ()

    @property
    def uids(self) -> tuple[str, ...]:
        """The marked uids, in the order in which they were marked."""
        return self._uids

    @property
    def pair(self) -> tuple[str, str] | None:
        """The older and the newer of two marked rows, or None unless two are marked."""
        if len(self._uids) < 2:
            return None
        newer, older = sorted(self._uids, key=self._position)
        return older, newer

    def toggle(self, uid: str, beside: str = "") -> None:
        """Toggle the mark of a row; if none is marked yet, mark the row `beside` it first."""
        if uid in self._uids:
            self._set(tuple(known for known in self._uids if known != uid))
        else:
            self._set((*(self._uids or (beside,)), uid))

    def extend(self, start: str, step: int) -> str:
        """Mark `start` and the row `step` rows beyond the other marked one; return its uid, "" past either end."""
        at = self._position(start)
        other = next((self._position(uid) for uid in self._uids if uid != start), at) if start in self._uids else at
        wanted = other + step if other + step != at else other + 2 * step
        uid = self._uid_at(wanted) if at >= 0 else ""
        if uid:
            self._set((start, uid))
        return uid

    def clear(self) -> bool:
        """Clear all marks; return False if there were none."""
        had = bool(self._uids)
        self._set(())
        return had

    def keep_loaded(self) -> None:
        """Drop the marks of rows that no longer exist."""
        self._set(self._uids)

    def _set(self, uids: tuple[str, ...]) -> None:
        loaded = tuple(dict.fromkeys(uid for uid in uids if uid and self._position(uid) >= 0))[-2:]
        if loaded != self._uids:
            self._uids = loaded
            self.changed.emit()
