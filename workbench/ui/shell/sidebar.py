"""The side bar: prompts above, the iterations of the chosen one below."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QSizePolicy,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.app import timeline
from workbench.app.prompt_list import PromptListModel
from workbench.app.timeline import TimelineModel
from workbench.core.runs import IterationRow
from workbench.ui.shell.delegates import MARGIN, IterationDelegate, PromptDelegate
from workbench.ui.theme import Theme, set_role

_VERDICT_TEXTS = frozenset("0123456789-")


class _List(QListView):
    """A flat list on the sunken surface. Enter and Space activate as a click does."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setMouseTracking(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setStyleSheet("QListView { background: transparent; }")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Digits and minus are verdicts; a list would search its rows for them.
        if event.text() in _VERDICT_TEXTS:
            event.ignore()
        else:
            super().keyPressEvent(event)


class SideBar(QWidget):
    """Reports which prompt or iteration was chosen; shows what it is told."""

    prompt_chosen = Signal(str)
    iteration_chosen = Signal(str)
    """A run uid."""
    draft_chosen = Signal()
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
        self.prompt_list.setItemDelegate(PromptDelegate(theme, self.prompt_list))
        self.iteration_list = _List("Iterations", self)
        self.iteration_list.setModel(iterations)
        self.iteration_list.setItemDelegate(IterationDelegate(theme, self.iteration_list, now))

        add = QToolButton(self)
        add.setText("+")
        add.setToolTip("New prompt (Ctrl+N)")
        add.setAccessibleName("New prompt")
        set_role(add, "quiet")
        add.clicked.connect(self.new_prompt)
        self._empty = QLabel("Nothing was run yet. Ctrl+Enter runs all lanes; every run is kept here.", self)
        self._empty.setWordWrap(True)
        self._empty.setContentsMargins(MARGIN, 4, MARGIN, 4)
        set_role(self._empty, "small")

        self._splitter = QSplitter(Qt.Orientation.Vertical, self)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        self._splitter.addWidget(_section("PROMPTS", self.prompt_list, add))
        self._splitter.addWidget(_section("ITERATIONS", self.iteration_list, None, self._empty))
        self._splitter.setStretchFactor(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._splitter)

        self.prompt_list.selectionModel().currentChanged.connect(self._prompt_current)
        self.iteration_list.selectionModel().currentChanged.connect(self._iteration_current)
        self.iteration_list.clicked.connect(self._iteration_clicked)
        self.prompt_list.customContextMenuRequested.connect(self._prompt_context)
        self.iteration_list.customContextMenuRequested.connect(self._iteration_context)
        for signal in (iterations.modelReset, iterations.rowsInserted):
            signal.connect(self._show_empty)
        theme.changed.connect(self._restyle)
        self._quiet = False
        self._reported = ""
        self._show_empty()

    @property
    def splitter(self) -> QSplitter:
        """The divider between both lists, to be remembered."""
        return self._splitter

    def select_prompt(self, uid: str) -> None:
        """Mark a prompt as the current one without reporting it."""
        self._select(self.prompt_list, self._prompts.position(uid))

    def light(self, run_uid: str) -> None:
        """Mark the iteration that the lanes show, unless it is marked; the list scrolls only when that changes."""
        current = self.iteration_list.currentIndex()
        lit = current.data(timeline.ROW).run_uid if current.isValid() else ""
        if lit != run_uid and (self._iterations.position(run_uid) >= 0 or lit):
            self.select_iteration(run_uid)

    def select_iteration(self, run_uid: str) -> None:
        """Mark an iteration without reporting it; "" marks none."""
        self._reported = ""
        self._select(self.iteration_list, self._iterations.position(run_uid) if run_uid else -1)

    def edit_prompt_name(self, uid: str) -> None:
        """Open the inline editor on a prompt's name."""
        position = self._prompts.position(uid)
        if position >= 0:
            self.prompt_list.edit(self._prompts.index(position))

    def fit_prompts(self, height: int) -> None:
        """Give the prompt list what it needs, at most 40 % of `height`; the rest belongs to the iterations."""
        row = self.prompt_list.sizeHintForRow(0) if self._prompts.rowCount() else 28
        wanted = min(int(height * 0.4), max(2, self._prompts.rowCount()) * row + 56)
        self._splitter.setSizes([wanted, max(100, height - wanted)])

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
            row: IterationRow = current.data(timeline.ROW)
            self._reported = row.run_uid
            self.iteration_chosen.emit(row.run_uid)

    def _iteration_clicked(self, index: QModelIndex) -> None:
        # A click on the row that is marked already changes no selection.
        row: IterationRow = index.data(timeline.ROW)
        if row.run_uid != self._reported:
            self._iteration_current(index, QModelIndex())

    def _prompt_context(self, at: QPoint) -> None:
        index = self.prompt_list.indexAt(at)
        if index.isValid():
            self.prompt_menu.emit(self._prompts.row(index.row()).uid, self.prompt_list.viewport().mapToGlobal(at))

    def _iteration_context(self, at: QPoint) -> None:
        index = self.iteration_list.indexAt(at)
        if index.isValid():
            row: IterationRow = index.data(timeline.ROW)
            self.iteration_menu.emit(row.run_uid, self.iteration_list.viewport().mapToGlobal(at))

    def _show_empty(self) -> None:
        empty = self._iterations.rowCount() == 0
        self._empty.setVisible(empty)
        self.iteration_list.setVisible(not empty)

    def _restyle(self) -> None:
        for view in (self.prompt_list, self.iteration_list):
            view.scheduleDelayedItemsLayout()
            view.viewport().update()


def _section(title: str, body: QWidget, button: QWidget | None, empty: QWidget | None = None) -> QWidget:
    box = QWidget()
    head = QHBoxLayout()
    head.setContentsMargins(MARGIN, 10, 8, 4)
    label = QLabel(title)
    set_role(label, "section")
    head.addWidget(label)
    head.addStretch()
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
    return box
