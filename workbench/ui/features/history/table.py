"""The table of runs.

Invariant: gold is reserved for winners, and every text is elided, never clipped. All rows have the same height, so that
layout time does not depend on the length of the history.
"""

from __future__ import annotations

import functools

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from workbench.app.history.table_model import HistoryTableModel, alignment
from workbench.core.history_columns import COLUMNS, LANES, PROMPT, WHEN, WINNER
from workbench.core.search.results import HistoryRow
from workbench.ui.widgets.theme import Theme

MARGIN = 14
GAP = 12
_SAMPLES = {place: column.width for place, column in enumerate(COLUMNS) if isinstance(column.width, str)}
"""Minimum content of the columns without a share of the width; they grow for longer content."""
_SHARES = {place: column.width for place, column in enumerate(COLUMNS) if not isinstance(column.width, str)}
_HIDDEN = tuple(
    frozenset(place for place, column in enumerate(COLUMNS) if column.priority < least)
    for least in sorted({column.priority for column in COLUMNS})
)
"""The columns to hide, first in a wide table, last in the narrowest."""
_NARROW = 34
"""Minimum width in characters of the columns with a share; with less, more columns are hidden."""
_TONES = ("text", "muted", "gold", "accent", "red", "line")
_ELIDED = 2000
"""Maximum number of cached elided texts."""
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_ALIGNMENT = tuple(map(alignment, range(len(COLUMNS))))
_SELECTED = QStyle.StateFlag.State_Selected.value
_AHEAD = 3
"""Distance from the end, in screens, at which the next page is fetched."""
Index = QModelIndex | QPersistentModelIndex


class RunDelegate(QStyledItemDelegate):
    """Paints one cell. A selected row also has a bar at its edge, because the tint alone is faint."""

    def __init__(self, theme: Theme, table: RunTable) -> None:
        super().__init__(table)
        self._theme, self._table = theme, table
        self.refresh()

    def refresh(self) -> None:
        """Reload fonts and colours after a theme change."""
        self._plain, self._bold = self._theme.font(tabular=True), self._theme.font(bold=True)
        self.row_height = QFontMetrics(self._plain).height() + 12
        self._pens = {name: QPen(self._theme.color(name), 1) for name in _TONES}
        metrics = {False: QFontMetrics(self._plain), True: QFontMetrics(self._bold)}

        @functools.lru_cache(_ELIDED)
        def elided(text: str, width: int, bold: bool) -> str:
            return metrics[bold].elidedText(text.replace("\n", " "), Qt.TextElideMode.ElideRight, width)

        self._elided = elided

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, self.row_height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect, position, column = option.rect, index.row(), index.column()
        painter.save()
        if option.state.value & _SELECTED:
            painter.fillRect(rect, self._theme.color("selected"))
            if column == WHEN:
                painter.fillRect(QRect(rect.x(), rect.y(), 3, rect.height()), self._theme.color("accent"))
        is_current = self._table.hasFocus() and self._table.currentIndex().row() == position
        painter.setPen(self._pens["accent" if is_current else "line"])
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if is_current:
            painter.drawLine(rect.topLeft(), rect.topRight())
        row, text = self._table.runs().shown(position, column)
        if text:
            repeats = column == PROMPT and self._repeats(row, position)
            bold = row is not None and column == PROMPT and not repeats
            room = rect.adjusted(MARGIN if column == WHEN else 0, 0, -GAP, 0)
            painter.setFont(self._bold if bold else self._plain)
            painter.setPen(self._pens["muted" if repeats else _tone(row, column)])
            painter.drawText(room, _ALIGNMENT[column], self._elided(text, room.width(), bold))
        painter.restore()

    def _repeats(self, row: HistoryRow | None, position: int) -> bool:
        """Whether a row is of the same prompt as the one above, whose name is then enough."""
        above = self._table.runs().row(position - 1) if row is not None else None
        return row is not None and above is not None and above.prompt_uid == row.prompt_uid


def _tone(row: HistoryRow | None, column: int) -> str:
    if row is None or column in (WHEN, LANES):
        return "muted"
    if column == PROMPT:
        return "muted" if row.archived or row.deleted else "text"
    return _standing(row) if column == WINNER else "text"


def _standing(row: HistoryRow) -> str:
    line = row.row
    if line.verdict == "winner":
        return "gold"
    if line.verdict != "none":
        return "text"
    if line.running or line.blind:
        return "accent"
    return "red" if line.outcome.failed else "muted"


