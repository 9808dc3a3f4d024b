"""Reads the tests of a prompt off the UI thread, and decides what is shown first.

Invariant: only what was read for the newest request is delivered. The rows of another run are painted before it is
computed what a start would take: that takes up to a second and makes the UI thread wait for the GIL. For the shown run
both are delivered together.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.app.tasks import BackgroundTasks
from workbench.app.testing.earlier_run import EarlierRun
from workbench.app.testing.grid_model import SuiteGridModel
from workbench.app.testing.source import SuiteSource
from workbench.app.testing.suite_reading import StartNeeds, SuiteReading, read_suite, start_needs
from workbench.core.testing.grid import CaseSetName

_PAINT_MS = 40
"""Time in which rows that arrived are painted."""


class SuiteReader(QObject):
    """`shown(SuiteReading, StartNeeds or None)` is emitted first, `estimated(StartNeeds)` once what was None is known,
    and `read` after both."""

    shown = Signal(object, object)
    estimated = Signal(object)
    read = Signal()
    refused = Signal(object)
    """Exception"""

    def __init__(self, source: SuiteSource, tasks: BackgroundTasks, model: SuiteGridModel, parent: QObject) -> None:
        super().__init__(parent)
        self._source, self._tasks, self._model = source, tasks, model
        self.request = 0
        """The number of the newest request."""
        self._after_rows: Callable[[], None] | None = None
        self._paint = QTimer(self, singleShot=True, interval=_PAINT_MS)
        self._paint.timeout.connect(self._go_on)
        model.loaded.connect(self._rows_ended)
        model.refused.connect(lambda _: self._rows_ended())

    def start(self, prompt_uid: str, set_name: CaseSetName, probe_uid: str, earlier: EarlierRun) -> None:
        """Read what is set up and what ran; nothing for the prompt ""."""
        self.cancel()
        if prompt_uid:
            work = partial(read_suite, self._source, prompt_uid, set_name, probe_uid, earlier)
            self._tasks.run(work, partial(self._take, self.request), self.refused.emit)

    def cancel(self) -> None:
        """Deliver nothing of earlier requests."""
        self.request += 1
        self._after_rows = None

    def _take(self, request: int, reading: SuiteReading) -> None:
        if request != self.request:
            return
        run = reading.tested.run
        if run is None or run.uid == self._model.run_uid:
            self._estimate(reading, partial(self.shown.emit, reading))
        else:
            self._after_rows = partial(self._estimate, reading, self.estimated.emit)
            self.shown.emit(reading, None)

    def _rows_ended(self) -> None:
        if self._after_rows is not None:
            self._paint.start()

    def _go_on(self) -> None:
        """Go on with what waits for the first rows, which are painted or could not be read."""
        then, self._after_rows = self._after_rows, None
        if then is not None:
            then()

    def _estimate(self, reading: SuiteReading, then: Callable[[StartNeeds], object]) -> None:
        request = self.request

        def show(needs: StartNeeds) -> None:
            if request == self.request:
                then(needs)
                self.read.emit()

        self._tasks.run_large(partial(start_needs, self._source, reading), show, self.refused.emit)
