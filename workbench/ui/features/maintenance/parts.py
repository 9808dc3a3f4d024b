"""Parts of the History page: disk space, and progress.

Invariant: a running job is always visible, in words; there is a progress bar only if the share is known.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from workbench.app.maintenance.tasks import DiskUsage, MaintenanceJob, MaintenanceResult
from workbench.core.byte_sizes import show_bytes
from workbench.ui.widgets.controls import StatusLabel, button, label
from workbench.ui.widgets.dialog_parts import DialogProgress
from workbench.ui.widgets.layout_widgets import delete_widgets
from workbench.ui.widgets.theme import Theme, set_role

KINDS = {
    "prompts": "Prompts and drafts",
    "answers": "Answers",
    "raw": "Raw responses",
    "requests": "Requests as sent",
    "files": "Attached files",
    "search": "Search index",
    "other": "Everything else",
    "free": "Free",
}
_LAST = ("other", "free")
_DETAIL_LINES = 6


class SizeGrid(QWidget):
    """Disk space by kind of data, largest first, and the total."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows: list[tuple[str, str]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(18)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(2, 1)
        self.setAccessibleName("Disk space by kind")

    def show_room(self, room: DiskUsage) -> None:
        """Show these sizes."""
        delete_widgets(self._grid)
        self._rows = []
        # Everything else and free space come last, whatever their size.
        kinds = sorted(room.size.by_kind, key=lambda one: _LAST.index(one[0]) + 1 if one[0] in _LAST else 0)
        for row, (kind, size) in enumerate(kinds):
            self._add(row, KINDS[kind], size, "muted")
        self._add(len(room.size.by_kind), "Total", room.size.total, "")

    def rows(self) -> list[tuple[str, str]]:
        """Return the rows shown."""
        return list(self._rows)

    def _add(self, row: int, title: str, size: int, role: str) -> None:
        self._rows.append((title, show_bytes(size)))
        amount = label(show_bytes(size), role, wrap=False)
        amount.setFont(self._theme.font(tabular=True))
        amount.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._grid.addWidget(label(title, role, wrap=False), row, 0)
        self._grid.addWidget(amount, row, 1)


class MaintenanceProgress(QFrame):
    """The running job with a Stop button, then its result with collapsible details."""

    stop_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        set_role(self, "sunken-below")
        self._words = label(wrap=True)
        self._bar = DialogProgress()
        self._stop = button("Stop", self.stop_clicked.emit)
        self._more = button("Details", self._unfold, "quiet", "Details of the problem")
        self._more.setCheckable(True)
        self.status = StatusLabel()
        self.detail = QPlainTextEdit()
        self.detail.setReadOnly(True)
        self.detail.setAccessibleName("Details")
        set_role(self.detail, "field")
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._words, 1)
        row.addWidget(self.status, 1)
        row.addWidget(self._more)
        row.addWidget(self._stop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 10, 20, 10)
        layout.setSpacing(8)
        layout.addLayout(row)
        layout.addWidget(self._bar)
        layout.addWidget(self.detail)
        self.show_job(None)

    def show_job(self, job: MaintenanceJob | None) -> None:
        """Show the running job, None for none."""
        for part in (self._words, self._stop):
            part.setVisible(job is not None)
        self._bar.show_share(None if job is None else job.share)
        if job is not None:
            self._words.setText(job.words)
            self.say("")
        self._show_or_hide()

    def show_end(self, ended: MaintenanceResult) -> None:
        """Show the result of a job."""
        self.say(ended.sentence, ended.tone, ended.detail)

    @property
    def says(self) -> bool:
        """Whether a message is shown."""
        return not self.status.isHidden()

    def say(self, sentence: str, tone: str = "muted", detail: str = "") -> None:
        """Show a message, "" for none."""
        self.status.say(sentence, tone)
        self.detail.setPlainText(detail)
        self._more.setChecked(False)
        self._more.setVisible(bool(detail))
        self._unfold()
        self._show_or_hide()

    def _show_or_hide(self) -> None:
        self.setVisible(not self._words.isHidden() or not self.status.isHidden())

    def _unfold(self) -> None:
        self.detail.setFixedHeight(QFontMetrics(self.detail.font()).lineSpacing() * _DETAIL_LINES + 12)
        self.detail.setVisible(self._more.isChecked())
