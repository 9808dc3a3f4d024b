"""Item model of the prompts in the side bar, in their folders.

Invariant: a change inserts, removes and repaints the rows that differ; the list is reset only if rows change places.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from workbench.app.prompts.arrangement import FolderRow, ListRow, arrange
from workbench.core.runs import PromptRow

Index = QModelIndex | QPersistentModelIndex
ROW = int(Qt.ItemDataRole.UserRole) + 1
"""The PromptRow or FolderRow itself."""


class PromptListModel(QAbstractListModel):
    """Prompts in the order of the store. Editing a row requests a rename; the model changes after the store has."""

    rename_requested = Signal(str, str)
    folder_rename_requested = Signal(str, str)
    """The old and the new name of a folder."""
    folded = Signal()
    """A folder was opened or closed by hand."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._prompts: list[PromptRow] = []
        self._rows: list[ListRow] = []
        self._closed: set[str] = set()
        self._words = ""

    @property
    def prompts(self) -> Sequence[PromptRow]:
        """All prompts, those in closed folders and those not found, too, in the order of the store."""
        return self._prompts

    @property
    def closed(self) -> Collection[str]:
        """The names of the closed folders."""
        return self._closed

    @property
    def words(self) -> str:
        """The words that the listed prompts have, "" for all prompts."""
        return self._words

    def folders(self) -> list[str]:
        """Return the names of all folders, in alphabetical order."""
        return [row.name for row in arrange(self._prompts) if isinstance(row, FolderRow)]

    def set_rows(self, rows: Sequence[PromptRow]) -> None:
        """Show `rows`."""
        self._prompts = list(rows)
        self._arrange()

    def search(self, words: str) -> None:
        """List the prompts whose name, folder or tags contain each word; "" lists all."""
        self._words = words.strip()
        self._arrange()

    def close_folders(self, names: Iterable[str]) -> None:
        """Close these folders and open all others."""
        self._closed = set(names)
        self._arrange()

    def toggle(self, name: str) -> None:
        """Open a closed folder, or close an open one."""
        self._closed ^= {name}
        self._arrange()
        self.folded.emit()

    def reveal(self, uid: str) -> None:
        """Open the folder of a prompt."""
        found = self.prompt(uid)
        if found is not None and found.folder in self._closed:
            self.toggle(found.folder)

    def row(self, position: int) -> ListRow:
        """Return the row at `position`."""
        return self._rows[position]

    def prompt(self, uid: str) -> PromptRow | None:
        """Return a prompt, listed or not; None for another uid."""
        return next((row for row in self._prompts if row.uid == uid), None)

    def position(self, uid: str) -> int:
        """Return the index of a row, -1 if it is not listed."""
        return next((i for i, row in enumerate(self._rows) if row.uid == uid), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ROW:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return row.name
        if isinstance(row, FolderRow):
            return row.words if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole) else None
        tags = " ".join(f"#{tag}" for tag in row.tags)
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{row.name} {tags}".rstrip()
        if role == Qt.ItemDataRole.AccessibleTextRole:
            parts = (row.name, f"{row.iterations} iterations", "archived" if row.archived else "", tags)
            return ", ".join(filter(None, parts))
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row, name = self._rows[index.row()], str(value).strip()
        if role != Qt.ItemDataRole.EditRole or not name or name == row.name:
            return False
        if isinstance(row, FolderRow):
            self.folder_rename_requested.emit(row.name, name)
        else:
            self.rename_requested.emit(row.uid, name)
        return True

    def _arrange(self) -> None:
        wanted = arrange(self._prompts, self._closed, self._words)
        kept = {row.uid for row in wanted}
        known = {row.uid for row in self._rows}
        if [row.uid for row in self._rows if row.uid in kept] != [row.uid for row in wanted if row.uid in known]:
            self.beginResetModel()
            self._rows = wanted
            self.endResetModel()
            return
        self._remove(kept)
        at = 0
        while at < len(wanted):
            end = at
            while end < len(wanted) and wanted[end].uid not in known:
                end += 1
            if end > at:
                self.beginInsertRows(QModelIndex(), at, end - 1)
                self._rows[at:at] = wanted[at:end]
                self.endInsertRows()
                at = end
            elif self._rows[at] != wanted[at]:
                self._rows[at] = wanted[at]
                self.dataChanged.emit(self.index(at), self.index(at))
                at += 1
            else:
                at += 1

    def _remove(self, kept: Collection[str]) -> None:
        """Remove all other rows, in as few steps as possible."""
        end = len(self._rows)
        while end:
            start = end
            while start and self._rows[start - 1].uid not in kept:
                start -= 1
            if start < end:
                self.beginRemoveRows(QModelIndex(), start, end - 1)
                del self._rows[start:end]
                self.endRemoveRows()
            end = max(0, start - 1)
