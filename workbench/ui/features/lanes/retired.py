"""What the window says about retired models: at their lanes, and in one line at the start.

Invariant: the line is said until it is dismissed, and after that only for another model, or when one of them
is retired by then. While a blind run is shown it is not said, because it names models.
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
    """Marks lanes whose models are retired, says once which prompts in use have such lanes, and leads there."""

    def __init__(self, services: Services, view: LanesView, answers: LaneAnswers) -> None:
        super().__init__(view)
        self._services, self._view, self._answers = services, view, answers
        self._retirements = Retirements(services.backend.models, services.tasks, self)
        """The dates of the shown lanes' models."""
        self._retirements.changed.connect(lambda: view.set_heads(view.heads()))
        view.mark_heads = self._retirements.marked
        services.events.subscribe(WindowCompleted, lambda _: self.begin())
        services.events.subscribe(PromptOpened, lambda event: self._arrived(event.prompt_uid))
        self._goes_to: RetiringUse | None = None
        """Where `show_next` leads, until its prompt is open."""
        self._uses: tuple[RetiringUse, ...] = ()
        self._next = 0
        self.has_looked = False
        """Whether what is to be said at the start was said."""

    def begin(self) -> None:
        """Mark the lanes, and look once through all drafts; the window is there."""
        self._retirements.begin()
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

        self._services.tasks.run_large(self._read, show, failed)

    def show_next(self) -> None:
        """Open the prompt of the next such lane and go to the lane; after the last one the first follows."""
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
        """Remember that the person knows about these models as they stand now."""
        store = self._services.backend.store
        if not store.read_only:
            self._services.tasks.watch(store.set_meta(_DISMISSED, json.dumps(sorted(states_of(self._uses)))))

    def _read(self) -> tuple[tuple[RetiringUse, ...], str | None]:
        models, store = self._services.backend.models, self._services.backend.store
        endpoints = {one.uid: one for one in models.endpoints.all() if one.kind == "litellm"}
        lanes = [lane for lane in store.draft_lanes() if lane.endpoint in endpoints]
        # Without such a lane the list of models need not be read.
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
    """Return the models that were dismissed with whether they were retired; of another shape none count."""
    try:
        return {(str(model), gone is True) for model, gone in json.loads(kept or "[]")}
    except (ValueError, TypeError):
        return set()
