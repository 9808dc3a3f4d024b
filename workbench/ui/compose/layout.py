"""Which lanes are seen and run.

Invariant: a lane that is not run keeps its answers beside the new ones, and says which iteration they are from.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QMenu

from workbench.core.lanes import MOST_SAMPLES, Lane
from workbench.core.samples import spread, spread_words
from workbench.ui.features.lanes.menu import offer_samples

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow


class LayoutActions(QObject):
    """What the commands about single lanes and their samples do."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        window.view.lanes.widths.turn(window.frame.settings.lanes_by_content)
        window.view.lanes.together.turn(window.frame.settings.lanes_together)

    def table(self) -> dict[str, Callable[[], object]]:
        """Return the handlers of the commands."""
        lanes = self._window.view.lanes
        return {
            "solo": lanes.toggle_solo,
            "lane_widths": self.toggle_widths,
            "lanes_together": self.toggle_together,
            "hide_lane": lambda: self.hide(lanes.focused_slot()),
            "show_lanes": self._window.compose.lanes.show_all,
            "baseline": lambda: self.baseline(lanes.focused_slot()),
            "run_lane": lambda: self.run_lane(lanes.focused_slot()),
            "run_changed": self.run_changed,
            "next_sample": lambda: self.step_sample(1),
            "previous_sample": lambda: self.step_sample(-1),
            "samples": lambda: self.choose_samples(lanes.focused_slot()),
            "more_samples": lambda: self.add_samples(lanes.focused_slot(), 1),
            "fewer_samples": lambda: self.add_samples(lanes.focused_slot(), -1),
            "spread": self.tell_spread,
        }

    def toggle_widths(self) -> None:
        """Make columns as wide as their text asks for, or all alike; kept for the next start."""
        widths, frame = self._window.view.lanes.widths, self._window.frame
        widths.turn(not widths.by_content)
        self._window.view.lanes.reveal_focused()
        frame.settings = frame.settings._replace(lanes_by_content=widths.by_content)
        said = "Lanes are now as wide as their text." if widths.by_content else "All lanes are now equally wide."
        self._window.notices.quiet("lane_widths", said)

    def toggle_together(self) -> None:
        """Scroll lanes together, or each by itself; kept for the next start."""
        together, frame = self._window.view.lanes.together, self._window.frame
        together.turn(not together.is_on)
        frame.settings = frame.settings._replace(lanes_together=together.is_on)
        said = "All lanes now scroll together." if together.is_on else "Each lane now scrolls by itself."
        self._window.notices.quiet("lanes_together", said)

    def hide(self, slot: str) -> None:
        """Hide a lane, and offer to show it again."""
        compose = self._window.compose
        lane = compose.lanes.get(slot)
        if lane is not None:
            compose.lanes.set_hidden(slot, hidden=True)
            self._window.notices.offer(
                f"The lane {lane.title} is hidden and not run.",
                "Show",
                lambda: compose.lanes.set_hidden(slot, hidden=False),
            )

    def baseline(self, slot: str) -> None:
        """Let a lane keep the answers that it shows and not be run again, or run it with the others again."""
        compose = self._window.compose
        lane = compose.lanes.get(slot)
        if lane is None:
            return
        run = compose.stage.run_of(slot)
        if not lane.baseline and not run:
            self._window.notices.refused("This lane has no answer to keep yet. Run it first.")
            return
        compose.lanes.set_baseline(slot, "" if lane.baseline else run)

    def run_lane(self, slot: str) -> None:
        """Run one lane; the others keep their answers."""
        if self._window.compose.lanes.get(slot) is not None:
            self._window.gate.run_only({slot})

    def run_changed(self) -> None:
        """Run the lanes whose settings, text or values changed since their answers, or that have none."""
        changed = self._changed()
        if changed:
            self._window.gate.run_only(changed)
        else:
            self._window.notices.quiet("unchanged", "Nothing changed since these answers. Run all lanes to ask again.")

    def _changed(self) -> set[str]:
        draft, stage = self._window.compose.draft(), self._window.compose.stage
        values = [dict(one.values) for one in draft.run_sets]

        def is_new(lane: Lane) -> bool:
            asked = stage.asked(lane.slot)
            if asked is None or [dict(one.values) for one in asked.sets] != values:
                return True
            same_text = lane.pinned is not None or asked.content == draft.content
            return not same_text or asked.differs(lane)

        return {lane.slot for lane in draft.run_lanes if is_new(lane)}

    def choose_samples(self, slot: str) -> None:
        """Open a menu, at the lane, of how many answers a run asks of it."""
        column, lane = self._window.view.lanes.column(slot), self._window.compose.lanes.get(slot)
        if column is None or lane is None:
            return
        menu = QMenu(self._window.frame)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        offer_samples(menu, lane.samples, lambda count: self._set_samples(slot, count))
        menu.popup(column.header.mapToGlobal(QPoint(0, column.header.height())))
        menu.setActiveAction(menu.actions()[lane.samples - 1])

    def add_samples(self, slot: str, by: int) -> None:
        """Let runs ask for one answer more (1) or fewer (-1) of a lane."""
        lane = self._window.compose.lanes.get(slot)
        if lane is not None:
            self._set_samples(slot, lane.samples + by)

    def _set_samples(self, slot: str, count: int) -> None:
        lanes = self._window.compose.lanes
        lanes.set_samples(slot, count)
        lane = lanes.get(slot)
        if lane is not None:
            asks = "1 answer" if lane.samples == 1 else f"{lane.samples} answers"
            most = f", at most {MOST_SAMPLES}" if count > MOST_SAMPLES else ""
            self._window.notices.quiet("samples", f"A run now asks {lane.title} for {asks}{most}.")

    def step_sample(self, by: int) -> None:
        """Show the focused lane's next sample (1) or the one before (-1)."""
        stage, slot = self._window.compose.stage, self._window.view.lanes.focused_slot()
        stage.show_sample(slot, stage.board.sample(slot) + by)

    def tell_spread(self) -> None:
        """Say how far the samples of the focused lane are apart."""
        stage, slot = self._window.compose.stage, self._window.view.lanes.focused_slot()
        if stage.shown.is_blind:
            self._window.notices.refused("The spread tells prices and times. It is shown with the names.")
            return
        found = spread([r for uid in stage.shown.answers(slot) if (r := stage.outputs.result(uid)) is not None])
        self._window.notices.quiet("spread", f"{self._window.lane_title(slot)}: {spread_words(found)}")
