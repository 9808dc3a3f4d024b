"""How prompts and iterations are drawn in the side bar.

Invariant: one row has one height per list, so that a list of 10,000 lays out at once; every text is elided, never cut.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from workbench.app import prompt_list, timeline
from workbench.core.runs import PromptRow
from workbench.core.timeline import BareVersion, TimelineRow
from workbench.core.when import relative
from workbench.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
MARGIN = 14
_RAIL = 6
_DOT = 6
_MARK = "✓ marked"


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget, is_pointed: Callable[[Index], bool]) -> None:
        """`is_pointed` says whether the menu of a row is open."""
        super().__init__(parent)
        self.theme, self.is_pointed = theme, is_pointed

    def background(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> bool:
        """Fill the row and return whether it is selected."""
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        pointed = self.is_pointed(index)
        if selected:
            painter.fillRect(option.rect, self.theme.color("selected"))
        elif hovered or pointed:
            painter.fillRect(option.rect, self.theme.color("hover"))
        if pointed or option.state & QStyle.StateFlag.State_HasFocus:
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
        selected = self.background(painter, option, index)
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
    """A mark on a rail, number and word counts, time or winner at the right; below, what changed and how it ended.

    How answers ended is told by the form of the mark and in words, never by a colour alone.
    """

    def __init__(
        self, theme: Theme, parent: QWidget, is_pointed: Callable[[Index], bool], now: Callable[[], str]
    ) -> None:
        super().__init__(theme, parent, is_pointed)
        self._now = now

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, self._line(self.theme.font()) + self._line(self.theme.font(-1)) + 14)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: TimelineRow = index.data(timeline.ROW)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = self.background(painter, option, index)
        top = option.rect.top() + 6
        self._rail(painter, option.rect, index, row, selected)
        left = MARGIN + 16
        rect = QRect(left, top, option.rect.width() - left - MARGIN, self._line(self.theme.font()))
        self._first_line(painter, rect, row)
        second = QRect(left, rect.bottom() + 2, rect.width(), self._line(self.theme.font(-1)))
        marked = bool(index.data(timeline.MARKED))
        self._second_line(painter, second, row, marked=marked)
        if marked:
            painter.setPen(QPen(self.theme.color("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(option.rect.adjusted(2, 1, -3, -2), 4, 4)
        painter.restore()

    def _first_line(self, painter: QPainter, rect: QRect, row: TimelineRow) -> None:
        x = rect.left()
        vertical = Qt.AlignmentFlag.AlignVCenter
        quiet = isinstance(row, BareVersion)
        for text, font, color in (
            (timeline.short_name(row), self.theme.font(bold=not quiet), "muted" if quiet else "text"),
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

    def _right(self, row: TimelineRow) -> tuple[str, QFont, str]:
        small = self.theme.font(-1)
        if isinstance(row, BareVersion):
            return timeline.standing(row), small, "muted"
        if row.verdict == "winner":
            return f"★ {row.winner}", self.theme.font(-0.5, bold=True), "gold"
        if row.running:
            return "running", small, "accent"
        if row.verdict == "lost":
            return row.winner, small, "text"
        if row.verdict in ("tie", "all_bad"):
            return ("tie" if row.verdict == "tie" else "all bad"), small, "gold"
        if row.blind:
            return "blind", small, "accent"
        return relative(row.started_at, self._now()), small, "muted"

    def _second_line(self, painter: QPainter, rect: QRect, row: TimelineRow, *, marked: bool) -> None:
        font = self.theme.font(-1)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        aligned = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        ended = "" if isinstance(row, BareVersion) or row.running else row.outcome.words
        if ended:
            failed = not isinstance(row, BareVersion) and row.outcome.trouble == "failed"
            painter.setPen(self.theme.color("red" if failed else "text"))
            shown = metrics.elidedText(f"{ended} · ", Qt.TextElideMode.ElideRight, rect.width())
            painter.drawText(rect, aligned, shown)
            rect = rect.adjusted(metrics.horizontalAdvance(shown), 0, 0, 0)
        if marked:
            painter.setPen(self.theme.color("accent"))
            painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, _MARK)
            rect = rect.adjusted(0, 0, -metrics.horizontalAdvance(f" {_MARK}"), 0)
        painter.setPen(self.theme.color("muted"))
        text = row.note or row.summary or "same text"
        if row.branched:
            text = f"branch · {text}"
        elided = metrics.elidedText(text.replace("\n", " "), Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, aligned, elided)

    def _rail(self, painter: QPainter, rect: QRect, index: Index, row: TimelineRow, selected: bool) -> None:
        x = MARGIN + _RAIL - 2
        center = QPoint(x, rect.top() + 6 + self._line(self.theme.font()) // 2)
        painter.setPen(QPen(self.theme.color("border"), 1))
        first, last = index.row() == 0, index.row() == index.model().rowCount() - 1
        painter.drawLine(x, center.y() if first else rect.top(), x, center.y() if last else rect.bottom() + 1)
        if isinstance(row, BareVersion):
            color = self.theme.color("accent" if selected else "muted")
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawEllipse(center, 2, 2)
        elif row.verdict == "winner":
            self._dot(painter, center, "gold", filled=True)
        elif row.running:
            self._dot(painter, center, "accent", filled=True)
        else:
            self._ended(painter, center, row.outcome.trouble, selected)

    def _ended(self, painter: QPainter, center: QPoint, trouble: str, selected: bool) -> None:
        """Draw a ring; a cross in it for failed, half of it for interrupted, a square for stopped."""
        if not trouble:
            self._dot(painter, center, "accent" if selected else "muted", filled=selected)
            return
        color = self.theme.color("red" if trouble == "failed" else "accent" if selected else "muted")
        box = QRect(center.x() - _DOT + 1, center.y() - _DOT + 1, 2 * _DOT - 2, 2 * _DOT - 2)
        painter.setPen(QPen(color, 1.5))
        painter.setBrush(self.theme.color("sunken"))
        if trouble == "stopped":
            painter.drawRect(box.adjusted(1, 1, -1, -1))
            return
        painter.drawEllipse(box)
        if trouble == "failed":
            inner = box.adjusted(3, 3, -3, -3)
            painter.drawLine(inner.topLeft(), inner.bottomRight() + QPoint(1, 1))
            painter.drawLine(inner.topRight() + QPoint(1, 0), inner.bottomLeft() + QPoint(0, 1))
        else:
            painter.setBrush(color)
            painter.drawChord(box, 90 * 16, 180 * 16)

    def _dot(self, painter: QPainter, center: QPoint, color: str, *, filled: bool) -> None:
        painter.setPen(QPen(self.theme.color(color), 1.5))
        painter.setBrush(self.theme.color(color if filled else "sunken"))
        painter.drawEllipse(center, _DOT - 1, _DOT - 1)

    @staticmethod
    def _line(font: QFont) -> int:
        return QFontMetrics(font).height()
