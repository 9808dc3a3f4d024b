"""Item delegates that paint prompts and iterations in the side bar.

Invariant: all rows of a list have the same height, so that a list of 10,000 lays out at once; every text is elided,
never cut.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from workbench.app.compose import timeline_model
from workbench.app.prompts import list_model
from workbench.app.prompts.arrangement import FolderRow, ListRow
from workbench.core.dates import relative
from workbench.core.testing.pass_share import PassShare
from workbench.core.timeline import BareVersion, TimelineRow, change_words, name, standing
from workbench.ui.widgets.theme import Theme

Index = QModelIndex | QPersistentModelIndex
MARGIN = 14
_GAP = 7
_LEAST_RIGHT = 7
"""Minimum number of characters, so that the winner can be read."""
_LEAST_CAPTION = 10
"""Minimum number of characters of the change beside a pass share."""
_MARK = "✓ marked"


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget, is_pointed: Callable[[Index], bool]) -> None:
        """`is_pointed` returns whether the menu of a row is open."""
        super().__init__(parent)
        self.theme, self.is_pointed = theme, is_pointed

    def background(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> bool:
        """Fill the row's background and return whether it is selected. Sets the text direction of its language."""
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
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
    """Paints the name and the tags on the left, the number of iterations on the right; prompts below a folder are
    indented."""

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        field = super().createEditor(parent, option, index)
        field.setAccessibleName("Name of the prompt")
        return field

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, QFontMetrics(self.theme.font()).height() + 12)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: ListRow = index.data(list_model.ROW)
        painter.save()
        selected = self.background(painter, option, index)
        rect = option.rect.adjusted(MARGIN, 0, -MARGIN, 0)
        small = self.theme.font(-1)
        if isinstance(row, FolderRow):
            self._folder(painter, rect, row)
            painter.restore()
            return
        if row.folder:
            rect.setLeft(rect.left() + MARGIN)
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
        if row.tags:
            rect.setLeft(rect.left() + QFontMetrics(font).horizontalAdvance(name) + _GAP)
            self._tags(painter, rect.adjusted(0, 0, -taken, 0), row.tags, small)
        painter.restore()

    def _folder(self, painter: QPainter, rect: QRect, row: FolderRow) -> None:
        font = self.theme.font(-0.5, bold=True)
        painter.setFont(font)
        painter.setPen(self.theme.color("muted"))
        mark = "▾ " if row.is_open else "▸ "
        count = "" if row.is_open else f" {row.count:,}"
        room = rect.width() - QFontMetrics(font).horizontalAdvance(mark + count)
        name = QFontMetrics(font).elidedText(row.name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, mark + name)
        painter.setFont(self.theme.font(-1))
        painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, count)

    def _tags(self, painter: QPainter, rect: QRect, tags: Sequence[str], font: QFont) -> None:
        """Paint the tags if there is room for most of the first one."""
        metrics = QFontMetrics(font)
        if rect.width() < _LEAST_RIGHT * metrics.averageCharWidth():
            return
        painter.setFont(font)
        painter.setPen(self.theme.color("muted"))
        text = metrics.elidedText(" ".join(f"#{tag}" for tag in tags), Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


class IterationDelegate(_Delegate):
    """Paints a mark on a rail, number, word counts and pass share, and on the right the time or winner; below, the
    change and the outcome. Without room in the first line, the pass share is in the second one.

    The outcome is shown by the shape of the mark and in words, never by colour alone.
    """

    def __init__(
        self, theme: Theme, parent: QWidget, is_pointed: Callable[[Index], bool], now: Callable[[], str]
    ) -> None:
        super().__init__(theme, parent, is_pointed)
        self._now = now

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, self._line(self.theme.font()) + self._line(self.theme.font(-1)) + 14)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: TimelineRow = index.data(timeline_model.ROW)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = self.background(painter, option, index)
        top = option.rect.top() + 6
        self._rail(painter, option.rect, index, row, selected)
        left = MARGIN + 2 * self._radius() + 6
        rect = QRect(left, top, option.rect.width() - left - MARGIN, self._line(self.theme.font()))
        share: PassShare | None = index.data(timeline_model.SHARE)
        is_beside = self._first_line(painter, rect, row, "" if share is None else share.text)
        second = QRect(left, rect.bottom() + 2, rect.width(), self._line(self.theme.font(-1)))
        marked = bool(index.data(timeline_model.MARKED))
        self._second_line(painter, second, row, None if is_beside else share, marked=marked)
        if marked:
            painter.setPen(QPen(self.theme.color("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(option.rect.adjusted(2, 1, -3, -2), 4, 4)
        painter.restore()

    def _first_line(self, painter: QPainter, rect: QRect, row: TimelineRow, share: str) -> bool:
        """Paint the first line, and return whether the pass share has room beside the other facts."""
        is_beside = False
        x = rect.left()
        vertical = Qt.AlignmentFlag.AlignVCenter
        quiet = isinstance(row, BareVersion)
        right, right_font, tone = self._right(row)
        parts = [
            (name(row), self.theme.font(bold=not quiet), "muted" if quiet else "text"),
        ]
        if row.added or row.removed:
            parts += [
                (f"+{row.added:,}", self.theme.font(-0.5), "green"),
                (f"−{row.removed:,}", self.theme.font(-0.5), "red"),
            ]
        widths = [QFontMetrics(font).horizontalAdvance(text) for text, font, _ in parts]
        metrics = QFontMetrics(right_font)
        kept = min(metrics.horizontalAdvance(right), _LEAST_RIGHT * metrics.averageCharWidth())
        if sum(widths) + _GAP * len(parts) + kept > rect.width():
            # The winner or the time is more important than the number of changed words.
            parts = parts[:1]
        elif share:
            added = f"· {share}"
            width = QFontMetrics(self.theme.font(-0.5)).horizontalAdvance(added)
            if sum(widths) + width + _GAP * (len(parts) + 1) + metrics.horizontalAdvance(right) <= rect.width():
                parts.append((added, self.theme.font(-0.5), "text"))
                widths.append(width)
                is_beside = True
        for (text, font, color), width in zip(parts, widths, strict=False):
            painter.setFont(font)
            painter.setPen(self.theme.color(color))
            painter.drawText(
                QRect(x, rect.top(), width + 2, rect.height()), Qt.AlignmentFlag.AlignLeft | vertical, text
            )
            x += width + _GAP
        painter.setFont(right_font)
        painter.setPen(self.theme.color(tone))
        room = QRect(x, rect.top(), rect.right() - x + 1, rect.height())
        elided = metrics.elidedText(right, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | vertical, elided)
        return is_beside

    def _right(self, row: TimelineRow) -> tuple[str, QFont, str]:
        small = self.theme.font(-1)
        if isinstance(row, BareVersion):
            return standing(row) or relative(row.created_at, self._now()), small, "muted"
        if row.verdict == "winner":
            return f"★ {row.winner}", self.theme.font(-0.5, bold=True), "gold"
        if row.running:
            return "running", small, "accent"
        if row.verdict == "lost":
            return row.winner, small, "text"
        if row.verdict in ("tie", "all_bad"):
            return ("tie" if row.verdict == "tie" else "all bad"), small, "text"
        if row.blind:
            return "blind", small, "accent"
        return relative(row.started_at, self._now()), small, "muted"

    def _second_line(
        self, painter: QPainter, rect: QRect, row: TimelineRow, share: PassShare | None, *, marked: bool
    ) -> None:
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
        if share is not None:
            # A rate never stands without the word that its judge is unmeasured; the change makes room for both.
            room = rect.width() - _LEAST_CAPTION * metrics.averageCharWidth()
            text = share.text if metrics.horizontalAdvance(f" {share.text}") <= room else share.brief
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
            painter.setPen(self.theme.color("text"))
            painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
            rect = rect.adjusted(0, 0, -metrics.horizontalAdvance(f" {text}"), 0)
        painter.setPen(self.theme.color("muted"))
        text = change_words(row)
        if row.branched:
            text = f"branch · {text}"
        if rect.width() >= _LEAST_RIGHT * metrics.averageCharWidth():
            elided = metrics.elidedText(text.replace("\n", " "), Qt.TextElideMode.ElideRight, rect.width())
            painter.drawText(rect, aligned, elided)

    def _rail(self, painter: QPainter, rect: QRect, index: Index, row: TimelineRow, selected: bool) -> None:
        x = MARGIN + self._radius() - 1
        center = QPoint(x, rect.top() + 6 + self._line(self.theme.font()) // 2)
        painter.setPen(QPen(self.theme.color("border"), 1))
        first, last = index.row() == 0, index.row() == index.model().rowCount() - 1
        painter.drawLine(x, center.y() if first else rect.top(), x, center.y() if last else rect.bottom() + 1)
        if isinstance(row, BareVersion):
            color = self.theme.color("accent" if selected else "muted")
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            small = max(2, round(self._radius() * 0.4))
            painter.drawEllipse(center, small, small)
        elif row.verdict == "winner":
            self._dot(painter, center, "gold", filled=True)
        elif row.running:
            self._dot(painter, center, "accent", filled=True)
        else:
            self._ended(painter, center, row.outcome.trouble, selected)

    def _ended(self, painter: QPainter, center: QPoint, trouble: str, selected: bool) -> None:
        """Draw a crossed ring for failed, a half-filled one for interrupted, a square for stopped."""
        if not trouble:
            self._dot(painter, center, "accent" if selected else "muted", filled=selected)
            return
        color = self.theme.color("red" if trouble == "failed" else "accent" if selected else "muted")
        radius = self._radius()
        box = QRect(center.x() - radius, center.y() - radius, 2 * radius, 2 * radius)
        painter.setPen(QPen(color, 1.5))
        painter.setBrush(self.theme.color("sunken"))
        if trouble == "stopped":
            painter.drawRect(box.adjusted(1, 1, -1, -1))
            return
        painter.drawEllipse(box)
        if trouble == "failed":
            inset = round(radius * 0.6)
            inner = box.adjusted(inset, inset, -inset, -inset)
            painter.drawLine(inner.topLeft(), inner.bottomRight() + QPoint(1, 1))
            painter.drawLine(inner.topRight() + QPoint(1, 0), inner.bottomLeft() + QPoint(0, 1))
        else:
            painter.setBrush(color)
            painter.drawChord(box, 90 * 16, 180 * 16)

    def _dot(self, painter: QPainter, center: QPoint, color: str, *, filled: bool) -> None:
        painter.setPen(QPen(self.theme.color(color), 1.5))
        painter.setBrush(self.theme.color(color if filled else "sunken"))
        painter.drawEllipse(center, self._radius(), self._radius())

    def _radius(self) -> int:
        """Return the radius of a mark, which matches its number's font size."""
        return max(4, round(self._line(self.theme.font()) / 3.2))

    @staticmethod
    def _line(font: QFont) -> int:
        return QFontMetrics(font).height()
