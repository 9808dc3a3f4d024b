"""Two-line rows of lists.

Invariant: all rows of a list have one height; text is elided, never cut.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from workbench.ui.widgets.theme import Theme

Index = QModelIndex | QPersistentModelIndex
_MARGIN = 14


@dataclass(frozen=True, slots=True)
class RowText:
    """The text of a row; `good` notes are green in addition to their wording."""

    title: str
    note: str
    good: bool = False


class RowDelegate(QStyledItemDelegate):
    """Title above, note below; with `lines` 1 the title alone."""

    def __init__(self, theme: Theme, view: QListView, read: Callable[[Index], RowText], lines: int = 2) -> None:
        super().__init__(view)
        self._theme = theme
        self._read = read
        self._lines = lines

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        body, small = QFontMetrics(self._theme.font()), QFontMetrics(self._theme.font(-1))
        return QSize(0, body.height() + (small.height() + 15 if self._lines == 2 else 16))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        text, rect = self._read(index), option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, self._theme.color("selected"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, self._theme.color("hover"))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(self._theme.color("accent"), 1))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        inner = rect.adjusted(_MARGIN, 6, -_MARGIN, -6)
        if self._lines == 1:
            inner = rect.adjusted(_MARGIN, 8, -_MARGIN, -8)
        for words, font, color, where in (
            (text.title, self._theme.font(bold=text.good), "text", Qt.AlignmentFlag.AlignTop),
            (text.note, self._theme.font(-1), "green" if text.good else "muted", Qt.AlignmentFlag.AlignBottom),
        ):
            painter.setFont(font)
            painter.setPen(self._theme.color(color))
            elided = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | where, elided)
        painter.restore()
