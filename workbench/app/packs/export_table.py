"""Table model of the prompts and versions that go into a pack.

Invariant: a ticked prompt goes into the pack; the last of its chosen versions is the one in use, as in the exporter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from workbench.core.runs import PromptRow
from workbench.core.text import plural
from workbench.usecases.packs.exporter import PackChoice, Which

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("Prompt", "Versions")
WHICH: Mapping[Which, str] = {"winner": "The winner", "all": "All versions"}


@dataclass(frozen=True, slots=True)
class _Line:
    uid: str
    name: str
    ticked: bool
    versions: Which | tuple[int, ...]


class ExportTable(QAbstractTableModel):
    """`changed` is emitted when the choice of prompts or versions changes."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[_Line] = []
        self._names: dict[str, Mapping[int, str]] = {}

    def name_versions(self, uid: str, names: Mapping[int, str]) -> None:
        """Take what people call the versions of a prompt, by number."""
        self._names[uid] = names
        row = next((at for at, line in enumerate(self._lines) if line.uid == uid), None)
        if row is not None:
            self.dataChanged.emit(self.index(row, 1), self.index(row, 1))

    def show_prompts(self, rows: Sequence[PromptRow], chosen: Mapping[str, Which | tuple[int, ...]]) -> None:
        """List prompts, archived ones only if chosen; those in `chosen` are ticked and come first."""
        rows = [row for row in rows if not row.archived or row.uid in chosen]
        lines = [_Line(row.uid, row.name, row.uid in chosen, chosen.get(row.uid, "winner")) for row in rows]
        self.beginResetModel()
        self._lines = sorted(lines, key=lambda line: not line.ticked)
        self.endResetModel()
        self.changed.emit()

    @property
    def choices(self) -> tuple[PackChoice, ...]:
        """The contents of the pack."""
        return tuple(PackChoice(line.uid, line.versions) for line in self._lines if line.ticked)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the prompts that go into the pack."""
        return tuple(line.name for line in self._lines if line.ticked)

    def uid(self, row: int) -> str:
        """Return the uid of a row's prompt, "" for none."""
        return self._lines[row].uid if 0 <= row < len(self._lines) else ""

    def versions(self, row: int) -> Which | tuple[int, ...]:
        """Return the chosen versions of a row's prompt."""
        return self._lines[row].versions

    def choose(self, row: int, versions: Which | tuple[int, ...]) -> None:
        """Choose versions of a prompt, which also ticks the prompt."""
        self._put(row, replace(self._lines[row], versions=versions, ticked=True))

    def tick(self, row: int, *, ticked: bool) -> None:
        """Include a prompt in the pack, or exclude it."""
        self._put(row, replace(self._lines[row], ticked=ticked))

    def _put(self, row: int, line: _Line) -> None:
        if line != self._lines[row]:
            self._lines[row] = line
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))
            self.changed.emit()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and way == Qt.Orientation.Horizontal:
            return COLUMNS[section]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        checkable = Qt.ItemFlag.ItemIsUserCheckable if index.column() == 0 else Qt.ItemFlag.NoItemFlags
        return super().flags(index) | checkable

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or index.column() != 0:
            return False
        self.tick(index.row(), ticked=Qt.CheckState(value) == Qt.CheckState.Checked)
        return True

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == 0:
            return Qt.CheckState.Checked if line.ticked else Qt.CheckState.Unchecked
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            if index.column() == 0:
                return line.name
            return _words(line, self._names.get(line.uid, {})) if line.ticked else ""
        return None


def _words(line: _Line, names: Mapping[int, str]) -> str:
    if isinstance(line.versions, str):
        return WHICH[line.versions]
    if not line.versions:
        return "None selected"
    if not names:
        return f"{len(line.versions)} {plural(len(line.versions), 'version')}"
    called = {number: names.get(number, "one of a newer release") for number in line.versions}
    rest = ", ".join(called[number] for number in sorted(called))
    return f"{rest} ({called[line.versions[-1]]} by default)" if len(called) > 1 else rest
