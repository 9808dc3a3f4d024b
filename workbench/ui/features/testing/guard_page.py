"""The totals of a guard set by model, in place of the grid.

Invariant: it shows the state of a `GuardController` and emits wishes; a model is compared with the baseline's model.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.app.testing.guards import ShownGuard
from workbench.app.testing.words import age_words, column_head, estimate_words, renew_words, reused_words
from workbench.core.text import counted
from workbench.core.visible_text import visible_name
from workbench.ui.widgets.controls import button, label, scrolled
from workbench.ui.widgets.theme import set_role
from workbench.usecases.testing.guards import GuardEntry

WHY = (
    "A guard set is a prompt of its own, tested by its own text on the models of your columns. It shows what another "
    "model or other parameters break beside your cases."
)


def guard_title(entry: GuardEntry) -> str:
    """Return "Guard: refusals"; the sets of the product are called so already."""
    name = visible_name(entry.name)
    return name if name.startswith("Guard: ") else f"Guard: {name}"


_GAP = 12
"""Pixels between two models."""


class GuardPage(QWidget):
    """`run_clicked`, `stop_clicked`, `open_clicked` and `remove_clicked` are about the shown guard."""

    run_clicked = Signal()
    stop_clicked = Signal()
    open_clicked = Signal()
    remove_clicked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        set_role(self, "surface")
        self.heading, self.told, self.why = label("", "title"), label("", "small"), label(WHY, "muted")
        self.run = button("Run", self._run, "primary")
        self.open = button("Open in Test", self.open_clicked.emit)
        self.remove = button("Remove the guard", self.remove_clicked.emit)
        self._is_running = False
        self._table = QWidget()
        row = QHBoxLayout()
        row.setSpacing(8)
        for one in (self.run, self.open, self.remove):
            row.addWidget(one)
        row.addStretch(1)
        content = QWidget()
        set_role(content, "surface")
        column = QVBoxLayout(content)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(10)
        for widget in (self.heading, self.why, self.told):
            column.addWidget(widget)
        column.addLayout(row)
        column.addSpacing(6)
        column.addWidget(self._table)
        column.addStretch(1)
        self._column = column
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scrolled(content))

    def say(self, shown: ShownGuard, *, can_write: bool) -> None:
        """Show a guard."""
        entry, estimate, progress = shown.entry, shown.estimate, shown.progress
        self.heading.setText(guard_title(entry))
        self._is_running = progress is not None
        parts = [counted(entry.cases, "case")]
        if progress is not None:
            parts.append(f"{progress.answered:,} of {progress.cells:,} done")
        elif estimate.refusal:
            parts.append(estimate.refusal)
        elif estimate.new:
            words = estimate_words(estimate)
            parts.append(f"{estimate.new:,} new{': ' if words else ''}{words}")
            parts.extend(filter(None, (reused_words(estimate),)))
        elif shown.report is not None:
            parts.append(f"every answer is here{age_words(estimate)}")
        self.told.setText(" · ".join(parts))
        is_renewal = bool(estimate.old) and not estimate.new
        title = renew_words(estimate) if is_renewal else f"Run {counted(estimate.new, 'call')}"
        self.run.setText("Stop" if progress is not None else title)
        self.run.setVisible(progress is not None or bool(estimate.new) or is_renewal or shown.report is None)
        self.run.setEnabled(can_write and not estimate.refusal)
        self.remove.setEnabled(can_write)
        self._show_table(shown)

    def words(self) -> str:
        """Return what the page says, as plain text."""
        cells = self._table.findChildren(QWidget, "guard cell")
        return "\n".join([self.heading.text(), self.told.text(), *(one.text() for one in cells)])  # type: ignore[attr-defined]

    def stops(self) -> list[QPushButton]:
        """Return the parts in Tab order."""
        return [self.run, self.open, self.remove]

    def _run(self) -> None:
        if self._is_running:
            self.stop_clicked.emit()
        else:
            self.run_clicked.emit()

    def _show_table(self, shown: ShownGuard) -> None:
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(2, 1)
        columns = () if shown.report is None else shown.report.columns
        base = next((one.summary for one in columns if one.is_baseline), None)
        for place, report in enumerate(columns):
            head = column_head(report, base)
            sentence = report.sentence if report.comparison is not None else "What the others are compared with"
            figures = " · ".join(one.text for one in head.figures)
            cells = (
                label(visible_name(report.model), "", wrap=False),
                label(" · ".join(filter(None, (head.rate_words, head.judged))), "", wrap=False),
                label(" · ".join(filter(None, (head.verdict, figures))), "small"),
            )
            for at, one in enumerate(cells):
                one.setObjectName("guard cell")
                grid.addWidget(one, 3 * place, at, Qt.AlignmentFlag.AlignTop)
            told = label(visible_name(sentence), "muted")
            told.setObjectName("guard cell")
            grid.addWidget(told, 3 * place + 1, 0, 1, 3)
            grid.setRowMinimumHeight(3 * place + 2, _GAP)
        old, self._table = self._table, table
        self._column.replaceWidget(old, table)
        old.hide()
        old.deleteLater()
