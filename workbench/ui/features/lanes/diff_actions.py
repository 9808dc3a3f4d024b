"""Differences between answers: toggling, choosing the base, and moving between changes.

Invariant: turning differences off restores the previous view mode of each lane.
"""

from __future__ import annotations

from PySide6.QtCore import QObject

from workbench.app.lanes.comparisons import LaneComparisons
from workbench.app.lanes.lane_presenter import LanePresenter
from workbench.ui.features.lanes.view import LanesView
from workbench.ui.shell.check_events import DifferencesShown
from workbench.ui.shell.events import RunChanged
from workbench.ui.shell.services import Services
from workbench.ui.widgets.reader.modes import DIFF
from workbench.usecases.comparison import ComparisonBase


class DiffActions(QObject):
    """Changes the view modes of the lanes of one view."""

    def __init__(self, services: Services, lanes: LanesView, board: LanePresenter) -> None:
        super().__init__(lanes)
        self._lanes, self._events = lanes, services.events
        self._before: dict[str, str] = {}
        self.comparisons = LaneComparisons(
            services.backend.store,
            services.tasks,
            board,
            lambda: [(head.slot, head.title) for head in lanes.heads()],
            lambda slot: lanes.readings.of(slot) == DIFF,
            self,
        )
        services.events.subscribe(RunChanged, lambda _: self.comparisons.winner_stored())
        lanes.reading_wanted.connect(self._wanted)
        lanes.diff_pointed.connect(self.comparisons.name)
        self.comparisons.named.connect(self._named)
        self.comparisons.ready.connect(lambda slot, made: lanes.set_reading_data(slot, DIFF, made))

    def toggle(self) -> None:
        """Show differences in every lane, or restore the previous view mode of each."""
        readings = self._lanes.readings
        if any(readings.of(slot) == DIFF for slot in self._slots()):
            readings.load({slot: mode for slot, mode in self._before.items() if mode != DIFF})
        else:
            self._before = readings.stored()
            readings.choose_for_all(DIFF)
            self._events.publish(DifferencesShown())

    def against(self, base: ComparisonBase) -> None:
        """Show the differences of every answer from `base`."""
        self.comparisons.choose(base)
        readings = self._lanes.readings
        if not all(readings.of(slot) == DIFF for slot in self._slots()):
            self._before = readings.stored()
            readings.choose_for_all(DIFF)
            self._events.publish(DifferencesShown())

    def show_against(self, slot: str, base: str) -> None:
        """Show the differences of every answer from "previous", "winner" or "lane", which is that of `slot`."""
        if base == "lane":
            self.against(ComparisonBase("lane", slot))
        elif base == "winner":
            self.against_winner()
        else:
            self.against_previous()

    def against_previous(self) -> None:
        """Show the differences of every answer from that of the lane's previous iteration."""
        self.against(ComparisonBase())

    def against_winner(self) -> None:
        """Show the differences of every answer from the winner."""
        self.against(ComparisonBase("winner"))

    def against_focused(self) -> None:
        """Show the differences of every answer from that of the focused lane."""
        self.against(ComparisonBase("lane", self._lanes.focused_slot()))

    def step(self, by: int) -> None:
        """Go to the next (1) or previous (-1) change of the focused lane; shows the differences first."""
        from workbench.ui.widgets.reader.diff import DiffPage

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
        return list(self._lanes.slots())
