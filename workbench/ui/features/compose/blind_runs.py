"""Blind judging in Compose.

Invariant: while a blind run is shown, no text of the window reveals which lane gave which answer, its cost or its
duration. After a verdict or a reveal, the names are shown at once in one line, which disappears when another value set
or view is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.ui.shell.events import ViewShown

if TYPE_CHECKING:
    from workbench.app.compose.forecasts import Forecasts
    from workbench.app.lanes.lane_state import LaneHead
    from workbench.ui.draft_page.view import ComposeView
    from workbench.ui.shell.compose_room import ComposeOwner
    from workbench.ui.shell.services import Services


class BlindRuns(QObject):
    """Turns blind on and off for the next runs, and shows the blind state of the shown run."""

    def __init__(self, services: Services, owner: ComposeOwner, view: ComposeView, forecasts: Forecasts) -> None:
        super().__init__(owner.compose)
        self._services, self._view, self._forecasts = services, view, forecasts
        self._compose, self._header = owner.compose, owner.header
        self.told = ""
        """The names for the shown value set after a reveal; "" after another set is shown."""
        self._told_of: tuple[str, int] = ("", 0)
        stage = owner.compose.stage
        stage.paged.connect(self.show)
        stage.blinded.connect(self._told)
        services.events.subscribe(ViewShown, lambda _: self._forget())
        owner.bridge.output_ended.connect(lambda _: self.show())
        view.blind.reveal_clicked.connect(stage.reveal)
        owner.header.blind_clicked.connect(self.toggle)
        owner.header.set_blind(on=owner.compose.blind)

    @property
    def is_on(self) -> bool:
        """Whether the next runs are blind."""
        return self._compose.blind

    def toggle(self) -> None:
        """Toggle blind for the next runs; the shown run stays as it is."""
        compose = self._compose
        compose.blind = not compose.blind
        self._header.set_blind(on=compose.blind)
        self._services.tasks.watch(self._services.backend.store.set_meta("blind", "1" if compose.blind else ""))

    def show(self) -> None:
        """Update the line above the lanes and the forecast."""
        stage = self._compose.stage
        if self._told_of != (stage.shown.uid, stage.shown.at):
            self._forget()
        if stage.shown.is_blind:
            self._view.blind.show_progress(*stage.answered_of())
            # At once: the previous forecast names the lanes and their prices.
            self._forecasts.forget()
        else:
            self._view.blind.hide()
            self._forecasts.wake()

    def _forget(self) -> None:
        self.told = ""
        self._services.notices.withdraw("revealed")

    def _told(self, shown: Sequence[str]) -> None:
        if shown:
            compose = self._compose
            kept = {slot: compose.stage.shown.kept_from(slot) for slot in shown}
            self._told_of = (compose.stage.shown.uid, compose.stage.shown.at)
            self.told = told(compose.named_heads(), shown, kept)
            self._services.notices.quiet("revealed", self.told)


def told(heads: Sequence[LaneHead], shown: Sequence[str], kept: Mapping[str, str]) -> str:
    """Return the names shown after a reveal: `heads` with their names, `shown` the slots in their numbered order.

    `kept` names the iterations that kept answers are from.
    """
    titles = {head.slot: f"{head.title} ({kept[head.slot]})" if kept.get(head.slot) else head.title for head in heads}
    return " · ".join(f"Answer {n} was {titles[slot]}" for n, slot in enumerate(shown, start=1) if slot in titles)
