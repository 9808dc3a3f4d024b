"""Samples of a lane: the number per run, the one shown, and their spread."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from workbench.core.lanes import MOST_SAMPLES
from workbench.core.samples import spread, spread_words
from workbench.core.text import plural
from workbench.ui.features.lanes.menu import offer_samples
from workbench.ui.features.lanes.view import LanesView
from workbench.ui.features.lanes.wording import shown_title
from workbench.ui.shell.rooms import LanesOwner
from workbench.ui.shell.services import Services


class LaneSamples:
    """Acts on the lanes of one view."""

    def __init__(self, services: Services, view: LanesView, owner: LanesOwner) -> None:
        self._services, self._view = services, view
        self._lanes, self._board, self._answers = owner.lanes, owner.board, owner.answers

    def choose(self, slot: str) -> None:
        """Open a menu at the lane with the number of samples per run."""
        column, lane = self._view.column(slot), self._lanes.get(slot)
        if column is None or lane is None:
            return
        menu = QMenu(self._services.dialogs.widget())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        offer_samples(menu, lane.samples, lambda count: self._set(slot, count))
        menu.popup(column.header.mapToGlobal(QPoint(0, column.header.height())))
        menu.setActiveAction(menu.actions()[lane.samples - 1])

    def add(self, slot: str, by: int) -> None:
        """Change the number of samples per run by `by`."""
        lane = self._lanes.get(slot)
        if lane is not None:
            self._set(slot, lane.samples + by)

    def _set(self, slot: str, count: int) -> None:
        self._lanes.set_samples(slot, count)
        lane = self._lanes.get(slot)
        if lane is not None:
            asks = f"{lane.samples} {plural(lane.samples, 'sample')}"
            most = f" (at most {MOST_SAMPLES})" if count > MOST_SAMPLES else ""
            self._services.notices.quiet("samples", f"{lane.title}: {asks} per run{most}")

    def step(self, by: int) -> None:
        """Show the next (1) or previous (-1) sample of the focused lane."""
        slot = self._view.focused_slot()
        self._answers.show_sample(slot, self._board.sample(slot) + by)

    def tell_spread(self) -> None:
        """Show the spread of the focused lane's samples."""
        slot = self._view.focused_slot()
        results = self._answers.results(slot)
        if results is None:
            self._services.notices.refused("The spread reveals prices and times, so it is hidden while blind.")
            return
        self._services.notices.quiet(
            "spread", f"{shown_title(self._view.heads(), slot)}: {spread_words(spread(results))}"
        )
