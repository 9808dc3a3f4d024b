"""Reads single timeline rows again after a change.

Invariant: a row is only put into the timeline of the prompt that it belongs to.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from workbench.app.compose.timeline_model import TimelineModel
from workbench.app.tasks import Tasks
from workbench.core.runs import IterationDetail, IterationRow
from workbench.core.timeline import TimelineRow
from workbench.store.errors import StoreError
from workbench.usecases.history import History


class TimelineRowReader(QObject):
    """Keeps the loaded rows in step with the history."""

    changed = Signal()
    noted = Signal()
    """A note was written, which may change the displayed names of versions."""

    def __init__(
        self, history: History, tasks: Tasks, timeline: TimelineModel, prompt: Callable[[], str], parent: QObject
    ) -> None:
        """`prompt` returns the uid of the prompt that the timeline shows."""
        super().__init__(parent)
        self._history, self._tasks, self._timeline, self._prompt = history, tasks, timeline, prompt

    def newest(self, prompt_uid: str) -> IterationDetail | None:
        """Return the newest iteration of a prompt, None if there is none; one that cannot be read is reported.

        Blocks.
        """
        rows = self._history.iterations(prompt_uid, None, 1)
        try:
            return self._history.detail(rows[0].run_uid) if rows else None
        except StoreError as error:
            # An unreadable iteration must not prevent the prompt from opening.
            told = error
            self._tasks.on_ui(lambda: self._tasks.report(told))
            return None

    def refresh(self, run_uid: str) -> None:
        """Read the row of an iteration again, unless it belongs to another prompt."""
        prompt, ticket = self._prompt(), self._timeline.ticket()

        def put(row: IterationRow | None) -> None:
            if row is not None:
                self._put(prompt, row, ticket)

        self._tasks.run(lambda: self._history.row(run_uid, prompt), put)

    def set_note(self, row: TimelineRow, note: str) -> None:
        """Write a note on an iteration or a version; "" removes it."""
        prompt = self._prompt()

        def put(noted: TimelineRow) -> None:
            self._put(prompt, noted)
            self.noted.emit()

        self._tasks.watch(
            self._history.note(row, note), lambda _: self._tasks.run(lambda: self._history.whole(row).row, put)
        )

    def _put(self, prompt: str, row: TimelineRow, ticket: int | None = None) -> None:
        if prompt == self._prompt():
            self._timeline.put(row, ticket)
            self.changed.emit()
