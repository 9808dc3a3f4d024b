"""Paints the rows of the grid: names and tags, and cells with their badge and text.

Invariant: a badge has a sign and a shape besides its colour. Texts are painted as plain text, and cut, never laid out
whole, so that a row costs the same however long its answers are.
"""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen, QTextCharFormat, QTextLayout, QTextLine, QTextOption
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from workbench.app.testing.cell_words import STATUS_SIGNS, beside_words, cell_words
from workbench.app.testing.grid_model import CASE, CELL, ROW
from workbench.app.testing.pivot_model import GridPivotModel
from workbench.core.diff import diff_texts
from workbench.core.testing.grid import CellStatus, GridCell, GridRow
from workbench.ui.editor.exact_text import units
from workbench.ui.features.testing.column_header import MARGIN
from workbench.ui.widgets.theme import Theme

Index = QModelIndex | QPersistentModelIndex
TALL_LINES = 4
_GAP = 8
_MOST_DIFFS = 2_000
_LOOKS: dict[CellStatus, tuple[str, str]] = {
    "pass": ("green", "green_soft"),
    "fail": ("red", "red_soft"),
    "no_answer": ("warn", "warn_soft"),
}
"""Text and background of the badges that have one."""


class GridDelegate(QStyledItemDelegate):
    """What both tables of the grid share: the line below a row, its background, the height."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.is_tall = False
        self.most_lines = 1
        """Lines of text in rows that are not tall."""
        self.current_row = -1
        self.restyle()

    def restyle(self) -> None:
        """Apply the fonts of the theme."""
        self.body, self.small = self._theme.font(), self._theme.font(-1)
        self.badge = self._theme.font(-1, bold=True)

    @property
    def row_height(self) -> int:
        """The height of every row in pixels."""
        body = QFontMetrics(self.body)
        if not self.is_tall:
            return body.height() + 15 if self.most_lines == 1 else self.most_lines * body.lineSpacing() + 8
        return body.height() + (TALL_LINES - 1) * QFontMetrics(self.small).lineSpacing() + 15

    @property
    def lines(self) -> int:
        """The number of lines that a text may take."""
        return TALL_LINES if self.is_tall else self.most_lines

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, self.row_height)

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        color = self._theme.color
        is_row = index.row() == self.current_row or bool(option.state & QStyle.StateFlag.State_Selected)
        if is_row:
            painter.fillRect(option.rect, color("selected"))
        painter.setPen(color("line"))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())

    def _paint_text(self, painter: QPainter, room: QRect, text: str) -> None:
        """Paint a text in as many lines as it may take: in the middle, or with tall rows from the top."""
        metrics = painter.fontMetrics()
        if self.lines == 1:
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
            painter.drawText(room, flags, metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width()))
            return
        lines = wrapped(text, painter, room.width(), self.lines)
        y = room.top()
        if not self.is_tall:
            y = room.center().y() - ((len(lines) - 1) * metrics.lineSpacing() + metrics.height()) // 2 + 1
        for line in lines:
            painter.drawText(QRect(room.left(), y, room.width(), metrics.height()), Qt.TextFlag.TextSingleLine, line)
            y += metrics.lineSpacing()


class CaseDelegate(GridDelegate):
    """The name of a case, and its tags."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        self._paint_ground(painter, option, index)
        is_name = index.column() == CASE
        painter.setFont(self.body if is_name else self.small)
        painter.setPen(self._theme.color("text" if is_name else "muted"))
        room = option.rect.adjusted(MARGIN, 7, -_GAP, -8)
        if not self.is_tall:
            room = option.rect.adjusted(MARGIN, 0, -_GAP, -1)
        self._paint_text(painter, room, str(index.data() or ""))
        painter.restore()


