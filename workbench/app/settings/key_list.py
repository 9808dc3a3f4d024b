"""List model of providers and the state of their keys.

Invariant: providers with a key come first when the list is loaded, and no row moves while the user works in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from workbench.app.settings.form_data import KeyInfo

Index = QModelIndex | QPersistentModelIndex
ROW = int(Qt.ItemDataRole.UserRole) + 1
"""The KeyInfo itself."""


class KeyListModel(QAbstractListModel):
    """Providers whose name, id or variable matches a query."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[KeyInfo] = []
        self._shown: list[KeyInfo] = []
        self._query = ""

    def set_keys(self, keys: Sequence[KeyInfo]) -> None:
        """Show these keys: providers with a key first, otherwise in the given order."""
        self._all = sorted(keys, key=lambda info: not info.source)
        self._filter()

    def update_key(self, info: KeyInfo) -> None:
        """Update one provider in place."""
        for rows in (self._all, self._shown):
            for i, row in enumerate(rows):
                if row.provider == info.provider:
                    rows[i] = info
                    if rows is self._shown:
                        self.dataChanged.emit(self.index(i), self.index(i))

    def set_query(self, query: str) -> None:
        """Filter by words contained in the name, the id or an environment variable."""
        if (query := query.strip().lower()) != self._query:
            self._query = query
            self._filter()

    def info(self, position: int) -> KeyInfo:
        """Return the provider at `position`."""
        return self._shown[position]

    def position(self, provider: str) -> int:
        """Return the row of a provider, -1 when it is not shown."""
        return next((i for i, info in enumerate(self._shown) if info.provider == provider), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        info = self._shown[index.row()]
        if role == ROW:
            return info
        if role == Qt.ItemDataRole.DisplayRole:
            return info.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{info.name}, {info.state}"
        return None

    def _filter(self) -> None:
        words = self._query.split()
        self.beginResetModel()
        self._shown = [
            info
            for info in self._all
            if all(word in f"{info.name} {info.provider} {' '.join(info.variables)}".lower() for word in words)
        ]
        self.endResetModel()
