"""Estimates for the next run, updated while the user types.

Invariant: the UI thread counts nothing. One forecast is computed at a time, from the newest draft, and a text that is
slow to count is counted less often.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.app.tasks import BackgroundTasks
from workbench.core.drafts import Draft
from workbench.core.forecast import Forecast
from workbench.usecases.forecaster import Forecaster

REST_MS = 300
"""Pause in typing after which the draft is counted."""
LONGEST_REST_MS = 3000


class Forecasts(QObject):
    """`changed` carries a Forecast, or None if there is nothing to estimate."""

    changed = Signal(object)

    def __init__(
        self,
        forecaster: Forecaster,
        tasks: BackgroundTasks,
        read: Callable[[], tuple[str, Draft] | None],
        parent: QObject | None = None,
    ) -> None:
        """`read` returns the uid of the open prompt and its current draft, or None without a prompt."""
        super().__init__(parent)
        self._forecaster, self._tasks, self._read = forecaster, tasks, read
        self._under_way = self._again = self._outdated = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self._start)
        self.latest: Forecast | None = None

    def wake(self) -> None:
        """Schedule a forecast after something it depends on has changed."""
        self._timer.start()

    def forget(self) -> None:
        """Clear the forecast until the text that replaced the counted one has been counted."""
        self._outdated = self._under_way
        self._show(None)
        self.wake()

    def stop(self) -> None:
        """Stop forecasting."""
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
