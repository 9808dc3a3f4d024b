"""Bringing the caret into view in a page of fields."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractScrollArea, QPlainTextEdit, QWidget


def around_caret(field: QPlainTextEdit, page: QWidget) -> tuple[int, int]:
    """Return where on `page` the line above the caret begins, and where the one below it ends (px)."""
    caret = field.cursorRect()
    y = field.viewport().mapTo(page, caret.topLeft()).y()
    return y - caret.height(), y + 2 * caret.height()


def show_between(area: QAbstractScrollArea, top: int, bottom: int) -> None:
    """Scroll as little as shows what is between two heights, its beginning first."""
    bar, view = area.verticalScrollBar(), area.viewport().height()
    if top < bar.value():
        bar.setValue(top)
    elif bottom > bar.value() + view:
        bar.setValue(bottom - view)
