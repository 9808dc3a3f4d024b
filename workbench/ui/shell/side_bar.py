"""The side bar: prompts above, iterations of the open prompt below."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QMenu,
    QSizePolicy,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.app.compose import timeline_model
from workbench.app.compose.timeline_model import TimelineModel
from workbench.app.prompts.list_model import PromptListModel
from workbench.core.timeline import TimelineRow
from workbench.ui.shell.bars import ElidedText
from workbench.ui.shell.focus_restore import way_back
from workbench.ui.shell.key_names import KeyName, with_key
from workbench.ui.shell.side_bar_delegates import MARGIN, IterationDelegate, PromptDelegate
from workbench.ui.widgets.theme import QUIET_PADDING, Theme, set_role

PROMPTS_SHARE = 0.35
"""Maximum share of the height that the prompts take automatically."""
_BELOW_PROMPTS = 6
_VERDICT_TEXTS = frozenset("0123456789-")
_ARROWS: dict[int, int] = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_MARKING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class _List(QListView):
    """A flat list on the sunken surface. Enter and Space activate like a click; a right click only opens a menu."""

    menu_wanted = Signal(QModelIndex, QPoint)
    """A row, and the global position for its menu."""
    mark_wanted = Signal(QModelIndex)
    extend_wanted = Signal(int)
    """Mark the current row and the next one (1) or the previous one (-1)."""

    def __init__(self, name: str, parent: QWidget, *, marks: bool = False) -> None:
        """With `marks`, a click or arrow with Ctrl or Shift marks rows and opens none."""
        super().__init__(parent)
        self._marks, self._swallows = marks, False
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setMouseTracking(True)
        self.setStyleSheet("QListView { background: transparent; }")
        self._pointed = QPersistentModelIndex()
        self._then: Callable[[], None] | None = None

    def is_pointed(self, index: QModelIndex | QPersistentModelIndex) -> bool:
        """Whether the menu of this row is open."""
        return self._pointed.isValid() and self._pointed.row() == index.row()

    def point_at(self, index: QModelIndex, menu: QMenu) -> None:
        """Highlight a row as the target of `menu`, until the menu closes."""
        self._pointed = QPersistentModelIndex(index)
        menu.aboutToHide.connect(self._point_nowhere)
        self.viewport().update()

    def _point_nowhere(self) -> None:
        self._pointed = QPersistentModelIndex()
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        # The base class would make the row current, which opens it.
        self._swallows = self._marks and bool(event.modifiers() & _MARKING)
        if event.button() == Qt.MouseButton.LeftButton and self._swallows:
            if (index := self.indexAt(event.position().toPoint())).isValid():
                self.mark_wanted.emit(index)
        elif event.button() != Qt.MouseButton.RightButton:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not (self._swallows and event.buttons()):
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._swallows:
            super().mouseReleaseEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if index.isValid():
            at = self.visualRect(index).bottomLeft() + QPoint(MARGIN, 0) if by_key else event.pos()
            self.menu_wanted.emit(index, self.viewport().mapToGlobal(at))

    def rename(self, index: QModelIndex, then: Callable[[], None] | None = None) -> None:
        """Edit a name in place, unless another edit is open; afterwards `then` moves the focus, or it returns."""
        if self.state() != QAbstractItemView.State.EditingState:
            self._then = then or way_back()
            self.edit(index)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        super().closeEditor(editor, hint)
        then, self._then = self._then, None
        # After a click elsewhere, the focus is there.
        if then is not None and self.hasFocus():
            then()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        arrow = _ARROWS.get(event.key(), 0)
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        # Digits and minus are verdicts; a list would search its rows for them.
        if event.text() in _VERDICT_TEXTS:
            event.ignore()
        elif self._marks and arrow and held == Qt.KeyboardModifier.ShiftModifier:
            self.extend_wanted.emit(arrow)
        else:
            super().keyPressEvent(event)


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
        self, theme: Theme, prompts: PromptListModel, iterations: TimelineModel, now: Callable[[], str]
    ) -> None:
        super().__init__()
        self._theme, self._prompts, self._iterations = theme, prompts, iterations
        set_role(self, "sunken")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(170)

        self.prompt_list = _List("Prompts", self)
        self.prompt_list.setModel(prompts)
        self.prompt_list.setItemDelegate(PromptDelegate(theme, self.prompt_list, self.prompt_list.is_pointed))
        self.iteration_list = _List("Iterations", self, marks=True)
        # Before the list's own handler, which would open the neighbour of a removed row.
        iterations.rowsAboutToBeRemoved.connect(self._begin_removal)
        iterations.rowsRemoved.connect(self._end_removal)
        self.iteration_list.setModel(iterations)
        self.iteration_list.setItemDelegate(
            IterationDelegate(theme, self.iteration_list, self.iteration_list.is_pointed, now)
        )

        add = QToolButton(self)
        add.setText("+")
        add.setAccessibleName("New prompt")
        set_role(add, "quiet")
        add.clicked.connect(self.new_prompt)
        self._add = add
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
        prompts_box, self._prompts_head = _section("PROMPTS", self.prompt_list, add)
        self._splitter.addWidget(prompts_box)
        iterations_box, _ = _section("ITERATIONS", self.iteration_list, None, self._empty)
        cast(QVBoxLayout, iterations_box.layout()).addWidget(self.marked)
        self._splitter.addWidget(iterations_box)
        self._splitter.setStretchFactor(1, 1)
        self.foot = QWidget(self)
        QVBoxLayout(self.foot).setContentsMargins(0, 0, 0, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._splitter, 1)
        layout.addWidget(self.foot)

        self.prompt_list.selectionModel().currentChanged.connect(self._prompt_current)
        self.iteration_list.selectionModel().currentChanged.connect(self._iteration_current)
        self.iteration_list.clicked.connect(self._iteration_clicked)
        self.iteration_list.mark_wanted.connect(self._mark)
        self.iteration_list.extend_wanted.connect(self._extend)
        iterations.marks.changed.connect(self._show_marked)
        self._key_name: KeyName = lambda _: ""
        self.prompt_list.menu_wanted.connect(self._prompt_context)
        self.iteration_list.menu_wanted.connect(self._iteration_context)
        self._nothing_run = ""
        for signal in (iterations.modelReset, iterations.rowsInserted, iterations.rowsRemoved, iterations.unreadable):
            signal.connect(self._show_empty)
        self._by_hand = False
        self._splitter.splitterMoved.connect(self._divided)
        for signal in (prompts.modelReset, prompts.rowsInserted, prompts.rowsRemoved):
            signal.connect(self._fit_prompts)
        theme.changed.connect(self._restyle)
        self._quiet = False
        self._reported = ""
        self._show_empty()

    def name_keys(self, name: KeyName) -> None:
        """Update the displayed keys."""
        self._add.setToolTip(with_key("New prompt", name("new_prompt")))
        runs = f"{name('run')} runs all lanes" if name("run") else "Run sends the text to all lanes"
        self._nothing_run = f"No runs yet. {runs}; every run is kept here."
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
        self._select(self.prompt_list, self._prompts.position(uid))

    def light(self, uid: str) -> None:
        """Highlight the shown row, unless it is marked; the list scrolls only when the row changes."""
        current = self.iteration_list.currentIndex()
        lit = current.data(timeline_model.ROW).uid if current.isValid() else ""
        if lit != uid and (self._iterations.position(uid) >= 0 or lit):
            self.select_iteration(uid)

    def select_iteration(self, uid: str) -> None:
        """Select a timeline row without emitting a signal; "" selects none."""
        self._reported = ""
        self._select(self.iteration_list, self._iterations.position(uid) if uid else -1)

    def point_at_iteration(self, uid: str, menu: QMenu) -> None:
        """Highlight a timeline row as the target of `menu`, until the menu closes."""
        self.iteration_list.point_at(self._iterations.index(self._iterations.position(uid)), menu)

    def point_at_prompt(self, uid: str, menu: QMenu) -> None:
        """Highlight a prompt row as the target of `menu`, until the menu closes."""
        self.prompt_list.point_at(self._prompts.index(self._prompts.position(uid)), menu)

    def edit_prompt_name(self, uid: str, then: Callable[[], None] | None = None) -> None:
        """Open the inline editor on a prompt's name; `then` moves the focus once it is named."""
        position = self._prompts.position(uid)
        if position >= 0:
            self.prompt_list.rename(self._prompts.index(position), then)

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
        count = self._prompts.rowCount()
        row = self.prompt_list.sizeHintForRow(0) if count else 28
        head = self._prompts_head.sizeHint().height()
        wanted = max(head + 2 * row, min(int(height * PROMPTS_SHARE), head + count * row + _BELOW_PROMPTS))
        self._splitter.setSizes([wanted, max(1, height - wanted)])

    def _divided(self) -> None:
        self._by_hand = True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_prompts()

    def _select(self, view: QListView, position: int) -> None:
        self._quiet = True
        try:
            model = view.model()
            if position < 0:
                view.clearSelection()
                view.setCurrentIndex(QModelIndex())
            else:
                index = model.index(position, 0)
                view.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
                view.scrollTo(index)
        finally:
            self._quiet = False

    def _prompt_current(self, current: QModelIndex, _: QModelIndex) -> None:
        if current.isValid() and not self._quiet:
            self.prompt_chosen.emit(self._prompts.row(current.row()).uid)

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

    def _begin_removal(self) -> None:
        self._quiet = True

    def _end_removal(self) -> None:
        self._quiet = False

    def _prompt_context(self, index: QModelIndex, at: QPoint) -> None:
        self.prompt_menu.emit(self._prompts.row(index.row()).uid, at)

    def _iteration_context(self, index: QModelIndex, at: QPoint) -> None:
        row: TimelineRow = index.data(timeline_model.ROW)
        self.iteration_menu.emit(row.uid, at)

    def _show_empty(self) -> None:
        empty = self._iterations.rowCount() == 0
        self._empty.setText(
            "The iterations could not be read." if self._iterations.is_unreadable else self._nothing_run
        )
        self._empty.setVisible(empty)
        self.iteration_list.setVisible(not empty)

    def _restyle(self) -> None:
        for view in (self.prompt_list, self.iteration_list):
            view.scheduleDelayedItemsLayout()
            view.viewport().update()
        self._fit_prompts()


def _section(
    title: str, body: QWidget, button: QWidget | None, empty: QWidget | None = None
) -> tuple[QWidget, QHBoxLayout]:
    """Return a box with a title above `body`, and the layout of the title row."""
    box = QWidget()
    head = QHBoxLayout()
    # The text of a flat button is aligned with the content below.
    head.setContentsMargins(MARGIN, 10, MARGIN - QUIET_PADDING, 4)
    head.addWidget(ElidedText(title, role="section"), 1)
    if button is not None:
        head.addWidget(button)
    layout = QVBoxLayout(box)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addLayout(head)
    if empty is not None:
        layout.addWidget(empty, 0, Qt.AlignmentFlag.AlignTop)
        layout.addStretch(0)
    body.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
    layout.addWidget(body, 1)
    return box, head
