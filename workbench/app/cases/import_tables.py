"""Item models of an import: the columns of the source with what they become, and the first cases.

Invariant: neither model has more than MOST_COLUMNS or PREVIEWED rows, and no text in them is longer than a line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from workbench.core.cases import Case
from workbench.core.check_words import lines
from workbench.core.testing.case_mapping import ROLE_TITLES, CaseMapping, ColumnUse, MappedCases
from workbench.core.testing.case_table import CaseTable
from workbench.core.text import first_line
from workbench.core.value_kinds import files_of
from workbench.core.visible_text import visible_name

Index = QModelIndex | QPersistentModelIndex
PREVIEWED = 20
_MOST_LETTERS = 80
_MOST_CHECKS = 3
COLUMNS = ("Column", "First value", "Becomes")


def use_title(use: ColumnUse) -> str:
    """Return the words for what a column becomes."""
    if not use.variable:
        return ROLE_TITLES[use.role]
    name = f"{{{{{visible_name(use.variable)}}}}}"
    return f"File for {name}" if use.role == "file" else name


class MappingTable(QAbstractTableModel):
    """A row for each column of the source."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._first: tuple[str, ...] = ()
        self._uses: tuple[ColumnUse, ...] = ()

    def show_mapping(self, table: CaseTable, mapping: CaseMapping) -> None:
        """Show the columns of a table."""
        self.beginResetModel()
        self._names = tuple(visible_name(name) for name in table.header)
        self._first = tuple(_first_text(table, column) for column in range(len(table.header)))
        self._uses = mapping.uses
        self.endResetModel()

    def show_uses(self, uses: Sequence[ColumnUse]) -> None:
        """Show other uses of the same columns."""
        self._uses = tuple(uses)
        self.dataChanged.emit(self.index(0, 2), self.index(max(0, len(uses) - 1), 2))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._names)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole) or not index.isValid():
            return None
        row = index.row()
        return (self._names[row], self._first[row], use_title(self._uses[row]))[index.column()]

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return COLUMNS[section]
        return None


class CasePreview(QAbstractTableModel):
    """The first cases of a plan; a column is there only if one of them has something in it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._titles: tuple[str, ...] = ()
        self._rows: tuple[tuple[str, ...], ...] = ()

    def show_cases(self, mapped: MappedCases, unit: str) -> None:
        """Show the first cases."""
        cases = mapped.cases[:PREVIEWED]
        names = list(dict.fromkeys(name for case in cases for name, _ in case.values))
        columns = [(unit.capitalize(), [f"{number:,}" for number in mapped.numbers[:PREVIEWED]])]
        columns.append(("Name", [case.name for case in cases]))
        shown = [_shown_values(case) for case in cases]
        for name in names:
            columns.append((f"{{{{{visible_name(name)}}}}}", [values.get(name, "") for values in shown]))
        columns.append(("Expectation", [case.expectation for case in cases]))
        columns.append(("Checks", [_checks(case) for case in cases]))
        columns.append(("Tags", [", ".join(case.tags) for case in cases]))
        columns.append(("Group", [case.cluster for case in cases]))
        columns.append(("Notes", [case.notes for case in cases]))
        kept = [(title, texts) for title, texts in columns if title.startswith("{{") or any(texts)]
        self.beginResetModel()
        self._titles = tuple(title for title, _ in kept)
        lines_ = [[visible_name(first_line(text, _MOST_LETTERS)) for text in texts] for _, texts in kept]
        self._rows = tuple(zip(*lines_, strict=True)) if cases else ()
        self.endResetModel()

    def clear(self) -> None:
        """Show nothing."""
        self.show_cases(MappedCases((), ()), "")

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._titles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole) or not index.isValid():
            return None
        return self._rows[index.row()][index.column()]

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self._titles[section]
        return None


def _first_text(table: CaseTable, column: int) -> str:
    """Return the first text of a column within the first rows."""
    cells = (row[column] for row in table.rows[:PREVIEWED])
    return visible_name(first_line(next((cell for cell in cells if cell and cell.strip()), ""), _MOST_LETTERS))


def _shown_values(case: Case) -> dict[str, str]:
    """Return the values of a case, of a file its name."""
    values = dict(case.values)
    return {**values, **{name: file.name for name, file in files_of(values, case.kinds).items()}}


def _checks(case: Case) -> str:
    told = [line.text for check in case.checks[:_MOST_CHECKS] for line in lines(check)[:_MOST_CHECKS]]
    more = len(case.checks) - _MOST_CHECKS
    return "; ".join((*told, *([f"and {more:,} more"] if more > 0 else [])))
