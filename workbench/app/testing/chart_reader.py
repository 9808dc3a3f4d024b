"""Reads the chart of pass rates by version.

Invariant: one chart is read at a time, and only that of the newest request is delivered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from workbench.app.tasks import BackgroundTasks
from workbench.app.testing.run_figures import NewestWork
from workbench.app.testing.source import SuiteSource
from workbench.core.testing.grid import CaseSetName

if TYPE_CHECKING:
    from workbench.core.testing.version_chart import VersionChart


class ChartReader(QObject):
    """`chart` is None until it is read."""

    changed = Signal()
    refused = Signal(object)
    """Exception"""

    def __init__(self, source: SuiteSource, tasks: BackgroundTasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self.chart: VersionChart | None = None
        self._reading: NewestWork[VersionChart] = NewestWork(tasks, self._take, self.refused.emit)

    def read(self, prompt_uid: str, set_name: CaseSetName) -> None:
        """Read the chart of a set of a prompt's cases."""
        comparisons = self._source.comparisons
        self._reading.ask(lambda: comparisons.chart(prompt_uid, set_name))

    def clear(self) -> None:
        """Forget the chart, because another prompt or set is shown."""
        self._reading.drop()
        self.chart = None
        self.changed.emit()

    def _take(self, chart: VersionChart) -> None:
        self.chart = chart
        self.changed.emit()
