"""Scrolling the caret of a field into view."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractScrollArea, QPlainTextEdit, QWidget


def around_caret(field: QPlainTextEdit, page: QWidget) -> tuple[int, int]:
    """Return the y positions on `page` (px) of the top of the line above the caret and the bottom of that below."""
    caret = field.cursorRect()
    y = field.viewport().mapTo(page, caret.topLeft()).y()
    return y - caret.height(), y + 2 * caret.height()


def show_between(area: QAbstractScrollArea, top: int, bottom: int) -> None:
    """Scroll by the minimum that shows the range between two heights, with precedence for its top."""
    bar, view = area.verticalScrollBar(), area.viewport().height()
    if top < bar.value():
        bar.setValue(top)
    elif bottom > bar.value() + view:
        bar.setValue(bottom - view)
