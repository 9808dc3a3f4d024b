"""Retirement warnings for lane headers.

Invariant: the list of models is read by a task, and only for lanes served by LiteLLM.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from PySide6.QtCore import QObject, Signal

from workbench.app.lanes.lane_state import LaneHead
from workbench.app.tasks import BackgroundTasks
from workbench.core.lanes import FIXED_ENDPOINTS, LITELLM
from workbench.core.retirement import retirement_note, retirement_sentence
from workbench.usecases.model_access import ModelAccess


class Retirements(QObject):
    """Caches the retirement dates of requested models. `changed` is emitted when new dates are known."""

    changed = Signal()

    def __init__(self, models: ModelAccess, tasks: BackgroundTasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._models, self._tasks = models, tasks
        self._days: dict[str, date | None] = {}
        self._wanted: set[str] = set()
        self._has_begun = self._is_reading = False

    def begin(self) -> None:
        """Look up what was requested so far, and look up at once from now on, because the window is complete."""
        self._has_begun = True
        self._read()

    def marked(self, heads: Iterable[LaneHead]) -> list[LaneHead]:
        """Return the headers with their warnings; unknown dates are looked up."""
        return [self._marked(head) for head in heads]

    def _marked(self, head: LaneHead) -> LaneHead:
        if head.place != LITELLM or head.read_only:
            return head
        if head.model not in self._days:
            self._wanted.add(head.model)
            self._read()
            return head
        day, today = self._days[head.model], self._models.today()
        return replace(head, warning=retirement_note(day, today), warning_reason=retirement_sentence(day, today))

    def _read(self) -> None:
        if not self._has_begun or self._is_reading or not self._wanted:
            return
        wanted, self._wanted, self._is_reading = self._wanted, set(), True
        litellm = next(one for one in FIXED_ENDPOINTS if one.uid == LITELLM)
        retires = self._models.catalogue.retires

        def take(days: dict[str, date | None]) -> None:
            self._is_reading = False
            self._days |= days
            if any(days.values()):
                self.changed.emit()
            self._read()

        self._tasks.run_large(lambda: {model: retires(litellm, model) for model in wanted}, take)
