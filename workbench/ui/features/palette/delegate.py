"""Painting of the palette's rows.

Invariant: matched letters are bold and underlined, so that the mark depends on neither colour nor weight alone; text is
elided, never clipped.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from workbench.app.fuzzy import matched
from workbench.app.palette.palette import PaletteEntry
from workbench.ui.widgets.theme import Theme

ENTRY = int(Qt.ItemDataRole.UserRole) + 1
MARGIN = 14
_GAP = 12
_LEAST_TITLE = 0.45
Index = QModelIndex | QPersistentModelIndex
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute


class PaletteDelegate(QStyledItemDelegate):
    """Paints one line: title and details at the left; at the right the shortcut, or the kind if it is not a command."""

    def __init__(self, theme: Theme, view: QListView) -> None:
        super().__init__(view)
        self._theme = theme
        self.words = ""
        self.is_loose = False
        self.refresh()

    def refresh(self) -> None:
        """Reload the fonts after a theme change."""
        theme = self._theme
        self._plain, self._bold, self._small = theme.font(), theme.font(bold=True), theme.font(-1)
        self._header = theme.font(-1, bold=True)
        self._bold.setUnderline(True)
        self.row_height = QFontMetrics(self._plain).height() + 12

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, self.row_height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry = index.data(ENTRY)
        if not isinstance(entry, PaletteEntry):
            self._draw_header(painter, option.rect, str(entry))
            return
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        # The text direction follows the language of the text, not the layout of the list.
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        if selected:
            painter.fillRect(option.rect, self._theme.color("selected"))
            # Also mark the row by a bar at the edge: the tint alone is faint.
            painter.fillRect(
                QRect(option.rect.x(), option.rect.y(), 3, option.rect.height()), self._theme.color("accent")
            )
        rect = option.rect.adjusted(MARGIN, 0, -MARGIN, 0)
        rect.setRight(self._draw_right(painter, rect, entry))
        self._draw_left(painter, rect, entry)
        painter.restore()

    def _draw_header(self, painter: QPainter, rect: QRect, text: str) -> None:
        painter.save()
        painter.setFont(self._header)
        painter.setPen(self._theme.color("muted"))
        painter.drawText(rect.adjusted(MARGIN, 0, -MARGIN, 0), _LEFT, text)
        painter.restore()

    def _draw_right(self, painter: QPainter, rect: QRect, entry: PaletteEntry) -> int:
        """Paint kind and shortcut; return the right limit of the text at the left."""
        metrics, right = QFontMetrics(self._small), rect.right()
        painter.setFont(self._small)
        painter.setPen(self._theme.color("muted"))
        # Commands are the majority and show their group, so only the other kinds are named.
        for text in ("" if entry.kind == "command" else entry.kind, entry.key):
            if text:
                width = metrics.horizontalAdvance(text)
                painter.drawText(QRect(right - width, rect.y(), width + 1, rect.height()), _LEFT, text)
                right -= width + _GAP
        return right

    def _draw_left(self, painter: QPainter, rect: QRect, entry: PaletteEntry) -> None:
        plain, small = QFontMetrics(self._plain), QFontMetrics(self._small)
        detail = entry.unavailable or entry.detail.replace("\n", " ")
        warning = f"{entry.warning} · " if entry.warning and detail else entry.warning
        natural = QFontMetrics(self._bold).horizontalAdvance(entry.title)
        kept = min(small.horizontalAdvance(warning + detail), int(rect.width() * (1 - _LEAST_TITLE)))
        room = rect.width() if natural >= rect.width() or not warning + detail else max(rect.width() - kept - _GAP, 0)
        title = plain.elidedText(entry.title.replace("\n", " "), Qt.TextElideMode.ElideMiddle, room)
        painter.setPen(self._theme.color("muted" if entry.unavailable else "text"))
        x = self._draw_title(painter, rect, title)
        left = rect.adjusted(x - rect.x() + _GAP, 0, 0, 0)
        for text, color in ((warning, "warn"), (detail, "muted")):
            if text and left.width() > 2 * _GAP:
                painter.setFont(self._small)
                painter.setPen(self._theme.color(color))
                painter.drawText(left, _LEFT, small.elidedText(text, Qt.TextElideMode.ElideRight, left.width()))
                left.setLeft(left.left() + small.horizontalAdvance(text))

    def _draw_title(self, painter: QPainter, rect: QRect, title: str) -> int:
        """Paint the title with its matched letters; return its right edge."""
        spans = matched(self.words, title, loosely=self.is_loose)
        if not spans:
            painter.setFont(self._plain)
            painter.drawText(rect, _LEFT, title)
            return rect.x() + QFontMetrics(self._plain).horizontalAdvance(title)
        x, done = rect.x(), 0
        for start, end in [*spans, (len(title), len(title))]:
            for text, font in ((title[done:start], self._plain), (title[start:end], self._bold)):
                x = self._draw_part(painter, rect, x, text, font)
            done = end
        return x

    @staticmethod
    def _draw_part(painter: QPainter, rect: QRect, x: int, text: str, font: QFont) -> int:
        if text:
            painter.setFont(font)
            painter.drawText(QRect(x, rect.y(), max(rect.right() - x, 0) + 1, rect.height()), _LEFT, text)
            x += QFontMetrics(font).horizontalAdvance(text)
        return x
