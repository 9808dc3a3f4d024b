"""The numbers of the next run, kept up while somebody types.

Invariant: the UI thread counts nothing; one forecast is under way at a time, made of the newest draft, and a text that
takes long to count is counted less often.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.app.tasks import Tasks
from workbench.core.drafts import Draft
from workbench.core.forecast import Forecast
from workbench.usecases.forecaster import Forecaster

REST_MS = 300
"""A pause in typing after which it is counted."""
LONGEST_REST_MS = 3000


class Forecasts(QObject):
    """`changed` brings a Forecast, or None when there is nothing to foresee."""

    changed = Signal(object)

    def __init__(
        self,
        forecaster: Forecaster,
        tasks: Tasks,
        read: Callable[[], tuple[str, Draft] | None],
        parent: QObject | None = None,
    ) -> None:
        """`read` returns the open prompt's uid and its draft as it is now, None while there is none."""
        super().__init__(parent)
        self._forecaster, self._tasks, self._read = forecaster, tasks, read
        self._under_way = self._again = self._outdated = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self._start)
        self.latest: Forecast | None = None

    def wake(self) -> None:
        """Something that the numbers depend on has changed."""
        self._timer.start()

    def forget(self) -> None:
        """Another text has taken the place of the one that was counted: show nothing until it is counted too."""
        self._outdated = self._under_way
        self._show(None)
        self.wake()

    def stop(self) -> None:
        """Count no more."""
        self._timer.stop()

    def _start(self) -> None:
        if self._under_way:
            self._again = True
            return
        if (found := self._read()) is None:
            self._show(None)
            return
        prompt, draft = found
        self._under_way, began = True, time.monotonic()

        def done(forecast: Forecast | None) -> None:
            self._under_way = False
            took = round((time.monotonic() - began) * 1000)
            self._timer.setInterval(min(max(REST_MS, 3 * took), LONGEST_REST_MS))
            outdated, self._outdated = self._outdated, False
            if not outdated:
                self._show(forecast)
            if self._again:
                self._again = False
                self._timer.start()

        def failed(error: Exception) -> None:
            done(None)
            self._tasks.report(error)

        self._tasks.run(lambda: self._forecaster.forecast(prompt, draft), done, failed)

    def _show(self, forecast: Forecast | None) -> None:
        if forecast != self.latest:
            self.latest = forecast
            self.changed.emit(forecast)
