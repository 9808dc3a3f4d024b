"""Rows of the timeline that a person marks to compare them.

Invariant: at most two rows are marked, and only rows that are loaded; another mark takes the place of the older one.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal


class RowMarks(QObject):
    """The marked rows, by uid. `position` returns a row's place in the timeline (-1 for one that is not loaded)."""

    changed = Signal()

    def __init__(
        self, position: Callable[[str], int], uid_at: Callable[[int], str], parent: QObject | None = None
    ) -> None:
        """`uid_at` returns the uid at a place, "" outside of what is loaded."""
        super().__init__(parent)
        self._position, self._uid_at = position, uid_at
        self.uids: tuple[str, ...] = ()
        """What is marked, in the order in which it was."""

    @property
    def pair(self) -> tuple[str, str] | None:
        """The older and the newer of two marked rows, None unless there are two."""
        if len(self.uids) < 2:
            return None
        newer, older = sorted(self.uids, key=self._position)
        return older, newer

    def toggle(self, uid: str, beside: str = "") -> None:
        """Mark a row, or take its mark away; where none is marked yet, the row `beside` it is marked first."""
        if uid in self.uids:
            self._set(tuple(known for known in self.uids if known != uid))
        else:
            self._set((*(self.uids or (beside,)), uid))

    def extend(self, start: str, step: int) -> str:
        """Mark `start` and the row that lies `step` further than the other marked one; return that, "" at an end."""
        at = self._position(start)
        other = next((self._position(uid) for uid in self.uids if uid != start), at) if start in self.uids else at
        wanted = other + step if other + step != at else other + 2 * step
        uid = self._uid_at(wanted) if at >= 0 else ""
        if uid:
            self._set((start, uid))
        return uid

    def clear(self) -> bool:
        """Take all marks away; False when there were none."""
        had = bool(self.uids)
        self._set(())
        return had

    def keep_loaded(self) -> None:
        """Take the marks of rows away that are gone."""
        self._set(self.uids)

    def _set(self, uids: tuple[str, ...]) -> None:
        loaded = tuple(dict.fromkeys(uid for uid in uids if uid and self._position(uid) >= 0))[-2:]
        if loaded != self.uids:
            self.uids = loaded
            self.changed.emit()