class RunTable(QTableView):
    """Selects whole rows. Enter and a double click open the current one; two can be compared."""

    opened = Signal()
    selected = Signal()
    """The selection changed."""
    left_upwards = Signal()
    """Up was pressed in the first row."""

    def __init__(self, theme: Theme, model: HistoryTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._delegate = RunDelegate(theme, self)
        self._longest = dict(_SAMPLES)
        self._chosen: list[HistoryRow] | None = []
        """The selected runs; None if they must be looked up again because rows changed."""
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName("Runs")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setWordWrap(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setMinimumSectionSize(10)
        header.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        header.setAccessibleName("Columns")
        self.doubleClicked.connect(lambda _: self.opened.emit())
        self.selectionModel().selectionChanged.connect(lambda *_: self._select())
        self.verticalScrollBar().valueChanged.connect(self._fetch_ahead)
        for changed in (model.dataChanged, model.modelReset):
            changed.connect(lambda *_: self._forget())
        model.rowsInserted.connect(lambda *_: self._fetch_ahead())
        model.rowsInserted.connect(lambda _, first, last: self._make_room(first, last))
        model.modelReset.connect(lambda: self._make_room(0, model.rowCount() - 1))
        theme.changed.connect(self._restyle)
        self._restyle()

    def rows(self) -> list[HistoryRow]:
        """Return the selected runs from top to bottom; an empty list while some of them are being reloaded."""
        model = self.runs()
        if self._chosen is None:
            if not model.holds_all:
                return []
            places = sorted({place for first, last in self._ranges() for place in range(first, last + 1)})
            self._chosen = [row for place in places if (row := model.row(place)) is not None]
        return list(self._chosen)

    def select(self, position: int, *others: int) -> None:
        """Select exactly the rows at these positions; the first becomes the current one."""
        whole = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        chosen = QItemSelection()
        for place in (position, *others):
            index = self.model().index(place, 0)
            chosen.select(index, index)
        model = self.selectionModel()
        model.setCurrentIndex(self.model().index(position, 0), QItemSelectionModel.SelectionFlag.NoUpdate)
        model.select(chosen, whole)

    @property
    def is_at_top(self) -> bool:
        """Whether the table is scrolled to the top."""
        return self.verticalScrollBar().value() == 0

    def keyPressEvent(self, event: QKeyEvent) -> None:
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() in _ENTER and not held and self.currentIndex().isValid():
            self.opened.emit()
        elif event.key() == Qt.Key.Key_Up and not held and self.currentIndex().row() <= 0:
            self.left_upwards.emit()
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and not held and self.model().rowCount():
            # The base class would move to another column.
            self.select(0 if event.key() == Qt.Key.Key_Home else self.model().rowCount() - 1)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def runs(self) -> HistoryTableModel:
        """Return the model."""
        model = self.model()
        assert isinstance(model, HistoryTableModel)
        return model

    def _ranges(self) -> list[tuple[int, int]]:
        chosen = self.selectionModel().selection()
        return [(piece.top(), piece.bottom()) for piece in map(chosen.at, range(chosen.count()))]

    def _forget(self) -> None:
        self._chosen = None

    def _select(self) -> None:
        self._forget()
        # An action on thousands of selected rows must reach all of them, so the model must hold their data.
        self.runs().hold(self._ranges())
        self.selected.emit()

    def _fetch_ahead(self) -> None:
        bar = self.verticalScrollBar()
        if bar.maximum() - bar.value() < _AHEAD * self.viewport().height() and self.isVisible():
            self.model().fetchMore(QModelIndex())

    def _make_room(self, first: int, last: int) -> None:
        """Widen columns for rows with longer content; never narrow them, or each search would shift all columns."""
        metrics = QFontMetrics(self._theme.font(tabular=True))
        before = dict(self._longest)
        for column in _SAMPLES:
            texts = self.runs().texts(column, first, last)
            self._longest[column] = max((*texts, self._longest[column]), key=metrics.horizontalAdvance)
        if self._longest != before:
            self._fit()

    def _restyle(self) -> None:
        self._delegate.refresh()
        self.verticalHeader().setMinimumSectionSize(self._delegate.row_height)
        self.verticalHeader().setDefaultSectionSize(self._delegate.row_height)
        # Align headers with cells. Set the size in the style sheet: a font set here is lost when the text size changes.
        self.horizontalHeader().setStyleSheet(
            f"QHeaderView::section {{ padding: 6px {GAP}px 6px 0px;"
            f" font-size: {self._theme.font(-1).pointSizeF()}pt; }}"
            f"QHeaderView::section:first {{ padding-left: {MARGIN}px; }}"
        )
        self._fit()

    def _fit(self) -> None:
        """Distribute the width: columns of fixed content get what they need, names share the rest."""
        metrics = QFontMetrics(self._theme.font(tabular=True))
        # Text is elided with subpixel precision, but widths are whole pixels.
        fixed = {column: metrics.horizontalAdvance(text) + 1 + GAP for column, text in self._longest.items()}
        fixed[WHEN] += MARGIN
        # What a narrow table hides is shown only in the detail pane.
        for hidden in _HIDDEN:
            rest = max(0, self.viewport().width() - sum(fixed[column] for column in fixed.keys() - hidden))
            if rest >= _NARROW * metrics.averageCharWidth():
                break
        shares = {column: share for column, share in _SHARES.items() if column not in hidden}
        whole = sum(shares.values())
        widths = fixed | {column: round(rest * share / whole) for column, share in shares.items()}
        for column in range(len(COLUMNS)):
            self.setColumnHidden(column, column in hidden)
            self.setColumnWidth(column, max(10, widths.get(column, 0)))
