"""The checks of the chosen cell, with what judges said.

Invariant: every check says its result in words besides its colour, and a judge's verdict is never without the measured
error of the judge, or the word "unmeasured".
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from workbench.core.check_words import lines
from workbench.core.testing.grid import CellDetail, GridCell
from workbench.core.text import counted
from workbench.ui.features.testing.check_rows import MOST_CHECKS, CheckRow
from workbench.ui.features.testing.judge_line import JudgeLine, JudgeStep, line_of
from workbench.ui.widgets.check_results import difference_label
from workbench.ui.widgets.controls import label
from workbench.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from workbench.core.testing.judged_report import JudgedCheck

_NONE: dict[str, str] = {
    "open": "Nothing to check yet.",
    "running": "Nothing to check yet.",
    "unchecked": "Not checked yet.",
    "no_answer": "No answer to check.",
}
"""What is said instead of checks, by the state of the cell."""


class CheckList(QWidget):
    """One row for each check."""

    judge_wanted = Signal(str, int)
    """JudgeStep, and the place of the check."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.none = label("No checks.", "small")
        self._judges: tuple[JudgedCheck, ...] = ()
        self._shown: tuple[CellDetail, GridCell | None] | None = None
        self._rows: list[QWidget] = []
        self._is_narrow = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(9)
        self._column.addWidget(self.none)
        theme.changed.connect(self._show_again)

    def set_judges(self, judges: tuple[JudgedCheck, ...]) -> None:
        """Show how far these judges of the shown run can be trusted."""
        if judges != self._judges:
            self._judges = judges
            self._show_again()

    def _show_again(self) -> None:
        if self._shown is not None:
            self.show_checks(*self._shown)

    def show_checks(self, detail: CellDetail, grid_cell: GridCell | None) -> None:
        """Show the checks of a cell."""
        self._shown = detail, grid_cell
        for old in self._rows:
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._rows = []
        said = dict(detail.labels)
        for place, result in enumerate(detail.results[:MOST_CHECKS]):
            words, judge = result.reason, None
            if place < len(detail.checks):
                check = detail.checks[place]
                words = " ".join(lines(check)[0].text.split())
                judge = line_of(check, result, self._judges, said, partial(self._want, place), self)
            overruled = detail.overruled[place] if place < len(detail.overruled) else None
            row = CheckRow(words, result, overruled, self, judge, difference_label(self._theme, result))
            row.set_stacked(self._is_narrow)
            self._add(row)
        if len(detail.results) > MOST_CHECKS:
            self._add(label(f"and {counted(len(detail.results) - MOST_CHECKS, 'more check')}", "small"))
        self.none.setVisible(not detail.results)
        status = "" if grid_cell is None else grid_cell.status
        self.none.setText(_NONE.get(status, "No checks."))

    def set_narrow(self, narrow: bool) -> None:
        """Show results above their checks, because there is no room for words beside them."""
        if narrow != self._is_narrow:
            self._is_narrow = narrow
            for row in self._rows:
                if isinstance(row, CheckRow):
                    row.set_stacked(narrow)

    def judge_lines(self) -> list[JudgeLine]:
        """Return what stands below the judged checks."""
        return [line for row in self._rows for line in row.findChildren(JudgeLine)]

    def words(self) -> str:
        """Return all texts."""
        return " ".join(one.text() for row in self._rows for one in row.findChildren(QLabel))

    def _add(self, row: QWidget) -> None:
        self._column.addWidget(row)
        # A layout shows a new widget only in the next turn of the event loop, so the list would be empty for a frame.
        row.show()
        self._rows.append(row)

    def _want(self, place: int, step: JudgeStep) -> None:
        self.judge_wanted.emit(step, place)
