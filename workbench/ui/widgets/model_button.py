"""A button with the name of a model, which opens the choice of another one."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionButton, QStylePainter

_NAME, _SHORTEST_NAME = 30, 12
"""Preferred and minimum width for a model's name, in characters."""


class ModelButton(QPushButton):
    """A button with the name of a model, elided if it does not fit."""

    def sizeHint(self) -> QSize:
        return super().sizeHint().boundedTo(QSize(self.fontMetrics().averageCharWidth() * _NAME, 1_000))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * _SHORTEST_NAME, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        inside = self.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, self)
        name, mark = self.text(), " ▾"
        room = inside.width() - self.fontMetrics().horizontalAdvance(mark)
        option.text = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, room) + mark
        QStylePainter(self).drawControl(QStyle.ControlElement.CE_PushButton, option)
