"""The grid: labels at the left, cells at the right; in the usual layout cases from top to bottom.

Invariant: the two tables show the same rows at the same height; labels stay in place while columns scroll. Only
the table of answers has the keyboard. Rows keep their places while results arrive; when the rows change, the case that
was current stays current if it is still there, and so it does in another layout.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QFontMetrics, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from workbench.app.testing.grid_model import CASE, FIRST, TAG
from workbench.app.testing.pivot_model import GridPivotModel
from workbench.core.testing.grid import GridRow
from workbench.core.testing.grid_shape import CellPlace
from workbench.ui.features.testing.cell_delegates import CaseDelegate, CellDelegate
from workbench.ui.features.testing.column_header import MARGIN, SuiteHeader
from workbench.ui.widgets.theme import Theme

_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_LEAST_NAME, _MOST_NAME, _MOST_TAG = 14, 22, 15
"""Widths in average characters."""
_LEAST_CELL, _GOOD_CELL = 150, 200
"""Widths of a column of answers in pixels, at 100 % text size: below the first one columns scroll, up to the second one
names and tags give way to two columns, or to one."""
_NAMES_SHARE, _WIDE_SHARE = 0.34, 0.22
"""The share of the width that names get at most, and the one that they may take in a wide grid."""
_NO_TAGS_BELOW = 62
_MEASURED = 60
_AHEAD = 3
"""Heights of the viewport that are read ahead."""


class _Table(QTableView):
    """Set up alike for both halves of the grid."""

    def __init__(self, theme: Theme, model: GridPivotModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.heads = SuiteHeader(theme, self)
        self.setHorizontalHeader(self.heads)
        self.setModel(model)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)


class AnswerTable(_Table):
    """The answers. Enter and a double click open the current cell."""

    opened = Signal()
    moved = Signal()
    """The person moved to another cell with a key."""
    copy_wanted = Signal()
    menu_wanted = Signal(object)
    """QPoint in global coordinates: the menu of the current cell."""

    def __init__(self, theme: Theme, model: GridPivotModel, parent: QWidget) -> None:
        super().__init__(theme, model, parent)
        self.setAccessibleName("Answers by case and column")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.doubleClicked.connect(lambda _: self.opened.emit())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() in _ENTER and not held and self.currentIndex().isValid():
            self.opened.emit()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted.emit()
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and not held and self.model().rowCount():
            # The base class would move to another column.
            row = 0 if event.key() == Qt.Key.Key_Home else self.model().rowCount() - 1
            self.go_to(row, max(FIRST, self.currentIndex().column()))
            self.moved.emit()
        else:
            before = self.currentIndex()
            super().keyPressEvent(event)
            if self.currentIndex() != before:
                self.moved.emit()

    def keyboardSearch(self, search: str) -> None:
        """Ignore letters: they are keys of commands."""

    def go_to(self, row: int, column: int) -> None:
        """Make a cell the current one, and its row the selected one."""
        index = self.model().index(row, column)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)
        self.scrollTo(index)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.currentIndex()
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            under = self.indexAt(event.pos())
            if under.isValid():
                self.go_to(under.row(), under.column())
                self.menu_wanted.emit(event.globalPos())
        elif index.isValid():
            self.menu_wanted.emit(self.viewport().mapToGlobal(self.visualRect(index).bottomLeft() + QPoint(MARGIN, 0)))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()


class SuiteGrid(QWidget):
    """Both tables. `current_changed` is emitted when another cell is current, or its content changed."""

    opened = Signal()
    current_changed = Signal()
    head_menu_wanted = Signal(int, object)
    """Position of the column, and the QPoint for its menu in global coordinates."""

    def __init__(self, theme: Theme, model: GridPivotModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self.model = theme, model
        self._kept: tuple[int, int, int | None, int, int] | None = None
        """Case, column and sample of the current cell, and both scroll positions, while the rows are replaced."""
        self.names = _Table(theme, model, self)
        self.names.setAccessibleName("Cases")
        self.names.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.names.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.names.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.names.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.answers = AnswerTable(theme, model, self)
        self._of_names, self._of_cells = CaseDelegate(theme, self), CellDelegate(theme, self)
        self.names.setItemDelegate(self._of_names)
        self.answers.setItemDelegate(self._of_cells)
        # Takes the height of the horizontal scroll bar of the answers, so that both halves end at the same row.
        self._below_names = QWidget(self)
        self._below_names.setFixedHeight(0)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.names, 1)
        left.addWidget(self._below_names)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(left)
        layout.addWidget(self.answers, 1)
        self.setFocusProxy(self.answers)
        self._connect()
        self.restyle()
        theme.changed.connect(self.restyle)

    def _connect(self) -> None:
        model, answers, names = self.model, self.answers, self.names
        bar, other = answers.verticalScrollBar(), names.verticalScrollBar()
        bar.valueChanged.connect(other.setValue)
        other.valueChanged.connect(bar.setValue)
        answers.opened.connect(self.opened)
        answers.selectionModel().currentChanged.connect(lambda *_: self._show_current())
        names.clicked.connect(self._name_clicked)
        names.doubleClicked.connect(lambda _: self.opened.emit())
        answers.heads.sectionClicked.connect(self._head_clicked)
        model.modelAboutToBeReset.connect(self._keep_current)
        model.modelReset.connect(self._after_reset)
        model.dataChanged.connect(self._data_changed)
        model.headerDataChanged.connect(lambda *_: self._show_heads())
        model.rowsInserted.connect(lambda *_: self._fetch_ahead())
        model.columnsInserted.connect(lambda *_: self._lay_columns())
        for one in (bar, answers.horizontalScrollBar()):
            one.valueChanged.connect(lambda _: self._fetch_ahead())
            one.rangeChanged.connect(lambda *_: self._fetch_ahead())
            one.installEventFilter(self)

    # What is current.

    def current(self) -> tuple[int, int] | None:
        """Return row and column (of cells, from 0) of what is current."""
        index = self.answers.currentIndex()
        return (index.row(), index.column() - FIRST) if index.isValid() and index.column() >= FIRST else None

    def current_cell(self) -> CellPlace | None:
        """Return the current cell; None where a version was not run with a model."""
        current = self.current()
        return None if current is None else self.model.at(*current)

    @property
    def is_at_gap(self) -> bool:
        """Whether what is current has no cell, because the version was not run with the model."""
        return self.current() is not None and self.current_cell() is None

    def selected_rows(self) -> list[int]:
        """Return the selected rows from top to bottom."""
        return sorted({index.row() for index in self.answers.selectionModel().selectedRows(FIRST)})

    def selected(self) -> list[GridRow]:
        """Return the stored rows of the cases of the selected rows, none if rows are not about cases."""
        shape, found = self.model.shape, dict[int, None]()
        for at in self.selected_rows() if shape.layout.case == "rows" else ():
            found[shape.stored_row(shape.case_at(at, 0), shape.row_key(at).sample)] = None
        return [row for stored in found if (row := self.model.rows.row(stored)) is not None]

    def select(self, row: int, column: int) -> None:
        """Make a cell the current one; columns of cells count from 0."""
        self.answers.go_to(row, column + FIRST)

    def select_cell(self, cell: CellPlace) -> None:
        """Make a cell the current one if it is displayed."""
        if (place := self.model.place(cell)) is not None:
            self.select(*place)

    def select_first(self) -> None:
        """Make the first cell current if none is."""
        if self.current() is None and self.model.rowCount() and self.model.columnCount() > FIRST:
            self.select(0, 0)

    # Looks.

    def set_tall(self, tall: bool) -> None:
        """Show several lines of each answer."""
        for delegate in (self._of_names, self._of_cells):
            delegate.is_tall = tall
        self._set_heights()

    def set_low(self, low: bool) -> None:
        """Show heads of two lines, because rows need the height."""
        for table in (self.names, self.answers):
            table.heads.set_low(low)

    def set_detailed(self, detailed: bool) -> None:
        """Show further figures in the heads: mean score, quartiles of the latency, share unscored."""
        for table in (self.names, self.answers):
            table.heads.set_detailed(detailed)

    def mark_differences(self, *, baseline: int, marked: bool) -> None:
        """Mark the words that the baseline's answer does not have."""
        self._of_cells.baseline, self._of_cells.marks_differences = baseline, marked
        self.answers.viewport().update()

    def restyle(self) -> None:
        """Apply fonts and sizes of the theme."""
        for table, delegate in ((self.names, self._of_names), (self.answers, self._of_cells)):
            delegate.restyle()
            table.heads.restyle()
        self._set_heights()
        self._lay_columns()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_columns()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self.answers.verticalScrollBar():
            if event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
                self._lay_columns()
        elif event.type() in (QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.Resize):
            bar = self.answers.horizontalScrollBar()
            is_shown = bar.isVisible() and event.type() != QEvent.Type.Hide
            self._below_names.setFixedHeight(bar.height() if is_shown else 0)
        return False

    def _set_heights(self) -> None:
        for table in (self.names, self.answers):
            table.verticalHeader().setMinimumSectionSize(1)
            table.verticalHeader().setDefaultSectionSize(self._of_cells.row_height)

    def _lay_columns(self) -> None:
        """Distribute the width: names get what they need up to a share, answers at least `_LEAST_CELL`.

        A name that is too long takes two lines, and so do all rows then. Columns that scroll are shown whole.
        """
        model, metrics = self.model, QFontMetrics(self._theme.font())
        count = max(0, model.columnCount() - FIRST)
        char, small = metrics.averageCharWidth(), QFontMetrics(self._theme.font(-1))
        rows = range(min(_MEASURED, model.rowCount()))
        names = max((metrics.horizontalAdvance(model.label(row)[:60]) for row in rows), default=0) + 2 * MARGIN + 2
        good = round(_GOOD_CELL * self._theme.scale)
        bar = self.answers.verticalScrollBar().width() if self.answers.verticalScrollBar().isVisible() else 0
        is_two = count > 1 and _LEAST_NAME * char + 2 * good + bar <= self.width()
        good = (2 if is_two else 1) * good + bar
        widest = max((small.horizontalAdvance(model.note(row)) for row in rows), default=0)
        tags = max(widest, small.horizontalAdvance(model.words.corner_note)) + 2 * MARGIN
        most = min(max(_MOST_NAME * char, round(self.width() * _WIDE_SHARE)), round(self.width() * _NAMES_SHARE))
        tag = min(max(tags, 5 * char), _MOST_TAG * char)
        has_tags = widest > 0 and self.width() > max(_NO_TAGS_BELOW * char, _LEAST_NAME * char + tag + good)
        tag = tag if has_tags else 0
        name = max(_LEAST_NAME * char, min(names, most, self.width() - good - tag))
        self.names.setColumnHidden(TAG, not has_tags)
        for table, hidden in ((self.names, range(FIRST, model.columnCount())), (self.answers, range(FIRST))):
            for column in hidden:
                if not table.isColumnHidden(column):
                    table.setColumnHidden(column, True)
        self.names.setColumnWidth(CASE, name)
        if has_tags:
            self.names.setColumnWidth(TAG, tag)
        self.names.setFixedWidth(name + tag)
        room = self.width() - name - tag - bar
        least = round(_LEAST_CELL * self._theme.scale)
        each = max(least, room // max(1, min(count, room // least)))
        self.answers.heads.set_widths(each)
        if count and each * count <= room:
            # The last column gets the remainder of the division.
            self.answers.setColumnWidth(FIRST + count - 1, room - each * (count - 1))
        if len(rows):
            self._set_lines(2 if names > name else 1)

    def _set_lines(self, lines: int) -> None:
        """Set how many lines a name, and an answer beside it, may take in rows that are not tall."""
        if lines != self._of_names.most_lines:
            self._of_names.most_lines = self._of_cells.most_lines = lines
            self._set_heights()

    def _show_heads(self) -> None:
        for table in (self.names, self.answers):
            table.heads.update_heads()
        if self.model.words.has_rates:
            self._lay_columns()
            self.names.viewport().update()

    # Reactions.

    def _show_current(self) -> None:
        index = self.answers.currentIndex()
        row = index.row() if index.isValid() else -1
        self._of_names.current_row = self._of_cells.current_row = row
        self._of_cells.current = (row, index.column()) if index.isValid() else (-1, -1)
        self.names.viewport().update()
        self.answers.viewport().update()
        self.current_changed.emit()

    def _data_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        current = self.answers.currentIndex()
        if current.isValid() and first.row() <= current.row() <= last.row() and first.column() <= current.column():
            self.current_changed.emit()

    def _name_clicked(self, index: QModelIndex) -> None:
        column = self.answers.currentIndex().column()
        if self.model.columnCount() > FIRST:
            self.answers.setFocus(Qt.FocusReason.MouseFocusReason)
            self.answers.go_to(index.row(), max(FIRST, column))

    def _head_clicked(self, section: int) -> None:
        if section >= FIRST:
            heads = self.answers.heads
            at = QPoint(heads.sectionViewportPosition(section) + MARGIN, heads.height())
            self.head_menu_wanted.emit(section - FIRST, heads.viewport().mapToGlobal(at))

    def _keep_current(self) -> None:
        cell = self.current_cell()
        row = None if cell is None else self.model.rows.peek(self.model.shape.stored_row(cell.case, cell.sample))
        if cell is not None and row is not None:
            down, across = self.answers.verticalScrollBar().value(), self.answers.horizontalScrollBar().value()
            self._kept = row.position, cell.column, cell.sample, down, across

    def _after_reset(self) -> None:
        self._show_heads()
        self._lay_columns()
        self._show_current()
        if not self.model.rowCount():
            return
        kept, self._kept = self._kept, None
        cell = None if kept is None else self.model.find(*kept[:3])
        place = None if cell is None else self.model.place(cell)
        if kept is None or place is None:
            self.select_first()
            return
        self.select(*place)
        for bar, value in zip(
            (self.answers.verticalScrollBar(), self.answers.horizontalScrollBar()), kept[3:], strict=True
        ):
            bar.setValue(value)
        self.answers.scrollTo(self.model.index(place[0], place[1] + FIRST))

    def _fetch_ahead(self) -> None:
        place, view = self.model.shape.layout.case, self.answers.viewport()
        if not self.isVisible() or place == "split":
            return
        is_down = place == "rows"
        bar = self.answers.verticalScrollBar() if is_down else self.answers.horizontalScrollBar()
        if bar.maximum() - bar.value() < _AHEAD * (view.height() if is_down else view.width()):
            self.model.fetchMore(QModelIndex())
