"""The placeholder of a view without text."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit


def paint_placeholder(view: QPlainTextEdit | QTextEdit, painter: QPainter, text: str) -> None:
    """Paint `text` while the document is empty. Qt's own placeholder has no right margin."""
    if not text or not view.document().isEmpty():
        return
    margin = round(view.document().documentMargin())
    room = view.viewport().rect().adjusted(margin, margin, -margin, -margin)
    painter.setFont(view.font())
    painter.setPen(view.palette().color(QPalette.ColorRole.PlaceholderText))
    painter.drawText(room, Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap, text)
