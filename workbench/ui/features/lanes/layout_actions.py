"""Visibility, removal and width of lanes, and lanes that keep their answers (baselines).

Invariant: a lane that is not run keeps its answers beside the new ones, and shows which iteration they are from.
"""

from __future__ import annotations

from workbench.ui.features.lanes.view import LanesView
from workbench.ui.shell.rooms import LanesOwner
from workbench.ui.shell.services import Services


class LaneLayout:
    """Changes the layout of the lanes of one view; the layout is restored at the next start."""

    def __init__(self, services: Services, view: LanesView, owner: LanesOwner) -> None:
        self._notices, self._view = services.notices, view
        self._lanes, self._answers, self._remembered = owner.lanes, owner.answers, owner.remembered
        view.widths.turn(self._remembered.settings.lanes_by_content)
        view.together.turn(self._remembered.settings.lanes_together)

    def toggle_widths(self) -> None:
        """Switch between columns as wide as their text and equal columns; persistent."""
        widths, remembered = self._view.widths, self._remembered
        widths.turn(not widths.by_content)
        self._view.reveal_focused()
        remembered.settings = remembered.settings._replace(lanes_by_content=widths.by_content)
        said = "Lanes are now as wide as their text." if widths.by_content else "All lanes are now equally wide."
        self._notices.quiet("lane_widths", said)

    def toggle_together(self) -> None:
        """Switch between scrolling lanes together and separately; persistent."""
        together, remembered = self._view.together, self._remembered
        together.turn(not together.is_on)
        remembered.settings = remembered.settings._replace(lanes_together=together.is_on)
        said = "All lanes now scroll together." if together.is_on else "Each lane now scrolls by itself."
        self._notices.quiet("lanes_together", said)

    def hide(self, slot: str) -> None:
        """Hide a lane, and offer to show it again."""
        lane = self._lanes.get(slot)
        if lane is not None:
            self._lanes.set_hidden(slot, hidden=True)
            self._notices.offer(
                f"The lane {lane.title} is hidden and not run.",
                "Show",
                lambda: self._lanes.set_hidden(slot, hidden=False),
            )

    def remove(self, slot: str) -> None:
        """Remove a lane, and offer to put it back."""
        name = self._view.name_of(slot)
        if self._lanes.get(slot) is not None:
            bring_back = self._lanes.remove(slot)
            self._notices.offer(
                f"{name} was removed. Its answers stay in the history.",
                "Undo",
                bring_back,
                lambda: self._lanes.get(slot) is not None,
            )

    def baseline(self, slot: str) -> None:
        """Make a lane a baseline, which keeps its answers and is not run, or include it in runs again."""
        lane = self._lanes.get(slot)
        if lane is None:
            return
        run = self._answers.run_of(slot)
        if not lane.baseline and not run:
            self._notices.refused("This lane has no answer to keep yet. Run it first.")
            return
        self._lanes.set_baseline(slot, "" if lane.baseline else run)
