"""The list of checks, with the members of sets below them.

Invariant: the tree only shows checks and emits requests; it never changes them, also when rows are dragged.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QMimeData, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QDropEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from workbench.app.checks.check_tree import Checks, Path, walked
from workbench.core.cases import SET, Check
from workbench.core.check_words import lines
from workbench.core.visible_text import visible_name

_MOST_WORDS = 200
_PATH = Qt.ItemDataRole.UserRole
_IS_SET = Qt.ItemDataRole.UserRole + 1
_KEYS = "Alt+Up and Alt+Down move a check, Alt+Right puts it into the set above it, and Alt+Left takes it out."
_MOVES = {Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down", Qt.Key.Key_Left: "out", Qt.Key.Key_Right: "in"}


class _RoomyRows(QStyledItemDelegate):
    """Rows with some air, as high as those of other lists."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(super().sizeHint(option, index).width(), round(option.fontMetrics.height() * 1.7))


class CheckTree(QTreeWidget):
    """Shows checks in words; the second column says how many answers pass each one."""

    selected = Signal()
    remove_wanted = Signal()
    move_wanted = Signal(str)
    """up, down, in (to the set before it) or out (of its set)"""
    drop_wanted = Signal(object, object)
    """Path of a check, and the path before which it goes."""
    copy_wanted = Signal()
    paste_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_filling = False
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setItemsExpandable(False)
        self.setIndentation(18)
        self.setUniformRowHeights(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setAccessibleName("Checks")
        self.setToolTip(_KEYS)
        self.setAccessibleDescription(_KEYS)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setItemDelegate(_RoomyRows(self))
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(0)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.currentItemChanged.connect(lambda *_: self._emit_selected())

    def show_checks(self, checks: Checks, select: Path | None = None) -> None:
        """Show checks and select a path, None for the first check."""
        self._is_filling = True
        self.clear()
        items: dict[Path, QTreeWidgetItem] = {}
        for path, check in walked(checks):
            item = items[path] = QTreeWidgetItem(items[path[:-1]] if path[1:] else self.invisibleRootItem())
            item.setData(0, _PATH, path)
            _fill(item, check)
        self.expandAll()
        found = items.get(select or (0,)) or items.get((0,))
        if found is not None:
            self.setCurrentItem(found)
        self._is_filling = False
        self.selected.emit()

    def show_check(self, path: Path, check: Check) -> None:
        """Update the words of one check."""
        if (item := self._item(path)) is not None:
            _fill(item, check)

    def show_results(self, told: Mapping[Path, tuple[str, str]]) -> None:
        """Show a short result per check and its explanation; checks that are not in `told` have none."""
        for path, item in self._items():
            text, tip = told.get(path, ("", ""))
            item.setText(1, text)
            item.setToolTip(1, tip)
            item.setData(1, Qt.ItemDataRole.AccessibleTextRole, tip)

    def path(self) -> Path | None:
        """Return the path of the selected check, None without one."""
        item = self.currentItem()
        return None if item is None else tuple(item.data(0, _PATH))

    def words(self) -> list[str]:
        """Return the shown words of all checks with their results, indented by depth."""
        return [f"{'  ' * (len(path) - 1)}{item.text(0)} {item.text(1)}".rstrip() for path, item in self._items()]

    def _items(self) -> list[tuple[Path, QTreeWidgetItem]]:
        found: list[tuple[Path, QTreeWidgetItem]] = []
        pending = [self.topLevelItem(at) for at in range(self.topLevelItemCount())]
        while pending:
            item = pending.pop(0)
            if item is not None:
                found.append((tuple(item.data(0, _PATH)), item))
                pending = [*(item.child(at) for at in range(item.childCount())), *pending]
        return found

    def _item(self, path: Path) -> QTreeWidgetItem | None:
        return next((item for other, item in self._items() if other == path), None)

    def _emit_selected(self) -> None:
        if not self._is_filling:
            self.selected.emit()

    # Qt event handlers.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_move = event.modifiers() == Qt.KeyboardModifier.AltModifier and event.key() in _MOVES
        if is_move:
            self.move_wanted.emit(_MOVES[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_wanted.emit()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted.emit()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste_wanted.emit()
        else:
            super().keyPressEvent(event)

    def mimeTypes(self) -> list[str]:
        return ["application/x-qabstractitemmodeldatalist"]

    def dropMimeData(self, parent: QTreeWidgetItem | None, index: int, data: QMimeData, action: Qt.DropAction) -> bool:
        return False

    def dropEvent(self, event: QDropEvent) -> None:
        # Qt would move the rows itself.
        source, target = self.path(), self._target(event)
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        if source is not None and target is not None:
            self.drop_wanted.emit(source, target)

    def _target(self, event: QDropEvent) -> Path | None:
        """Return the path before which a dropped check goes."""
        item = self.itemAt(event.position().toPoint())
        if item is None:
            return (self.topLevelItemCount(),)
        path: Path = tuple(item.data(0, _PATH))
        where, kinds = self.dropIndicatorPosition(), QAbstractItemView.DropIndicatorPosition
        if where == kinds.OnItem and item.data(0, _IS_SET):
            return (*path, item.childCount())
        return path if where == kinds.AboveItem else (*path[:-1], path[-1] + 1)


def _fill(item: QTreeWidgetItem, check: Check) -> None:
    words = visible_name(lines(check)[0].text[:_MOST_WORDS])
    item.setText(0, words)
    item.setData(0, _IS_SET, check.type == SET)
