"""One text field in a window."""

from __future__ import annotations

import pytest
from PySide6.QtGui import (
    QAction,
    QKeySequence,
)
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from tests.ui.editor_support import CTRL, Key, Show, press
from workbench.ui.editor.field import ExactField
from workbench.ui.widgets.theme import Theme


class Window(QWidget):
    """A field between two line edits, in a window with commands."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.before, self.field, self.after = QLineEdit(), ExactField(theme), QLineEdit()
        layout = QVBoxLayout(self)
        for widget in (self.before, self.field, self.after):
            layout.addWidget(widget)
        self.fired: list[str] = []

    def command(self, keys: str) -> None:
        action = QAction(keys, self)
        action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda: self.fired.append(keys))
        self.addAction(action)


@pytest.fixture
def window(theme: Theme, shown: Show) -> Window:
    made = Window(theme)
    shown(made)
    made.field.setFocus()
    return made


@pytest.fixture
def field(window: Window) -> ExactField:
    return window.field


def paste(field: ExactField, text: str) -> None:
    QApplication.clipboard().setText(text)
    field.selectAll()
    press(Key.Key_V, CTRL)
