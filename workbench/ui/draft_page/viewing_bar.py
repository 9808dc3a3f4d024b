"""The bar above a past iteration."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QPushButton

from workbench.ui.shell.key_names import KeyName, with_key
from workbench.ui.shell.notice_bar import NoticeText
from workbench.ui.widgets.theme import set_role

_STRONG = "quiet-strong"
_BACK = "Back"
_LEAST_WORDS = 14
"""Minimum number of characters of the text beside the buttons."""


class ViewingBar(QFrame):
    """Reports that a past iteration is shown, read-only, with actions on it; the first words always fit.

    If text and buttons do not fit side by side, the buttons are placed below.
    """

    restore_clicked = Signal()
    branch_clicked = Signal()
    back_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        set_role(self, "banner")
        self._text = NoticeText()
        self._rows = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._rows.setContentsMargins(14, 4, 8, 4)
        self._rows.setSpacing(2)
        layout = QHBoxLayout()
        layout.setSpacing(2)
        self._rows.addWidget(self._text, 1)
        self._rows.addLayout(layout)
        self._buttons: dict[str, tuple[QPushButton, str]] = {}
        for command, label, tip, signal, role in (
            ("restore", "Restore", "Copy it into the editor; undo restores the draft", self.restore_clicked, _STRONG),
            ("branch", "Branch", "Start the draft from this version", self.branch_clicked, _STRONG),
            ("escape", _BACK, "Back to the draft", self.back_clicked, "quiet"),
        ):
            button = QPushButton(label)
            button.setAccessibleName(label)
            set_role(button, role)
            button.clicked.connect(signal)
            layout.addWidget(button)
            self._buttons[command] = button, tip
        self.hide()

    def name_keys(self, name: KeyName) -> None:
        """Update the displayed keys."""
        for command, (button, tip) in self._buttons.items():
            button.setToolTip(with_key(tip, name(command)))

    def text(self) -> str:
        """Return the line that identifies what is shown."""
        return self._text.full()

    def show_row(self, text: str, detail: str) -> None:
        """Show the bar with `text`; `detail` is its tooltip."""
        self._text.set_full(text)
        self.setToolTip(detail)
        self.show()
        self._fit()

    # Overrides of Qt methods.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return done

    def _fit(self) -> None:
        margins = self._rows.contentsMargins()
        room = self.width() - margins.left() - margins.right()
        back, _ = self._buttons["escape"]
        metrics = back.fontMetrics()
        taken = sum(button.sizeHint().width() + 2 for button, _ in self._buttons.values())
        taken += metrics.horizontalAdvance(_BACK) - metrics.horizontalAdvance(back.text())
        words = self._text.fontMetrics().averageCharWidth() * _LEAST_WORDS
        beside = words + taken <= room
        self._rows.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)
        back.setText(_BACK if taken <= room else "✕")
