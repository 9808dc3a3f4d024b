"""Judging without knowing who answered.

Invariant: while a blind run is shown, no word of the window's own says who answered what, what it cost or how long it
took; what was judged or given up is told at once, in one line, which goes when another value set or view is shown.
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
    """Turns blind on and off for the next runs, and shows what goes for the shown one."""

    def __init__(self, services: Services, owner: ComposeOwner, view: ComposeView, forecasts: Forecasts) -> None:
        super().__init__(owner.compose)
        self._services, self._view, self._forecasts = services, view, forecasts
        self._compose, self._header = owner.compose, owner.header
        self.told = ""
        """Who answered the shown value set, since that was revealed; "" after another is shown."""
        self._told_of: tuple[str, int] = ("", 0)
        stage = owner.compose.stage
        stage.paged.connect(self.show)
        stage.blinded.connect(self._told)
        services.events.subscribe(ViewShown, lambda _: self._forget())
        owner.bridge.output_ended.connect(lambda _: self.show())
        view.blind.reveal_clicked.connect(stage.reveal)
        owner.header.blind_clicked.connect(self.toggle)
        owner.header.set_blind(on=owner.compose.blind)

    def toggle(self) -> None:
        """Let the next runs be blind, or not; what is shown stays as it is."""
        compose = self._compose
        compose.blind = not compose.blind
        self._header.set_blind(on=compose.blind)
        self._services.tasks.watch(self._services.backend.store.set_meta("blind", "1" if compose.blind else ""))

    def show(self) -> None:
        """Bring the line above the lanes and the forecast up to date."""
        stage = self._compose.stage
        if self._told_of != (stage.shown.uid, stage.shown.at):
            self._forget()
        if stage.shown.is_blind:
            self._view.blind.show_progress(*stage.answered_of())
            # At once: what was foreseen before names the lanes and their prices.
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
    """Return who answered, for the moment after: `heads` with their names, `shown` the slots as they were numbered.

    `kept` says of which iteration the answers are that were kept.
    """
    titles = {head.slot: f"{head.title} ({kept[head.slot]})" if kept.get(head.slot) else head.title for head in heads}
    return " · ".join(f"Answer {n} was {titles[slot]}" for n, slot in enumerate(shown, start=1) if slot in titles)
