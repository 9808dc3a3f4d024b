"""What can be done with the sets of cases: the hold-out and the guards.

Invariant: made with the view, and kept as long as it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.app.testing.controller import SuiteController
from workbench.ui.features.testing.guard_actions import GuardActions
from workbench.ui.features.testing.holdout_actions import HoldoutActions

if TYPE_CHECKING:
    from workbench.ui.features.testing.view import TestView
    from workbench.ui.shell.services import Services


class SetActions:
    """`holdouts` and `guards` of the open prompt. `key` is that of notices."""

    def __init__(self, services: Services, suites: SuiteController, view: TestView, key: str) -> None:
        self._suites, self._view = suites, view
        self.holdouts = HoldoutActions(services, suites, view, self._total_again)
        self.guards = GuardActions(services, suites, view, key)
        view.guard_chips.aside_wanted.connect(self.holdouts.set_aside)
        view.note.open_clicked.connect(self.holdouts.open_case)
        view.note.end_clicked.connect(self.holdouts.end)
        self._wants_totals = False
        suites.changed.connect(self._offer)
        suites.read.connect(self._total_if_wanted)

    def _offer(self) -> None:
        self._view.guard_chips.show_aside(shown=self.holdouts.can_offer())

    def _total_again(self) -> None:
        """Test the smaller set once it is read, if that needs no call, so that the shown numbers stand on it."""
        self._wants_totals = True

    def _total_if_wanted(self) -> None:
        if not self._wants_totals:
            return
        self._wants_totals = False
        suites = self._suites
        if suites.run is not None and not suites.is_running and suites.estimate.cells and not suites.estimate.new:
            suites.act("start")
