"""The ranking by checks: a table of versions × models with their pass rates, and what the table stands on.

Invariant: it shows a table with its remarks, or a sentence instead; verdicts of people are never part of it.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.app.rank.check_ranking import PLOT, RATE, TITLES, spoken, texts
from workbench.ui.features.rank.remarks import sentence_label
from workbench.ui.widgets.dialog_parts import show_as_rows
from workbench.ui.widgets.rate_interval import paint_interval
from workbench.ui.widgets.theme import Theme
from workbench.usecases.testing.check_rows import CheckRanking, CheckRankRow

READING = "Reading the results of the tests…"
FAILED = "The results of the tests could not be read."
HOW = (
    "A case passes if most of its scored samples do; the rate is the mean over cases, with its 95 % interval. All rows "
    "stand on the same cases and the same checks, each with its newest test run. Differences are exact tests of pairs "
    "of columns case by case, adjusted for the number of pairs. Your verdicts play no part here."
)
_ROOM = 15
_PLOT_CHARACTERS = 22
_NAME_CHARACTERS = 26
_SPARED = (PLOT, *map(TITLES.index, ("Median latency", "Cost per 1,000", "Cases that pass")))
"""Columns that are left out in a narrow window, in this order; the tooltip of a row has their facts."""


class _Cells(QStyledItemDelegate):
    def __init__(self, theme: Theme, table: CheckRankTable) -> None:
        super().__init__(table)
        self._theme, self._table = theme, table

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.font = self._theme.font(bold=True) if index.column() == 0 else self._theme.font(tabular=True)
        # The end of a rate may be about another judge than its beginning.
        is_name = index.column() == 0
        option.textElideMode = Qt.TextElideMode.ElideMiddle if is_name else Qt.TextElideMode.ElideRight

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        color, row = self._theme.color, self._table.ranked[index.row()]
        if index.column() == PLOT and row.low is not None and row.high is not None:
            room = QRectF(option.rect).adjusted(4, 0, -_ROOM, 0)
            paint_interval(painter, room, (row.low, row.rate, row.high), color("border"), color("accent"))
        painter.setPen(color("line"))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())


class CheckRankTable(QTableWidget):
    """One row per version × model, best first; as high as its rows."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(0, len(TITLES), parent)
        self._theme = theme
        self.ranked: tuple[CheckRankRow, ...] = ()
        self.setHorizontalHeaderLabels(list(TITLES))
        self.setItemDelegate(_Cells(theme, self))
        self.setAccessibleName("Ranking by checks, best first")
        show_as_rows(self)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for fitted in (RATE, PLOT):
            header.setSectionResizeMode(fitted, QHeaderView.ResizeMode.Fixed)
        theme.changed.connect(self.restyle)
        self.restyle()

    def show_rows(self, rows: tuple[CheckRankRow, ...]) -> None:
        """Show a ranking."""
        self.ranked = rows
        self.setRowCount(len(rows))
        for place, row in enumerate(rows):
            for column, text in enumerate(texts(row)):
                item = QTableWidgetItem(text)
                item.setToolTip(spoken(row))
                if column == 0:
                    item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken(row))
                self.setItem(place, column, item)
        if rows and self.currentRow() < 0:
            self.setCurrentCell(0, 0)
        self._fit()
        self.updateGeometry()

    def restyle(self) -> None:
        """Apply sizes of the theme."""
        self.verticalHeader().setDefaultSectionSize(round(self.fontMetrics().height() * 1.95))
        self.setColumnWidth(PLOT, _PLOT_CHARACTERS * self.fontMetrics().averageCharWidth())
        self.updateGeometry()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Leave columns out, the plot first, until the names have room; then the rates are elided."""
        header, letter = self.horizontalHeader(), self.fontMetrics().averageCharWidth()
        for at in _SPARED:
            # A hidden column has no width.
            self.setColumnHidden(at, False)
        widths = {
            at: max(self.sizeHintForColumn(at), header.sectionSizeHint(at)) for at in range(1, self.columnCount())
        }
        widths[PLOT] = _PLOT_CHARACTERS * letter
        room = self.viewport().width() - min(self.sizeHintForColumn(0), _NAME_CHARACTERS * letter)
        for at in _SPARED:
            self.setColumnHidden(at, sum(widths.values()) > room)
            if self.isColumnHidden(at):
                del widths[at]
        rate = widths.pop(RATE)
        self.setColumnWidth(RATE, min(rate, max(header.sectionSizeHint(RATE), room - sum(widths.values()))))

    def sizeHint(self) -> QSize:
        rest = self.horizontalHeader().sizeHint().height() + 2 * self.frameWidth()
        return QSize(600, rest + self.rowCount() * self.verticalHeader().defaultSectionSize())

    def minimumSizeHint(self) -> QSize:
        return QSize(300, self.sizeHint().height())


class CheckRankPart(QWidget):
    """The table with remarks, or a sentence."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.table = CheckRankTable(theme, self)
        self.instead, self.remarks = sentence_label(self), sentence_label(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.table)
        for label in (self.instead, self.remarks):
            layout.addWidget(label)
        self.say(READING)

    def show_ranked(self, found: CheckRanking) -> None:
        """Show a ranking."""
        self.table.show_rows(found.rows)
        self.table.setVisible(bool(found.rows))
        self.instead.setText(found.sentence)
        self.instead.setVisible(bool(found.sentence))
        self.remarks.setText("\n\n".join(found.remarks))
        self.remarks.setVisible(bool(found.remarks))

    def say(self, sentence: str) -> None:
        """Show a sentence instead of the ranking."""
        self.show_ranked(CheckRanking("", sentence=sentence))
