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
    """`changed` is emitted when a chart was read."""

    changed = Signal()
    refused = Signal(object)
    """Exception"""

    def __init__(self, source: SuiteSource, tasks: BackgroundTasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._read: tuple[str, CaseSetName, VersionChart] | None = None
        self._reading: NewestWork[tuple[str, CaseSetName, VersionChart]] = NewestWork(
            tasks, self._take, self.refused.emit
        )

    def of(self, prompt_uid: str, set_name: CaseSetName) -> VersionChart | None:
        """Return the chart of a set of a prompt's cases, None if it is not read."""
        is_this = self._read is not None and self._read[:2] == (prompt_uid, set_name)
        return self._read[2] if self._read is not None and is_this else None

    def read(self, prompt_uid: str, set_name: CaseSetName) -> None:
        """Read the chart of a set of a prompt's cases."""
        comparisons = self._source.comparisons
        self._reading.ask(lambda: (prompt_uid, set_name, comparisons.chart(prompt_uid, set_name)))

    def _take(self, read: tuple[str, CaseSetName, VersionChart]) -> None:
        self._read = read
        self.changed.emit()
