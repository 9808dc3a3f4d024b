"""The upper half of the side bar: the list of prompts with its folders and its filter.

Invariant: the open prompt is current while its row is listed, unless the user moved to a folder; changes of the list
open no other prompt.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPoint, Signal
from PySide6.QtWidgets import QLabel, QMenu, QToolButton, QWidget

from workbench.app.prompts.arrangement import FolderRow
from workbench.app.prompts.list_model import PromptListModel
from workbench.core.runs import PromptRow
from workbench.ui.shell.key_names import KeyName, with_key
from workbench.ui.shell.list_filter import FilterRow
from workbench.ui.shell.side_bar_delegates import MARGIN, PromptDelegate
from workbench.ui.shell.side_bar_list import SideList
from workbench.ui.shell.side_bar_section import make_current, section
from workbench.ui.widgets.small_controls import quiet_button
from workbench.ui.widgets.theme import Theme, set_role

_BELOW = 6
_NO_MATCH = "No prompt matches. Try fewer words; Esc in the field shows all."


class PromptsBox(QWidget):
    """Emits the chosen prompt. A click, Enter or Space on a folder opens or closes it."""

    chosen = Signal(str)
    new_wanted = Signal()
    menu_wanted = Signal(str, QPoint)
    """The uid of a row, and the global position for its menu."""
    resized = Signal()
    """It needs another height."""

    def __init__(self, theme: Theme, prompts: PromptListModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._prompts = prompts
        self._opened = ""
        self._quiet = False
        self.list = SideList("Prompts", self)
        # Before the list's own handler, which would open the neighbour of a removed row.
        prompts.rowsAboutToBeRemoved.connect(self._begin_removal)
        prompts.rowsRemoved.connect(self._end_removal)
        self.list.setModel(prompts)
        self.list.setItemDelegate(PromptDelegate(theme, self.list, self.list.is_pointed))
        self.filter_button = quiet_button("Filter", "Filter the prompts", self)
        self.add = QToolButton(self)
        self.add.setText("+")
        self.add.setAccessibleName("New prompt")
        set_role(self.add, "quiet")
        self.add.clicked.connect(self.new_wanted)
        self.filter = FilterRow("Filter the prompts", "Name, folder or tag", self)
        self._empty = QLabel(_NO_MATCH, self)
        self._empty.setWordWrap(True)
        self._empty.setContentsMargins(MARGIN, 0, MARGIN, 4)
        set_role(self._empty, "small")
        self._empty.hide()
        self._head = section(self, "PROMPTS", (self.filter_button, self.add), (self.filter, self._empty), self.list)
        self._connect()

    def _connect(self) -> None:
        self.list.selectionModel().currentChanged.connect(self._current_changed)
        self.list.menu_wanted.connect(lambda index, at: self.menu_wanted.emit(self._prompts.row(index.row()).uid, at))
        self.list.clicked.connect(self._toggle)
        self.list.pressed_by_key.connect(self._toggle)
        self.filter_button.clicked.connect(self.filter.open)
        field = self.filter.field
        field.textChanged.connect(self._prompts.search)
        field.left_downwards.connect(self._to_list)
        field.entered.connect(self._open_first)
        self.filter.closed.connect(self.list.setFocus)
        self.filter.resized.connect(self.resized)
        prompts = self._prompts
        for signal in (prompts.modelReset, prompts.rowsInserted, prompts.rowsRemoved):
            signal.connect(self._changed)

    def name_keys(self, name: KeyName) -> None:
        """Update the displayed keys."""
        self.add.setToolTip(with_key("New prompt", name("new_prompt")))
        self.filter_button.setToolTip(with_key("Filter the prompts", name("search_prompts")))

    def select(self, uid: str) -> None:
        """Make a prompt current without emitting a signal."""
        self._opened = uid
        self._reselect()

    def point_at(self, uid: str, menu: QMenu) -> None:
        """Highlight a row as the target of `menu`, until the menu closes."""
        self.list.point_at(self._prompts.index(self._prompts.position(uid)), menu)

    def edit_name(self, uid: str, then: Callable[[], None] | None = None) -> None:
        """Edit the name of a row in place, listing it first if it is hidden; `then` moves the focus afterwards."""
        if self._prompts.position(uid) < 0:
            self.filter.field.clear()
            self._prompts.reveal(uid)
        if (position := self._prompts.position(uid)) >= 0:
            self.list.rename(self._prompts.index(position), then)

    def heights(self) -> tuple[int, int]:
        """Return the height with two rows, and that with all rows, in pixels."""
        count = self._prompts.rowCount()
        row = self.list.sizeHintForRow(0) if count else 28
        above = self._head.sizeHint().height()
        for part in (self.filter, self._empty):
            above += 0 if part.isHidden() else part.sizeHint().height()
        return above + 2 * row, above + count * row + _BELOW

    def _current_changed(self, current: QModelIndex, _: QModelIndex) -> None:
        if current.isValid() and not self._quiet and isinstance(row := self._prompts.row(current.row()), PromptRow):
            self._opened = row.uid
            self.chosen.emit(row.uid)

    def _toggle(self, index: QModelIndex) -> None:
        if isinstance(row := self._prompts.row(index.row()), FolderRow) and not self._prompts.words:
            self._prompts.toggle(row.name)

    def _to_list(self) -> None:
        if self._prompts.rowCount():
            self.list.setFocus()

    def _open_first(self) -> None:
        """Open the first prompt that the filter found."""
        rows = (self._prompts.row(position) for position in range(self._prompts.rowCount()))
        first = next((row for row in rows if isinstance(row, PromptRow)), None)
        if first is not None and self._prompts.words:
            self.chosen.emit(first.uid)

    def _changed(self) -> None:
        self._empty.setVisible(bool(self._prompts.words) and self._prompts.rowCount() == 0)
        current = self.list.currentIndex()
        if not current.isValid() or isinstance(self._prompts.row(current.row()), PromptRow):
            self._reselect()
        self.resized.emit()

    def _reselect(self) -> None:
        self._quiet = True
        try:
            make_current(self.list, self._prompts.position(self._opened))
        finally:
            self._quiet = False

    def _begin_removal(self) -> None:
        self._quiet = True

    def _end_removal(self) -> None:
        self._quiet = False
