"""The members of a JSON value as rows.

Invariant: rows are created lazily, a few hundred of a long list at a time.
"""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from workbench.core.text import counted
from workbench.ui.widgets.reader.answer_kind import DigitsFound, scalar, written
from workbench.ui.widgets.reader.shown_text import picture
from workbench.ui.widgets.theme import Theme

Index = QModelIndex | QPersistentModelIndex
_BATCH = 300
_SHORT = 300
_TIP = 2000


class _Node:
    __slots__ = ("children", "key", "parent", "row", "value")

    def __init__(self, parent: _Node | None, row: int, key: str | int | None, value: Any) -> None:
        self.parent, self.row, self.key, self.value = parent, row, key, value
        self.children: list[_Node] = []

    @property
    def size(self) -> int:
        return len(self.value) if isinstance(self.value, dict | list) else 0

    def grow(self, count: int) -> None:
        start = len(self.children)
        if isinstance(self.value, dict):
            keys = list(self.value)[start : start + count]
            members: list[tuple[str | int, Any]] = [(key, self.value[key]) for key in keys]
        else:
            members = list(enumerate(self.value[start : start + count], start))
        self.children += [_Node(self, start + n, key, value) for n, (key, value) in enumerate(members)]


class TreeModel(QAbstractItemModel):
    """Two columns: a member's name or number, and its value."""

    def __init__(self, theme: Theme, value: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._root = _Node(None, 0, None, [value])
        self._root.grow(1)

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008 - Qt's signature
        node = self._node(parent)
        return self.createIndex(row, column, node.children[row]) if row < len(node.children) else QModelIndex()

    def parent(self, index: Index = QModelIndex()) -> Any:  # noqa: B008 - Qt has two of them
        node = self._node(index).parent
        return QModelIndex() if node is None or node is self._root else self.createIndex(node.row, 0, node)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.column() > 0 else len(self._node(parent).children)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 2

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008
        return parent.column() <= 0 and self._node(parent).size > 0

    def canFetchMore(self, parent: Index) -> bool:
        node = self._node(parent)
        return len(node.children) < node.size

    def fetchMore(self, parent: Index) -> None:
        node = self._node(parent)
        count = min(_BATCH, node.size - len(node.children))
        if count > 0:
            start = len(node.children)
            self.beginInsertRows(parent, start, start + count - 1)
            node.grow(count)
            self.endInsertRows()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        node = self._node(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return picture(_key(node) if index.column() == 0 else _short(node.value))
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._theme.color("muted" if index.column() == 0 else _color(node.value))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{_key(node)}: {_short(node.value)}"
        return None

    def tip(self, index: Index) -> str:
        """Return a string value shortened for a tooltip, "" for other values."""
        value = self._node(index).value
        return value[:_TIP] if isinstance(value, str) else ""

    def value_text(self, index: Index) -> str:
        """Return a value for the clipboard: a string unchanged, anything else as JSON."""
        value = self._node(index).value
        if isinstance(value, str):
            return str(value)
        return written(value)

    def path(self, index: Index) -> str:
        """Return the path of a value, such as `$.order.items[0]`."""
        steps: list[str] = []
        node: _Node | None = self._node(index)
        while node is not None and node.parent is not None and node.parent is not self._root:
            key = node.key
            if isinstance(key, int):
                steps.append(f"[{key}]")
            else:
                steps.append(f".{key}" if str(key).isidentifier() else f"[{json.dumps(key, ensure_ascii=False)}]")
            node = node.parent
        return "$" + "".join(reversed(steps))

    def _node(self, index: Index) -> _Node:
        node = index.internalPointer() if index.isValid() else self._root
        assert isinstance(node, _Node)
        return node


def _key(node: _Node) -> str:
    if node.parent is not None and node.parent.parent is None:
        return "JSON"
    return f"[{node.key}]" if isinstance(node.key, int) else str(node.key)


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{}} {counted(len(value), 'member')}"
    if isinstance(value, list):
        return f"[] {counted(len(value), 'item')}"
    if isinstance(value, str) and not isinstance(value, DigitsFound) and len(value) > _SHORT:
        return scalar(value[:_SHORT]) + "…"
    return scalar(value)


def _color(value: Any) -> str:
    if isinstance(value, DigitsFound):
        return "teal"
    if isinstance(value, str):
        return "green"
    return "accent" if value is None or isinstance(value, bool) else "muted"
