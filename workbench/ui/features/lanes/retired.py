"""Warnings about retired models: at their lanes, and in a notice at the start.

Invariant: the notice is shown until dismissed, and again only for another model, or when one of the dismissed models
has been retired since. It is not shown during a blind run, because it names models.
"""

from __future__ import annotations

import json

from PySide6.QtCore import QObject, QTimer

from workbench.app.lanes.retirements import Retirements
from workbench.ui.features.lanes.view import LanesView
from workbench.ui.shell.events import PromptOpened, StartNotice, WindowCompleted
from workbench.ui.shell.rooms import LaneAnswers
from workbench.ui.shell.services import Services
from workbench.usecases.retirement import RetiringUse, retirement_line, retiring, states_of

_RETIRED = "retired"
_DISMISSED = "retired_dismissed"
_DETAILED = 200


class RetiredModels(QObject):
    """Marks lanes with retired models, shows a notice about the prompts in use that have such lanes, and opens them."""

    def __init__(self, services: Services, view: LanesView, answers: LaneAnswers) -> None:
        super().__init__(view)
        self._services, self._view, self._answers = services, view, answers
        self._retirements = Retirements(services.backend.models, services.tasks, self)
        """Retirement dates of the models of the lanes shown."""
        self._retirements.changed.connect(lambda: view.set_heads(view.heads()))
        view.mark_heads = self._retirements.marked
        services.events.subscribe(WindowCompleted, lambda _: self.begin())
        services.events.subscribe(PromptOpened, lambda event: self._arrived(event.prompt_uid))
        self._goes_to: RetiringUse | None = None
        """The target of `show_next`, until its prompt is open."""
        self._uses: tuple[RetiringUse, ...] = ()
        self._next = 0
        self.has_looked = False
        """Whether the check at the start is complete."""

    def begin(self) -> None:
        """Mark the lanes and check all drafts once; called when the window is complete."""
        self._retirements.begin()
        self.look()

    def look(self) -> None:
        """Read the drafts and the model list, and show the notice if needed."""

        def show(found: tuple[tuple[RetiringUse, ...], str | None]) -> None:
            self._uses, dismissed = found
            self.has_looked = True
            if not states_of(self._uses) <= _dismissed(dismissed):
                self._say()

        def failed(_: Exception) -> None:
            # This is only a hint. A damaged history is reported by the parts that need it.
            self.has_looked = True

        self._services.tasks.run_large(self._read, show, failed)

    def show_next(self) -> None:
        """Open the prompt of the next affected lane and focus the lane; wraps around after the last one."""
        if not self._uses:
            return
        use = self._uses[self._next % len(self._uses)]
        self._next += 1
        services = self._services
        services.navigator.show("compose")
        if services.session.prompt() == use.lane.prompt_uid:
            services.session.back()
            self._focus(use.lane.slot)
        else:
            self._goes_to = use
            services.navigator.open_prompt(use.lane.prompt_uid)

    def _arrived(self, prompt_uid: str) -> None:
        use, self._goes_to = self._goes_to, None
        if use is not None and prompt_uid == use.lane.prompt_uid:
            # The columns get their slots after this event.
            QTimer.singleShot(0, self, lambda: self._focus(use.lane.slot))

    def dismiss(self) -> None:
        """Remember the current state of these models as known to the user."""
        store = self._services.backend.store
        if not store.read_only:
            self._services.tasks.watch(store.set_meta(_DISMISSED, json.dumps(sorted(states_of(self._uses)))))

    def _read(self) -> tuple[tuple[RetiringUse, ...], str | None]:
        models, store = self._services.backend.models, self._services.backend.store
        endpoints = {one.uid: one for one in models.endpoints.all() if one.kind == "litellm"}
        lanes = [lane for lane in store.draft_lanes() if lane.endpoint in endpoints]
        # Without such a lane there is no need to read the model list.
        uses = retiring(lanes, endpoints.values(), models.catalogue.retires, models.today()) if lanes else ()
        return uses, store.get_meta(_DISMISSED) if uses else None

    def _say(self) -> None:
        if self._answers.is_blind:
            return
        lines = [use.line for use in self._uses[:_DETAILED]]
        self._services.events.publish(
            StartNotice(
                _RETIRED,
                retirement_line(self._uses),
                "Show lane" if len(lines) == 1 else "Show next",
                self.show_next,
                self.dismiss,
                "\n".join(lines) if len(lines) > 1 else "",
            )
        )

    def _focus(self, slot: str) -> None:
        slots = self._view.slots()
        if slot in slots:
            self._view.focus_lane(slots.index(slot))


def _dismissed(kept: str | None) -> set[tuple[str, bool]]:
    """Parse the dismissed models, each with whether it was retired; malformed data counts as none."""
    try:
        return {(str(model), gone is True) for model, gone in json.loads(kept or "[]")}
    except (ValueError, TypeError):
        return set()
