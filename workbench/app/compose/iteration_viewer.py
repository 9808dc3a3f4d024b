"""The past entry on display: none, an iteration, or a version without iterations.

Invariant: the row requested last is shown, in whatever order results arrive. Viewing changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from workbench.app.compose.timeline_model import TimelineModel
from workbench.app.tasks import Tasks
from workbench.core.lanes import Lane
from workbench.core.timeline import Detail, VersionDetail, name
from workbench.core.version_name import at_start, text_words
from workbench.usecases.history import History, lanes_back


class IterationViewer(QObject):
    """Fetches the details of timeline rows."""

    arrived = Signal(object)
    """Detail: the row requested last has arrived."""

    def __init__(self, history: History, tasks: Tasks, timeline: TimelineModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._history, self._tasks, self._timeline = history, tasks, timeline
        self._wanted = ""
        self.detail: Detail | None = None
        """The detail on display, or None while the draft is shown."""

    def fetch(self, uid: str, then: Callable[[Detail], None]) -> None:
        """Read the detail of a row, then call `then` with it."""
        row = self._timeline.find(uid)
        self._tasks.run(lambda: self._history.detail(uid) if row is None else self._history.whole(row), then)

    def look_at(self, uid: str) -> None:
        """Show the detail of a row as soon as it is read."""
        self._wanted = uid

        def show(detail: Detail) -> None:
            if uid == self._wanted:
                self.detail = detail
                self.arrived.emit(detail)

        self.fetch(uid, show)

    def leave(self) -> bool:
        """Clear the display and drop pending reads; return False if nothing was shown."""
        shown, self._wanted, self.detail = self.detail is not None, "", None
        return shown


def headline(detail: Detail) -> str:
    """Return the line that identifies what is shown, with the most important words first."""
    called = name(detail.row)
    text = "" if isinstance(detail, VersionDetail) else text_words(called, detail.row.version_name)
    newer = "from a newer release" if detail.newer else ""
    return " · ".join(filter(None, (f"Read-only: {called}", text, newer)))


def seen(detail: Detail) -> tuple[Lane, ...]:
    """Return the lanes that were on the screen, from left to right."""
    stood = () if isinstance(detail, VersionDetail) else lanes_back(detail)
    return tuple(lane for lane in stood if not lane.hidden)


def why_not_run(detail: Detail) -> str:
    """Return why the displayed entry cannot be run, and what to do."""
    return (
        f"{at_start(name(detail.row))} is read-only. Restore it or branch from it to run it, or press Esc to go back."
    )


def nothing_answered(detail: VersionDetail) -> tuple[str, str]:
    """Return heading and sentence for the lanes area while a version without iterations is shown."""
    go_on = detail.newer or "Restore it or branch from it, then run it to see answers here."
    if detail.row.ran:
        return "No iteration of this version", f"It ran only in lanes pinned to it. {go_on}"
    if detail.row.tested:
        return "No iteration of this version", f"It ran on cases only; see Test. {go_on}"
    if detail.row.judged:
        return (
            "No iteration of this version",
            f"It was used to judge answers; search kind:judge in the History. {go_on}",
        )
    if detail.row.imported:
        return "No iteration of this version", f"Its answers were imported; see the History. {go_on}"
    return "This version was never run", f"It has no values, lanes or answers. {go_on}"
