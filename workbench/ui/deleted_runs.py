"""Lets Compose follow runs that are deleted, brought back or noted on elsewhere.

Invariant: Compose and the timeline show no deleted run; the draft's lanes show the newest iteration that is left.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from workbench.ui.shell.events import RunNoted, RunsBroughtBack, RunsDeleted

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow

_ROWS = 50
"""Rows of the timeline that are read one by one; the newest page comes at once."""


class DeletedRuns:
    """Takes deleted runs out of sight in Compose, and shows them again."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._left: frozenset[str] = frozenset()
        """Runs whose answers the draft's lanes showed when they were deleted."""
        events = window.services.events
        events.subscribe(RunsDeleted, lambda event: self._gone(event.run_uids))
        events.subscribe(RunsBroughtBack, lambda event: self._back(event.run_uids))
        events.subscribe(RunNoted, lambda event: window.compose.rows.refresh(event.run_uid))

    def _gone(self, uids: Collection[str]) -> None:
        gone, compose = frozenset(uids), self._window.compose
        self._window.timeline.drop(gone)
        if compose.viewing is not None and compose.viewing.row.uid in gone:
            compose.back()
        if compose.stage.shows_any_of(gone):
            self._left |= gone
            self._show_newest()

    def _back(self, uids: Collection[str]) -> None:
        compose = self._window.compose
        for uid in list(uids)[:_ROWS]:
            compose.rows.refresh(uid)
        if not self._left.isdisjoint(uids):
            self._left = frozenset()
            self._show_newest()

    def _show_newest(self) -> None:
        """Let the draft's lanes show the newest iteration that there is."""
        compose = self._window.compose
        uid = compose.prompt_uid
        compose.stage.forget()
        self._window.tasks.run(lambda: compose.rows.newest(uid), lambda newest: compose.show_newest(uid, newest))
