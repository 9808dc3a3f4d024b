"""Item model of the prompts in the side bar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from workbench.core.runs import PromptRow

Index = QModelIndex | QPersistentModelIndex
ROW = int(Qt.ItemDataRole.UserRole) + 1
"""The PromptRow itself."""


class PromptListModel(QAbstractListModel):
    """Prompts in the order of the store. Editing a row requests a rename; the model changes after the store has."""

    rename_requested = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[PromptRow] = []

    def set_rows(self, rows: Sequence[PromptRow]) -> None:
        """Show `rows`; the model is reset only if prompts were added, removed or moved."""
        new = list(rows)
        if [r.uid for r in new] != [r.uid for r in self._rows]:
            self.beginResetModel()
            self._rows = new
            self.endResetModel()
            return
        for position, (old, row) in enumerate(zip(self._rows, new, strict=True)):
            if old != row:
                self._rows[position] = row
                self.dataChanged.emit(self.index(position), self.index(position))

    def row(self, position: int) -> PromptRow:
        """Return the prompt at `position`."""
        return self._rows[position]

    def position(self, uid: str) -> int:
        """Return the index of a prompt, -1 if it is not listed."""
        return next((i for i, row in enumerate(self._rows) if row.uid == uid), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole, Qt.ItemDataRole.ToolTipRole):
            return row.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{row.name}, {row.iterations} iterations{', archived' if row.archived else ''}"
        if role == ROW:
            return row
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        name = str(value).strip()
        if role != Qt.ItemDataRole.EditRole or not name or name == self._rows[index.row()].name:
            return False
        self.rename_requested.emit(self._rows[index.row()].uid, name)
        return True
