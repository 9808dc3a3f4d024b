"""Which lanes show answers that the draft no longer belongs to, looked up while the draft changes.

Invariant: typing only starts a timer; the draft is read and compared after a pause. A past iteration has no marks, and
neither has a blind run, whose lanes must not be told apart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.app.lanes.lane_state import StaleMark
from workbench.core.stale_answers import Change, stale_answers
from workbench.core.version_name import iteration_name

if TYPE_CHECKING:
    from workbench.app.compose.run_view_state import RunViewState
    from workbench.core.drafts import Draft

REST_MS = 150
"""Pause in typing after which the draft is compared."""
_WHY: dict[Change, str] = {
    "lane": "The lane was changed after {run}.",
    "text": "The text was changed after {run}.",
    "values": "The values were changed after {run}.",
    "set": "This answer is to another case.",
}


class StaleMarks(QObject):
    """`changed` is emitted when the marks have changed."""

    changed = Signal()

    def __init__(
        self,
        read: Callable[[], Draft | None],
        shown: Callable[[], RunViewState],
        number: Callable[[], int | None],
        parent: QObject | None = None,
    ) -> None:
        """`read` returns the draft, None while a past iteration is shown; `number` is that of the shown run."""
        super().__init__(parent)
        self._read, self._shown, self._number = read, shown, number
        self._marks: dict[str, StaleMark] = {}
        self._since = ""
        self._timer = QTimer(self, singleShot=True, interval=REST_MS)
        self._timer.timeout.connect(self.look)

    @property
    def since(self) -> str:
        """The iteration after which the draft was edited (“#26”), "" if what it sends is what the lanes answered."""
        return self._since

    def of(self, slot: str) -> StaleMark | None:
        """Return the mark of a lane, None if its answer belongs to the draft."""
        return self._marks.get(slot)

    def wake(self) -> None:
        """Compare after a pause."""
        self._timer.start()

    def look(self) -> None:
        """Compare now."""
        self._timer.stop()
        found, since = self._found()
        if (found, since) != (self._marks, self._since):
            self._marks, self._since = found, since
            self.changed.emit()

    def _found(self) -> tuple[dict[str, StaleMark], str]:
        run = self._shown()
        if not run.lanes or run.is_blind or (draft := self._read()) is None:
            return {}, ""
        changes = stale_answers(draft, run.requests())
        number = self._number()
        name = "" if number is None else iteration_name(number)
        marks, is_edited = {}, False
        for slot, change in changes.items():
            kept = run.kept_from(slot)
            origin = kept or name
            is_edited = is_edited or (not kept and change != "set")
            marks[slot] = StaleMark(origin, _WHY[change].format(run=origin or "the run"))
        return marks, name if is_edited else ""
