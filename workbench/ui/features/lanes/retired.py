"""What the window says about retired models: at their lanes, and in one line at the start.

Invariant: the line is said until it is dismissed, and after that only for another model, or when one of them
is retired by then. While a blind run is shown it
is not said, because it names models.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from workbench.app.lanes.retirements import Retirements
from workbench.usecases.retirement import RetiringUse, retirement_line, retiring, states_of

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow

RETIRED = "retired"
_DISMISSED = "retired_dismissed"
_DETAILED = 200


class RetiredModels(QObject):
    """Marks lanes whose models are retired, says once which prompts in use have such lanes, and leads there."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.lanes = Retirements(window.workbench, window.tasks, self)
        """The dates of the shown lanes' models."""
        self.lanes.changed.connect(lambda: window.show_heads(self.lanes.marked(window.heads)))
        self._uses: tuple[RetiringUse, ...] = ()
        self._next = 0
        self.has_looked = False
        """Whether what is to be said at the start was said."""

    def begin(self) -> None:
        """Mark the lanes, and look once through all drafts; the window is there."""
        self.lanes.begin()
        self.look()

    def look(self) -> None:
        """Read the drafts and the list of models, and say what there is to say."""

        def show(found: tuple[tuple[RetiringUse, ...], str | None]) -> None:
            self._uses, dismissed = found
            self.has_looked = True
            if not states_of(self._uses) <= _dismissed(dismissed):
                self._say()

        def failed(_: Exception) -> None:
            # A damaged history is reported by what needs it; this is only a hint.
            self.has_looked = True

        self._window.tasks.run_large(self._read, show, failed)

    def show_next(self) -> None:
        """Open the prompt of the next such lane and go to the lane; after the last one the first follows."""
        if not self._uses:
            return
        use = self._uses[self._next % len(self._uses)]
        self._next += 1
        window = self._window
        window.views.show("compose")
        if window.compose.prompt_uid == use.lane.prompt_uid:
            window.compose.back()
            self._focus(use.lane.slot)
            return

        def opened(uid: str) -> None:
            window.compose.prompt_changed.disconnect(opened)
            if uid == use.lane.prompt_uid:
                # The columns get their slots after this signal.
                QTimer.singleShot(0, self, lambda: self._focus(use.lane.slot))

        window.compose.prompt_changed.connect(opened)
        window.choose_prompt(use.lane.prompt_uid)

    def dismiss(self) -> None:
        """Remember that the person knows about these models as they stand now."""
        store = self._window.workbench.store
        if not store.read_only:
            self._window.tasks.watch(store.set_meta(_DISMISSED, json.dumps(sorted(states_of(self._uses)))))

    def _read(self) -> tuple[tuple[RetiringUse, ...], str | None]:
        workbench = self._window.workbench
        endpoints = {one.uid: one for one in workbench.endpoints.all() if one.kind == "litellm"}
        lanes = [lane for lane in workbench.store.draft_lanes() if lane.endpoint in endpoints]
        # Without such a lane the list of models need not be read.
        uses = retiring(lanes, endpoints.values(), workbench.catalogue.retires, workbench.today()) if lanes else ()
        return uses, workbench.store.get_meta(_DISMISSED) if uses else None

    def _say(self) -> None:
        if self._window.compose.stage.shown.is_blind:
            return
        lines = [use.line for use in self._uses[:_DETAILED]]
        self._window.notices.at_start(
            RETIRED,
            retirement_line(self._uses),
            action=RETIRED,
            label="Show lane" if len(lines) == 1 else "Show next",
            detail="\n".join(lines) if len(lines) > 1 else "",
        )

    def _focus(self, slot: str) -> None:
        slots = self._window.shown_slots()
        if slot in slots:
            self._window.view.lanes.focus_lane(slots.index(slot))


def _dismissed(kept: str | None) -> set[tuple[str, bool]]:
    """Return the models that were dismissed with whether they were retired; of another shape none count."""
    try:
        return {(str(model), gone is True) for model, gone in json.loads(kept or "[]")}
    except (ValueError, TypeError):
        return set()
