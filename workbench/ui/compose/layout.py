"""Which lanes are run.

Invariant: a lane that is not run keeps its answers beside the new ones, and says which iteration they are from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.core.lanes import Lane

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow


class LayoutActions(QObject):
    """What the commands about runs of some lanes do."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

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
