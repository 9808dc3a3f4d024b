"""Differences in the lanes of the window: on, off, against what, and from change to change.

Invariant: switching the differences off brings back how each lane was read before.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from workbench.app.board import Board
from workbench.app.comparing import Comparisons
from workbench.app.tasks import Tasks
from workbench.store import Store
from workbench.ui.lanes.reading.modes import DIFF
from workbench.ui.lanes.view import LanesView
from workbench.usecases.comparison import ComparisonBase


class DiffActions(QObject):
    """Acts on the readings of the lanes. `titles` returns slots and names of the shown lanes from left to right."""

    def __init__(
        self, lanes: LanesView, board: Board, store: Store, tasks: Tasks, titles: Callable[[], list[tuple[str, str]]]
    ) -> None:
        super().__init__(lanes)
        self._lanes, self._titles = lanes, titles
        self._before: dict[str, str] = {}
        self.comparisons = Comparisons(store, tasks, board, titles, lambda slot: lanes.readings.of(slot) == DIFF, self)
        lanes.reading_wanted.connect(self._wanted)
        lanes.diff_pointed.connect(self.comparisons.name)
        self.comparisons.named.connect(self._named)
        self.comparisons.ready.connect(lambda slot, made: lanes.set_reading_data(slot, DIFF, made))

    def table(self) -> dict[str, Callable[[], object]]:
        """Return the handlers of the commands about differences."""
        lanes = self._lanes
        return {
            "diff": self.toggle,
            "diff_previous": lambda: self.against(ComparisonBase()),
            "diff_winner": lambda: self.against(ComparisonBase("winner")),
            "diff_lane": lambda: self.against(ComparisonBase("lane", lanes.focused_slot())),
            "next_change": lambda: self.step(1),
            "previous_change": lambda: self.step(-1),
        }

    def toggle(self) -> None:
        """Show what differs in every lane, or each lane as it was read before."""
        readings = self._lanes.readings
        if any(readings.of(slot) == DIFF for slot in self._slots()):
            readings.load({slot: mode for slot, mode in self._before.items() if mode != DIFF})
        else:
            self._before = readings.stored()
            readings.choose_for_all(DIFF)

    def against(self, base: ComparisonBase) -> None:
        """Compare every answer with `base`, and show it."""
        self.comparisons.choose(base)
        readings = self._lanes.readings
        if not all(readings.of(slot) == DIFF for slot in self._slots()):
            self._before = readings.stored()
            readings.choose_for_all(DIFF)

    def step(self, by: int) -> None:
        """Go to the next change of the focused lane, or with -1 to the previous one; shows the changes first."""
        from workbench.ui.lanes.reading.diff import DiffPage

        lanes = self._lanes
        column = lanes.column(lanes.focused_slot())
        if column is None:
            return
        if not isinstance(column.reading.page, DiffPage):
            lanes.readings.choose(column.slot, DIFF)
            return
        column.reading.page.view.next_change(by)

    def _wanted(self, slot: str, mode: str) -> None:
        if mode == DIFF:
            self.comparisons.want(slot)

    def _named(self, slot: str, base: str) -> None:
        column = self._lanes.column(slot)
        if column is not None and not column.footer.diff.isChecked():
            column.footer.name_base(base)

    def _slots(self) -> list[str]:
        return [slot for slot, _ in self._titles()]
