"""What lane headers say about the retirement of their models.

Invariant: the list of models is read by a task, and only for lanes that LiteLLM serves.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from PySide6.QtCore import QObject, Signal

from workbench.app.tasks import Tasks
from workbench.core.lanes import Endpoint, Lane
from workbench.core.retirement import retirement_note, retirement_sentence
from workbench.usecases.workbench import Workbench


class Retirements(QObject):
    """Remembers the dates of models that were asked for. `changed` is emitted when some are known that were not."""

    changed = Signal()

    def __init__(self, workbench: Workbench, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workbench, self._tasks = workbench, tasks
        self._days: dict[str, date | None] = {}
        self._wanted: dict[str, Endpoint] = {}
        self._has_begun = self._is_reading = False

    def begin(self) -> None:
        """Look up what was asked for so far, and from now on at once: the window is there."""
        self._has_begun = True
        self._read()

    def warning(self, lane: Lane, endpoints: Mapping[str, Endpoint]) -> tuple[str, str]:
        """Return "retired 2025-09-01" and a sentence, two empty texts when there is nothing to say or not yet."""
        endpoint = endpoints.get(lane.endpoint)
        if endpoint is None or endpoint.kind != "litellm":
            return "", ""
        if lane.model not in self._days:
            self._wanted[lane.model] = endpoint
            self._read()
            return "", ""
        day, today = self._days[lane.model], self._workbench.today()
        return retirement_note(day, today), retirement_sentence(day, today)

    def _read(self) -> None:
        if not self._has_begun or self._is_reading or not self._wanted:
            return
        wanted, self._wanted, self._is_reading = self._wanted, {}, True
        retires = self._workbench.catalogue.retires

        def take(days: dict[str, date | None]) -> None:
            self._is_reading = False
            self._days |= days
            if any(days.values()):
                self.changed.emit()
            self._read()

        self._tasks.run_large(lambda: {model: retires(endpoint, model) for model, endpoint in wanted.items()}, take)
