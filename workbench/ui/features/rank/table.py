"""The ranking table, with the chart drawn over its second column.

Invariant: the chart follows its column and the scrolling of the rows; each row is accessible by keyboard and screen
reader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from workbench.app.rank.table_model import BLIND, COST, ENTRANT, LATENCY, LOST, STRENGTH, WON, RankTable
from workbench.ui.widgets.dialog_parts import show_as_rows
from workbench.ui.widgets.theme import Theme
from workbench.usecases.ranking_result import RankRow

if TYPE_CHECKING:
    from workbench.ui.widgets.chart import IntervalChart

MOST_ROWS = 20
"""Maximum height of the table in rows; beyond it the table scrolls."""
_FEWEST_ROWS = 6
_MOST_MEASURED = 200
_ROOM = 15
"""Padding in pixels on both sides of the text of a cell, which also separates the columns."""
_SHARE_OF_NAMES = 0.32
_NARROW = (860, 560)
"""Table widths in pixels, at 100 % text size, below which headings are short, and shortest."""


class _Cells(QStyledItemDelegate):
    """Paints names in bold and a line below each row; no cell has a focus frame."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.refresh()

    def refresh(self) -> None:
        """Reload the fonts after a theme change."""
        self._name, self._number = self._theme.font(bold=True), self._theme.font(tabular=True)

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.font = self._name if index.column() == ENTRANT else self._number
        option.textElideMode = Qt.TextElideMode.ElideMiddle

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        painter.setPen(self._theme.color("line"))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())


class RankingTable(QTableView):
    """Shows a `RankTable`. Its height fits its rows; with more than `MOST_ROWS` it fills the free space and scrolls."""

    def __init__(self, theme: Theme, model: RankTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._table = theme, model
        self.chart: IntervalChart | None = None
        self._room = 0
        self._widths: dict[int, dict[int, int]] = {}
        self._cells = _Cells(theme, self)
        self.setModel(model)
        self.setItemDelegate(self._cells)
        self.setAccessibleName("Ranking, strongest first")
        show_as_rows(self)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalScrollBar().valueChanged.connect(lambda _: self._lay_chart())
        theme.changed.connect(self.restyle)

    def show_rows(self, rows: tuple[RankRow, ...], *, of_techniques: bool = False) -> None:
        """Show a ranking and its chart, which is created lazily."""
        if self.chart is None:
            from workbench.ui.widgets.chart import IntervalChart  # it imports pyqtgraph

            self.chart = IntervalChart(self._theme, self.viewport())
            self.chart.show()
        self._table.set_rows(rows, of_techniques=of_techniques)
        self.chart.set_intervals([row.strength for row in rows])
        self.restyle()

    def restyle(self) -> None:
        """Apply sizes and colours of the theme."""
        self._cells.refresh()
        self._widths.clear()
        self.verticalHeader().setDefaultSectionSize(round(self.fontMetrics().height() * 1.95))
        if self.chart is not None:
            self.chart.paint()
        self._fit()
        self.updateGeometry()

    def set_room(self, height: int) -> None:
        """Set the maximum height in pixels at which the page around it does not scroll."""
        if height != self._room:
            self._room = height
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        count = self._table.rowCount()
        height = self._height_of(count)
        if count > MOST_ROWS:
            height = max(self._height_of(_FEWEST_ROWS), min(self._room, height))
        return QSize(600, height)

    def _height_of(self, rows: int) -> int:
        rest = self.horizontalHeader().sizeHint().height() + 2 * self.frameWidth()
        return rest + rows * self.verticalHeader().defaultSectionSize()

    def minimumSizeHint(self) -> QSize:
        return QSize(300, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()
        else:
            self._lay_chart()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.model() is not None:
            self.restyle()

    def _fit(self) -> None:
        """Distribute the width: numbers get what they need, names up to a share of the rest, the chart what is left."""
        room, metrics = self.viewport().width(), self.fontMetrics()
        brevity = sum(room < width * self._theme.scale for width in _NARROW)
        self._table.set_brevity(brevity)
        # In the narrowest layout these numbers are in the tooltip of the column "won".
        for column in (LOST, BLIND):
            self.setColumnHidden(column, brevity == len(_NARROW))
        widths = self._widths.get(brevity) or self._widths.setdefault(brevity, self._measured())
        for column in (WON, LOST, BLIND, COST, LATENCY):
            if not self.isColumnHidden(column):
                self.setColumnWidth(column, widths[column])
                room -= widths[column]
        wanted = widths[ENTRANT]
        share = max(room * 0.5, self.viewport().width() * _SHARE_OF_NAMES)
        heading = metrics.horizontalAdvance(self._table.headerData(STRENGTH, Qt.Orientation.Horizontal))
        # Names can be elided in the middle, a heading cannot.
        least = heading + 2 * _ROOM
        self.setColumnWidth(ENTRANT, int(max(4 * _ROOM, min(wanted, share, room - least))))
        self.setColumnWidth(STRENGTH, max(least, room - self.columnWidth(ENTRANT)))
        self._lay_chart()

    def _measured(self) -> dict[int, int]:
        """Return the preferred widths of the text columns."""
        table, metrics = self._table, self.fontMetrics()
        widths = {}
        for column in (WON, LOST, BLIND, COST, LATENCY):
            texts = [table.headerData(column, Qt.Orientation.Horizontal)]
            texts += [str(table.index(row, column).data()) for row in range(min(len(table.rows), _MOST_MEASURED))]
            widths[column] = max(map(metrics.horizontalAdvance, texts)) + 2 * _ROOM
        bold = QFontMetrics(self._theme.font(bold=True))
        names = [bold.horizontalAdvance(row.name) for row in table.rows]
        names.append(metrics.horizontalAdvance(table.headerData(ENTRANT, Qt.Orientation.Horizontal)))
        return widths | {ENTRANT: max(names) + 2 * _ROOM}

    def _lay_chart(self) -> None:
        if self.chart is not None:
            left = self.columnViewportPosition(STRENGTH)
            over = QRect(left, 0, self.columnWidth(STRENGTH), self.viewport().height())
            height = self.verticalHeader().defaultSectionSize()
            self.chart.lie(over, height, self.verticalScrollBar().value())
