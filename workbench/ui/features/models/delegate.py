"""Painting of the picker's rows.

Invariant: all rows have the same height, so that thousands lay out at once; text is elided, never clipped; a missing
key is shown as a framed word, not by colour.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from workbench.app.models.picker_row import ROW, PickerRow
from workbench.ui.widgets.theme import Theme

Index = QModelIndex | QPersistentModelIndex
MARGIN = 14
_GAP = 10
_NO_KEY = "no key"
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_BOTTOM = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom


class PickerDelegate(QStyledItemDelegate):
    """Paints two lines per model: id and price, then its properties."""

    def __init__(self, theme: Theme, view: QListView) -> None:
        super().__init__(view)
        self._theme = theme
        self._read_fonts()

    def refresh(self) -> None:
        """Reload the fonts after a theme change."""
        self._read_fonts()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, self.row_height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: PickerRow = index.data(ROW)
        rect: QRect = option.rect
        painter.save()
        if row.kind == "header":
            self._line(painter, rect.adjusted(MARGIN, 0, -MARGIN, -7), row.title, self._header, _BOTTOM)
        elif row.kind == "remark":
            self._line(painter, rect.adjusted(MARGIN, 0, -MARGIN, 0), row.title, self._small, _LEFT)
        else:
            self._background(painter, option, rect)
            self._pickable(painter, rect.adjusted(MARGIN, 6, -MARGIN, -6), row)
        painter.restore()

    def _line(self, painter: QPainter, rect: QRect, text: str, font: QFont, where: Qt.AlignmentFlag) -> None:
        painter.setFont(font)
        painter.setPen(self._theme.color("muted"))
        mode = Qt.TextElideMode.ElideRight
        painter.drawText(rect, where, QFontMetrics(font).elidedText(text, mode, rect.width()))

    def _background(self, painter: QPainter, option: QStyleOptionViewItem, rect: QRect) -> None:
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, self._theme.color("selected"))
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), self._theme.color("accent"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, self._theme.color("hover"))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(self._theme.color("accent"), 1))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))

    def _pickable(self, painter: QPainter, rect: QRect, row: PickerRow) -> None:
        if not row.note and not row.warning:
            rect = rect.translated(0, (rect.height() - self._body_height) // 2)
        title = QRect(rect.left(), rect.top(), rect.width(), self._body_height)
        right = self._price(painter, title, row)
        action = row.kind not in ("model", "typed")
        painter.setFont(self._body)
        painter.setPen(self._theme.color("accent" if action else "text"))
        mode = Qt.TextElideMode.ElideMiddle
        painter.drawText(title, _LEFT, self._body_metrics.elidedText(row.title, mode, title.width() - right))
        if row.note or row.warning:
            self._note(painter, QRect(rect.left(), title.bottom() + 3, rect.width(), self._small_height), row)

    def _note(self, painter: QPainter, rect: QRect, row: PickerRow) -> None:
        """Paint the second line. The warning comes first, so that it is elided last."""
        mode = Qt.TextElideMode.ElideRight
        warning = f"{row.warning} · " if row.warning and row.note else row.warning
        painter.setFont(self._small)
        painter.setPen(self._theme.color("warn"))
        painter.drawText(rect, _LEFT, self._small_metrics.elidedText(warning, mode, rect.width()))
        rest = rect.adjusted(self._small_metrics.horizontalAdvance(warning), 0, 0, 0)
        if rest.width() > 0:
            painter.setPen(self._theme.color("muted"))
            painter.drawText(rest, _LEFT, self._small_metrics.elidedText(row.note, mode, rest.width()))

    def _price(self, painter: QPainter, rect: QRect, row: PickerRow) -> int:
        """Paint the price and the key marker; return the width in pixels that they take from the title."""
        taken = 0
        if row.price:
            painter.setFont(self._small)
            painter.setPen(self._theme.color("muted"))
            painter.drawText(rect, _RIGHT, row.price)
            taken = self._small_metrics.horizontalAdvance(row.price) + _GAP
        if row.no_key:
            width = self._small_metrics.horizontalAdvance(_NO_KEY) + 14
            pill = QRect(rect.right() - taken - width, rect.top(), width, rect.height())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.color("border"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            round_ = pill.height() / 2 - 0.5
            painter.drawRoundedRect(pill.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), round_, round_)
            painter.setFont(self._small)
            painter.setPen(self._theme.color("muted"))
            painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, _NO_KEY)
            taken += width + _GAP
        return taken

    def _read_fonts(self) -> None:
        self._body: QFont = self._theme.font()
        self._small: QFont = self._theme.font(-1)
        self._header: QFont = self._theme.font(-1, bold=True)
        self._body_metrics = QFontMetrics(self._body)
        self._small_metrics = QFontMetrics(self._small)
        self._body_height = self._body_metrics.height()
        self._small_height = self._small_metrics.height()
        self.row_height = self._body_height + self._small_height + 15
