"""List model of a prompt's versions with check boxes.

Invariant: the order of ticking is kept: the version ticked last is the one in use.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

Index = QModelIndex | QPersistentModelIndex
NOTHING = "Only a draft. Run it once to create a version."


class ListedVersion(NamedTuple):
    """A version to choose: its name, and all words of its row."""

    number: int
    name: str
    words: str


class VersionChoice(QAbstractListModel):
    """`changed` is emitted when the user ticks other versions."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._versions: tuple[ListedVersion, ...] | None = None
        self._ticked: list[int] = []

    @property
    def ticked(self) -> tuple[int, ...]:
        """The numbers of the ticked versions, in the order of ticking."""
        return tuple(self._ticked)

    @property
    def is_known(self) -> bool:
        """Whether the versions have been read."""
        return self._versions is not None

    def show_versions(self, versions: Sequence[ListedVersion] | None, ticked: Sequence[int] = ()) -> None:
        """Show the versions of another prompt, None while they are being read; a message is shown if there are none."""
        self.beginResetModel()
        self._versions, self._ticked = None if versions is None else tuple(versions), list(ticked)
        self.endResetModel()

    def tick(self, row: int, *, ticked: bool) -> None:
        """Add a version to the choice as the one in use, or remove it."""
        if not self._versions:
            return
        number = self._versions[row].number
        self._ticked = [one for one in self._ticked if one != number] + ([number] if ticked else [])
        self.dataChanged.emit(self.index(row), self.index(row))
        self.changed.emit()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() or self._versions is None else max(1, len(self._versions))

    def flags(self, index: Index) -> Qt.ItemFlag:
        tickable = Qt.ItemFlag.ItemIsUserCheckable if self._versions else Qt.ItemFlag.NoItemFlags
        return super().flags(index) | tickable

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or not self._versions:
            return False
        self.tick(index.row(), ticked=Qt.CheckState(value) == Qt.CheckState.Checked)
        return True

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        text = role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
        if not self._versions:
            return NOTHING if text else None
        version = self._versions[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if version.number in self._ticked else Qt.CheckState.Unchecked
        return version.words if text else None
