"""The History view: a search, a table of runs, and the selected run beside it.

Invariant: typing starts a search at once and never blocks; new runs do not move the rows that are being read.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from workbench.app.history.table_model import HistoryTableModel
from workbench.core.search.results import HistoryRow
from workbench.ui.features.history.detail import NOTHING_CHOSEN, SEVERAL, DetailPane, run_name
from workbench.ui.features.history.empty_page import EmptyHistory
from workbench.ui.features.history.field import Complete
from workbench.ui.features.history.search import SearchBar
from workbench.ui.features.history.table import RunTable
from workbench.ui.shell.events import ComparedRun, RunsComparison, VersionsComparison
from workbench.ui.shell.key_names import KeyName
from workbench.ui.widgets import geometry
from workbench.ui.widgets.hidden_page_theme import HiddenPageTheme
from workbench.ui.widgets.theme import Theme, set_role
from workbench.usecases.searcher import SearchPage

_TABLE_SHARE = 0.53
_READING = "Reading the selected runs…"
_OLDER_EVERY_MS = 30_000
"""Refresh interval of the relative times in the table."""
_LATE_MS = 1_000
"""Delay before the search is repeated for runs that were not indexed yet."""


class HistoryView(QWidget):
    """Unusable until `build` has finished. `opened(HistoryRow)` is emitted to show a run in Compose."""

    bar: SearchBar
    table: RunTable
    detail: DetailPane
    divider: geometry.PaneDivider

    opened = Signal(object)
    wanted = Signal(object)
    """list[HistoryRow]: the selection changed to one or two runs, which must be loaded."""
    unwanted = Signal()
    """The selection has no run, or more than two."""
    selection_changed = Signal()
    """Something changed that commands depend on: how many runs are selected, or whether there is a query."""

    def __init__(self, theme: Theme, model: HistoryTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "surface")
        self._theme, self.model = HiddenPageTheme(theme, self), model
        self.key_name: KeyName = lambda _: ""
        self._is_stale = False
        self._is_unseen = True
        self._kept: list[str] = []
        self._kept_at, self._kept_text, self._kept_scroll = 0, "", 0
        self._told: tuple[int, str, bool] = (0, "", False)

    def build(self, complete: Complete) -> Iterator[None]:
        """Build the parts, one per step."""
        # Build from the outside in: reparenting a widget restyles it with all its children.
        self.divider = geometry.PaneDivider(lambda width: round(width * _TABLE_SHARE), self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.divider)
        left = QWidget(self.divider)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.bar = SearchBar(self._theme, complete, self)
        yield
        self._stack = QStackedWidget(left)
        self.table = RunTable(self._theme, self.model, self._stack)
        self._stack.addWidget(self.table)
        column.addWidget(self.bar)
        column.addWidget(self._stack, 1)
        yield
        self.detail = DetailPane(self._theme, self.divider)
        yield
        self._connect()
        # Delay the first search: its thread would compete for the GIL with the first display of the view.
        self.model.is_searching = True
        QTimer.singleShot(0, self, self._begin)

    def _connect(self) -> None:
        model = self.model
        model.answered.connect(self._show_found)
        model.refused.connect(self.bar.show_refusal)
        model.modelAboutToBeReset.connect(self._keep_selection)
        model.modelReset.connect(self._select_again)
        model.dataChanged.connect(lambda *_: self._choose())
        self.bar.changed.connect(model.search)
        self.bar.changed.connect(lambda *_: self._tell())
        self.bar.field.left_downwards.connect(self.to_table)
        self.bar.field.entered.connect(self._enter)
        self.table.left_upwards.connect(self.bar.field.setFocus)
        self.table.opened.connect(self._open)
        self.table.selected.connect(self._choose)
        self.table.verticalScrollBar().valueChanged.connect(lambda _: self._look_again())
        older = QTimer(self)
        older.setInterval(_OLDER_EVERY_MS)
        older.timeout.connect(self.table.viewport().update)
        older.start()
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(_LATE_MS)
        self._late.timeout.connect(self.refresh)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self, self._find)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        bar = self.bar
        for before, after in itertools.pairwise((bar.field, bar.saved, bar.order, self.table)):
            QWidget.setTabOrder(before, after)

    @functools.cached_property
    def empty(self) -> EmptyHistory:
        """The page shown when no run is found; created lazily."""
        made = EmptyHistory(self)
        made.wanted.connect(self.search)
        # At a large text size the examples are wider than the table needs to be.
        area = QScrollArea(self)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(made)
        self._stack.addWidget(area)
        for before, after in itertools.pairwise((self.table, *made.buttons)):
            QWidget.setTabOrder(before, after)
        return made

    def search(self, text: str) -> None:
        """Set the text of the search field, which starts a search."""
        self.bar.field.setText(text)
        self.bar.field.setFocus()

    def refresh(self) -> None:
        """Show new runs and verdicts: at once if the view is visible and scrolled to the top, else when it is again."""
        self._is_stale = True
        self._look_again()

    def escape(self) -> bool:
        """Clear the search; return False if it is empty."""
        if not self.bar.field.text():
            return False
        self.search("")
        return True

    def to_table(self) -> None:
        """Focus the table if it has rows."""
        if self.model.rowCount():
            if not self.table.currentIndex().isValid():
                self.table.select(0)
            self.table.setFocus()

    def panes(self) -> Sequence[tuple[QWidget, Callable[[], None]]]:
        """Return the panes that F6 cycles through, each with the function that focuses it."""
        found: list[tuple[QWidget, Callable[[], None]]] = [(self.bar, self.bar.field.setFocus)]
        if self.table.isVisible():
            found.append((self.table, self.to_table))
        detail = self.detail
        if detail.looked is not None or detail.pair is not None or detail.suite is not None:
            first = detail.restore if detail.looked is not None else detail.open if detail.suite else detail.beside
            found.append((self.detail, first.setFocus))
        return found

    def selected(self) -> list[HistoryRow]:
        """Return the selected runs from top to bottom."""
        return self.table.rows()

    def query(self) -> str:
        """Return the query of the runs shown, "" for all."""
        return self.model.text

    def has_query(self) -> bool:
        """Return whether the search field contains text."""
        return bool(self.bar.field.text().strip())

    def comparison(self) -> RunsComparison | VersionsComparison | None:
        """Return the comparison for the runs shown; None if they are not loaded or there is no parent version."""
        detail = self.detail
        if detail.pair is not None:
            older, newer = (
                ComparedRun(run_name(looked.row), looked.detail) for looked in (detail.pair.older, detail.pair.newer)
            )
            return RunsComparison(older, newer)
        if (looked := detail.looked) is None or looked.parent is None:
            return None
        return VersionsComparison(looked.row.prompt_uid, looked.parent, looked.row.row.version)

    def dividers(self) -> Mapping[str, geometry.PaneDivider]:
        """Return the divider between table and detail."""
        return {geometry.HISTORY: self.divider}

    def name_keys(self, name: KeyName) -> None:
        """Set the function that names shortcuts in menus opened from now on."""
        self.key_name = name

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look_again()
        self._is_unseen &= self.model.is_searching

    def _begin(self) -> None:
        # Text typed in the meantime has already started a search.
        if not self.bar.field.text():
            self.model.search("")

    def _find(self) -> None:
        self.bar.field.setFocus()
        self.bar.field.selectAll()

    def _enter(self) -> None:
        """Open the selected run; no effect while the results of the latest input are pending."""
        if not self.model.is_searching:
            self._open()

    def _open(self) -> None:
        rows = self.selected()
        if len(rows) == 1:
            self.opened.emit(rows[0])

    def _show_found(self, found: SearchPage) -> None:
        self.bar.show_found(found)
        if found.is_late:
            self._late.start()
        if not found.page.rows:
            self.empty.explain(searched=bool(found.text or found.complaints))
        self._stack.setCurrentIndex(0 if found.page.rows else 1)
        if found.page.rows and not self.table.currentIndex().isValid():
            self.table.select(0)
        if not found.page.rows:
            self._choose()
        self._is_unseen &= not self.isVisible()

    def _keep_selection(self) -> None:
        # A selection made during preloading was not the user's choice.
        self._kept = [] if self._is_unseen else [row.row.run_uid for row in self.selected()]
        self._kept_at = self.model.position(self._kept[0]) if self._kept else -1
        self._kept_text, self._kept_scroll = self.model.text, self.table.verticalScrollBar().value()

    def _select_again(self) -> None:
        """Restore the selection; if its runs are gone, select the row that took their place."""
        if count := self.model.rowCount():
            places = self.model.positions(self._kept)
            # For the same query the next row has moved up; for another query start with the first.
            is_same = self.model.text == self._kept_text
            self.table.select(*places or [max(0, min(self._kept_at, count - 1)) if is_same else 0])
            self.table.scrollTo(self.table.currentIndex())
            if is_same:
                self.table.verticalScrollBar().setValue(self._kept_scroll)
                self.table.scrollTo(self.table.currentIndex())

    def _choose(self) -> None:
        rows = self.selected()
        self._tell()
        if len(rows) in (1, 2):
            self.wanted.emit(rows)
        else:
            self.unwanted.emit()
            nothing = NOTHING_CHOSEN if self.model.holds_all else _READING
            self.detail.say(SEVERAL.format(len(rows)) if rows else nothing)

    def _tell(self) -> None:
        """Emit `selection_changed` where it changes what can be done, which most letters and rows do not."""
        rows = self.selected()
        now = (min(len(rows), 3), rows[0].kind if len(rows) == 1 else "", self.has_query())
        if now != self._told:
            self._told = now
            self.selection_changed.emit()

    def _look_again(self) -> None:
        if self._is_stale and self.isVisible() and self.table.is_at_top:
            self._is_stale = False
            self.model.search_again()
