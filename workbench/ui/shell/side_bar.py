"""The side bar: prompts above, iterations of the open prompt below."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QLabel,
    QMenu,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from workbench.app.compose import timeline_model
from workbench.app.compose.timeline_filter import TimelineFilter
from workbench.app.compose.timeline_model import TimelineModel
from workbench.app.prompts.list_model import PromptListModel
from workbench.core.timeline import TimelineRow
from workbench.ui.shell.key_names import KeyName, with_key
from workbench.ui.shell.list_filter import TimelineFilterRow
from workbench.ui.shell.prompts_box import PromptsBox
from workbench.ui.shell.side_bar_delegates import MARGIN, IterationDelegate
from workbench.ui.shell.side_bar_list import SideList
from workbench.ui.shell.side_bar_section import make_current, section
from workbench.ui.widgets.small_controls import quiet_button
from workbench.ui.widgets.theme import Theme, set_role

PROMPTS_SHARE = 0.35
"""Maximum share of the height that the prompts take automatically."""
_NO_MATCH = "No iteration matches. Try fewer words; Esc in the field shows all."


class SideBar(QWidget):
    """Emits the chosen prompt or iteration; displays what it is given."""

    prompt_chosen = Signal(str)
    iteration_chosen = Signal(str)
    """The uid of a timeline row."""
    new_prompt = Signal()
    prompt_menu = Signal(str, QPoint)
    """Prompt uid and global position."""
    iteration_menu = Signal(str, QPoint)

    def __init__(
        self,
        theme: Theme,
        prompts: PromptListModel,
        iterations: TimelineModel,
        filter_: TimelineFilter,
        now: Callable[[], str],
    ) -> None:
        super().__init__()
        self._iterations = iterations
        set_role(self, "sunken")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(170)

        self.prompts = PromptsBox(theme, prompts, self)
        self.prompt_list, self.prompt_filter = self.prompts.list, self.prompts.filter
        self.iteration_list = SideList("Iterations", self, marks=True)
        # Before the list's own handler, which would open the neighbour of a removed row.
        iterations.rowsAboutToBeRemoved.connect(self._begin_removal)
        iterations.rowsRemoved.connect(self._end_removal)
        self.iteration_list.setModel(iterations)
        self.iteration_list.setItemDelegate(
            IterationDelegate(theme, self.iteration_list, self.iteration_list.is_pointed, now)
        )

        self._empty = QLabel(self)
        self._empty.setWordWrap(True)
        self._empty.setContentsMargins(MARGIN, 4, MARGIN, 4)
        set_role(self._empty, "small")

        self.marked = QLabel(self)
        self.marked.setWordWrap(True)
        self.marked.setContentsMargins(MARGIN, 4, MARGIN, 6)
        set_role(self.marked, "small")
        self.marked.hide()

        self._splitter = QSplitter(Qt.Orientation.Vertical, self)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        self._splitter.addWidget(self.prompts)
        self.iteration_filter = TimelineFilterRow(filter_, self)
        self.iteration_filter.field.left_downwards.connect(self._to_iterations)
        self.iteration_filter.field.entered.connect(self._open_first)
        self.iteration_filter.closed.connect(self.iteration_list.setFocus)
        self.filter_button = quiet_button("Filter", "Filter the iterations", self)
        self.filter_button.clicked.connect(self.iteration_filter.open)
        iterations_box = QWidget(self)
        above = (self.iteration_filter, self._empty)
        section(iterations_box, "ITERATIONS", (self.filter_button,), above, self.iteration_list)
        cast(QVBoxLayout, iterations_box.layout()).addWidget(self.marked)
        self._splitter.addWidget(iterations_box)
        self._splitter.setStretchFactor(1, 1)
        self.foot = QWidget(self)
        QVBoxLayout(self.foot).setContentsMargins(0, 0, 0, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._splitter, 1)
        layout.addWidget(self.foot)

        self.prompts.chosen.connect(self.prompt_chosen)
        self.prompts.new_wanted.connect(self.new_prompt)
        self.prompts.menu_wanted.connect(self.prompt_menu)
        self.prompts.resized.connect(self._fit_prompts)
        self.iteration_list.selectionModel().currentChanged.connect(self._iteration_current)
        self.iteration_list.clicked.connect(self._iteration_clicked)
        self.iteration_list.mark_wanted.connect(self._mark)
        self.iteration_list.extend_wanted.connect(self._extend)
        iterations.marks.changed.connect(self._show_marked)
        self._key_name: KeyName = lambda _: ""
        self.iteration_list.menu_wanted.connect(self._iteration_context)
        self._nothing_run = ""
        for signal in (iterations.modelReset, iterations.rowsInserted, iterations.rowsRemoved, iterations.unreadable):
            signal.connect(self._show_empty)
        self._by_hand = False
        self._splitter.splitterMoved.connect(self._divided)
        theme.changed.connect(self._restyle)
        self._quiet = False
        self._reported = ""
        iterations.modelReset.connect(self._forget_filter)
        self._show_empty()

    def name_keys(self, name: KeyName) -> None:
        """Update the displayed keys."""
        self.prompts.name_keys(name)
        runs = f"{name('run')} runs all lanes" if name("run") else "Run sends the text to all lanes"
        self._nothing_run = f"No runs yet. {runs}; every run is kept here."
        self.filter_button.setToolTip(with_key("Filter the iterations", name("filter_iterations")))
        self._key_name = name
        self._show_empty()
        self._show_marked()

    def show_foot(self, foot: QWidget | None) -> None:
        """Show a widget below the lists in place of the previous one, which is deleted; None shows nothing."""
        for shown in self.foot.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            shown.hide()
            shown.deleteLater()
        if foot is not None:
            cast(QVBoxLayout, self.foot.layout()).addWidget(foot)

    @property
    def splitter(self) -> QSplitter:
        """The divider between both lists, whose position is stored."""
        return self._splitter

    def select_prompt(self, uid: str) -> None:
        """Make a prompt current without emitting a signal."""
        self.prompts.select(uid)

    def light(self, uid: str) -> None:
        """Highlight the shown row, unless it is marked; the list scrolls only when the row changes."""
        current = self.iteration_list.currentIndex()
        lit = current.data(timeline_model.ROW).uid if current.isValid() else ""
        if lit != uid and (self._iterations.position(uid) >= 0 or lit):
            self.select_iteration(uid)

    def select_iteration(self, uid: str) -> None:
        """Select a timeline row without emitting a signal; "" selects none."""
        self._reported = ""
        self._quiet = True
        try:
            make_current(self.iteration_list, self._iterations.position(uid) if uid else -1)
        finally:
            self._quiet = False

    def point_at_iteration(self, uid: str, menu: QMenu) -> None:
        """Highlight a timeline row as the target of `menu`, until the menu closes."""
        self.iteration_list.point_at(self._iterations.index(self._iterations.position(uid)), menu)

    def point_at_prompt(self, uid: str, menu: QMenu) -> None:
        """Highlight a prompt row as the target of `menu`, until the menu closes."""
        self.prompts.point_at(uid, menu)

    def edit_prompt_name(self, uid: str, then: Callable[[], None] | None = None) -> None:
        """Open the inline editor on a prompt's name; `then` moves the focus once it is named."""
        self.prompts.edit_name(uid, then)

    @property
    def is_divided_by_hand(self) -> bool:
        """Whether the user moved the divider; otherwise it follows the number of prompts."""
        return self._by_hand

    def divide(self, *, by_hand: bool) -> None:
        """Set whether the present division is the user's; if not, divide by the contents of the lists."""
        self._by_hand = by_hand
        self._fit_prompts()

    def _fit_prompts(self) -> None:
        """Give the prompt list the height of its rows, limited to a share of the total; the rest belongs to the
        iterations."""
        if self._by_hand:
            return
        height = self._splitter.height()
        least, whole = self.prompts.heights()
        wanted = max(least, min(int(height * PROMPTS_SHARE), whole))
        self._splitter.setSizes([wanted, max(1, height - wanted)])

    def _divided(self) -> None:
        self._by_hand = True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_prompts()

    def _iteration_current(self, current: QModelIndex, _: QModelIndex) -> None:
        if current.isValid() and not self._quiet:
            row: TimelineRow = current.data(timeline_model.ROW)
            self._reported = row.uid
            self.iteration_chosen.emit(row.uid)

    def _mark(self, index: QModelIndex) -> None:
        row, lit = index.data(timeline_model.ROW), self.iteration_list.currentIndex()
        self._iterations.marks.toggle(row.uid, lit.data(timeline_model.ROW).uid if lit.isValid() else "")

    def _extend(self, step: int) -> None:
        lit = self.iteration_list.currentIndex()
        if lit.isValid() and (uid := self._iterations.marks.extend(lit.data(timeline_model.ROW).uid, step)):
            self.iteration_list.scrollTo(self._iterations.index(self._iterations.position(uid)))

    def _show_marked(self) -> None:
        """Show the number of marked rows, and which key to press."""
        count = len(self._iterations.marks.uids)
        key, name = self._key_name("compare"), self._key_name
        if count == 2:
            does = f"{key} compares them" if key else "The menu of a row compares them"
            self.marked.setText(f"Two rows are marked. {does}, {name('escape')} clears the marks.")
        else:
            self.marked.setText(f"One row is marked. Ctrl+click or {name('mark_row') or 'a row’s menu'} marks another.")
        self.marked.setVisible(count > 0)

    def _iteration_clicked(self, index: QModelIndex) -> None:
        self._iterations.marks.clear()
        # Clicking the row that is already selected does not change the selection.
        row: TimelineRow = index.data(timeline_model.ROW)
        if row.uid != self._reported:
            self._iteration_current(index, QModelIndex())

    def _forget_filter(self) -> None:
        """Clear the filter of a prompt that is no longer shown."""
        if not self._iterations.is_filtered and self.iteration_filter.field.text().strip():
            self.iteration_filter.field.clear()
            self.iteration_filter.hide()

    def _begin_removal(self) -> None:
        self._quiet = True

    def _end_removal(self) -> None:
        self._quiet = False

    def _iteration_context(self, index: QModelIndex, at: QPoint) -> None:
        row: TimelineRow = index.data(timeline_model.ROW)
        self.iteration_menu.emit(row.uid, at)

    def empty_text(self) -> str:
        """Return the text shown instead of the iterations, "" for none."""
        return "" if self._empty.isHidden() else self._empty.text()

    def _to_iterations(self) -> None:
        """Focus the list of iterations, if it has rows."""
        if self._iterations.rowCount():
            self.iteration_list.setFocus()

    def _open_first(self) -> None:
        """Show the first iteration that the filter found."""
        if (row := self._iterations.row(0)) is not None and self._iterations.is_filtered:
            self.iteration_chosen.emit(row.uid)

    def _show_empty(self) -> None:
        empty = self._iterations.rowCount() == 0
        if self._iterations.is_unreadable:
            self._empty.setText("The iterations could not be read.")
        else:
            self._empty.setText(_NO_MATCH if self._iterations.is_filtered else self._nothing_run)
        self._empty.setVisible(empty)
        self.iteration_list.setVisible(not empty)

    def _restyle(self) -> None:
        for view in (self.prompt_list, self.iteration_list):
            view.scheduleDelayedItemsLayout()
            view.viewport().update()
        self._fit_prompts()
