"""The heads of the grid's columns: version and model, verdict, pass rate with its interval, latency and cost.

Invariant: what is painted is also in the head's tooltip and accessible text; a tone repeats what the words say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QMouseEvent, QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from workbench.app.testing.grid_model import FIRST
from workbench.app.testing.head_measures import MEASURES
from workbench.app.testing.pivot_model import GridPivotModel
from workbench.app.testing.words import ColumnHead, HeadFigure, Tone
from workbench.ui.widgets.rate_interval import paint_interval
from workbench.ui.widgets.theme import Theme

MARGIN = 10
"""Pixels left and right of the text of a head or cell."""
_TOP, _BOTTOM, _LOW_BOTTOM = 4, 8, 4
_PLOT_WIDTH, _PLOT_HEIGHT = 96, 12
_GROUP_GAP = 4
_WORD = re.compile(r"[^\W_]+")


class SuiteHeader(QHeaderView):
    """The header of one of the two tables of the grid; both have the same height."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self.setHighlightSections(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSectionsClickable(True)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setAccessibleName("Columns")
        self.setMouseTracking(True)
        self._is_low = self._is_detailed = False
        self.restyle()

    def set_low(self, low: bool) -> None:
        """Show only two lines of each head: the title, and the rate with its verdict."""
        if low != self._is_low:
            self._is_low = low
            self.updateGeometry()
            self.viewport().update()

    def set_detailed(self, detailed: bool) -> None:
        """Show further figures below those that are always shown, unless the heads are low."""
        if detailed != self._is_detailed:
            self._is_detailed = detailed
            self.geometriesChanged.emit()
            self.viewport().update()

    def restyle(self) -> None:
        """Apply the fonts of the theme."""
        font = self._theme.font
        self._bold, self._small, self._small_bold = font(bold=True), font(-1), font(-1, bold=True)
        self._number, self._number_bold = font(-1, tabular=True), font(-1, bold=True, tabular=True)
        self.updateGeometry()
        self.viewport().update()

    def _pivot(self) -> GridPivotModel | None:
        model = self.model()
        return model if isinstance(model, GridPivotModel) else None

    def _heads(self) -> tuple[ColumnHead, ...]:
        """Return the heads of the columns of the run, () if no displayed column stands for one."""
        pivot = self._pivot()
        return pivot.rows.heads if pivot is not None and pivot.words.has_figures else ()

    def set_widths(self, width: int) -> None:
        """Give all columns of cells the same width; there may be thousands."""
        # Qt leaves those alone that have another width than the default.
        self.setDefaultSectionSize(width)
        for section in range(FIRST, self.count()):
            if self.sectionSize(section) != width:
                self.resizeSection(section, width)

    def update_heads(self) -> None:
        """Show other heads, which may have another height."""
        self.updateGeometry()
        self.geometriesChanged.emit()
        self.viewport().update()

    def _group_height(self) -> int:
        pivot = self._pivot()
        has_groups = (
            pivot is not None and pivot.words.group(0) if pivot is not None and pivot.columnCount() > FIRST else ""
        )
        return QFontMetrics(self._small).height() + _GROUP_GAP if has_groups else 0

    def _has_judges(self) -> bool:
        return any(head.judged is not None for head in self._heads())

    def _line_heights(self) -> tuple[int, int]:
        return QFontMetrics(self._bold).height(), QFontMetrics(self._small).height()

    def _bottom(self) -> int:
        return _LOW_BOTTOM if self._is_low else _BOTTOM

    def sizeHint(self) -> QSize:
        title, line = self._line_heights()
        pivot = self._pivot()
        plain = None if pivot is None else pivot.words.plain_lines
        if self._is_low or plain is not None:
            second = line if plain != 1 else 0
            return QSize(0, self._group_height() + _TOP + title + second + self._bottom())
        more = (self._has_judges() + MEASURES * self._is_detailed) * line
        # A grid that has no statistics yet keeps the room for them, so that its rows do not move when they arrive.
        height = _TOP + title + 3 * line + more + _PLOT_HEIGHT + 4 + _BOTTOM
        return QSize(0, self._group_height() + height)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        is_head = self.logicalIndexAt(event.position().toPoint()) >= FIRST
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if is_head else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        color = self._theme.color
        painter.save()
        painter.fillRect(rect, color("surface"))
        painter.setPen(color("line"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.setClipRect(rect)
        pivot = self._pivot()
        if section < FIRST:
            self._paint_plain(painter, rect, str(self.model().headerData(section, Qt.Orientation.Horizontal) or ""))
        elif pivot is not None and section < pivot.columnCount():
            place, words, above = section - FIRST, pivot.words, self._group_height()
            room = rect.adjusted(MARGIN, _TOP, -4, -self._bottom())
            if above and (place == 0 or words.group(place) != words.group(place - 1)):
                box = QRect(room.left(), room.top(), room.width(), above - _GROUP_GAP)
                self._text(painter, box, words.group(place), self._small_bold, "accent", middle=True)
                painter.setPen(color("border"))
                painter.drawLine(rect.topLeft(), rect.bottomLeft())
            self._paint_head(painter, room.adjusted(0, above, 0, 0), pivot.head(place))
        painter.restore()

    def _paint_plain(self, painter: QPainter, rect: QRect, text: str) -> None:
        painter.setFont(self._small)
        painter.setPen(self._theme.color("muted"))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
        painter.drawText(rect.adjusted(MARGIN, 0, -4, -_BOTTOM), flags, text)

    def _paint_head(self, painter: QPainter, room: QRect, head: ColumnHead) -> None:
        color, (title, line) = self._theme.color, self._line_heights()
        y = room.top()
        shown = fitted_title(head.title, [one.title for one in self._heads()], QFontMetrics(self._bold), room.width())
        self._text(painter, QRect(room.left(), y, room.width(), title), shown, self._bold, "text")
        y += title
        if y + line > room.bottom() + 1:
            return
        pivot = self._pivot()
        if self._is_low or (pivot is not None and pivot.words.plain_lines is not None):
            self._paint_low(painter, QRect(room.left(), y, room.width(), line), head)
            return
        verdict = fitted_verdict(head.verdict, QFontMetrics(self._small), room.width())
        self._text(painter, QRect(room.left(), y, room.width(), line), verdict, self._small, head.tone)
        y += line
        rate, sign, rest = head.rate_words.partition(" (")
        used = self._text(painter, QRect(room.left(), y, room.width(), line), rate, self._number_bold, "text")
        behind = QRect(room.left() + used, y, room.width() - used, line)
        self._text(painter, behind, f"{sign}{rest}", self._number, "muted")
        if self._has_judges():
            y += line
            judged = fitted_judged(head.judged or "", QFontMetrics(self._number), room.width())
            self._text(painter, QRect(room.left(), y, room.width(), line), judged, self._number, "muted")
        y += line + 2
        if head.low is not None and head.high is not None and head.rate is not None:
            width = min(round(_PLOT_WIDTH * self._theme.scale), room.width() - 4)
            plot = QRectF(room.left(), y, width, _PLOT_HEIGHT)
            mark = color(head.tone if head.tone != "muted" else "text")
            paint_interval(painter, plot, (head.low, head.rate, head.high), color("border"), mark)
        y += _PLOT_HEIGHT + 2
        x = room.left()
        for text, tone in fitted_figures(head.figures, QFontMetrics(self._number), room.width()):
            x += self._text(painter, QRect(x, y, room.right() - x + 1, line), text, self._number, tone)
        for text in head.measures if self._is_detailed else ():
            y += line
            self._text(painter, QRect(room.left(), y, room.width(), line), text, self._number, "muted")

    def _paint_low(self, painter: QPainter, room: QRect, head: ColumnHead) -> None:
        """Paint the rate without its interval, and the verdict behind it."""
        rate = head.rate_words.partition(" (")[0]
        left = room.left()
        if rate:
            left += self._text(painter, room, rate, self._number_bold, "text") + MARGIN
        rest = QRect(left, room.top(), room.right() - left + 1, room.height())
        verdict = fitted_verdict(head.verdict, QFontMetrics(self._small), rest.width())
        self._text(painter, rest, verdict, self._small, head.tone)

    def _text(self, painter: QPainter, room: QRect, text: str, font: QFont, color: str, *, middle: bool = False) -> int:
        """Paint one line of text, elided to fit, and return its width."""
        if not text or room.width() <= 0:
            return 0
        metrics = QFontMetrics(font)
        mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        shown = metrics.elidedText(text, mode, room.width())
        painter.setFont(font)
        painter.setPen(self._theme.color(color))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        return metrics.horizontalAdvance(shown)


def fitted_title(title: str, among: Sequence[str], metrics: QFontMetrics, room: int) -> str:
    """Return a title as it fits: without its middle, or without its beginning if others `among` would look the same."""
    middle, right = Qt.TextElideMode.ElideMiddle, Qt.TextElideMode.ElideRight
    shown = metrics.elidedText(title, middle, room)
    if shown == title:
        return shown
    alike = [one for one in among if one != title and metrics.elidedText(one, middle, room) == shown]
    for start in sorted({_word_start(title, _same(title, one)) for one in alike}):
        rest = metrics.elidedText(f"…{title[start:]}", right, room)
        if all(metrics.elidedText(f"…{one[start:]}", right, room) != rest for one in alike):
            return rest
    return shown


def _same(title: str, other: str) -> int:
    """Return the length of the beginning that two different titles share."""
    differing = (at for at, (one, two) in enumerate(zip(title, other, strict=False)) if one != two)
    return next(differing, min(len(title), len(other)))


def _word_start(text: str, at: int) -> int:
    """Return where the two words before and at a place begin, so that "family-3" is not told as "3"."""
    found = [match.start() for match in _WORD.finditer(text) if match.start() <= at]
    return found[-2:][0] if found else 0


def fitted_judged(words: str, metrics: QFontMetrics, room: int) -> str:
    """Return the line about judges as it fits: without the judge's rate, or without the interval."""
    if words.endswith(end := "not corrected"):
        return words if metrics.horizontalAdvance(words) <= room else end
    corrected = words[max(0, words.find("corrected ")) :]
    brief = corrected.partition(" (")[0]
    return next((one for one in (words, corrected, brief) if metrics.horizontalAdvance(one) <= room), brief)


def fitted_verdict(verdict: str, metrics: QFontMetrics, room: int) -> str:
    """Return a verdict as it fits: without the unit of its difference, or without the difference."""
    words, sign, difference = verdict.partition(" · ")
    shorter = (verdict, f"{words}{sign}{difference.partition(' ')[0]}")
    return next((one for one in shorter if metrics.horizontalAdvance(one) <= room), words)


def fitted_figures(figures: Sequence[HeadFigure], metrics: QFontMetrics, room: int) -> list[tuple[str, Tone]]:
    """Return the parts of a line of figures with their tones: without units if they do not fit, which the tooltip has,
    and without differences if that is not enough."""
    shown: list[tuple[str, Tone]] = []
    for has_units, has_more in ((True, True), (False, True), (False, False)):
        shown = []
        for place, figure in enumerate(figures):
            unit = f" {figure.unit}" if figure.unit and has_units else ""
            shown.append((f"{' · ' if place else ''}{figure.text}{unit}", "muted"))
            if figure.more and has_more:
                shown.append((f" {figure.more}", figure.tone))
        if sum(metrics.horizontalAdvance(text) for text, _ in shown) <= room:
            break
    return shown
