"""Item model of the cases that a model proposed.

Invariant: a row is never removed, so that a person sees what was accepted and what was skipped; only open rows are
accepted together, and duplicates only one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from workbench.core.cases import Case
from workbench.core.testing.case_proposals import ProposedCase
from workbench.core.text import first_line
from workbench.core.visible_text import visible_name

Index = QModelIndex | QPersistentModelIndex
ProposalState = Literal["open", "accepted", "skipped"]
_MOST_VALUES, _MOST_LETTERS = 5, 60
_WORDS: dict[ProposalState, str] = {"open": "", "accepted": "✓ Accepted", "skipped": "Skipped"}
_DUPLICATE = "Duplicate"


class ProposalList(QAbstractListModel):
    """Proposed cases in order, each with what was decided about it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cases: list[Case] = []
        self._duplicates: list[bool] = []
        self._states: list[ProposalState] = []
        self.answer = 0
        """Counts what was shown: rows belong to one answer."""

    def show_proposals(self, proposals: Sequence[ProposedCase]) -> None:
        """Replace the rows; all are open."""
        self.beginResetModel()
        self.answer += 1
        self._cases = [proposed.case for proposed in proposals]
        self._duplicates = [proposed.is_duplicate for proposed in proposals]
        self._states = ["open"] * len(self._cases)
        self.endResetModel()

    def case(self, row: int) -> Case | None:
        """Return the case of a row as it is edited."""
        return self._cases[row] if 0 <= row < len(self._cases) else None

    def state(self, row: int) -> ProposalState:
        """Return what was decided about a row."""
        return self._states[row]

    def is_duplicate(self, row: int) -> bool:
        """Return whether the values of a row are those of a case, or of an earlier row."""
        return self._duplicates[row]

    def put(self, row: int, case: Case) -> None:
        """Replace the case of a row; an edited one is not called a duplicate any more."""
        if case != self._cases[row]:
            self._duplicates[row] = self._duplicates[row] and case.values == self._cases[row].values
            self._cases[row] = case
            self.dataChanged.emit(self.index(row), self.index(row))

    def set_state(self, rows: Iterable[int], state: ProposalState) -> None:
        """Record what was decided about rows."""
        for row in rows:
            self._states[row] = state
            self.dataChanged.emit(self.index(row), self.index(row))

    def rest(self) -> list[int]:
        """Return the rows that are accepted together: open ones that are no duplicates."""
        return [row for row, state in enumerate(self._states) if state == "open" and not self._duplicates[row]]

    def next_open(self, row: int) -> int:
        """Return the next open row after `row`, else the first open one, else `row`."""
        open_ = [at for at, state in enumerate(self._states) if state == "open"]
        return next((at for at in open_ if at > row), open_[0] if open_ else row)

    def title(self, row: int) -> str:
        """Return name and tag of a case."""
        case = self._cases[row]
        name = visible_name(" ".join(case.name.split())) or _values(case) or "A case without a name"
        return " · ".join((name, *(visible_name(tag) for tag in case.tags)))

    def note(self, row: int) -> str:
        """Return what was decided about a case, and its values."""
        state = _WORDS[self._states[row]] or (_DUPLICATE if self._duplicates[row] else "")
        return " · ".join(filter(None, (state, _values(self._cases[row]))))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._cases)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = index.row()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.title(row)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(filter(None, (self.title(row), self.note(row))))
        return None


def _values(case: Case) -> str:
    told = [value for _, value in case.values if value.strip()][:_MOST_VALUES]
    return visible_name(" · ".join(first_line(value, _MOST_LETTERS) for value in told))
