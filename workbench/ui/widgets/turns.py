"""Long work on texts, in slices.

Invariant: between two paints the work of all views together takes a few ms, however many of them there are and however
much they have to do, so that keys come in between; none waits for ever.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer
from shiboken6 import isValid

BUDGET_MS = 5
"""A slice that would begin after this much of a turn is left to the next one."""


class Turns(QObject):
    """Those who wait for a turn; one for the whole application."""

    def __init__(self, parent: QObject | None = None, clock_s: Callable[[], float] = time.perf_counter) -> None:
        super().__init__(parent)
        self._clock_s = clock_s
        self._waiting: dict[QObject, Callable[[], bool]] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.take)

    @classmethod
    def of_application(cls) -> Turns:
        """Return the turns that all views of this application take."""
        app = QCoreApplication.instance()
        assert app is not None
        found = app.findChild(cls, options=Qt.FindChildOption.FindDirectChildrenOnly)
        return found if isinstance(found, cls) else cls(app)

    def ask(self, who: QObject, work: Callable[[], bool]) -> None:
        """Let `who` work in turns as long as `work`, which does a slice of a few ms, returns that there is more."""
        self._waiting.setdefault(who, work)
        if not self._timer.isActive():
            self._timer.start()

    def drop(self, who: QObject) -> None:
        """Let `who` wait no more."""
        self._waiting.pop(who, None)

    def waits(self, who: QObject) -> bool:
        """Whether `who` waits for a turn."""
        return who in self._waiting

    @property
    def is_busy(self) -> bool:
        """Whether anybody waits for a turn."""
        return bool(self._waiting)

    def take(self) -> None:
        """Let those who wait work one after the other until the time is up, one of them at least."""
        began = self._clock_s()
        while self._waiting and (self._clock_s() - began) * 1000 < BUDGET_MS:
            who, work = next(iter(self._waiting.items()))
            del self._waiting[who]
            if isValid(who) and work():
                self._waiting.setdefault(who, work)
        if self._waiting:
            self._timer.start()
