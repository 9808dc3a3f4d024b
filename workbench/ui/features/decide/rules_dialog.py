"""The dialog "How this is decided": all rules, as they are in the file of rules."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.ui.widgets.controls import button
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.dialog_parts import field
from workbench.ui.widgets.theme import Theme

_COLUMNS, _LINES = 46, 32
"""Size of the dialog, in lines of text."""


class RulesDialog(Dialog):
    """Shows a text that can be searched by eye and copied."""

    def __init__(self, theme: Theme, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("How this is decided")
        self.text = field(theme, "How this is decided")
        self.text.setFont(theme.font())
        self.text.setLineWrapMode(self.text.LineWrapMode.WidgetWidth)
        self.text.setPlainText(text)
        self.close_button = button("Close", self.accept, "primary")
        self.close_button.setDefault(True)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 14)
        layout.setSpacing(12)
        layout.addWidget(self.text, 1)
        layout.addLayout(foot)

    def sizeHint(self) -> QSize:
        line = self.fontMetrics().height()
        return QSize(_COLUMNS * line, _LINES * line)
