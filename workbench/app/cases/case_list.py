"""Item model of a prompt's cases.

Invariant: the text of a row is built only when it is displayed, because a prompt may have a hundred thousand cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QStringListModel, Qt

from workbench.core.cases import Case
from workbench.core.drafts import values_title
from workbench.core.text import plural
from workbench.core.visible_text import visible_name

Index = QModelIndex | QPersistentModelIndex


class CaseList(QStringListModel):
    """Cases in order, each by its name or, without one, by its values.

    A list of strings, all of them empty, only to count the rows: a list view asks for the number of rows as often as
    there are rows, which takes 0.2 s for 100,000 if Python answers.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cases: list[Case] = []

    def show_cases(self, cases: Sequence[Case]) -> list[Case]:
        """Replace the cases, and return the former ones: whoever holds the last of many frees them gradually."""
        former, self._cases = self._cases, list(cases)
        self.setStringList([""] * len(cases))
        return former

    @property
    def cases(self) -> tuple[Case, ...]:
        """All cases in order."""
        return tuple(self._cases)

    @property
    def held(self) -> list[Case]:
        """The list itself, to be emptied once nothing shows it."""
        return self._cases

    def case(self, row: int) -> Case | None:
        """Return the case of a row."""
        return self._cases[row] if 0 <= row < len(self._cases) else None

    def row_of(self, uid: str) -> int:
        """Return the row of a case, -1 if it is not listed."""
        return next((row for row, case in enumerate(self._cases) if case.uid == uid), -1)

    def put(self, row: int, case: Case) -> None:
        """Replace the case of a row."""
        self._cases[row] = case
        self.dataChanged.emit(self.index(row), self.index(row))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._cases):
            return None
        case = self._cases[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return _name(case)
        checks = f"{len(case.checks)} {plural(len(case.checks), 'check')}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(
                text
                for text in (_name(case), values_title(case.values, case.kinds) if case.name else "", checks)
                if text
            )
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{_name(case)}, {checks}"
        return None


def _name(case: Case) -> str:
    return visible_name(" ".join(case.name.split())) or values_title(case.values, case.kinds) or "A case without a name"
