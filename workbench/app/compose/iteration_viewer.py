"""What of the past is looked at: nothing, an iteration, or a version that has none.

Invariant: the row that was asked for last is shown, in whatever order answers arrive; looking changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from workbench.app.compose.timeline_model import TimelineModel, name
from workbench.app.tasks import Tasks
from workbench.core.lanes import Lane
from workbench.core.timeline import Detail, VersionDetail
from workbench.usecases.history import History, lanes_back


class IterationViewer(QObject):
    """Fetches what rows of the timeline stand for."""

    arrived = Signal(object)
    """Detail: what was asked for last is here."""

    def __init__(self, history: History, tasks: Tasks, timeline: TimelineModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._history, self._tasks, self._timeline = history, tasks, timeline
        self._wanted = ""
        self.detail: Detail | None = None
        """What is shown, None while the draft is."""

    def fetch(self, uid: str, then: Callable[[Detail], None]) -> None:
        """Read what the row of a uid stands for, then call `then` with it."""
        row = self._timeline.find(uid)
        self._tasks.run(lambda: self._history.detail(uid) if row is None else self._history.whole(row), then)

    def look_at(self, uid: str) -> None:
        """Show what a row stands for, as soon as it is read."""
        self._wanted = uid

        def show(detail: Detail) -> None:
            if uid == self._wanted:
                self.detail = detail
                self.arrived.emit(detail)

        self.fetch(uid, show)

    def leave(self) -> bool:
        """Show nothing of the past, also nothing that is still being read; False when nothing was shown."""
        shown, self._wanted, self.detail = self.detail is not None, "", None
        return shown


def headline(detail: Detail) -> str:
    """Return the line that says what is shown, the words that must be read first."""
    version = "" if isinstance(detail, VersionDetail) else f" · version {detail.row.version}"
    newer = " · from a newer release" if detail.newer else ""
    return f"Read-only: {name(detail.row)}{version}{newer}"


def seen(detail: Detail) -> tuple[Lane, ...]:
    """Return the lanes that were on the screen, from left to right."""
    stood = () if isinstance(detail, VersionDetail) else lanes_back(detail)
    return tuple(lane for lane in stood if not lane.hidden)


def why_not_run(detail: Detail) -> str:
    """Return why what is shown cannot be run, and what to do."""
    return (
        f"{name(detail.row).capitalize()} is read-only. Restore it or branch from it to run it, "
        "or press Esc to go back."
    )


def nothing_answered(detail: VersionDetail) -> tuple[str, str]:
    """Return a heading and a sentence for the place of the lanes while a version without iterations is shown."""
    go_on = detail.newer or "Restore it or branch from it, then run it to see answers here."
    if detail.row.ran:
        return "No iteration of this version", f"It ran only in lanes pinned to it. {go_on}"
    if detail.row.imported:
        return "No iteration of this version", f"Its answers were imported; see the History. {go_on}"
    return "This version was never run", f"It has no values, lanes or answers. {go_on}"
