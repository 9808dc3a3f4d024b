"""The JSON of an answer as a tree.

Invariant: verdict keys pass to the window; invalid JSON is reported with its position, not repaired. Long JSON is
parsed in slices, and shown once it is complete.
"""

from __future__ import annotations

from collections.abc import Generator

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QAction, QGuiApplication, QHelpEvent, QKeyEvent, QKeySequence, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.editor.exact_text import encodable
from workbench.ui.widgets.idle_queue import IdleQueue
from workbench.ui.widgets.reader.answer import MARGIN, types
from workbench.ui.widgets.reader.answer_kind import AnswerKind, finding
from workbench.ui.widgets.reader.page import ReadingPage
from workbench.ui.widgets.reader.tree_model import TreeModel
from workbench.ui.widgets.small_controls import breakable, safe_tip
from workbench.ui.widgets.theme import Theme, set_role

_FEW = 60
"""Members up to which all are expanded, and rows measured for the width of the name column."""
_LEFT = 4
"""Pixels that align names with the text of the other pages."""


class _Roomy(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return super().sizeHint(option, index) + QSize(4, 5)


class JsonTree(QTreeView):
    """A tree view; Ctrl+C copies the value and Ctrl+Shift+C its path."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHeaderHidden(True)
        self.setIndentation(14)
        self.setUniformRowHeights(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setTabKeyNavigation(False)
        self.setItemDelegate(_Roomy(self))
        self.header().setResizeContentsPrecision(_FEW)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.setAccessibleName("JSON of the answer")
        self._action("Copy value", QKeySequence(QKeySequence.StandardKey.Copy), self.copy_value)
        self._action("Copy path", QKeySequence("Ctrl+Shift+C"), self.copy_path)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()  # zoom is handled by the window
        else:
            super().wheelEvent(event)

    def copy_value(self) -> None:
        """Copy the selected value to the clipboard."""
        if self.currentIndex().isValid():
            QGuiApplication.clipboard().setText(encodable(self._model().value_text(self.currentIndex())))

    def copy_path(self) -> None:
        """Copy the path of the selected value to the clipboard."""
        if self.currentIndex().isValid():
            QGuiApplication.clipboard().setText(encodable(self._model().path(self.currentIndex())))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and types(event):
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if types(event):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.indexAt(event.pos())
            QToolTip.showText(event.globalPos(), safe_tip(self._model().tip(index)) if index.isValid() else "", self)
            return True
        return super().viewportEvent(event)

    def _model(self) -> TreeModel:
        model = self.model()
        assert isinstance(model, TreeModel)
        return model

    def _action(self, text: str, keys: QKeySequence, act: object) -> None:
        action = QAction(text, self)
        action.setShortcut(keys)
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(act)
        self.addAction(action)


class TreePage(ReadingPage):
    """A tree, or a sentence about what is wrong with the JSON."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text = ""
        self._steps: Generator[None, None, AnswerKind | None] | None = None
        self._turns = IdleQueue.of_application()
        self.tree = JsonTree(self)
        self.problem = QLabel(self)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.setWordWrap(True)
        self.problem.setMargin(MARGIN)
        self.problem.setAlignment(Qt.AlignmentFlag.AlignTop)
        set_role(self.problem, "error")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_LEFT, 8, 0, 0)
        layout.addWidget(self.tree)
        layout.addWidget(self.problem)
        self.tree.expanded.connect(self._fit)
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def is_whole(self) -> bool:
        """Whether all of the text has been parsed."""
        return self._steps is None

    def set_text(self, text: str) -> None:
        if text == self._text and (self._steps is not None or self.tree.model() is not None):
            return
        self._text = text
        self._turns.drop(self)
        self._show_value(None)
        self._tell("")
        self._steps = finding(text)
        if self._read_on():
            self._turns.ask(self, self._read_on)

    def _read_on(self) -> bool:
        """Parse for a few ms; return whether there is more."""
        if self._steps is None:
            return False
        try:
            next(self._steps)
        except StopIteration as end:
            self._steps = None
            self._show(end.value)
            return False
        return True

    def _show(self, found: AnswerKind | None) -> None:
        wrong = "There is no JSON in this answer." if found is None else found.problem
        model = TreeModel(self._theme, found.value if found else None, self)
        self._show_value(model)
        self._tell(wrong)
        first = model.index(0, 0)
        if model.canFetchMore(first):
            model.fetchMore(first)
        self.tree.setCurrentIndex(first)
        # Every `expanded` signal refits the name column; once, at the end, is enough here.
        with QSignalBlocker(self.tree):
            self.tree.expand(first)
            if model.rowCount(first) <= _FEW:
                for row in range(model.rowCount(first)):
                    self.tree.expand(model.index(row, 0, first))
        self._fit()

    def _show_value(self, model: TreeModel | None) -> None:
        """Show a model, or None for no rows."""
        old = self.tree.model()
        self.tree.setModel(model)
        if old is not None:
            old.deleteLater()

    def _tell(self, wrong: str) -> None:
        self.problem.setText(breakable(wrong))
        self.problem.setVisible(bool(wrong))
        self.tree.setVisible(not wrong)

    def append(self, piece: str) -> None:
        self.set_text(self._text + piece)

    def tab_stops(self) -> list[QWidget]:
        return [self.tree]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.tree.resizeColumnToContents(0)
        half = max(80, self.width() // 2)
        if self.tree.columnWidth(0) > half:
            self.tree.setColumnWidth(0, half)

    def _restyle(self) -> None:
        self.tree.setFont(self._theme.mono(-0.5))
        self._fit()
