"""Everything that was ever run: a search, a table of runs, and beside it the selected one.

Invariant: what is typed is searched at once and waits for nothing; rows that are being read stay where they are when
something new is run.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from workbench.app.history.model import HistoryTableModel
from workbench.core.search.results import HistoryRow
from workbench.ui import geometry
from workbench.ui.features.history.detail import NOTHING_CHOSEN, SEVERAL, DetailPane, run_name
from workbench.ui.features.history.empty import EmptyHistory
from workbench.ui.features.history.field import Complete
from workbench.ui.features.history.search import SearchBar
from workbench.ui.features.history.table import RunTable
from workbench.ui.late_theme import LateTheme
from workbench.ui.shell.events import ComparedRun, RunsComparison, VersionsComparison
from workbench.ui.shell.keybutton import KeyName
from workbench.ui.theme import Theme, set_role
from workbench.usecases.searcher import SearchPage

_TABLE_SHARE = 0.53
_READING = "The selected runs are being read."
_OLDER_EVERY_MS = 30_000
"""How often the times in the table are written anew."""
_LATE_MS = 1_000
"""How long until it is searched again for runs that were not in the index yet."""


class HistoryView(QWidget):
    """`build` makes its parts, and only then can it be used. `opened(HistoryRow)`: a run shall be shown in Compose."""

    bar: SearchBar
    table: RunTable
    detail: DetailPane
    divider: geometry.Divider

    opened = Signal(object)
    wanted = Signal(object)
    """list[HistoryRow]: another run is selected, or two are, and shall be read."""
    unwanted = Signal()
    """No run is selected, or more are."""
    selection_changed = Signal()
    """Others are selected, or something else is searched for."""

    def __init__(self, theme: Theme, model: HistoryTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "surface")
        self._theme, self.model = LateTheme(theme, self), model
        self.key_name: KeyName = lambda _: ""
        self._is_stale = False
        self._is_unseen = True
        self._kept: list[str] = []
        self._kept_at, self._kept_text, self._kept_scroll = 0, "", 0

    def build(self, complete: Complete) -> Iterator[None]:
        """Make the parts, one in each step."""
        # From the outside in: a widget that is moved to another parent takes its style anew, with all its children.
        self.divider = geometry.Divider(lambda width: round(width * _TABLE_SHARE), self)
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
        # The thread that searches would take the lock from the one that shows the view.
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
        self.bar.changed.connect(lambda *_: self.selection_changed.emit())
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
        """What stands in the place of the table while nothing is found; made when it is first needed."""
        made = EmptyHistory(self)
        made.wanted.connect(self.search)
        # With large letters its examples are wider than the table needs to be.
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
        """Put a search into the field."""
        self.bar.field.setText(text)
        self.bar.field.setFocus()

    def refresh(self) -> None:
        """Take in that something was run or judged: at once where the newest are looked at, else on the way back."""
        self._is_stale = True
        self._look_again()

    def escape(self) -> bool:
        """Empty the search; False when it is empty."""
        if not self.bar.field.text():
            return False
        self.search("")
        return True

    def to_table(self) -> None:
        """Give the keyboard to the table, where there are rows."""
        if self.model.rowCount():
            if not self.table.currentIndex().isValid():
                self.table.select(0)
            self.table.setFocus()

    def panes(self) -> Sequence[tuple[QWidget, Callable[[], None]]]:
        """Return the parts that F6 goes through, and what gives each the keyboard."""
        found: list[tuple[QWidget, Callable[[], None]]] = [(self.bar, self.bar.field.setFocus)]
        if self.table.isVisible():
            found.append((self.table, self.to_table))
        if self.detail.looked is not None or self.detail.pair is not None:
            first = self.detail.beside if self.detail.looked is None else self.detail.restore
            found.append((self.detail, first.setFocus))
        return found

    def selected(self) -> list[HistoryRow]:
        """Return the selected runs from top to bottom."""
        return self.table.rows()

    def query(self) -> str:
        """Return the search whose runs are shown, "" for all."""
        return self.model.text

    def has_query(self) -> bool:
        """Whether something is typed into the search field."""
        return bool(self.bar.field.text().strip())

    def comparison(self) -> RunsComparison | VersionsComparison | None:
        """Return what the shown runs are compared as, None while they are not read or have nothing before them."""
        detail = self.detail
        if detail.pair is not None:
            older, newer = (
                ComparedRun(run_name(looked.row), looked.detail) for looked in (detail.pair.older, detail.pair.newer)
            )
            return RunsComparison(older, newer)
        if (looked := detail.looked) is None or looked.parent is None:
            return None
        return VersionsComparison(looked.row.prompt_uid, looked.parent, looked.row.row.version)

    def dividers(self) -> Mapping[str, geometry.Divider]:
        """Return the divider between table and detail."""
        return {geometry.HISTORY: self.divider}

    def name_keys(self, name: KeyName) -> None:
        """Name the keys in force in the menus that open from now on."""
        self.key_name = name

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look_again()
        self._is_unseen &= self.model.is_searching

    def _begin(self) -> None:
        # What was typed or chosen meanwhile is searched for already.
        if not self.bar.field.text():
            self.model.search("")

    def _find(self) -> None:
        self.bar.field.setFocus()
        self.bar.field.selectAll()

    def _enter(self) -> None:
        """Open the selected run; while what is shown is not yet what was typed, nothing."""
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
        # What was selected while the view was made beforehand is nobody's choice.
        self._kept = [] if self._is_unseen else [row.row.run_uid for row in self.selected()]
        self._kept_at = self.model.position(self._kept[0]) if self._kept else -1
        self._kept_text, self._kept_scroll = self.model.text, self.table.verticalScrollBar().value()

    def _select_again(self) -> None:
        """Select the runs that were selected, where they are found still, else the one that stands in their place."""
        if count := self.model.rowCount():
            places = self.model.positions(self._kept)
            # Of another search the first one is as good as any; of the same one the next has moved up.
            is_same = self.model.text == self._kept_text
            self.table.select(*places or [max(0, min(self._kept_at, count - 1)) if is_same else 0])
            self.table.scrollTo(self.table.currentIndex())
            if is_same:
                self.table.verticalScrollBar().setValue(self._kept_scroll)
                self.table.scrollTo(self.table.currentIndex())

    def _choose(self) -> None:
        rows = self.selected()
        self.selection_changed.emit()
        if len(rows) in (1, 2):
            self.wanted.emit(rows)
        else:
            self.unwanted.emit()
            nothing = NOTHING_CHOSEN if self.model.holds_all else _READING
            self.detail.say(SEVERAL.format(len(rows)) if rows else nothing)

    def _look_again(self) -> None:
        if self._is_stale and self.isVisible() and self.table.is_at_top:
            self._is_stale = False
            self.model.search_again()