class CellDelegate(GridDelegate):
    """A badge, one line of the answer or result, and what else is to be known, at the right."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.current = (-1, -1)
        self.marks_differences = False
        """Whether words that are not in the baseline's answer are marked."""
        self.baseline = 0
        self._diffs: OrderedDict[tuple[str, str], tuple[tuple[int, int], ...]] = OrderedDict()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        self._paint_ground(painter, option, index)
        cell = index.data(CELL)
        if isinstance(cell, GridCell):
            self._paint_cell(painter, option.rect, cell, index)
        if (index.row(), index.column()) == self.current:
            has_focus = bool(option.state & QStyle.StateFlag.State_Active) and option.widget.hasFocus()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.color("accent" if has_focus else "border"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(option.rect).adjusted(2, 1.5, -2, -2.5), 5, 5)
        painter.restore()

    def _paint_cell(self, painter: QPainter, rect: QRect, cell: GridCell, index: Index) -> None:
        model = index.model()
        results = isinstance(model, GridPivotModel) and model.rows.shows_results
        height = QFontMetrics(self.small).height() + 2
        first_line = QRect(rect.left(), rect.top() + 6, rect.width(), QFontMetrics(self.body).height() + 2)
        if not self.is_tall:
            first_line.moveTop(rect.top() + (rect.height() - first_line.height()) // 2)
        badge = QRect(rect.left() + MARGIN, first_line.center().y() - height // 2, round(height * 1.25), height)
        self._paint_badge(painter, badge, cell.status)
        room = rect.adjusted(MARGIN + badge.width() + 5, 7, -_GAP, -8)
        if not self.is_tall:
            room.setTop(rect.top())
            room.setBottom(rect.bottom() - 1)
        painter.setFont(self.small)
        beside = model.rows.beside if isinstance(model, GridPivotModel) else ""
        if note := " · ".join(filter(None, (beside_words(cell, beside), cell_note(cell, results=results)))):
            width = painter.fontMetrics().horizontalAdvance(note)
            painter.setPen(self._theme.color("muted"))
            at = QRect(room.right() - width, first_line.top(), width + 1, first_line.height())
            painter.drawText(at, Qt.AlignmentFlag.AlignVCenter, note)
            room.setRight(room.right() - width - _GAP)
        if room.width() <= 0:
            return
        is_quiet = cell.status in ("open", "running", "no_answer", "unchecked")
        painter.setPen(self._theme.color("muted" if is_quiet else "text"))
        text = cell_words(cell, results=results)
        row = index.data(ROW)
        if self.marks_differences and not results and isinstance(row, GridRow) and self.baseline < len(row.cells):
            base = row.cells[self.baseline]
            if base is not cell and base.text and cell.text:
                self._paint_differences(painter, room, text, cell_words(base, results=False))
                return
        self._paint_text(painter, room, text)

    def _paint_badge(self, painter: QPainter, box: QRect, status: CellStatus) -> None:
        sign, color = STATUS_SIGNS[status], self._theme.color
        if not sign:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5)
        if status in _LOOKS:
            ink, ground = _LOOKS[status]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(ground))
            # A failed call has corners, a result has none.
            radius = 3.0 if status == "no_answer" else shape.height() / 2
            painter.drawRoundedRect(shape, radius, radius)
            painter.setPen(color(ink))
        else:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            dashes = Qt.PenStyle.DashLine if status == "unscored" else Qt.PenStyle.DotLine
            painter.setPen(QPen(color("muted"), 1, dashes))
            if status != "running":
                side = shape.height()
                painter.drawEllipse(QRectF(shape.center().x() - side / 2, shape.top(), side, side))
            painter.setPen(color("accent" if status == "running" else "muted"))
        painter.setFont(self.badge)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, sign)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_differences(self, painter: QPainter, room: QRect, text: str, base: str) -> None:
        """Paint a text with the words underlined that the baseline does not have."""
        color = self._theme.color
        metrics, lines = painter.fontMetrics(), self.lines
        shown = text if lines > 1 else metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        formats = []
        for start, end in self._added(base, text):
            if start < len(shown):
                look = QTextCharFormat()
                look.setBackground(color("green_soft"))
                look.setForeground(color("green"))
                look.setFontUnderline(True)
                found = QTextLayout.FormatRange()
                found.start = units(shown[:start])
                found.length, found.format = units(shown[start:end]), look
                formats.append(found)
        layout = laid_out(shown, painter, room.width(), lines, formats)
        height = layout.boundingRect().height()
        top = room.top() if self.is_tall else room.center().y() - height / 2 + 1
        painter.setClipRect(room.adjusted(0, -4, 0, 4))
        layout.draw(painter, QPointF(room.left(), top))

    def _added(self, base: str, text: str) -> tuple[tuple[int, int], ...]:
        """Return the places of a text that are not in the baseline's; the last ones are kept."""
        if (known := self._diffs.get((base, text))) is not None:
            self._diffs.move_to_end((base, text))
            return known
        found = tuple(
            (hunk.new_start, hunk.new_end) for hunk in diff_texts(base, text).hunks if hunk.new_end > hunk.new_start
        )
        self._diffs[base, text] = found
        if len(self._diffs) > _MOST_DIFFS:
            self._diffs.popitem(last=False)
        return found


def cell_note(cell: GridCell, *, results: bool) -> str:
    """Return what stands at the right of a cell, unless `results` say it: samples that disagree, a person's word."""
    parts = []
    if cell.is_flaky and not results:
        parts.append(f"{cell.passed} of {cell.scored}")
    if cell.is_overruled and not results:
        parts.append("overruled")
    return " · ".join(parts)


def laid_out(
    text: str, painter: QPainter, width: int, lines: int, formats: list[QTextLayout.FormatRange] | None = None
) -> QTextLayout:
    """Return a text laid out in at most so many lines."""
    layout = QTextLayout(text, painter.font())
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere if lines > 1 else QTextOption.WrapMode.NoWrap)
    layout.setTextOption(option)
    layout.setFormats(formats or [])
    layout.beginLayout()
    y = 0.0
    for _ in range(lines):
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(width)
        line.setPosition(QPointF(0, y))
        y += line.height()
    layout.endLayout()
    return layout


def wrapped(text: str, painter: QPainter, width: int, most: int) -> list[str]:
    """Return the first lines of a text at a width; the last one is elided if there are more."""
    layout = laid_out(text, painter, width, most)
    lines: list[QTextLine] = [layout.lineAt(at) for at in range(layout.lineCount())]
    # Qt counts UTF-16 units.
    data = text.encode("utf-16-le", "surrogatepass")

    def part(start: int, end: int) -> str:
        return data[2 * start : 2 * end].decode("utf-16-le", "replace")

    found = [part(line.textStart(), line.textStart() + line.textLength()) for line in lines]
    if lines and 2 * (lines[-1].textStart() + lines[-1].textLength()) < len(data):
        rest = part(lines[-1].textStart(), lines[-1].textStart() + 200)
        found[-1] = painter.fontMetrics().elidedText(rest, Qt.TextElideMode.ElideRight, width)
    return found
