"""All results of the checks of one lane's answer."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.app.lanes.shown_answers import OutputChecks
from workbench.ui.widgets import geometry
from workbench.ui.widgets.check_results import CheckResultList, checks_summary
from workbench.ui.widgets.controls import button, label, scrolled
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.theme import Theme, set_role


class LaneChecksDialog(Dialog):
    """Shows results; `edit` is the action that opens the checks of the prompt."""

    def __init__(
        self, theme: Theme, lane: str, shown: OutputChecks, text: str, edit: QAction, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Checks of the answer of {lane}")
        self.summary = label(f"{checks_summary(shown.results)[1]} pass", "heading")
        self.results = CheckResultList(theme)
        self.results.show_results(shown.checks, shown.results, text=text)
        page = QWidget()
        set_role(page, "surface")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 8, 0)
        column.addWidget(self.results)
        column.addStretch(1)
        self.edit = button("Edit checks…", lambda: self._edit(edit))
        self.edit.setEnabled(edit.isEnabled())
        self.close_ = button("Close", self.accept, "primary")
        self.close_.setDefault(True)
        buttons = QHBoxLayout()
        buttons.addWidget(self.edit)
        buttons.addStretch(1)
        buttons.addWidget(self.close_)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(10)
        layout.addWidget(self.summary)
        layout.addWidget(scrolled(page), 1)
        layout.addLayout(buttons)
        scale = min(theme.scale, 1.5)
        self.resize(QSize(int(520 * scale), int(460 * scale)).boundedTo(geometry.room(self)))

    def _edit(self, edit: QAction) -> None:
        self.accept()
        edit.trigger()
