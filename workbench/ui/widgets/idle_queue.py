"""Cooperative scheduling of long text work in slices.

Invariant: between two paints, the slices of all views together take a few ms, however many views there are and however
much work they have, so that keys are handled in between; no view starves.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer
from shiboken6 import isValid

BUDGET_MS = 5
"""Milliseconds of a turn after which no further slice begins."""


class IdleQueue(QObject):
    """Round-robin queue of objects with pending work; one for the whole application."""

    def __init__(self, parent: QObject | None = None, clock_s: Callable[[], float] = time.perf_counter) -> None:
        super().__init__(parent)
        self._clock_s = clock_s
        self._waiting: dict[QObject, Callable[[], bool]] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.take)

    @classmethod
    def of_application(cls) -> IdleQueue:
        """Return the queue shared by all views of this application."""
        app = QCoreApplication.instance()
        assert app is not None
        found = app.findChild(cls, options=Qt.FindChildOption.FindDirectChildrenOnly)
        return found if isinstance(found, cls) else cls(app)

    def ask(self, who: QObject, work: Callable[[], bool]) -> None:
        """Queue `who`: `work`, which does a slice of a few ms, is called in turn until it returns False."""
        self._waiting.setdefault(who, work)
        if not self._timer.isActive():
            self._timer.start()

    def drop(self, who: QObject) -> None:
        """Remove `who` from the queue."""
        self._waiting.pop(who, None)

    def waits(self, who: QObject) -> bool:
        """Whether `who` is queued."""
        return who in self._waiting

    def take(self) -> None:
        """Run queued slices until the budget is spent, at least one."""
        began = self._clock_s()
        while self._waiting and (self._clock_s() - began) * 1000 < BUDGET_MS:
            who, work = next(iter(self._waiting.items()))
            del self._waiting[who]
            if isValid(who) and work():
                self._waiting.setdefault(who, work)
        if self._waiting:
            self._timer.start()
