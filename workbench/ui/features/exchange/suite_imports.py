"""Imports files of tests from the dialog of imports: what they add and lose is shown before, and Undo is offered after.

Invariant: nothing is imported before its preview was shown. The first imported prompt is opened.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from shiboken6 import isValid

from workbench.core.imported_runs import LeftOut
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.ui.shell.events import Changed, DataChanged, PromptOpened
from workbench.usecases.problems import problem_of

if TYPE_CHECKING:
    from workbench.ui.features.exchange.dialog import ExchangeDialog
    from workbench.ui.shell.services import Services
    from workbench.usecases.exchange.suite_importer import ImportedTests, SuiteImporter, SuiteImportPlan

_MOST_LISTED = 200
_LOSSES = "LEFT OUT OR DIFFERENT HERE"


class SuiteImports:
    """Shows the plan of a file of tests in a dialog, and carries it out."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._shown: tuple[ExchangeDialog, SuiteImportPlan] | None = None
        self._once_opened: Callable[[], None] | None = None
        services.events.subscribe(PromptOpened, lambda _: self._prompt_opened())

    def plan(self, path: Path) -> SuiteImportPlan:
        """Return what a file would add; blocks. Raises RefusedError and StoreError."""
        return self._importer().plan(path)

    def _importer(self) -> SuiteImporter:
        # Checks and their formats are imported only for such a file.
        from workbench.usecases.exchange.suite_importer import SuiteImporter

        return SuiteImporter(self._services.backend.store, new_uid, utc_now)

    def show(self, dialog: ExchangeDialog, plan: SuiteImportPlan) -> None:
        """Show what a plan adds and loses, and offer to import it."""
        self._shown = dialog, plan
        dialog.what.setText(plan.title)
        losses = plan.losses[:_MOST_LISTED]
        listed = [LeftOut(one.where or plan.suite.name, one.sentence) for one in losses]
        offer = "Import" if plan.adds else ""
        dialog.finish(plan.sentence, listed, len(plan.losses) - len(listed), offer, _LOSSES)

    def take(self, dialog: ExchangeDialog) -> bool:
        """Import the plan that a dialog shows; False if it shows none."""
        if self._shown is None or self._shown[0] is not dialog:
            return False
        plan, services = self._shown[1], self._services
        dialog.begin("Importing…")
        # One transaction cannot be stopped.
        dialog.close_.setEnabled(False)
        services.session.save()

        def failed(error: Exception) -> None:
            if isValid(dialog):
                dialog.finish(problem_of(error).sentence)

        def came(done: ImportedTests) -> None:
            self._shown = None
            if isValid(dialog):
                dialog.finish(done.sentence)
                dialog.close()
            self._tell(done)

        services.tasks.run(lambda: self._importer().apply(plan), came, failed)
        return True

    def _tell(self, done: ImportedTests) -> None:
        services = self._services

        def offer() -> None:
            services.notices.offer(done.sentence, "Undo", services.navigator.action("undo_import").trigger)

        def listed() -> None:
            first = done.uids[0] if done.uids else ""
            if first and first != services.session.prompt():
                # Opening another prompt withdraws the current offer.
                self._once_opened = offer
                services.navigator.open_prompt(first)
            elif first:
                offer()
            else:
                services.notices.quiet("import", done.sentence)

        services.navigator.refresh_prompts(listed)
        services.events.publish(DataChanged(Changed.PROMPTS | Changed.CASES))

    def _prompt_opened(self) -> None:
        """Run the action deferred until now, after pending key events."""
        then, self._once_opened = self._once_opened, None
        if then is not None:
            QTimer.singleShot(0, self._services.dialogs.widget(), then)
