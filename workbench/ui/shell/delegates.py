"""How prompts and iterations are drawn in the side bar.

Invariant: one row has one height per list, so that a list of 10,000 lays out at once; every text is elided, never cut.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from workbench.app import prompt_list, timeline
from workbench.core.runs import IterationRow, PromptRow
from workbench.core.when import relative
from workbench.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
MARGIN = 14
_RAIL = 6
_DOT = 6


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme

    def background(self, painter: QPainter, option: QStyleOptionViewItem) -> bool:
        """Fill the row and return whether it is selected."""
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if selected:
            painter.fillRect(option.rect, self.theme.color("selected"))
        elif hovered:
            painter.fillRect(option.rect, self.theme.color("hover"))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(self.theme.color("accent"), 1))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
        return selected


class PromptDelegate(_Delegate):
    """Name at the left, number of iterations at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, QFontMetrics(self.theme.font()).height() + 12)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: PromptRow = index.data(prompt_list.ROW)
        painter.save()
        selected = self.background(painter, option)
        rect = option.rect.adjusted(MARGIN, 0, -MARGIN, 0)
        small = self.theme.font(-1)
        count = f"{row.iterations:,}"
        painter.setFont(small)
        painter.setPen(self.theme.color("muted"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, count)
        taken = QFontMetrics(small).horizontalAdvance(count) + 8
        font = self.theme.font(bold=selected)
        font.setItalic(row.archived)
        painter.setFont(font)
        painter.setPen(self.theme.color("accent" if selected else "muted" if row.archived else "text"))
        name = QFontMetrics(font).elidedText(row.name, Qt.TextElideMode.ElideRight, rect.width() - taken)
        painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        painter.restore()


class IterationDelegate(_Delegate):
    """A dot on a rail, number and word counts, time or winner at the right, what changed below."""

    def __init__(self, theme: Theme, parent: QWidget, now: Callable[[], str]) -> None:
        super().__init__(theme, parent)
        self._now = now

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, self._line(self.theme.font()) + self._line(self.theme.font(-1)) + 14)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: IterationRow = index.data(timeline.ROW)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = self.background(painter, option)
        top = option.rect.top() + 6
        self._rail(painter, option.rect, index, row, selected)
        left = MARGIN + 16
        rect = QRect(left, top, option.rect.width() - left - MARGIN, self._line(self.theme.font()))
        self._first_line(painter, rect, row)
        below = QRect(left, rect.bottom() + 2, rect.width(), self._line(self.theme.font(-1)))
        small = self.theme.font(-1)
        painter.setFont(small)
        painter.setPen(self.theme.color("muted"))
        text = row.note or row.summary or "same text"
        if row.branched:
            text = f"branch · {text}"
        elided = QFontMetrics(small).elidedText(text.replace("\n", " "), Qt.TextElideMode.ElideRight, below.width())
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, elided)
        painter.restore()

    def _first_line(self, painter: QPainter, rect: QRect, row: IterationRow) -> None:
        x = rect.left()
        vertical = Qt.AlignmentFlag.AlignVCenter
        for text, font, color in (
            (str(row.number), self.theme.font(bold=True), "text"),
            (f"+{row.added}", self.theme.font(-0.5), "green"),
            (f"−{row.removed}", self.theme.font(-0.5), "red"),
        ):
            painter.setFont(font)
            painter.setPen(self.theme.color(color))
            width = QFontMetrics(font).horizontalAdvance(text)
            painter.drawText(
                QRect(x, rect.top(), width + 2, rect.height()), Qt.AlignmentFlag.AlignLeft | vertical, text
            )
            x += width + 7
        text, font, tone = self._right(row)
        painter.setFont(font)
        painter.setPen(self.theme.color(tone))
        room = QRect(x, rect.top(), rect.right() - x + 1, rect.height())
        elided = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | vertical, elided)

    def _right(self, row: IterationRow) -> tuple[str, QFont, str]:
        small = self.theme.font(-1)
        if row.verdict == "winner":
            return f"★ {row.winner}", self.theme.font(-0.5, bold=True), "gold"
        if row.running:
            return "running", small, "accent"
        if row.verdict in ("tie", "all_bad"):
            return ("tie" if row.verdict == "tie" else "all bad"), small, "gold"
        return relative(row.started_at, self._now()), small, "muted"

    def _rail(self, painter: QPainter, rect: QRect, index: Index, row: IterationRow, selected: bool) -> None:
        x = MARGIN + _RAIL - 2
        center = QPoint(x, rect.top() + 6 + self._line(self.theme.font()) // 2)
        painter.setPen(QPen(self.theme.color("border"), 1))
        first, last = index.row() == 0, index.row() == index.model().rowCount() - 1
        painter.drawLine(x, center.y() if first else rect.top(), x, center.y() if last else rect.bottom() + 1)
        if row.verdict == "winner":
            color = self.theme.color("gold")
            painter.setPen(QPen(color, 1.5))
            painter.setBrush(color)
        elif row.running or selected:
            color = self.theme.color("accent")
            painter.setPen(QPen(color, 1.5))
            painter.setBrush(color)
        else:
            painter.setPen(QPen(self.theme.color("muted"), 1.5))
            painter.setBrush(self.theme.color("sunken"))
        painter.drawEllipse(center, _DOT - 1, _DOT - 1)

    @staticmethod
    def _line(font: QFont) -> int:
        return QFontMetrics(font).height()
