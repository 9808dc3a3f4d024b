"""Differences in the lanes of the window: on, off, against what, and from change to change.

Invariant: switching the differences off brings back how each lane was read before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.app.comparing import Comparisons
from workbench.ui.features.compare.controller import compare_versions
from workbench.ui.lanes.reading.modes import DIFF
from workbench.usecases.comparing import Base

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow


class Differing(QObject):
    """Acts on the readings of the window's lanes."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._before: dict[str, str] = {}
        lanes = window.view.lanes
        self.comparisons = Comparisons(
            window.workbench.store,
            window.tasks,
            window.compose.board,
            self._lanes,
            lambda slot: lanes.readings.of(slot) == DIFF,
            self,
        )
        lanes.reading_wanted.connect(self._wanted)
        lanes.diff_pointed.connect(self.comparisons.name)
        self.comparisons.named.connect(self._named)
        window.compose.stage.row_stale.connect(lambda _: self.comparisons.winner_stored())
        self.comparisons.ready.connect(lambda slot, made: lanes.set_reading_data(slot, DIFF, made))

    def table(self) -> dict[str, Callable[[], object]]:
        """Return the handlers of the commands about differences."""
        lanes = self._window.view.lanes
        return {
            "diff": self.toggle,
            "diff_previous": lambda: self.against(Base()),
            "diff_winner": lambda: self.against(Base("winner")),
            "diff_lane": lambda: self.against(Base("lane", lanes.focused_slot())),
            "next_change": lambda: self.step(1),
            "previous_change": lambda: self.step(-1),
        }

    def toggle(self) -> None:
        """Show what differs in every lane, or each lane as it was read before."""
        readings = self._window.view.lanes.readings
        if any(readings.of(slot) == DIFF for slot in self._window.shown_slots()):
            readings.load({slot: mode for slot, mode in self._before.items() if mode != DIFF})
        else:
            self._before = readings.stored()
            readings.choose_for_all(DIFF)

    def against(self, base: Base) -> None:
        """Compare every answer with `base`, and show it."""
        self.comparisons.choose(base)
        readings = self._window.view.lanes.readings
        if not all(readings.of(slot) == DIFF for slot in self._window.shown_slots()):
            self._before = readings.stored()
            readings.choose_for_all(DIFF)

    def compare(self) -> None:
        """Compare the two marked rows of the timeline, which loses their marks; without two, what is shown."""
        marks = self._window.timeline.marks
        compare_versions(self._window, *(marks.pair or ()))
        if marks.pair is not None:
            marks.clear()

    def step(self, by: int) -> None:
        """Go to the next change of the focused lane, or with -1 to the previous one; shows the changes first."""
        from workbench.ui.lanes.reading.diff import DiffPage

        lanes = self._window.view.lanes
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
        column = self._window.view.lanes.column(slot)
        if column is not None and not column.footer.diff.isChecked():
            column.footer.name_base(base)

    def _lanes(self) -> list[tuple[str, str]]:
        return [(head.slot, head.title) for head in self._window.heads]
